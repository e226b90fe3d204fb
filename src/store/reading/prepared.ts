// Statements on one connection, each prepared at its first use: the way in which all queries of this
// folder reach the database. It knows no table.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** What a statement names with a colon, by that name. A statement takes those that it names. */
export type Values = Readonly<Record<string, SQLInputValue>>;

/** Runs a statement and gives its rows, whose columns are the fields of T. */
export type Rows = <T>(sql: string, values?: Values) => T[];

/** No answer is longer, whatever limit is asked for: it would fill the memory of both threads. */
export const MAX_ROWS = 10_000;

/** A limit as a statement may have it: whole, not negative, at most MAX_ROWS. */
export function bounded(limit: number): number {
  return Math.max(0, Math.min(MAX_ROWS, Math.trunc(limit)));
}

/** `Rows` on a connection. */
export function prepareRows(db: DatabaseSync): Rows {
  const prepared = new Map<string, StatementSync>();
  return <T>(sql: string, values: Values = {}): T[] => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      // The many statements of a page share their values; none names them all.
      statement.setAllowUnknownNamedParameters(true);
      prepared.set(sql, statement);
    }
    // STRICT tables hold no other types than the columns say: no second check.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return statement.all(values) as T[];
  };
}

// SQLite has no booleans: 0 or 1 comes back.
export type Stored<T, Flag extends keyof T> = Omit<T, Flag> & Readonly<Record<Flag, 0 | 1>>;
