// The commands by the name that travels over the control socket; those on users and the like are in
// access-commands.ts, on destinations in destination-commands.ts, on deliveries in delivery-commands.ts. The
// running server offers them there (control-server.ts); a command line without a server calls them on a store
// that it opened itself. Arguments come from outside this process: each is checked here.

import type { Access } from '../access/access.ts';
import { UserError } from '../config.ts';
import type { Destinations } from '../destinations/destinations.ts';
import type { SigningKeys } from '../destinations/signing-keys.ts';
import type { Erasure } from '../history/erasure.ts';
import { presentCall, presentNotification } from '../history/history.ts';
import type { PresentedCall, PresentedNotification } from '../history/history.ts';
import type { LineChanges, LineResult, Lines } from '../lines/lines.ts';
import { isConflict } from '../lines/message-codes.ts';
import { presentLine, type PresentedLine } from '../lines/present-line.ts';
import { maskUserInfo } from '../notifications/url.ts';
import { classifyDialled } from '../numbers/dialled.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import type { ListFilter, NotificationState, Store } from '../store/store.ts';
import { type AccessResults, createAccessCommands } from './access-commands.ts';
import {
  createDeliveryCommands,
  type DeliveryResults,
  type DeliveryRooms,
} from './delivery-commands.ts';
import { type Arguments, type CommandReply, numberOf, replying, textOf } from './arguments.ts';
import { createDestinationCommands, type DestinationResults } from './destination-commands.ts';
import { createNumberCommands, type NumberResults } from './number-commands.ts';

export type { Arguments, CommandReply } from './arguments.ts';

/** What each command answers. */
export interface Results extends AccessResults, DeliveryResults, DestinationResults, NumberResults {
  'line.add': LineChanged;
  'line.set': LineChanged;
  'line.list': readonly PresentedLine[];
  'line.remove': { readonly number: string };
  'call.list': readonly PresentedCall[];
  'notification.list': readonly PresentedNotification[];
  simulate: SimulatedCall;
}

export interface LineChanged {
  readonly line: PresentedLine;
  readonly warnings: readonly string[];
}

/** A call that the sandbox is to place. Numbers are international, short or service numbers. */
export interface SimulateRequest {
  /** `anonymous` for a hidden caller. */
  readonly caller: string;
  readonly callee: string;
  /** Seconds; the sandbox has its own defaults for what is undefined. */
  readonly answerAfterS: number | undefined;
  readonly talkS: number | undefined;
  /** Undefined: the called telephone answers. */
  readonly outcome: 'busy' | 'no-answer' | undefined;
}

export interface SimulatedCall {
  readonly callref: string;
  /** What became of the call, in one word: `answered`, `busy`, … */
  readonly result: string;
  /** Whether that is what the request, or the number that was called, asked for. */
  readonly asked: boolean;
}

export type SimulateResult =
  | ({ readonly ok: true } & SimulatedCall)
  | { readonly ok: false; readonly error: string };

export type Commands = {
  readonly [Name in keyof Results]: (args: Arguments) => Promise<CommandReply<Results[Name]>>;
};

/** Any commands by name: what a control server can offer. */
export type NamedCommands = Readonly<Record<string, (args: Arguments) => Promise<CommandReply>>>;

/** The parts of the house that the commands reach. */
export interface CommandRooms {
  readonly lines: Pick<Lines, 'all' | 'add' | 'set' | 'remove' | 'byNumber' | 'byShort'>;
  readonly store: Pick<Store, 'listCalls' | 'listNotifications'> & DeliveryRooms['store'];
  readonly delivery?: DeliveryRooms['delivery'];
  readonly access: Access;
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly erasure: Erasure;
  readonly country: Country;
  /** The page's URL around the secret of a sign-in link; only in a running server. */
  readonly signInUrl?: (secret: string) => string;
  /** Only in a running sandbox. Resolves when the call is over. */
  readonly simulate?: (request: SimulateRequest) => Promise<SimulateResult>;
}

/** What the store gives at most in one answer. */
const MOST_ROWS = 10_000;
const LONGEST_DELAY_S = 3600;

