// The store of store.ts on SQLite: the main thread's side. Writes go in groups (group-commit.ts) to the
// writer thread, reads (reads.ts) to the reader thread; it never touches the database itself.

import type { Worker } from 'node:worker_threads';
import type { Customer, Session, Token, User } from '../access/principal.ts';
import type { CallEvent, OpenSession } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { Destination, SigningSecret } from '../notifications/destination.ts';
import type { E164 } from '../numbers/e164.ts';
import { CatchUp } from './catch-up.ts';
import { holdDataDirectory, type DataDirectory } from './data-directory.ts';
import { FileSearch } from './file-search.ts';
import { DEFAULT_LIMITS, GroupCommit } from './group-commit.ts';
import type { Identity } from './open-database.ts';
import { Reads } from './reads.ts';
import type { FromWriter, ToWriter } from './sqlite-writer.ts';
import type { StoreError } from './store-error.ts';
import { closed, startThreads, tell, writerLost, type StoreThreads } from './store-threads.ts';
import type { Attempt, Binding, CallPage, CallRow, EndedSelection, EndedSlice } from './store.ts';
import type { KeptCall, ListFilter, Notification, NotificationPage } from './store.ts';
import type { NotificationRow, NotificationState, PendingNotification, Store } from './store.ts';
import type { StoreTuning } from './store-tuning.ts';
import { UpkeepQueue } from './upkeep.ts';
import { WriteHealth, writeProbe } from './write-health.ts';
import * as cells from './writes.ts';

/**
 * Opens the store in `dataDir`, which is created where it is missing, and holds it exclusively until
 * `close`. Rejects with StoreError; its `code` tells why and its message what to do.
 */
export async function openSqliteStore(
  dataDir: string,
  identity: Identity,
  tuning: StoreTuning = {},
): Promise<SqliteStore> {
  const directory = await holdDataDirectory(dataDir, tuning.lockPatience);
  try {
    const start = { path: directory.databasePath, ...identity };
    const threads = await startThreads(start, tuning.onMigrating);
    return new SqliteStore(threads, directory, tuning);
  } catch (error) {
    directory.release();
    throw error;
  }
}

export class SqliteStore implements Store {
  readonly #writer: Worker;
  readonly #checkpointer: Worker;
  readonly #directory: DataDirectory;
  readonly #commits: GroupCommit;
  readonly #health: WriteHealth;
  readonly #onTrouble: NonNullable<StoreTuning['onTrouble']>;
  readonly #catchUp: CatchUp;
  readonly #reads: Reads;
  readonly #exited: Promise<void>;
  readonly #checkpointerExited: Promise<void>;
  readonly #search: FileSearch;
  readonly #upkeep = new UpkeepQueue((what) => this.#post(what));
  #sentAt = 0;
  #lost = false;
  #closing: Promise<void> | undefined;

