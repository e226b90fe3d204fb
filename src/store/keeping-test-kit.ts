// For tests only: a clock that is set by hand and whose pauses are over at once, a log that keeps its lines, and
// calls in a real store, of any age.

import type { TestContext } from 'node:test';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';
import type { Notification, Store } from './store.ts';
import {
  connect,
  DELIVERED,
  IDENTITY,
  release,
  sampleCall,
  sampleNotification,
  setup,
  temporaryDirectory,
  TIMED_OUT,
} from './test-samples.ts';

export const DAY = 86_400_000;
/** The time on a test's clock at its beginning. */
export const NOW = 1_800_000_000_000;

export class HandClock {
  time = NOW;
  steady = 5000;
  /** Pauses that were asked for, milliseconds. */
  readonly pauses: number[] = [];
  /** False: they are over when a test says so, by `fire`. */
  atOnce = true;
  #waiting: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  elapsed(): number {
    return this.steady;
  }

  setTimer(run: () => void, ms: number): { cancel(): void } {
    this.pauses.push(ms);
    if (this.atOnce) setImmediate(run);
    else this.#waiting.push(run);
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((one) => one !== run);
      },
    };
  }

  /** Time passes, as it does. */
  pass(ms: number): void {
    this.time += ms;
    this.steady += ms;
  }

  /** Ends every pause that is waited for; how many there were. */
  fire(): number {
    const all = this.#waiting.splice(0);
    for (const run of all) run();
    return all.length;
  }
}

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly text: string;
}

export function keptLog() {
  const lines: LogLine[] = [];
  const log = (level: string) => (fields: object, text: string) => {
    lines.push({ level, fields, text });
  };
  return { lines, info: log('info'), warn: log('warn'), error: log('error') };
}

/** A store in a directory of its own, with both. */
export async function storeOnDisk(
  t: TestContext,
): Promise<{ store: SqliteStore; directory: string }> {
  const directory = temporaryDirectory(t);
  const store = await openSqliteStore(directory, IDENTITY);
  t.after(() => store.close());
  return { store, directory };
}

let seq = 0;

export interface CallOptions {
  readonly caller?: string;
  readonly redirecting?: string;
  /** When it ended; left out: it goes on. */
  readonly endedAt?: number;
  readonly setupAt?: number;
  /** What becomes of its notifications. */
  readonly tried?: 'delivered' | 'parked' | 'pending';
  readonly answer?: string;
  readonly url?: string;
}

/** Records a call with three notifications (of one that goes on: one), each with a try. */
export async function recordCall(
  store: Store,
  name: string,
  options: CallOptions = {},
): Promise<readonly Notification[]> {
  const { caller = '33612345678', endedAt, tried = 'delivered' } = options;
  const { redirecting = '', answer = 'OK', url } = options;
  const setupAt = options.setupAt ?? (endedAt ?? NOW) - 60_000;
  const call = { ...sampleCall(name), caller, redirectingNumber: redirecting };
  const notified = (): Notification => {
    seq += 1;
    const notification = { ...sampleNotification(seq, call), createdAt: setupAt };
    return url === undefined ? notification : { ...notification, url };
  };
  const first = notified();
  const notifications = [first];
  // All at once: the store commits them in this order, few commits for many calls.
  const kept = [store.recordCalls([setup(call, setupAt)], [first], call.dref, 'wire')];
  if (endedAt !== undefined) {
    const others = [notified(), notified()];
    notifications.push(...others);
    const ends = [connect(call, setupAt + 1000), release(call, endedAt)];
    kept.push(store.recordCalls(ends, others, call.dref, undefined));
  }
  for (const { seq: one } of notifications) {
    const attempt = tried === 'delivered' ? { ...DELIVERED, answer } : TIMED_OUT;
    kept.push(store.recordAttempt(one, attempt, tried));
  }
  await Promise.all(kept);
  return notifications;
}

/** The same for `count` calls, named `prefix` and a number. */
export async function recordCalls(
  store: Store,
  count: number,
  prefix: string,
  options: CallOptions,
): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) => recordCall(store, `${prefix}${n}`, options)),
  );
}

/** The callrefs that are left, the oldest first, without `callref-` before them. */
export async function left(store: Store): Promise<string[]> {
  const calls = await store.listCalls({ limit: 10_000 });
  return calls.map(({ callref }) => callref.replace('callref-', ''));
}