/** Makes the commands. Their promises reject only for faults; what is expected is a reply. */
export function createCommands(rooms: CommandRooms): Commands {
  const { lines, store, access, country, simulate } = rooms;
  /** A line must not be given to a customer that is gone, or its next one reads the old one's history. */
  async function checkCustomer({ customer }: LineChanges): Promise<void> {
    if (typeof customer !== 'string') return;
    const named = await access.mayNameCustomer(customer);
    if (!named.ok) throw new UserError(named.error, 1);
  }

  return {
    ...createAccessCommands(rooms),
    ...createDestinationCommands(rooms),
    ...createDeliveryCommands(rooms),
    ...createNumberCommands(rooms),
    'line.add': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      const settings = settingsOf(args);
      await checkCustomer(settings);
      const password = textOf(args, 'password');
      return changed(await lines.add({ ...settings, number, password }));
    }),
    'line.set': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      const settings = settingsOf(args);
      await checkCustomer(settings);
      const password = args['password'] === undefined ? {} : { password: textOf(args, 'password') };
      return changed(await lines.set(number, { ...settings, ...password }));
    }),
    'line.remove': replying(async (args) => {
      const result = await lines.remove(numberOf(args, 'number', country));
      if (!result.ok) throw new UserError(result.error, 1);
      return { number: result.line.number };
    }),
    'line.list': replying(async () => lines.all().map((line) => presentLine(line, maskUserInfo))),
    'call.list': replying(async (args) => {
      const rows = await store.listCalls(filterOf(args, country));
      return rows.map(presentCall);
    }),
    'notification.list': replying(async (args) => {
      const rows = await store.listNotifications(filterOf(args, country));
      return rows.map((row) => presentNotification(row, maskUserInfo));
    }),
    simulate: replying(async (args) => {
      const request = simulateRequestOf(args, country);
      if (simulate === undefined) {
        throw new UserError(
          'this server is no sandbox and simulates no calls; start one with carillon serve --sandbox',
          1,
        );
      }
      const result = await simulate(request);
      if (!result.ok) throw new UserError(result.error, 1);
      return { callref: result.callref, result: result.result, asked: result.asked };
    }),
  };
}

function changed(result: LineResult): LineChanged {
  // What the lines as they are do not allow is no wrong argument in itself: it could not be done.
  if (!result.ok) throw new UserError(result.error, isConflict(result.code) ? 1 : 2);
  const warnings = result.warnings.map(({ text }) => text);
  return { line: presentLine(result.line, maskUserInfo), warnings };
}

/** The settings as they came: the lines room checks each by its name, its type and its form. */
function settingsOf(args: Arguments): LineChanges {
  const { settings = {} } = args;
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new UserError('settings must be an object');
  }
  return settings;
}

function filterOf(args: Arguments, country: Country): ListFilter {
  const { limit = 1000 } = args;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) {
    throw new UserError(`limit must be a whole number from 1 to ${MOST_ROWS}`);
  }
  return {
    limit,
    ...(args['line'] === undefined ? {} : { line: numberOf(args, 'line', country) }),
    ...(args['callref'] === undefined ? {} : { callref: textOf(args, 'callref') }),
    ...(args['state'] === undefined ? {} : { state: stateOf(args) }),
  };
}

const STATES = ['pending', 'delivered', 'parked'] as const;

function stateOf(args: Arguments): NotificationState {
  const state = STATES.find((each) => each === args['state']);
  if (state) return state;
  throw new UserError(`state must be one of ${STATES.join(', ')}`);
}

function simulateRequestOf(args: Arguments, country: Country): SimulateRequest {
  const { outcome } = args;
  if (outcome !== undefined && outcome !== 'busy' && outcome !== 'no-answer') {
    throw new UserError('outcome must be busy, no-answer or absent');
  }
  return {
    caller: args['caller'] === 'anonymous' ? 'anonymous' : dialledOf(args, 'caller', country),
    callee: dialledOf(args, 'callee', country),
    answerAfterS: secondsOf(args, 'answerAfterS'),
    talkS: secondsOf(args, 'talkS'),
    outcome,
  };
}

function dialledOf(args: Arguments, name: string, country: Country): string {
  const dialled = classifyDialled(textOf(args, name), country);
  if (dialled.kind === 'invalid') throw new UserError(`${name}: ${dialled.error}`);
  return dialled.kind === 'number' ? dialled.number : dialled.digits;
}

function secondsOf(args: Arguments, name: string): number | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= LONGEST_DELAY_S) return value;
  throw new UserError(`${name} must be a number of seconds from 0 to ${LONGEST_DELAY_S}`);
}
