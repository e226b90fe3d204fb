// Whose rows a page may hold, as the statements of pages want it. It decides nothing about rights: the
// scope says already what may be read (access/principal.ts).

import type { Scope } from '../../access/principal.ts';
import type { E164 } from '../../numbers/e164.ts';
import type { Rows, Values } from './prepared.ts';

/** The lines that a page is confined to; undefined where it is confined to none. */
export function linesOf(scope: Scope, line: E164 | undefined): readonly E164[] | undefined {
  if (scope.kind !== 'lines') return line === undefined ? undefined : [line];
  if (line === undefined) return scope.lines;
  return scope.lines.includes(line) ? [line] : [];
}

/** The customer whose rows alone a page may hold; null where all may be read. */
export function customerOf(scope: Scope): string | null {
  return scope.kind === 'all' ? null : scope.customer;
}

// For statements that are read by something other than the scope: `:customer` and `:lines` (a JSON array)
// are null where they do not matter.
export const IN_SCOPE = `(:customer IS NULL OR customer = :customer)
  AND (:lines IS NULL OR account IN (SELECT value FROM json_each(:lines)))`;

/** The value of `:lines`. */
export function linesValue(lines: readonly E164[] | undefined): string | null {
  return lines === undefined ? null : JSON.stringify(lines);
}

/** A line, and the first of its rows that may be on a page: its highest id or seq, or its lowest. */
export interface Head {
  readonly line: E164;
  readonly head: number;
}

/**
 * A statement for `headsOf`: `first` gives the head of `had.line`, by one look into an index of lines.
 *
 * There is no index of a customer's rows, but each is of a line that it has or had (schema.ts). Such a line may
 * have rows of another customer's time too.
 */
export function headsWhere(first: string): string {
  return `SELECT line, (${first}) AS head FROM line_customers AS had
    WHERE had.customer = :customer`;
}

/** The lines of a customer that have such rows. */
export function headsOf(rows: Rows, sql: string, values: Values): Head[] {
  return rows<{ line: E164; head: number | null }>(sql, values).flatMap(({ line, head }) =>
    head === null ? [] : [{ line, head }],
  );
}
