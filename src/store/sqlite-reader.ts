// The thread that answers reads, on a connection of its own that cannot write. The write-ahead log lets it
// read while the writer (sqlite-writer.ts) commits; what was committed before a read is asked is seen.
//
// To this thread come a ReadRequest or 'close', to be answered in order: each read by a ReadAnswer, its
// start by a ReadyAnswer. It opens the database with the first read, when the writer has made its tables.

import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { prepareQueries, type Queries } from './reading/queries.ts';
import type { ReadyAnswer } from './sqlite-writer.ts';
import { toFailure, type Failure } from './store-error.ts';

export interface ReaderStart {
  readonly path: string;
}

export interface ReadRequest {
  readonly read: number;
  readonly query: keyof Queries;
  readonly args: readonly unknown[];
}

export interface ReadAnswer {
  readonly kind: 'read';
  readonly read: number;
  readonly rows?: unknown;
  readonly failure?: Failure;
}

export type ToReader = ReadRequest | 'close';
export type FromReader = ReadyAnswer | ReadAnswer;

/** The connection that reads, and all queries on it. */
class OpenReader {
  readonly #db: DatabaseSync;
  readonly #queries: Queries;

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    // 64 MB of pages, as the writer has: the upper levels of every index stay in memory.
    this.#db.exec('PRAGMA cache_size = -65536');
    this.#queries = prepareQueries(this.#db);
  }

  /** The answer of one moment, however many statements it takes: in one transaction. */
  answer({ query, args }: ReadRequest): unknown {
    this.#db.exec('BEGIN');
    try {
      return Reflect.apply(this.#queries[query], undefined, args);
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  close(): void {
    this.#db.close();
  }
}

/** The whole life of the thread. */
function run(port: NonNullable<typeof parentPort>, { path }: ReaderStart): void {
  const send = (answer: FromReader): void => port.postMessage(answer);
  let reader: OpenReader | undefined;
  port.on('message', (message: ToReader) => {
    if (message === 'close') {
      // Without a listener the thread ends.
      reader?.close();
      port.close();
      return;
    }
    const { read, query } = message;
    try {
      reader ??= new OpenReader(path);
      send({ kind: 'read', read, rows: reader.answer(message) });
    } catch (error) {
      send({ kind: 'read', read, failure: toFailure(error, 'read-failed', `${query} failed`) });
    }
  });
  send({ kind: 'ready', failure: undefined });
}

// startReader in store-threads.ts, the only one that starts this thread, gives it just this.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
if (parentPort !== null) run(parentPort, workerData as ReaderStart);
