// The thread that owns the database: it opens it and commits one batch after the other. It decides
// nothing about when a batch is made (group-commit.ts) or what is in it (writes.ts), and answers no query: that
// is sqlite-reader.ts, so that a list holds a commit up only by what it needs filled (deferred-indexes.ts).
//
// To this thread come a flat array (a batch), 'fill', an Upkeep or 'close'; each batch is answered by a
// BatchAnswer, 'fill' by a FillAnswer, upkeep by an UpkeepAnswer, opening by a ReadyAnswer.

import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DeferredIndexes } from './deferred-indexes.ts';
import { openDatabase, type Identity } from './open-database.ts';
import { StoreError, isFaultOfOneOperation, toFailure, type Failure } from './store-error.ts';
import { countAt, type Cell } from './write-statement.ts';
import { ADD_CALL, ADD_NOTIFICATION, WRITES, writeStatement } from './writes.ts';

export interface WriterStart extends Identity {
  readonly path: string;
}

/** Comes before ReadyAnswer where an older program left the database: versions as in schema.ts. */
export interface MigratingAnswer {
  readonly kind: 'migrating';
  readonly from: number;
  readonly to: number;
}

/** `failure` is undefined where the database is open. */
export interface ReadyAnswer {
  readonly kind: 'ready';
  readonly failure: Failure | undefined;
}

/** `failed` holds the operations that were not kept, by their place in the batch; mostly nothing. */
export interface BatchAnswer {
  readonly kind: 'batch';
  readonly failed: 'all' | readonly (Failure | undefined)[];
  readonly failure?: Failure;
  /** Whether there may be rows that the deferred indexes do not have. */
  readonly isBehind: boolean;
}

/** The next rows were added to the deferred indexes. */
export interface FillAnswer {
  readonly kind: 'fill';
  readonly isBehind: boolean;
  readonly failure?: Failure;
}

/** Work on the file itself, between two batches. */
export type Upkeep = 'empty-log' | 'compact';

/** `done` is false where a read was in the way. */
export interface UpkeepAnswer {
  readonly kind: 'upkeep';
  readonly done: boolean;
  readonly failure?: Failure;
}

export type ToWriter = Cell[] | 'fill' | Upkeep | 'close';
export type FromWriter = MigratingAnswer | ReadyAnswer | BatchAnswer | FillAnswer | UpkeepAnswer;

