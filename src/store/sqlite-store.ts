// The store of store.ts on SQLite: the main thread's side. It turns calls into messages to the writer
// thread (sqlite-writer.ts) and its answers into promises; it never touches the database itself.

import { Worker } from 'node:worker_threads';
import type { CallEvent, OpenSession } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import { holdDataDirectory, type DataDirectory, type LockPatience } from './data-directory.ts';
import { DEFAULT_LIMITS, GroupCommit, type GroupCommitLimits } from './group-commit.ts';
import type { Identity } from './open-database.ts';
import type { Queries } from './queries.ts';
import type { FromWriter, ReadAnswer, ToWriter, WriterStart } from './sqlite-writer.ts';
import { StoreError, fromFailure, messageOf } from './store-error.ts';
import type { Attempt, Binding, CallRow, ListFilter, Notification } from './store.ts';
import type { NotificationRow, NotificationState, Store } from './store.ts';
import { attemptCells, bindingCells, callCells, lineCells, metaCells } from './writes.ts';
import { removeLineCells } from './writes.ts';

/** For tests: smaller limits, less patience. */
export interface StoreTuning {
  readonly limits?: GroupCommitLimits;
  readonly lockPatience?: LockPatience;
}

/**
 * Opens the store in `dataDir`, which is created where it is missing, and holds it exclusively until
 * `close`. Rejects with StoreError; its `code` tells why and its message what to do.
 */
export async function openSqliteStore(
  dataDir: string,
  identity: Identity,
  tuning: StoreTuning = {},
): Promise<Store> {
  const directory = await holdDataDirectory(dataDir, tuning.lockPatience);
  try {
    const { kind, realm } = identity;
    const writer = await startWriter({ path: directory.databasePath, kind, realm });
    return new SqliteStore(writer, directory, tuning.limits);
  } catch (error) {
    directory.release();
    throw error;
  }
}

// From the checkout this file is .ts, in the published package .js: the writer is its neighbour in both.
const WRITER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-writer.ts' : './sqlite-writer.js',
  import.meta.url,
);

/** Starts the writer thread; resolves when the database is open, rejects when it could not be. */
export function startWriter(start: WriterStart): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const writer = new Worker(WRITER_URL, { workerData: start, name: 'carillon-store' });
    const lost = (cause?: unknown): void => reject(writerLost(cause));
    writer.once('error', lost).once('exit', lost);
    writer.once('message', (answer: FromWriter) => {
      writer.off('error', lost).off('exit', lost);
      if (answer.kind !== 'ready' || answer.failure === undefined) resolve(writer);
      else {
        // The thread has nothing to listen to any more; the lock must not be released before it is gone.
        const error = fromFailure(answer.failure);
        writer.once('exit', () => reject(error));
      }
    });
  });
}

interface Reader {
  resolve(rows: unknown): void;
  reject(error: StoreError): void;
}

export class SqliteStore implements Store {
  readonly #writer: Worker;
  readonly #directory: DataDirectory;
  readonly #commits: GroupCommit;
  readonly #readers = new Map<number, Reader>();
  readonly #maxReaders: number;
  readonly #exited: Promise<void>;
  #lastRead = 0;
  #ended: StoreError | undefined;
  #closing: Promise<void> | undefined;

  constructor(writer: Worker, directory: DataDirectory, limits = DEFAULT_LIMITS) {
    this.#writer = writer;
    this.#directory = directory;
    this.#maxReaders = limits.waiting;
    this.#commits = new GroupCommit((batch) => this.#post(batch), limits);
    writer.on('message', (answer: FromWriter) => this.#answered(answer));
    writer.on('error', (cause) => this.#end(writerLost(cause)));
    this.#exited = new Promise((resolve) => {
      writer.once('exit', () => {
        this.#end(writerLost());
        resolve();
      });
    });
  }

  getMeta(key: string): Promise<string | undefined> {
    return this.#read('getMeta', key);
  }

