// Delivers notifications that are committed: in order within a call, independent between calls, each
// try recorded. prepare.ts makes the rows, send.ts makes one try, lanes.ts says who may send now, and
// window.ts reads from disk what does not fit into memory.

import type { CallEvent } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type {
  Attempt,
  Notification,
  NotificationRow,
  NotificationState,
  Store,
} from '../store/store.ts';
import { systemClock } from './clock.ts';
import type { Clock, Timer } from './clock.ts';
import { Lanes } from './lanes.ts';
import type { Log } from './log.ts';
import { chainOf, createPrepare } from './prepare.ts';
import type { Sender, SendResult } from './send.ts';
import { originOf, splitUrl } from './url.ts';
import { StoreWindow } from './window.ts';

export type OutboxStore = Pick<
  Store,
  'lastNotificationSeq' | 'pendingNotifications' | 'recordAttempt' | 'requeueNotification'
>;

export interface OutboxLimits {
  /** Requests in flight to one origin. */
  readonly perOrigin: number;
  /** Requests in flight in all. */
  readonly total: number;
  /** Notifications held in memory; the rest waits on disk. */
  readonly window: number;
  /** How long to wait after each failed try; after the last of them the notification is parked. */
  readonly retryDelaysMs: readonly number[];
}

export const OUTBOX_LIMITS: OutboxLimits = {
  perOrigin: 20,
  total: 512,
  window: 50_000,
  retryDelaysMs: [1000, 3000, 10_000],
};

export interface OutboxOptions {
  readonly store: OutboxStore;
  /** The line as it is set now. */
  readonly lineOf: (account: E164) => Line | undefined;
  readonly send: Sender['send'];
  readonly log: Log;
  readonly clock?: Clock;
  readonly limits?: Partial<OutboxLimits>;
  readonly buzzeePreset?: string;
  /**
   * Told of each try once it is on disk, with how many there were and the state it led to. What it
   * throws is logged, and changes nothing.
   */
  readonly onAttempt?: (
    notification: Notification,
    attempt: Attempt,
    attempts: number,
    state: NotificationState,
  ) => void;
}

/** Whether an ended notification waits again; if not, why, and a sentence to show. */
export type Resent =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'pending' | 'stopped'; readonly error: string };

/** A notification in memory: waiting for its turn, in flight, or waiting for its next try. */
interface Entry {
  readonly notification: Notification;
  readonly chain: string;
  readonly origin: string;
  /** Tries made so far, also before a restart; those before it was last resent do not count. */
  attempts: number;
}

export function createOutbox(options: OutboxOptions): Outbox {
  return new Outbox(options);
}

export class Outbox {
  readonly #store: OutboxStore;
  readonly #send: Sender['send'];
  readonly #log: Log;
  readonly #onAttempt: OutboxOptions['onAttempt'];
  readonly #clock: Clock;
  readonly #limits: OutboxLimits;
  readonly #lanes: Lanes<Entry>;
  readonly #window: StoreWindow;
  #lastSeq: number | undefined;

  /** Every call's queue at one destination; only its first entry is ever being sent. */
  readonly #chains = new Map<string, Entry[]>();
  /** The seq of each entry in memory, until its last result is on disk. */
  readonly #held = new Set<number>();
  /** The seq of each that is to wait again and is perhaps not on disk as such yet, nor in memory. */
  readonly #requeued = new Set<number>();
  readonly #retries = new Set<Timer>();
  #inFlight = 0;
  #unrecorded = 0;
  #stopped = false;
  /** Called whenever something ended: flush and stop look whether that was the last. */
  readonly #watchers = new Set<() => void>();

  /**
   * The notifications that these events cause, to be committed together with them and then given to
   * `enqueue`. Events of a line without a URL cause none. Call after `start`.
   */
  readonly prepare: (events: readonly CallEvent[]) => Notification[];