/** Commits batches on one connection. */
class BatchWriter {
  readonly #db: DatabaseSync;
  readonly #statements: StatementSync[];
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #deferred: DeferredIndexes;
  /** Or an earlier program left it so. */
  #isBehind = true;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#statements = WRITES.map(({ sql }) => db.prepare(sql));
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#deferred = new DeferredIndexes(db);
  }

  /** Commits a batch: all of it, or all of it but the operations that are at fault themselves. */
  write(cells: Cell[]): BatchAnswer {
    try {
      this.#begin.run();
      for (let at = 0; at < cells.length;) at = this.#apply(cells, at);
      this.#commit.run();
      return this.#answer([]);
    } catch (error) {
      this.#rollback();
      return isFaultOfOneOperation(error) ? this.#writeOneByOne(cells) : this.#allFailed(error);
    }
  }

  /** The same batch again, each operation on its own savepoint, so that a bad one fails alone. */
  #writeOneByOne(cells: Cell[]): BatchAnswer {
    const failed: (Failure | undefined)[] = [];
    try {
      this.#begin.run();
      for (let at = 0; at < cells.length; at = endOfOperation(cells, at)) {
        this.#db.exec('SAVEPOINT operation');
        try {
          this.#apply(cells, at);
          failed.push(undefined);
        } catch (error) {
          if (!isFaultOfOneOperation(error)) throw error;
          this.#db.exec('ROLLBACK TO operation');
          failed.push(toFailure(error, 'refused', 'this contradicts what the store holds'));
        }
        this.#db.exec('RELEASE operation');
      }
      this.#commit.run();
      return this.#answer(failed);
    } catch (error) {
      this.#rollback();
      return this.#allFailed(error);
    }
  }

  #answer(failed: BatchAnswer['failed']): BatchAnswer {
    return { kind: 'batch', failed, isBehind: this.#isBehind };
  }

  #allFailed(error: unknown): BatchAnswer {
    const failure = toFailure(error, 'write-failed', 'nothing of this could be written');
    return { ...this.#answer('all'), failure };
  }

  /** Runs the statements of the operation that begins at `at`; the place of the next one. */
  #apply(cells: Cell[], at: number): number {
    let place = at + 1;
    for (let left = countAt(cells, at); left > 0; left -= 1) {
      const number = countAt(cells, place);
      this.#run(number, cells, place + 1);
      place += 1 + writeStatement(number).values;
    }
    return place;
  }

  /** Runs one statement, whose values begin at `first`, or what is to be run in its place. */
  #run(number: number, cells: Cell[], first: number): void {
    const { values, missing, orElse } = writeStatement(number);
    if (number === ADD_CALL) this.#isBehind = true;
    else if (number === ADD_NOTIFICATION) {
      this.#isBehind = true;
      this.#deferred.beforeNotification(Number(cells[first]));
    }
    const { changes } = this.#statements[number]!.run(...cells.slice(first, first + values));
    if (changes !== 0) return;
    for (const other of orElse) this.#run(other, cells, first);
    if (missing !== undefined) throw new StoreError('refused', missing);
  }

  /** Adds the next rows to the deferred indexes. */
  fill(): FillAnswer {
    try {
      this.#isBehind = !this.#deferred.fill();
      return { kind: 'fill', isBehind: this.#isBehind };
    } catch (error) {
      const failure = toFailure(error, 'write-failed', 'what was kept could not be indexed');
      return { kind: 'fill', isBehind: true, failure };
    }
  }

  /** Empties the write-ahead log, or writes the whole database anew. */
  upkeep(what: Upkeep): UpkeepAnswer {
    try {
      if (what === 'compact') this.#db.exec('VACUUM');
      return { kind: 'upkeep', done: this.#emptyLog() };
    } catch (error) {
      const failure = toFailure(error, 'write-failed', 'the database could not be tidied up');
      return { kind: 'upkeep', done: false, failure };
    }
  }

  // A read that is under way is not waited for: batches would wait as well.
  #emptyLog(): boolean {
    const { timeout } = this.#db.prepare('PRAGMA busy_timeout').get() ?? {};
    this.#db.exec('PRAGMA busy_timeout = 0');
    try {
      return this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${Number(timeout)}`);
    }
  }

  // A full disk or an I/O error makes SQLite roll back by itself.
  #rollback(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // The error that led here is the one to report; the next batch's BEGIN says if it is worse.
    }
  }
}

function endOfOperation(cells: Cell[], at: number): number {
  let place = at + 1;
  for (let left = countAt(cells, at); left > 0; left -= 1) {
    place += 1 + writeStatement(countAt(cells, place)).values;
  }
  return place;
}

/** The whole life of the thread. */
function run(port: NonNullable<typeof parentPort>, start: WriterStart): void {
  const send = (answer: FromWriter): void => port.postMessage(answer);
  let db: DatabaseSync;
  try {
    db = openDatabase(start.path, start, (from, to) => send({ kind: 'migrating', from, to }));
  } catch (error) {
    send({ kind: 'ready', failure: toFailure(error, 'not-writable', `cannot open ${start.path}`) });
    return;
  }
  const writer = new BatchWriter(db);
  port.on('message', (message: ToWriter) => {
    if (Array.isArray(message)) send(writer.write(message));
    else if (message === 'fill') send(writer.fill());
    else if (message !== 'close') send(writer.upkeep(message));
    else {
      // Closing moves the write-ahead log into the database; without a listener the thread ends.
      db.close();
      port.close();
    }
  });
  send({ kind: 'ready', failure: undefined });
}

// startWriter in store-threads.ts, the only one that starts this thread, gives it just this.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
if (parentPort !== null) run(parentPort, workerData as WriterStart);
