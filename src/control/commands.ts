// The commands on lines and lists, by the name that travels over the control socket. The running
// server offers them there (control-server.ts); a command line without a server calls them on a store
// that it opened itself. Arguments come from outside this process: each is checked here.

import { UserError } from '../config.ts';
import { presentCall, presentNotification } from '../history/history.ts';
import type { PresentedCall, PresentedNotification } from '../history/history.ts';
import type { LineChanges, LineResult, Lines } from '../lines/lines.ts';
import { presentLine, type PresentedLine } from '../lines/present-line.ts';
import { maskUserInfo } from '../notifications/url.ts';
import { classifyDialled } from '../numbers/dialled.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { parseE164 } from '../numbers/parse-number.ts';
import type { ListFilter, Store } from '../store/store.ts';

/** What each command answers. */
export interface Results {
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

/** Status 1: it could not be done; 2: the arguments are wrong. */
export type CommandReply<Result = unknown> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: string; readonly status: 1 | 2 };

export type Arguments = Readonly<Record<string, unknown>>;

export type Commands = {
  readonly [Name in keyof Results]: (args: Arguments) => Promise<CommandReply<Results[Name]>>;
};

/** Any commands by name: what a control server can offer. */
export type NamedCommands = Readonly<Record<string, (args: Arguments) => Promise<CommandReply>>>;

/** The parts of the house that the commands reach. */
export interface CommandRooms {
  readonly lines: Pick<Lines, 'all' | 'add' | 'set' | 'remove' | 'byNumber' | 'byShort'>;
  readonly store: Pick<Store, 'listCalls' | 'listNotifications'>;
  readonly country: Country;
  /** Only in a running sandbox. Resolves when the call is over. */
  readonly simulate?: (request: SimulateRequest) => Promise<SimulateResult>;
}

/** What the store gives at most in one answer. */
const MOST_ROWS = 10_000;
const LONGEST_DELAY_S = 3600;

/** Makes the commands. Their promises reject only for faults; what is expected is a reply. */
export function createCommands({ lines, store, country, simulate }: CommandRooms): Commands {
  return {
    'line.add': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      const settings = settingsOf(args);
      const password = textOf(args, 'password');
      const status = lines.byNumber(number) === undefined ? clashStatus(number, settings) : 1;
      return changed(await lines.add({ ...settings, number, password }), status);
    }),
    'line.set': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      const settings = settingsOf(args);
      const password = args['password'] === undefined ? {} : { password: textOf(args, 'password') };
      const status = lines.byNumber(number) === undefined ? 1 : clashStatus(number, settings);
      return changed(await lines.set(number, { ...settings, ...password }), status);
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

  /** A short number that another line has is no wrong argument in itself: it could not be done. */
  function clashStatus(number: E164, { short = '', customer }: LineChanges): 1 | 2 {
    const owner = customer ?? lines.byNumber(number)?.customer ?? 'default';
    const other = short === '' ? undefined : lines.byShort(owner, short);
    return other === undefined || other.number === number ? 2 : 1;
  }
}

function changed(result: LineResult, statusIfRefused: 1 | 2): LineChanged {
  if (!result.ok) throw new UserError(result.error, statusIfRefused);
  return { line: presentLine(result.line, maskUserInfo), warnings: result.warnings };
}

/** Turns a UserError into the reply that says so. */
function replying<Result>(run: (args: Arguments) => Promise<Result>) {
  return async (args: Arguments): Promise<CommandReply<Result>> => {
    try {
      return { ok: true, result: await run(args) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ok: false, error: error.message, status: error.status };
    }
  };
}

function textOf(args: Arguments, name: string): string {
  const value = args[name];
  if (typeof value === 'string') return value;
  throw new UserError(`${name} must be a text`);
}

function numberOf(args: Arguments, name: string, country: Country): E164 {
  const parsed = parseE164(textOf(args, name), country);
  if (parsed.ok) return parsed.number;
  throw new UserError(parsed.error);
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
  };
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
