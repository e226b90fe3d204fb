// What was told to the customers' software: pages of it, one, and telling it again.

import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { mayRead } from '../../access/principal.ts';
import { MOST_REPLAYED } from '../../notifications/resend.ts';
import type { E164 } from '../../numbers/e164.ts';
import type { NotificationRow } from '../../store/store.ts';
import { notificationView } from './notification-view.ts';
import { pageFrom, pageQuery, rowAfter, usualLimit } from './paging.ts';
import { invalid, notFound, Refusal } from './problem.ts';
import { numberIn, principalOf, scopeOfCaller } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { NotificationView, pageOf, Replay, Replayed } from './schemas.ts';

export function addNotifications(api: Api, rooms: ApiRooms): void {
  const { store, outbox } = rooms;
  const params = Type.Object({ id: Type.String() });

  async function find(request: FastifyRequest, id: string): Promise<NotificationRow> {
    const row = await store.getNotification(id);
    const readable =
      row && mayRead(principalOf(request), { number: row.account, customer: row.customer });
    if (!readable) throw notFound('This notification');
    return row;
  }

  api.route({
    method: 'GET',
    url: '/notifications',
    schema: {
      tags: ['notifications'],
      summary: 'Notifications with each attempt, newest first',
      querystring: Type.Object(
        {
          ...pageQuery,
          line: Type.Optional(Type.String({ maxLength: 64 })),
          callref: Type.Optional(Type.String({ maxLength: 64 })),
          state: Type.Optional(NotificationView.properties.state),
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(NotificationView) },
    },
    handler: async (request) => {
      const { limit = usualLimit, after, line, callref, state } = request.query;
      const before = rowAfter(after);
      const rows = await store.pageNotifications({
        scope: scopeOfCaller(request),
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(line === undefined ? {} : { line: numberIn('line', line, rooms) }),
        ...(callref === undefined ? {} : { callref }),
        ...(state === undefined ? {} : { state }),
      });
      return pageFrom(rows, limit, ({ seq }) => String(seq), notificationView);
    },
  });

  api.route({
    method: 'GET',
    url: '/notifications/:id',
    schema: {
      tags: ['notifications'],
      summary: 'One notification',
      params,
      response: { 200: NotificationView },
    },
    handler: async (request) => notificationView(await find(request, request.params.id)),
  });

  api.route({
    method: 'POST',
    url: '/notifications/:id/resend',
    schema: {
      tags: ['notifications'],
      summary: 'Tells it again: the same request, with fresh tries',
      params,
      response: { 202: NotificationView },
    },
    handler: async (request, reply) => {
      const row = await find(request, request.params.id);
      const sent = await outbox.resend(row);
      if (!sent.ok) throw new Refusal(409, sent.code, sent.error);
      return reply.code(202).send(notificationView((await store.getNotification(row.id)) ?? row));
    },
  });

  api.route({
    method: 'POST',
    url: '/replays',
    schema: {
      tags: ['notifications'],
      summary: 'Sends parked or delivered notifications again, in order, under their ids',
      body: Replay,
      response: { 200: Replayed },
    },
    handler: async (request) => {
      const { line, state = 'parked', from, to, after } = request.body;
      const scope = scopeOfCaller(request);
      const number = line === undefined ? undefined : numberIn('line', line, rooms);
      const selection = {
        state,
        ...(scope.kind === 'all' ? {} : { customer: scope.customer }),
        ...(from === undefined ? {} : { from: Date.parse(from) }),
        ...(to === undefined ? {} : { to: Date.parse(to) }),
      };
      // One line after the other: an order exists within calls only. Of a line that is not theirs nobody
      // sends anything again, as nobody sees anything of it.
      const own = scope.kind === 'lines' ? scope.lines : [number];
      const lines = own.filter((each) => number === undefined || each === number);
      const begin = after === undefined ? undefined : placeOf(after, lines);
      let count = 0;
      for (const each of lines.slice(begin?.line)) {
        const above = begin && each === lines[begin.line] ? begin.above : 0;
        const ofLine = each === undefined ? selection : { ...selection, line: each };
        const replayed = await outbox.replay(ofLine, MOST_REPLAYED - count, above);
        count += replayed.count;
        if (replayed.more) return { count, more: true, next: `${each ?? 'all'}.${replayed.next}` };
      }
      return { count, more: false, next: null };
    },
  });
}

/** Where a part ended: the place of its line, and the seq there. */
function placeOf(after: string, lines: readonly (E164 | undefined)[]) {
  const [, name, seq] = /^(all|\d{1,15})\.(\d{1,15})$/.exec(after) ?? [];
  const line = lines.findIndex((each) => (each ?? 'all') === name);
  if (line >= 0) return { line, above: Number(seq) };
  throw invalid('after', 'no-such-place', 'This is no `next` of an answer to the same question');
}