  setMeta(key: string, value: string): Promise<void> {
    return this.#commits.urgent(metaCells(key, value));
  }

  allLines(): Promise<Line[]> {
    return this.#read('allLines');
  }

  putLine(line: Line): Promise<void> {
    return this.#commits.urgent(lineCells(line));
  }

  removeLine(number: E164): Promise<void> {
    return this.#commits.urgent(removeLineCells(number));
  }

  allBindings(): Promise<Binding[]> {
    return this.#read('allBindings');
  }

  changeBindings(
    put: readonly Binding[],
    remove: readonly Pick<Binding, 'line' | 'contact'>[],
  ): Promise<void> {
    return this.#commits.urgent(bindingCells(put, remove));
  }

  recordCalls(
    events: readonly CallEvent[],
    notifications: readonly Notification[],
    dref: string,
    wire: string | undefined,
  ): Promise<void> {
    return this.#commits.urgent(callCells(events, notifications, dref, wire));
  }

  openSessions(): Promise<OpenSession[]> {
    return this.#read('openSessions');
  }

  listCalls(filter: ListFilter): Promise<CallRow[]> {
    return this.#read('listCalls', filter);
  }

  lastNotificationSeq(): Promise<number> {
    return this.#read('lastNotificationSeq');
  }

  pendingNotifications(
    afterSeq: number,
    limit: number,
  ): Promise<{ notification: Notification; attempts: number }[]> {
    return this.#read('pendingNotifications', afterSeq, limit);
  }

  recordAttempt(seq: number, attempt: Attempt, state: NotificationState): Promise<void> {
    return this.#commits.patient(attemptCells(seq, attempt, state));
  }

  listNotifications(filter: ListFilter): Promise<NotificationRow[]> {
    return this.#read('listNotifications', filter);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const drained = this.#commits.drain();
    this.#commits.refuse(closed());
    await drained;
    // The writer answers in order: reads sent before this are answered before it closes.
    if (this.#ended === undefined) this.#post('close');
    await this.#exited;
    this.#directory.release();
  }

  #read<Name extends keyof Queries>(
    query: Name,
    ...args: Parameters<Queries[Name]>
  ): Promise<ReturnType<Queries[Name]>> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#readers.size >= this.#maxReaders)
      return Promise.reject(tooManyReads(this.#maxReaders));
    return new Promise((resolve, reject) => {
      this.#lastRead += 1;
      // What comes back is the answer of the query of that name, type and all.
      this.#readers.set(this.#lastRead, { resolve, reject });
      this.#post({ read: this.#lastRead, query, args });
    });
  }

  #post(message: ToWriter): void {
    // A thread's port, not a window: there is no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#writer.postMessage(message);
  }

  #answered(answer: FromWriter): void {
    if (answer.kind === 'batch') this.#commits.settle(answer.failed, answer.failure);
    else if (answer.kind === 'read') this.#answeredRead(answer);
  }

  #answeredRead({ read, rows, failure }: ReadAnswer): void {
    const reader = this.#readers.get(read);
    this.#readers.delete(read);
    if (failure === undefined) reader?.resolve(rows);
    else reader?.reject(fromFailure(failure));
  }

  /** The writer is gone: nothing that waits will be answered, and nothing can be kept any more. */
  #end(error: StoreError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#commits.end(error);
    for (const reader of this.#readers.values()) reader.reject(error);
    this.#readers.clear();
  }
}

function closed(): StoreError {
  return new StoreError('closed', 'the store is closed: nothing can be read or written any more');
}

function tooManyReads(limit: number): StoreError {
  return new StoreError('overloaded', `${limit} reads wait for the store already: not taken`);
}

function writerLost(cause?: unknown): StoreError {
  const why = cause instanceof Error ? `: ${messageOf(cause)}` : '';
  return new StoreError(
    'writer-lost',
    `the thread that writes the database has ended${why}. Nothing can be kept until the server is ` +
      'started again; what was acknowledged is on disk.',
    cause === undefined ? undefined : { cause },
  );
}
