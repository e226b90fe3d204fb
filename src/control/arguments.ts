// Reading what came with a command, and telling what is wrong with it. Arguments come from outside this
// process: a type is a promise, not a fact. The commands are in commands.ts and access-commands.ts.

import { UserError } from '../config.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { parseE164 } from '../numbers/parse-number.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** Status 1: it could not be done; 2: the arguments are wrong. */
export type CommandReply<Result = unknown> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: string; readonly status: 1 | 2 };

/** Turns a UserError into the reply that says so. */
export function replying<Result>(run: (args: Arguments) => Promise<Result>) {
  return async (args: Arguments): Promise<CommandReply<Result>> => {
    try {
      return { ok: true, result: await run(args) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ok: false, error: error.message, status: error.status };
    }
  };
}

export function textOf(args: Arguments, name: string): string {
  const value = args[name];
  if (typeof value === 'string') return value;
  throw new UserError(`${name} must be a text`);
}

/** The text where there is one, undefined where it was left out. */
export function textIn(args: Arguments, name: string): string | undefined {
  return args[name] === undefined ? undefined : textOf(args, name);
}

/** A number in any usual form. */
export function numberOf(args: Arguments, name: string, country: Country): E164 {
  const parsed = parseE164(textOf(args, name), country);
  if (parsed.ok) return parsed.number;
  throw new UserError(parsed.error);
}

/** A place of a line: 0 its notification URL, 1 its Buzzee server, or a destination's id. */
export function placeOf(args: Arguments, name: string, usual?: number): number {
  const value = args[name] ?? usual;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new UserError(`${name} must be the id of a destination, a whole number`);
}

/** A list of at most `most` numbers in any usual form; undefined where it was left out. */
export function numbersIn(
  args: Arguments,
  name: string,
  country: Country,
  most: number,
): E164[] | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new UserError(`${name} must be a list of numbers`);
  if (value.length > most) {
    throw new UserError(`${name}: ${value.length} numbers are too many; write at most ${most}`);
  }
  return value.map((written: unknown, index) => {
    const place = `${name}, number ${index + 1}`;
    if (typeof written !== 'string') throw new UserError(`${place}: it must be a text`);
    const parsed = parseE164(written, country);
    if (parsed.ok) return parsed.number;
    throw new UserError(`${place}: ${parsed.error}`);
  });
}
