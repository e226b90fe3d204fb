// For this room's tests only: a store in memory whose writes become visible late and whose reads look late, as
// a real one's do.

import type { E164 } from '../numbers/e164.ts';
import type { Attempt, EndedSelection, Notification, NotificationRow } from '../store/store.ts';
import type { NotificationState } from '../store/store.ts';
import type { OutboxStore } from './outbox.ts';
import { Signal } from './test-kit.ts';

interface MemoryRow {
  readonly notification: Notification;
  state: NotificationState;
  readonly attempts: Attempt[];
  /** How many of the attempts were made before it was last requeued. */
  before: number;
  since: number;
  claimed: boolean;
}

/**
 * A store in memory. `lag` is awaited before each write shows and, once a read has looked, before it answers;
 * writes show in the order they were asked for.
 */
export class MemoryStore implements OutboxStore {
  readonly rows = new Map<number, MemoryRow>();
  readonly signal = new Signal();
  readonly reads: { afterSeq: number; limit: number }[] = [];
  lag: () => Promise<void> = async () => {};
  /** Awaited before a read looks. */
  lookLag: () => Promise<void> = async () => {};
  #lastWrite: Promise<void> = Promise.resolve();

  commit(notifications: readonly Notification[]): void {
    for (const notification of notifications) {
      const { seq, createdAt: since } = notification;
      const state = 'pending';
      this.rows.set(seq, { notification, state, attempts: [], before: 0, since, claimed: false });
    }
  }

  async lastNotificationSeq(): Promise<number> {
    return Math.max(0, ...this.rows.keys());
  }

  async linesWithPending(): Promise<E164[]> {
    return [...new Set(this.#inState('pending').map(({ notification }) => notification.account))];
  }

  async pendingNotifications(line: E164, afterSeq: number, limit: number) {
    this.reads.push({ afterSeq, limit });
    await this.lookLag();
    const found = this.#inState('pending')
      .filter(({ notification: { seq, account } }) => seq > afterSeq && account === line)
      .slice(0, limit)
      .map(({ notification, attempts, before, since, claimed }) => ({
        notification,
        attempts: attempts.length - before,
        since,
        claimed,
        behindParked: this.#isBehindParked(notification),
      }));
    await this.lag();
    return found;
  }

  async parkedChains() {
    const all = [...this.rows.values()].map(({ notification }) => notification);
    const over = new Set(
      all.filter(({ type }) => type === 'RELEASE').map(({ callref }) => callref),
    );
    return this.#inState('parked')
      .map(({ notification }) => notification)
      .filter(({ callref }) => !over.has(callref));
  }

  recordAttempt(seq: number, attempt: Attempt, state: NotificationState): Promise<void> {
    return this.#write(() => {
      const row = this.rows.get(seq)!;
      row.attempts.push(attempt);
      row.state = state;
      row.claimed = false;
      // After this turn, so that whoever waits sees the timers that were set with it.
      setImmediate(() => this.signal.changed());
    });
  }

  claimNotification(seq: number): Promise<void> {
    return this.#write(() => void (this.rows.get(seq)!.claimed = true));
  }

  parkBehind(seq: number): Promise<void> {
    return this.#write(() => {
      const row = this.rows.get(seq)!;
      if (row.state !== 'pending' || !this.#isBehindParked(row.notification)) throw refused();
      row.state = 'parked';
      setImmediate(() => this.signal.changed());
    });
  }

  requeueNotifications(
    seqs: readonly number[],
    since: number,
    state: EndedSelection['state'] = 'ended',
  ): Promise<void> {
    return this.#write(() => {
      const rows = seqs.map((seq) => this.rows.get(seq)!);
      if (rows.some(({ state: has }) => has === 'pending')) throw refused();
      if (state !== 'ended' && rows.some(({ state: has }) => has !== state)) throw refused();
      for (const row of rows) {
        row.state = 'pending';
        row.before = row.attempts.length;
        row.since = since;
        row.claimed = false;
      }
    });
  }

  async parkedOfChain(callref: string, destination: number): Promise<number[]> {
    await this.lookLag();
    const seqs = this.#inState('parked')
      .map(({ notification }) => notification)
      .filter((one) => one.callref === callref && one.destination === destination)
      .map(({ seq }) => seq);
    await this.lag();
    return seqs;
  }

  async endedNotifications(selection: EndedSelection, above: number, rows: number) {
    await this.lookLag();
    const { line, state, from = 0, to = Infinity } = selection;
    const looked = [...this.rows.values()]
      .filter(({ notification }) => notification.seq > above)
      .sort(bySeq)
      .slice(0, rows);
    const found = looked.filter(
      ({ notification: { account, createdAt }, state: has }) =>
        (line === undefined || account === line) &&
        (state === 'ended' ? has !== 'pending' : has === state) &&
        createdAt >= from &&
        createdAt < to,
    );
    await this.lag();
    return {
      found: found.map(({ notification }) => notification),
      next: looked.length < rows ? null : looked.at(-1)!.notification.seq,
    };
  }

  #write(change: () => void): Promise<void> {
    const written = this.#lastWrite.then(() => this.lag()).then(change);
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  #inState(state: NotificationState): MemoryRow[] {
    return [...this.rows.values()].filter((row) => row.state === state).sort(bySeq);
  }

  #isBehindParked({ seq, callref, destination }: Notification): boolean {
    return this.#inState('parked').some(
      ({ notification: earlier }) =>
        earlier.callref === callref && earlier.destination === destination && earlier.seq < seq,
    );
  }

  /** The row of that id, as it is now. */
  row(id: string): NotificationRow {
    const { notification, state, attempts } = [...this.rows.values()].find(
      (row) => row.notification.id === id,
    )!;
    return { ...notification, state, customer: '', attempts: [...attempts] };
  }

  /** `<id> <state> <number of tries>` of every row. */
  get summary(): string[] {
    return [...this.rows.values()].map(
      ({ notification, state, attempts }) => `${notification.id} ${state} ${attempts.length}`,
    );
  }

  /** Resolves when so many tries are recorded in all. */
  recorded(tries: number): Promise<void> {
    const count = () => [...this.rows.values()].reduce((sum, row) => sum + row.attempts.length, 0);
    return this.signal.until(() => count() >= tries, `${tries} recorded tries`);
  }
}

function bySeq(a: MemoryRow, b: MemoryRow): number {
  return a.notification.seq - b.notification.seq;
}

function refused(): Error {
  return Object.assign(new Error('it contradicts what is kept'), { code: 'refused' });
}