  constructor(
    { writer, reader, checkpointer }: StoreThreads,
    directory: DataDirectory,
    { limits = DEFAULT_LIMITS, onBehind, onCommit, onTrouble = () => {} }: StoreTuning = {},
  ) {
    this.#writer = writer;
    this.#checkpointer = checkpointer;
    // Without it the writer empties the log itself, only less evenly.
    checkpointer.on('error', () => {});
    this.#checkpointerExited = new Promise((resolve) => checkpointer.once('exit', () => resolve()));
    this.#directory = directory;
    this.#search = new FileSearch(directory.databasePath);
    this.#onTrouble = onTrouble;
    this.#commits = new GroupCommit(
      (batch) => {
        this.#sentAt = performance.now();
        this.#post(batch);
      },
      limits,
      (error) => this.#health.failed(error),
    );
    this.#health = new WriteHealth({
      probe: () => writeProbe((key, value) => this.setMeta(key, value)),
      commitUnderWay: () => this.#commits.batchInFlight,
      onChange: (trouble) => {
        if (trouble === undefined) this.#commits.resume();
        onTrouble(trouble);
      },
    });
    this.#catchUp = new CatchUp(() => this.#post('fill'), onBehind);
    this.#reads = new Reads(reader, limits.waiting, () => this.#catchUp.wait());
    writer.on('message', (answer: FromWriter) => {
      if (answer.kind === 'upkeep') this.#upkeep.settle(answer);
      if (answer.kind === 'fill') this.#catchUp.filled(answer);
      if (answer.kind !== 'batch') return;
      onCommit?.(performance.now() - this.#sentAt);
      this.#catchUp.committed(answer.isBehind);
      this.#commits.settle(answer.failed, answer.failure);
    });
    writer.on('error', (cause) => this.#end(writerLost(cause)));
    this.#exited = new Promise((resolve) => {
      writer.once('exit', () => {
        this.#end(writerLost());
        resolve();
      });
    });
  }

  /** Operations that wait for their commit now, for metrics. */
  get waiting(): number {
    return this.#commits.waiting;
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

  forgetSession(dref: string): Promise<void> {
    return this.#commits.patient(cells.forgetSessionCells(dref));
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

  linesWithPending(): Promise<E164[]> {
    return this.#reads.ask('linesWithPending');
  }

  pendingNotifications(
    line: E164,
    afterSeq: number,
    limit: number,
  ): Promise<PendingNotification[]> {
    return this.#reads.ask('pendingNotifications', line, afterSeq, limit);
  }

  parkedChains(): Promise<Pick<Notification, 'callref' | 'destination'>[]> {
    return this.#reads.ask('parkedChains');
  }

  recordAttempt(seq: number, attempt: Attempt, state: NotificationState): Promise<void> {
    return this.#commits.patient(cells.attemptCells(seq, attempt, state));
  }

  claimNotification(seq: number): Promise<void> {
    return this.#commits.urgent(cells.claimCells(seq));
  }

  parkBehind(seq: number): Promise<void> {
    return this.#commits.patient(cells.parkBehindCells(seq));
  }

  requeueNotifications(
    seqs: readonly number[],
    since: number,
    state: EndedSelection['state'] = 'ended',
  ): Promise<void> {
    return this.#commits.urgent(cells.requeueCells(seqs, since, state));
  }

  parkedOfChain(callref: string, destination: number): Promise<number[]> {
    return this.#reads.ask('parkedOfChain', callref, destination);
  }

  endedNotifications(selection: EndedSelection, above: number, rows: number): Promise<EndedSlice> {
    return this.#reads.ask('endedNotifications', selection, above, rows);
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

  lastDestinationId(): Promise<number> {
    return this.#reads.ask('lastDestinationId');
  }

  allDestinations(): Promise<Destination[]> {
    return this.#reads.ask('allDestinations');
  }

  putDestination(destination: Destination): Promise<void> {
    return this.#commits.urgent(cells.destinationCells(destination));
  }

  removeDestination(line: E164, id: number): Promise<void> {
    return this.#commits.urgent(cells.removeDestinationCells(line, id));
  }

  allSecrets(): Promise<SigningSecret[]> {
    return this.#reads.ask('allSecrets');
  }

  putSecret(secret: SigningSecret): Promise<void> {
    return this.#commits.urgent(cells.secretCells(secret));
  }

  removeSecret(line: E164, destination: number): Promise<void> {
    return this.#commits.urgent(cells.removeSecretCells(line, destination));
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

  hasHistory(customer: string): Promise<boolean> {
    return this.#reads.ask('hasHistory', customer);
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

  usedBytes(): Promise<number> {
    return this.#reads.ask('usedBytes');
  }

  callsAbove(above: number, most: number): Promise<KeptCall[]> {
    return this.#reads.ask('callsAbove', above, most);
  }

  callsOfNumber(number: string, above: number, most: number): Promise<KeptCall[]> {
    return this.#reads.ask('callsOfNumber', number, above, most);
  }

  removeCalls(ids: readonly number[]): Promise<void> {
    return this.#commits.patient(cells.removeCallsCells(ids));
  }

  emptyLog(): Promise<boolean> {
    return this.#upkeep.ask('empty-log');
  }

  async compact(): Promise<void> {
    await this.#upkeep.ask('compact');
  }

  async countInFile(text: string): Promise<number> {
    return this.#search.count(text);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#health.end();
    this.#catchUp.stop();
    const drained = this.#commits.drain();
    this.#commits.refuse(closed());
    this.#upkeep.refuse(closed());
    tell(this.#checkpointer, 'close');
    await Promise.all([drained, this.#reads.close(closed()), this.#checkpointerExited]);
    // The writer last: it is the one that can move the write-ahead log into the database.
    if (!this.#lost) this.#post('close');
    await this.#exited;
    await this.#search.close();
    this.#directory.release();
  }

  #post(message: ToWriter): void {
    tell(this.#writer, message);
  }

  /** The writer is gone: nothing can be kept any more, and what is read would soon be wrong. */
  #end(error: StoreError): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#health.end();
    this.#commits.end(error);
    this.#catchUp.end();
    if (this.#closing === undefined) this.#onTrouble(error);
    this.#reads.end(error);
    this.#upkeep.end(error);
  }
}
