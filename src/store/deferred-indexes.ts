// Fills the tables that pages of one line or one party are found by (VERSION_7 in schema.ts), behind the
// commits: many rows at a time, in the order of their keys, where each commit would change a page at a random
// place for every row. It runs in the writer thread (sqlite-writer.ts); when, is catch-up.ts's matter.
//
// Rows that go take theirs along by triggers. Killed at any moment it goes on where it was: how far it has
// come is kept in the same commit.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DEFAULT_LIMITS } from './group-commit.ts';

interface Source {
  readonly table: string;
  readonly key: string;
  /** The tables that are filled from it: their columns, those of their key first. */
  readonly into: Readonly<Record<string, { readonly columns: string; readonly key: string }>>;
}

const SOURCES: readonly Source[] = [
  {
    table: 'calls',
    key: 'id',
    into: {
      call_lines: { columns: 'account, direction, id, customer', key: 'account, direction, id' },
      call_parties: {
        columns: 'party, direction, id, customer, account',
        key: 'party, direction, id',
      },
    },
  },
  {
    table: 'notifications',
    key: 'seq',
    into: { notification_lines: { columns: 'account, seq, customer', key: 'account, seq' } },
  },
];

/**
 * Rows of each source in one commit: as many as a batch may add, so that it catches up between two of them. Some
 * ten milliseconds, which the next batch waits.
 */
const MOST_ROWS = DEFAULT_LIMITS.rows;

/** The text of every statement here, of each source; a test holds their plans. */
export const FILLING = SOURCES.map(({ table, key, into }) => ({
  upTo: `SELECT id AS upTo, (SELECT coalesce(max(${key}), 0) FROM ${table}) AS last
    FROM indexed_up_to WHERE source = '${table}'`,
  // Between ids there may be long gaps, of rows that were removed.
  next: `SELECT max(${key}) AS last FROM
    (SELECT ${key} FROM ${table} WHERE ${key} > :above ORDER BY ${key} LIMIT :rows)`,
  // REPLACE: after moveBack some are there already.
  fill: Object.entries(into).map(
    ([name, { columns, key: order }]) => `INSERT OR REPLACE INTO ${name} (${columns})
      SELECT ${columns} FROM ${table} WHERE ${key} > :above AND ${key} <= :to ORDER BY ${order}`,
  ),
  move: `UPDATE indexed_up_to SET id = :to WHERE source = '${table}'`,
}));

/** For a notification whose seq is not above all others: it and what comes behind it are filled again. */
export const MOVE_BACK = `UPDATE indexed_up_to SET id = :seq - 1
  WHERE source = 'notifications' AND id >= :seq`;

/** One source on a connection. */
class Filling {
  readonly #upTo: StatementSync;
  readonly #next: StatementSync;
  readonly #inserts: readonly StatementSync[];
  readonly #move: StatementSync;

  constructor(db: DatabaseSync, sql: (typeof FILLING)[number]) {
    this.#upTo = db.prepare(sql.upTo);
    this.#next = db.prepare(sql.next);
    this.#inserts = sql.fill.map((one) => db.prepare(one));
    this.#move = db.prepare(sql.move);
  }

  /** Fills for the next `rows` rows; true where those were all. */
  fill(rows: number): boolean {
    const found = this.#upTo.get();
    const above = Number(found?.['upTo']);
    const last = Number(found?.['last']);
    if (above >= last) return true;
    const to = last - above <= rows ? last : Number(this.#next.get({ above, rows })?.['last']);
    for (const statement of this.#inserts) statement.run({ above, to });
    this.#move.run({ to });
    return to === last;
  }
}

export class DeferredIndexes {
  readonly #db: DatabaseSync;
  readonly #fillings: readonly Filling[];
  readonly #moveBack: StatementSync;
  readonly #upTo: StatementSync;
  /** No notification above this seq was ever indexed. */
  #highest: number;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#fillings = FILLING.map((sql) => new Filling(db, sql));
    this.#moveBack = db.prepare(MOVE_BACK);
    this.#upTo = db.prepare("SELECT id FROM indexed_up_to WHERE source = 'notifications'");
    this.#highest = this.#upToNotification();
  }

  /** Fills, in one commit, for the next `rows` rows of each source; true where those were all. */
  fill(rows = MOST_ROWS): boolean {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      let isAll = true;
      for (const filling of this.#fillings) if (!filling.fill(rows)) isAll = false;
      this.#db.exec('COMMIT');
      this.#highest = Math.max(this.#highest, this.#upToNotification());
      return isAll;
    } catch (error) {
      // A full disk or an I/O error makes SQLite roll back by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * To be called in the transaction that adds a notification. Seqs rise, and then this does nothing: one that
   * does not would never be found by its line.
   */
  beforeNotification(seq: number): void {
    if (seq <= this.#highest) this.#moveBack.run({ seq });
  }

  #upToNotification(): number {
    return Number(this.#upTo.get()?.['id']);
  }
}
