// What the three list commands share: their options, and the printing of rows as JSON or as a table.

import { UserError } from '../config.ts';
import { type Given, type Io, type Option, valueOf } from './arguments.ts';

export const JSON_OPTION: Readonly<Record<string, Option>> = {
  json: { help: 'print a JSON array' },
};

// What the store gives at most in one answer.
const MOST_ROWS = 10_000;

export const LIST_OPTIONS: Readonly<Record<string, Option>> = {
  ...JSON_OPTION,
  line: { value: 'NUMBER', help: 'only those of this line' },
  limit: { value: 'N', help: 'the newest N, 1 to 10000 (default 1000)' },
};

/** The filter that was written, in the form that the commands of the server take. */
export function listFilter(given: Given) {
  const text = valueOf(given, 'limit') ?? '1000';
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_ROWS) {
    throw new UserError(`--limit: "${text}" is no such number; write one from 1 to ${MOST_ROWS}`);
  }
  return { line: valueOf(given, 'line'), callref: valueOf(given, 'call'), limit };
}

/** Prints rows as a JSON array or, by `linesOf`, as a table; `empty` is said where there are none. */
export function printRows<Row>(
  rows: readonly Row[],
  given: Given,
  io: Io,
  empty: string,
  linesOf: (rows: readonly Row[]) => readonly string[],
): void {
  if (given.options.has('json')) io.print(JSON.stringify(rows, undefined, 2));
  else if (rows.length === 0) io.warn(empty);
  else for (const line of linesOf(rows)) io.print(line);
}
