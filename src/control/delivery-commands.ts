// The commands on delivery that only a running server can carry out: a test call, and notifications that are
// sent again. Arguments come from outside this process: each is checked here. The other commands are in
// commands.ts.

import { UserError } from '../config.ts';
import type { Destinations } from '../destinations/destinations.ts';
import { noSuchDestination } from '../destinations/refusals.ts';
import type { Line } from '../lines/line.ts';
import type { Message } from '../message.ts';
import { BUZZEE_URL, NOTIFICATION_URL } from '../notifications/destination.ts';
import type { Outbox, Replayed } from '../notifications/outbox.ts';
import { MOST_REPLAYED } from '../notifications/resend.ts';
import { buzzeeTemplate, parseTemplate } from '../notifications/template.ts';
import type { TestCall, TestCallResult, TestCalls } from '../notifications/test-call.ts';
import { testOfDestination } from '../notifications/test-call-destination.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import type { EndedSelection, NotificationRow, Store } from '../store/store.ts';
import { numberOf, placeOf, replying, textOf } from './arguments.ts';
import type { Arguments } from './arguments.ts';

/** What each command answers. */
export interface DeliveryResults {
  'notification.test': TestedPlace;
  'notification.resend': { readonly id: string };
  'notification.replay': Replayed;
}

export interface TestedPlace {
  readonly callref: string;
  readonly results: readonly TestCallResult[];
  /** What differs from a real call, and what was left out; mostly nothing. */
  readonly notes: readonly Message[];
}

export interface DeliveryRooms {
  readonly destinations: Pick<Destinations, 'byId'>;
  readonly lines: { byNumber(number: string): Line | undefined };
  readonly store: Partial<Pick<Store, 'getNotification'>>;
  readonly country: Country;
  /** Only in a running server. */
  readonly delivery?: {
    readonly testCalls: TestCalls;
    readonly outbox: Pick<Outbox, 'replay'>;
    resend(row: NotificationRow): ReturnType<Outbox['resend']>;
  };
}

const STATES = ['parked', 'delivered', 'ended'] as const;

export function createDeliveryCommands(rooms: DeliveryRooms) {
  const { destinations, lines, store, country, delivery } = rooms;

  function running() {
    if (delivery && store.getNotification) return { ...delivery, get: store.getNotification };
    throw noServer();
  }

  return {
    'notification.test': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      const place = placeOf(args, 'destination', NOTIFICATION_URL);
      const { testCalls } = running();
      const line = lines.byNumber(number);
      if (!line) throw new UserError(`there is no line ${number}`, 1);
      const { test, notes } = testOf(line, place, destinations);
      const answer = await testCalls.run(test);
      if (!answer.ok) throw new UserError(answer.error, 1);
      return { callref: answer.callref, results: answer.results, notes };
    }),
    'notification.resend': replying(async (args) => {
      const id = textOf(args, 'id');
      const { get, resend } = running();
      const row = await get.call(store, id);
      if (!row) throw new UserError(`there is no notification ${id}`, 1);
      const answer = await resend(row);
      if (!answer.ok) throw new UserError(answer.error, 1);
      return { id };
    }),
    'notification.replay': replying(async (args) => {
      const selection = selectionOf(args, country);
      const { above = 0 } = args;
      if (typeof above !== 'number' || !Number.isSafeInteger(above) || above < 0) {
        throw new UserError('above must be a whole number');
      }
      return running().outbox.replay(selection, MOST_REPLAYED, above);
    }),
  };
}

interface Test {
  readonly test: TestCall;
  readonly notes: readonly Message[];
}

/** The test call of one place of a line. Throws UserError where nothing could be sent there. */
function testOf(line: Line, place: number, destinations: Pick<Destinations, 'byId'>): Test {
  switch (place) {
    case NOTIFICATION_URL:
      return testOfUrl(line, place, toldUrl(line));
    case BUZZEE_URL:
      return testOfUrl(line, place, buzzeeTemplate(toldBuzzee(line)));
  }
  const destination = destinations.byId(place);
  if (destination?.line !== line.number) throw new UserError(noSuchDestination(place).error, 1);
  const made = testOfDestination(destination, line);
  if (!made.ok) throw new UserError(made.error.text, 1);
  return made;
}

function testOfUrl({ number: account }: Line, place: number, url: string): Test {
  const parsed = parseTemplate(url);
  if (!parsed.ok) throw new UserError(parsed.error.text, 1);
  return { test: { account, place, template: parsed.template }, notes: [] };
}

function toldUrl({ number, notificationUrl, api }: Line): string {
  if (notificationUrl === '') {
    throw new UserError(
      `the line ${number} has no notification URL; write carillon line set ${number} --notification-url URL`,
      1,
    );
  }
  if (api) return notificationUrl;
  throw new UserError(
    `the API of the line ${number} is off, so its notification URL is told nothing; write carillon line set ${number} --api on`,
    1,
  );
}

function toldBuzzee({ number, buzzeeUrl }: Line): string {
  if (buzzeeUrl !== '') return buzzeeUrl;
  throw new UserError(
    `the line ${number} has no Buzzee server; write carillon line set ${number} --buzzee-url URL`,
    1,
  );
}

/** For what only a running server can do. */
export function noServer(): UserError {
  return new UserError(
    'no server runs on this data directory; start one with carillon serve, or name its directory with --data',
    1,
  );
}

function selectionOf(args: Arguments, country: Country): EndedSelection {
  const { state = 'parked' } = args;
  const known = STATES.find((each) => each === state);
  if (known === undefined) throw new UserError(`state must be one of ${STATES.join(', ')}`);
  const from = timeOf(args, 'from');
  const to = timeOf(args, 'to');
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UserError('from must be before to');
  }
  return {
    state: known,
    ...(args['line'] === undefined ? {} : { line: numberOf(args, 'line', country) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** A date or time as ISO 8601 writes it; one without a zone is of the server's own. */
function timeOf(args: Arguments, name: string): number | undefined {
  if (args[name] === undefined) return undefined;
  const text = textOf(args, name);
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return at;
  throw new UserError(
    `${name}: "${text.slice(0, 40)}" is no time; write it like 2026-11-23 or 2026-11-23T12:30:00Z`,
  );
}
