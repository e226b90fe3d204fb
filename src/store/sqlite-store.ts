// The store of store.ts on SQLite: the main thread's side. Writes go in groups (group-commit.ts) to the
// writer thread, reads (reads.ts) to the reader thread; it never touches the database itself.

import type { Worker } from 'node:worker_threads';
import type { Customer, Session, Token, User } from '../access/principal.ts';
import type { CallEvent, OpenSession } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import { holdDataDirectory, type DataDirectory, type LockPatience } from './data-directory.ts';
import { DEFAULT_LIMITS, GroupCommit, type GroupCommitLimits } from './group-commit.ts';
import type { Identity } from './open-database.ts';
import { Reads } from './reads.ts';
import type { FromWriter, ToWriter } from './sqlite-writer.ts';
import { StoreError } from './store-error.ts';
import { startThreads, writerLost, type StoreThreads } from './store-threads.ts';
import type { Attempt, Binding, CallPage, CallRow, ListFilter, Notification } from './store.ts';
import type { NotificationPage, NotificationRow, NotificationState, Store } from './store.ts';
import * as cells from './writes.ts';

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
    const threads = await startThreads({ path: directory.databasePath, kind, realm });
    return new SqliteStore(threads, directory, tuning.limits);
  } catch (error) {
    directory.release();
    throw error;
  }
}

export class SqliteStore implements Store {
  readonly #writer: Worker;
  readonly #directory: DataDirectory;
  readonly #commits: GroupCommit;
  readonly #reads: Reads;
  readonly #exited: Promise<void>;
  #lost = false;
  #closing: Promise<void> | undefined;

  constructor({ writer, reader }: StoreThreads, directory: DataDirectory, limits = DEFAULT_LIMITS) {
    this.#writer = writer;
    this.#directory = directory;
    this.#commits = new GroupCommit((batch) => this.#post(batch), limits);
    this.#reads = new Reads(reader, limits.waiting);
    writer.on('message', (answer: FromWriter) => {
      if (answer.kind === 'batch') this.#commits.settle(answer.failed, answer.failure);
    });
    writer.on('error', (cause) => this.#end(writerLost(cause)));
    this.#exited = new Promise((resolve) => {
      writer.once('exit', () => {
        this.#end(writerLost());
        resolve();
      });
    });
  }

  getMeta(key: string): Promise<string | undefined> {
    return this.#reads.ask('getMeta', key);
  }

  setMeta(key: string, value: string): Promise<void> {
    return this.#commits.urgent(cells.metaCells(key, value));
  }

  allLines(): Promise<Line[]> {
    return this.#reads.ask('allLines');
  }

  putLine(line: Line): Promise<void> {
    return this.#commits.urgent(cells.lineCells(line));
  }

  putLines(lines: readonly Line[]): Promise<void> {
    return this.#commits.urgent(cells.linesCells(lines));
  }

  removeLine(number: E164): Promise<void> {
    return this.#commits.urgent(cells.removeLineCells(number));
  }

  allBindings(): Promise<Binding[]> {
    return this.#reads.ask('allBindings');
  }

  changeBindings(
    put: readonly Binding[],
    remove: readonly Pick<Binding, 'line' | 'contact'>[],
  ): Promise<void> {
    return this.#commits.urgent(cells.bindingCells(put, remove));
  }

  recordCalls(
    events: readonly CallEvent[],
    notifications: readonly Notification[],
    dref: string,
    wire: string | undefined,
  ): Promise<void> {
    return this.#commits.urgent(cells.callCells(events, notifications, dref, wire));
  }

  openSessions(): Promise<OpenSession[]> {
    return this.#reads.ask('openSessions');
  }

  listCalls(filter: ListFilter): Promise<CallRow[]> {
    return this.#reads.ask('listCalls', filter);
  }

  pageCalls(page: CallPage): Promise<CallRow[]> {
    return this.#reads.ask('pageCalls', page);
  }

  getCall(callref: string): Promise<CallRow | undefined> {
    return this.#reads.ask('getCall', callref);
  }

  lastNotificationSeq(): Promise<number> {
    return this.#reads.ask('lastNotificationSeq');
  }

  pendingNotifications(
    afterSeq: number,
    limit: number,
  ): Promise<{ notification: Notification; attempts: number }[]> {
    return this.#reads.ask('pendingNotifications', afterSeq, limit);
  }

  recordAttempt(seq: number, attempt: Attempt, state: NotificationState): Promise<void> {
    return this.#commits.patient(cells.attemptCells(seq, attempt, state));
  }

  requeueNotification(seq: number): Promise<void> {
    return this.#commits.urgent(cells.requeueCells(seq));
  }

  listNotifications(filter: ListFilter): Promise<NotificationRow[]> {
    return this.#reads.ask('listNotifications', filter);
  }

  pageNotifications(page: NotificationPage): Promise<NotificationRow[]> {
    return this.#reads.ask('pageNotifications', page);
  }

  getNotification(id: string): Promise<NotificationRow | undefined> {
    return this.#reads.ask('getNotification', id);
  }

  lastNotifications(lines: readonly E164[]): Promise<NotificationRow[]> {
    return this.#reads.ask('lastNotifications', lines);
  }

  allCustomers(): Promise<Customer[]> {
    return this.#reads.ask('allCustomers');
  }

  putCustomer(customer: Customer): Promise<void> {
    return this.#commits.urgent(cells.customerCells(customer));
  }

  removeCustomer(name: string): Promise<void> {
    return this.#commits.urgent(cells.removeCustomerCells(name));
  }

  allUsers(): Promise<User[]> {
    return this.#reads.ask('allUsers');
  }

  putUser(user: User): Promise<void> {
    return this.#commits.urgent(cells.userCells(user));
  }

  removeUser(name: string): Promise<void> {
    return this.#commits.urgent(cells.removeUserCells(name));
  }

  allSessions(): Promise<Session[]> {
    return this.#reads.ask('allSessions');
  }

  putSession(session: Session): Promise<void> {
    return this.#commits.urgent(cells.sessionCells(session));
  }

  removeSessions(hashes: readonly string[]): Promise<void> {
    return this.#commits.urgent(cells.removeSessionCells(hashes));
  }

  allTokens(): Promise<Token[]> {
    return this.#reads.ask('allTokens');
  }

  putToken(token: Token): Promise<void> {
    return this.#commits.urgent(cells.tokenCells(token));
  }

  removeToken(id: string): Promise<void> {
    return this.#commits.urgent(cells.removeTokenCells(id));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const drained = this.#commits.drain();
    this.#commits.refuse(closed());
    await Promise.all([drained, this.#reads.close(closed())]);
    // The writer last: it is the one that can move the write-ahead log into the database.
    if (!this.#lost) this.#post('close');
    await this.#exited;
    this.#directory.release();
  }

  #post(message: ToWriter): void {
    // A thread's port, not a window: there is no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#writer.postMessage(message);
  }

  /** The writer is gone: nothing can be kept any more, and what is read would soon be wrong. */
  #end(error: StoreError): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#commits.end(error);
    this.#reads.end(error);
  }
}

function closed(): StoreError {
  return new StoreError('closed', 'the store is closed: nothing can be read or written any more');
}
