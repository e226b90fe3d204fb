// Lines and their settings. What a setting may be is src/lines; here stands who may see and change what,
// and how JSON becomes the texts that lines are set with.

import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { changeable } from '../../access/principal.ts';
import type { Principal } from '../../access/principal.ts';
import type { LineChanges } from '../../lines/lines.ts';
import type { Line } from '../../lines/line.ts';
import { unmask } from '../../lines/masked-url.ts';
import { presentItems, presentMessage, presentView } from './line-views.ts';
import { makePassword } from './line-password.ts';
import { pageQuery, usualLimit } from './paging.ts';
import { invalid, Refusal } from './problem.ts';
import { lineRefusal } from './refused.ts';
import { lineFor, need, NumberPath, principalOf } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import {
  LineChange,
  LineChanged,
  LineItem,
  LineView,
  NewLine,
  Nothing,
  pageOf,
} from './schemas.ts';

export function addLines(api: Api, rooms: ApiRooms): void {
  const { lines } = rooms;
  const tags = ['lines'];

  api.route({
    method: 'GET',
    url: '/lines',
    schema: {
      tags,
      summary: 'Lines with their terminals, calls and last notification, by number',
      querystring: Type.Object(
        {
          ...pageQuery,
          customer: Type.Optional(Type.String({ maxLength: 64 })),
          q: Type.Optional(
            Type.String({ maxLength: 128, description: 'Part of number, title or short number' }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(LineItem) },
    },
    handler: async (request) => {
      const { limit = usualLimit, after, customer, q } = request.query;
      const principal = principalOf(request);
      const seen = whoseLines(principal, customer);
      if (!seen) return { items: [], next: null };
      const page = lines.page({ ...seen, q, after, limit });
      return { items: await presentItems(page.lines, principal, rooms), next: page.next };
    },
  });

  api.route({
    method: 'POST',
    url: '/lines',
    schema: {
      tags,
      summary: 'Adds a line; without a password the server makes one and shows it this once',
      body: NewLine,
      response: { 201: LineChanged },
    },
    handler: async (request, reply) => {
      need(request, 'operator');
      const { number, password: given, ...settings } = request.body;
      checkCustomer(settings.customer);
      const password = given ?? makePassword();
      const added = await lines.add({ number, password, ...textsOf(settings, undefined) });
      if (!added.ok) throw lineRefusal(added);
      const line = await presentView(added.line, request, rooms);
      const warnings = added.warnings.map(presentMessage);
      return reply
        .code(201)
        .send(given === undefined ? { line, warnings, password } : { line, warnings });
    },
  });

  api.route({
    method: 'GET',
    url: '/lines/:number',
    schema: { tags, summary: 'One line', params: NumberPath, response: { 200: LineView } },
    handler: async (request) =>
      presentView(lineFor(request, request.params.number, rooms), request, rooms),
  });

  api.route({
    method: 'PATCH',
    url: '/lines/:number',
    schema: {
      tags,
      summary: 'Changes what is named; an empty text clears',
      params: NumberPath,
      body: LineChange,
      response: { 200: LineChanged },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      checkMay(request, request.body);
      const { password, ...settings } = request.body;
      checkCustomer(settings.customer);
      const changes = {
        ...textsOf(settings, line),
        ...(password === undefined ? {} : { password }),
      };
      const changed = await lines.set(line.number, changes, line.customer);
      if (!changed.ok) throw lineRefusal(changed);
      return {
        line: await presentView(changed.line, request, rooms),
        warnings: changed.warnings.map(presentMessage),
      };
    },
  });

  api.route({
    method: 'DELETE',
    url: '/lines/:number',
    schema: {
      tags,
      summary: 'Removes a line and its registrations; its history stays',
      params: NumberPath,
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const line = lineFor(request, request.params.number, rooms);
      need(request, 'operator');
      const removed = await lines.remove(line.number);
      if (!removed.ok) throw lineRefusal(removed);
      return reply.code(204).send(null);
    },
  });

  /** A line is given to a customer that exists: a slip of the pen must not make one. */
  function checkCustomer(name: string | undefined): void {
    if (name === undefined || name === '') return;
    if (rooms.access.hasCustomer(name)) return;
    // What was written may be as long as a request: it is not sent back whole.
    const customer = name.slice(0, 40);
    const text = `There is no customer ${customer}: add it first`;
    throw invalid('customer', 'customer-unknown', text, { customer });
  }
}

/** Which lines somebody sees, of the customer that he asks for; undefined: none. */
export function whoseLines(
  { role, customer, lines }: Principal,
  asked: string | undefined,
): { customer?: string; numbers?: readonly string[] } | undefined {
  if (role === 'operator') return asked === undefined ? {} : { customer: asked };
  if (asked !== undefined && asked !== customer) return undefined;
  return role === 'manager' ? { customer } : { customer, numbers: lines };
}

function checkMay(request: FastifyRequest, change: LineChange): void {
  const may: readonly string[] = changeable(principalOf(request));
  const fields = Object.keys(change).filter((field) => !may.includes(field));
  if (fields.length === 0) return;
  const text = `You may not change this: ${fields.join(', ')}`;
  throw new Refusal(403, 'may-not-change', text, {
    errors: fields.map((field) => ({
      field,
      code: 'may-not-change',
      text: 'you may not change this',
    })),
  });
}

/** Settings of JSON as the texts that a line is set with. `before` is the line that they change. */
function textsOf(settings: Omit<LineChange, 'password'>, before: Line | undefined): LineChanges {
  const { api, autoAnswer, origins, notificationUrl, buzzeeUrl, ...others } = settings;
  const { deliveryTimeoutS, deliveryWindowS, deliveryRetryS, ...texts } = others;
  return {
    ...texts,
    ...(api === undefined ? {} : { api: onOrOff(api) }),
    ...(autoAnswer === undefined ? {} : { autoAnswer: onOrOff(autoAnswer) }),
    ...(origins === undefined ? {} : { origins: origins.join(' ') }),
    ...(deliveryTimeoutS === undefined ? {} : { deliveryTimeoutS: seconds(deliveryTimeoutS) }),
    ...(deliveryWindowS === undefined ? {} : { deliveryWindowS: seconds(deliveryWindowS) }),
    ...(deliveryRetryS === undefined ? {} : { deliveryRetryS: deliveryRetryS.join(' ') }),
    ...(notificationUrl === undefined
      ? {}
      : { notificationUrl: unmasked('notificationUrl', notificationUrl, before?.notificationUrl) }),
    ...(buzzeeUrl === undefined
      ? {}
      : { buzzeeUrl: unmasked('buzzeeUrl', buzzeeUrl, before?.buzzeeUrl) }),
  };
}

/** A masked user name and password mean those that are kept. */
function unmasked(field: string, text: string, kept = ''): string {
  const result = unmask(text, kept, field);
  if (!result.ok) throw lineRefusal(result);
  return result.url;
}

/** Seconds as text; 0 in JSON is what an empty text is: as the server is set. */
function seconds(number: number): string {
  return number === 0 ? '' : String(number);
}

export function onOrOff(on: boolean): string {
  return on ? 'on' : 'off';
}
