// The history of calls: pages of it, and one call with all that was told about it.

import { Type } from 'typebox';
import { mayRead } from '../../access/principal.ts';
import { presentCall } from '../../history/history.ts';
import { parseE164 } from '../../numbers/parse-number.ts';
import { notificationView } from './notification-view.ts';
import { pageFrom, pageQuery, rowAfter, usualLimit } from './paging.ts';
import { invalid, notFound } from './problem.ts';
import { numberIn, principalOf, scopeOfCaller } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { CallDetail, CallView, pageOf } from './schemas.ts';

/** The calls of one dialogue begin within the longest time that telephones may ring. */
const DIALOGUE_MS = 3_600_000;
/** A dialogue has a call for each line that it touches, and a call three notifications for each receiver. */
const MOST_RELATED = 200;

export function addCalls(api: Api, rooms: ApiRooms): void {
  const { store } = rooms;

  api.route({
    method: 'GET',
    url: '/calls',
    schema: {
      tags: ['calls'],
      summary: 'Calls, newest first',
      querystring: Type.Object(
        {
          ...pageQuery,
          line: Type.Optional(Type.String({ maxLength: 64 })),
          party: Type.Optional(
            Type.String({ maxLength: 64, description: 'Caller or callee; or `anonymous`' }),
          ),
          direction: Type.Optional(
            Type.Union([Type.Literal('incoming'), Type.Literal('outgoing')]),
          ),
          missed: Type.Optional(
            Type.Literal('1', { description: 'Incoming, over, never answered' }),
          ),
          from: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; at or after' })),
          to: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; before' })),
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(CallView) },
    },
    handler: async (request) => {
      const { limit = usualLimit, after, line, party, direction, missed, from, to } = request.query;
      const before = rowAfter(after);
      const rows = await store.pageCalls({
        scope: scopeOfCaller(request),
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(line === undefined ? {} : { line: numberIn('line', line, rooms) }),
        ...(party === undefined ? {} : { party: partyOf(party, rooms) }),
        ...(direction === undefined ? {} : { direction }),
        ...(missed === undefined ? {} : { missed: true }),
        ...(from === undefined ? {} : { from: timeIn('from', from) }),
        ...(to === undefined ? {} : { to: timeIn('to', to) }),
      });
      return pageFrom(rows, limit, ({ id }) => String(id), presentCall);
    },
  });

  api.route({
    method: 'GET',
    url: '/calls/:callref',
    schema: {
      tags: ['calls'],
      summary: 'One call, its notifications, and the calls of other lines in the same dialogue',
      params: Type.Object({ callref: Type.String() }),
      response: { 200: CallDetail },
    },
    handler: async (request) => {
      const { callref } = request.params;
      const row = await store.getCall(callref);
      const readable =
        row && mayRead(principalOf(request), { number: row.account, customer: row.customer });
      if (!readable) throw notFound('This call');
      const scope = scopeOfCaller(request);
      // All calls of a dialogue have the same callee, so the callee's index finds them.
      const [dialogue, notifications] = await Promise.all([
        store.pageCalls({
          scope,
          party: row.callee,
          dref: row.dref,
          from: row.setupAt - DIALOGUE_MS,
          to: row.setupAt + DIALOGUE_MS,
          limit: MOST_RELATED,
        }),
        store.pageNotifications({ scope, callref, limit: MOST_RELATED }),
      ]);
      const related = dialogue.filter((call) => call.callref !== callref);
      return {
        call: presentCall(row),
        related: related.map(presentCall),
        notifications: notifications.toReversed().map(notificationView),
      };
    },
  });
}

/** Callers are kept in the international form, or as the text they came with. */
function partyOf(text: string, rooms: ApiRooms): string {
  const parsed = parseE164(text, rooms.server.country);
  return parsed.ok ? parsed.number : text;
}

function timeIn(field: string, text: string): number {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isFinite(time)) return time;
  throw invalid(field, 'not-a-time', 'write a time as ISO 8601, such as 2026-05-31T08:00:00Z');
}
