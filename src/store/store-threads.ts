// Starts the three threads of the store: the writer, which owns the database, the reader, and the one that
// empties the log. What they are told and answer is in sqlite-writer.ts, sqlite-reader.ts and
// sqlite-checkpointer.ts; who talks to them is sqlite-store.ts.

import { Worker } from 'node:worker_threads';
import type { CheckpointerStart } from './sqlite-checkpointer.ts';
import type { FromReader, ReaderStart, ToReader } from './sqlite-reader.ts';
import type { FromWriter, ToWriter, WriterStart } from './sqlite-writer.ts';
import { StoreError, fromFailure, messageOf, type StoreErrorCode } from './store-error.ts';

export interface StoreThreads {
  readonly writer: Worker;
  readonly reader: Worker;
  readonly checkpointer: Worker;
}

/** Told of the versions where the database is brought to the newest one before it is open. */
export type OnMigrating = (from: number, to: number) => void;

/**
 * All threads, started side by side. Rejects with StoreError where the database could not be opened; no
 * thread is left then, so that the lock can be released.
 */
export async function startThreads(
  start: WriterStart,
  onMigrating?: OnMigrating,
): Promise<StoreThreads> {
  const starting = [
    startWriter(start, onMigrating),
    startReader(start),
    startCheckpointer(start),
  ] as const;
  try {
    const [writer, reader, checkpointer] = await Promise.all(starting);
    return { writer, reader, checkpointer };
  } catch (error) {
    for (const thread of await Promise.allSettled(starting)) {
      if (thread.status === 'fulfilled') await thread.value.terminate();
    }
    throw error;
  }
}

/** Starts the writer thread; resolves when the database is open, rejects when it could not be. */
export function startWriter(start: WriterStart, onMigrating?: OnMigrating): Promise<Worker> {
  return startThread('writer', start, writerLost, onMigrating);
}

/** Starts the reader thread; resolves when it listens. It opens the database at its first read. */
export function startReader({ path }: ReaderStart): Promise<Worker> {
  return startThread('reader', { path }, readerLost);
}

/** Starts the thread that empties the log; resolves when it runs. It opens the database a second later. */
export function startCheckpointer({ path }: CheckpointerStart): Promise<Worker> {
  return startThread('checkpointer', { path }, writerLost);
}

function startThread(
  name: 'writer' | 'reader' | 'checkpointer',
  workerData: WriterStart | ReaderStart | CheckpointerStart,
  lostWith: (cause?: unknown) => StoreError,
  onMigrating: OnMigrating = () => {},
): Promise<Worker> {
  // From the checkout this file is .ts, in the published package .js: the threads are its neighbours.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./sqlite-${name}.${ending}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const thread = new Worker(url, { workerData, name: `carillon-store-${name}` });
    const lost = (cause?: unknown): void => reject(lostWith(cause));
    thread.once('error', lost).once('exit', lost);
    thread.on('message', function begun(answer: FromWriter | FromReader) {
      if (answer.kind === 'migrating') return onMigrating(answer.from, answer.to);
      thread.off('message', begun).off('error', lost).off('exit', lost);
      if (answer.kind !== 'ready' || answer.failure === undefined) resolve(thread);
      else {
        // The thread has nothing to listen to any more; the lock must not be released before it is gone.
        const error = fromFailure(answer.failure);
        thread.once('exit', () => reject(error));
      }
    });
  });
}

/** Sends a message to one of the threads. One that is gone takes no notice. */
export function tell(thread: Worker, message: ToWriter | ToReader): void {
  // A thread's port, not a window: there is no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  thread.postMessage(message);
}

/** What is said of whatever is asked behind `close`. */
export function closed(): StoreError {
  return new StoreError('closed', 'the store is closed: nothing can be read or written any more');
}

/** What is said once the writer has ended by itself. */
export function writerLost(cause?: unknown): StoreError {
  return lost(
    'writer-lost',
    'the thread that writes the database has ended',
    'Nothing can be kept until the server is started again; what was acknowledged is on disk.',
    cause,
  );
}

/** What is said once the reader has ended by itself. */
export function readerLost(cause?: unknown): StoreError {
  return lost(
    'reader-lost',
    'the thread that reads the database has ended',
    'Nothing can be listed until the server is started again; calls are kept as before.',
    cause,
  );
}

function lost(code: StoreErrorCode, what: string, then: string, cause: unknown): StoreError {
  // An exit comes with its number, which says nothing.
  const why = cause instanceof Error ? `: ${messageOf(cause)}` : '';
  return new StoreError(
    code,
    `${what}${why}. ${then}`,
    cause === undefined ? undefined : { cause },
  );
}