  constructor(options: OutboxOptions) {
    this.#store = options.store;
    this.#send = options.send;
    this.#log = options.log;
    this.#onAttempt = options.onAttempt;
    this.#clock = options.clock ?? systemClock;
    this.#limits = { ...OUTBOX_LIMITS, ...options.limits };
    this.#lanes = new Lanes(this.#limits, (entry) => this.#try(entry));
    this.#window = new StoreWindow({
      store: this.#store,
      clock: this.#clock,
      log: this.#log,
      size: this.#limits.window,
      held: this.#held,
      take: (notification, attempts) => this.#take(notification, attempts),
      onRead: () => this.#somethingEnded(),
    });
    this.prepare = createPrepare({
      lineOf: options.lineOf,
      now: () => this.#clock.now(),
      nextSeq: () => this.#nextSeq(),
      log: options.log,
      buzzeePreset: options.buzzeePreset,
    });
  }

  /** Learns where numbering stands and begins with what is pending on disk. Rejects if the store does. */
  async start(): Promise<void> {
    this.#lastSeq = await this.#store.lastNotificationSeq();
    this.#window.readMore();
  }

  /** Delivers notifications that have just been committed. Call as soon as their commit resolves. */
  enqueue(notifications: readonly Notification[]): void {
    if (this.#stopped) return; // they are on disk, for the next start
    for (const notification of notifications) {
      if (this.#window.admits(notification.seq)) this.#take(notification, 0);
    }
    this.#window.readMore();
  }

  /**
   * Sends an ended notification again: the same id and URL, a fresh count of tries, behind what its call
   * has in memory. Resolves when it is on disk as pending, so that a crash from then on does not lose
   * it. One that is pending, however many ask for it at once, is not sent twice: `pending`. Rejects if
   * the store cannot keep it; it is then as it was.
   */
  async resend({
    seq,
    id,
    callref,
    account,
    type,
    url,
    createdAt,
  }: NotificationRow): Promise<Resent> {
    if (this.#stopped) return STOPPED;
    if (this.#held.has(seq) || this.#requeued.has(seq)) return PENDING;
    this.#requeued.add(seq);
    try {
      await this.#store.requeueNotification(seq);
      // The window may have read it as soon as it was on disk: then it is in memory already.
      if (this.#requeued.has(seq)) {
        this.enqueue([{ seq, id, callref, account, type, url, createdAt }]);
      }
      return { ok: true };
    } catch (error) {
      if (isRefusal(error)) return PENDING;
      throw error;
    } finally {
      this.#requeued.delete(seq);
      this.#somethingEnded();
    }
  }

  /**
   * Resolves with true when nothing is pending in memory or on disk, with false when `withinMs` are
   * over first or the outbox is stopped. Retries that wait count as pending.
   */
  flush(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (done: boolean) => {
        timer.cancel();
        this.#watchers.delete(look);
        resolve(done);
      };
      const look = () => {
        if (this.#held.size + this.#requeued.size === 0 && !this.#window.onDisk) end(true);
        else if (this.#stopped) end(false);
      };
      const timer = this.#clock.setTimer(() => end(false), withinMs);
      this.#watchers.add(look);
      look();
    });
  }

  /**
   * Starts no further try. Resolves when those in flight have ended and are recorded; close the sender
   * meanwhile to cut them short: they then count as tries, and stay pending for the next start.
   */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#lanes.close();
    this.#window.stop();
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
    return new Promise((resolve) => {
      const look = () => {
        if (this.#inFlight + this.#unrecorded + this.#requeued.size > 0) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      this.#somethingEnded();
    });
  }

  #nextSeq(): number {
    if (this.#lastSeq === undefined) throw new Error('prepare needs start to have resolved');
    return ++this.#lastSeq;
  }

  /** Into memory, behind what its call has there. */
  #take(notification: Notification, attempts: number): void {
    if (this.#held.has(notification.seq)) return;
    this.#held.add(notification.seq);
    this.#requeued.delete(notification.seq);
    const chain = chainOf(notification);
    const parts = splitUrl(notification.url);
    const entry = { notification, chain, origin: parts ? originOf(parts) : '', attempts };
    const before = this.#chains.get(chain);
    if (before) {
      before.push(entry);
    } else {
      this.#chains.set(chain, [entry]);
      this.#lanes.add(entry.origin, entry);
    }
  }

  /** One try, and what follows from it. Never rejects. */
  async #try(entry: Entry): Promise<void> {
    const { url, id } = entry.notification;
    this.#inFlight++;
    const result = await this.#send({ url, id, attempt: entry.attempts + 1 });
    this.#inFlight--;
    entry.attempts++;
    if (result.failure === null) this.#end(entry, result, 'delivered');
    else this.#failed(entry, result);
  }

  #failed(entry: Entry, result: SendResult): void {
    const { id, callref, account } = entry.notification;
    const fields = { callref, account, id, attempt: entry.attempts, failure: result.failure };
    const delayMs = this.#limits.retryDelaysMs[entry.attempts - 1];
    if (this.#stopped) {
      // Perhaps our own stopping cut it short, so it must not count as given up.
      this.#record(entry, result, 'pending');
    } else if (delayMs === undefined) {
      this.#log.warn(fields, `A notification is parked after its last try. ${result.error}`);
      this.#end(entry, result, 'parked');
    } else {
      this.#log.info(fields, `A notification will be tried again. ${result.error}`);
      this.#record(entry, result, 'pending');
      const timer = this.#clock.setTimer(() => {
        this.#retries.delete(timer);
        this.#lanes.add(entry.origin, entry);
      }, delayMs);
      this.#retries.add(timer);
    }
  }

  /** The entry is done with: the next of its call goes on, also when this one was parked. */
  #end(entry: Entry, result: SendResult, state: 'delivered' | 'parked'): void {
    this.#record(entry, result, state);
    const chain = this.#chains.get(entry.chain)!;
    chain.shift();
    const next = chain[0];
    if (next) this.#lanes.add(next.origin, next);
    else this.#chains.delete(entry.chain);
  }

  /** Keeps the try. Not waited for: losing a record costs one repeated request (Store.recordAttempt). */
  #record(entry: Entry, result: SendResult, state: NotificationState): void {
    const { at, ms, status, error, failure } = result;
    const attempt = { at, ms, status, error, failure };
    void this.#recorded(entry.notification, attempt, entry.attempts, state);
  }

  /** Ends when the try is on disk, or could not be kept. Never rejects. */
  async #recorded(
    notification: Notification,
    attempt: Attempt,
    attempts: number,
    state: NotificationState,
  ): Promise<void> {
    const { seq, callref, id } = notification;
    let kept = true;
    this.#unrecorded++;
    try {
      await this.#store.recordAttempt(seq, attempt, state);
    } catch (err) {
      kept = false;
      this.#log.error({ callref, id, err }, 'The try of a notification could not be kept.');
    }
    this.#unrecorded--;
    if (state !== 'pending') {
      this.#held.delete(seq);
      this.#window.gone(seq);
    }
    try {
      if (kept) this.#onAttempt?.(notification, attempt, attempts, state);
    } catch (err) {
      this.#log.error({ callref, id, err }, 'A fault in what follows the try of a notification.');
    }
    this.#somethingEnded();
  }

  #somethingEnded(): void {
    this.#window.readMore();
    for (const look of this.#watchers) look();
  }
}

const PENDING: Resent = {
  ok: false,
  code: 'pending',
  error:
    'This notification is still on its way: it is sent, or waits for its turn or its next try. ' +
    'Send it again once it is delivered or parked.',
};

const STOPPED: Resent = {
  ok: false,
  code: 'stopped',
  error: 'This server is being stopped. Send the notification again when it runs.',
};

/** True where the store says that what was asked contradicts what is kept (Store.requeueNotification). */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'refused';
}
