// The thread that moves what was committed from the write-ahead log into the database, on a connection of its
// own, so that no commit waits for it: SQLite would let every commit that finds 1,000 pages in the log do it.
// The writer (sqlite-writer.ts) only does so itself where the log has grown far beyond that.
//
// To this thread comes 'close', its start is answered by a ReadyAnswer. It opens the database when it first has
// to look, when the writer has made its tables.

import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { ReadyAnswer } from './sqlite-writer.ts';

export interface CheckpointerStart {
  readonly path: string;
}

/** How often it moves what there is, milliseconds. A page that changed many times since is moved once. */
const EVERY_MS = 1000;

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 0 });
  // Of each connection: on macOS fsync alone does not reach the platter (open-database.ts).
  db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  return db;
}

/** The whole life of the thread. */
function run(port: NonNullable<typeof parentPort>, { path }: CheckpointerStart): void {
  let db: DatabaseSync | undefined;
  const timer = setInterval(() => {
    try {
      db ??= open(path);
      // PASSIVE waits for nobody: what a reader still needs is moved the next time.
      db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // A full or failing disk, or the database is being emptied or written anew: the writer reports what
      // is wrong with it, and what could not be moved stays in the log, where it is as safe.
    }
  }, EVERY_MS);
  port.on('message', () => {
    clearInterval(timer);
    db?.close();
    port.close();
  });
  const ready: ReadyAnswer = { kind: 'ready', failure: undefined };
  port.postMessage(ready);
}

// startCheckpointer in store-threads.ts, the only one that starts this thread, gives it just this.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
if (parentPort !== null) run(parentPort, workerData as CheckpointerStart);
