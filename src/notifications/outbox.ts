// Delivers notifications that are committed: in order within a chain (a call at one destination),
// independent between chains, each try recorded. An event that is given up parks, and the later ones of its
// chain park behind it. Here its rooms are joined: prepare.ts makes the rows, window.ts reads what does not
// fit into memory, delivery.ts sends, records.ts keeps what became of it, parked-chains.ts knows where
// something parked, resend.ts sends ended ones again.

import type { CallEvent } from '../calls/call-event.ts';
import type { Attempt, EndedSelection, Notification, NotificationRow } from '../store/store.ts';
import type { NotificationState, PendingNotification } from '../store/store.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { Delivery } from './delivery.ts';
import { OUTBOX_LIMITS } from './outbox-options.ts';
import type { OutboxDepths, OutboxOptions, OutboxStore } from './outbox-options.ts';
import { ParkedChains } from './parked-chains.ts';
import { createPrepare } from './prepare.ts';
import { Records } from './records.ts';
import type { Kept } from './records.ts';
import { Resender } from './resend.ts';
import type { Replayed, Resent } from './resend.ts';
import type { SendResult } from './send.ts';
import { WaitingTime } from './waiting-time.ts';
import { StoreWindow } from './window.ts';

export { OUTBOX_LIMITS } from './outbox-options.ts';
export type { OutboxDepths, OutboxLimits, OutboxOptions, OutboxStore } from './outbox-options.ts';
export type { Replayed, Resent } from './resend.ts';

export function createOutbox(options: OutboxOptions): Outbox {
  return new Outbox(options);
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #store: OutboxStore;
  readonly #clock: Clock;
  readonly #delivery: Delivery;
  readonly #window: StoreWindow;
  readonly #records: Records;
  readonly #resender: Resender;
  #lastSeq: number | undefined;

  readonly #parkedChains = new ParkedChains();
  /** What is in memory, by seq, until its end is on disk. */
  readonly #held = new Map<number, Notification>();
  #stopped = false;
  /** Called whenever something ended: flush and stop look whether that was the last. */
  readonly #watchers = new Set<() => void>();

  /**
   * The notifications that these events cause, to be committed together with them and then given to
   * `enqueue`. Events of a line without a URL cause none. Call after `start`.
   */
  readonly prepare: (events: readonly CallEvent[]) => Notification[];

  constructor(options: OutboxOptions) {
    const { store, log, clock = systemClock, random = Math.random } = options;
    const limits = { ...OUTBOX_LIMITS, ...options.limits };
    const time = new WaitingTime(clock);
    this.#options = options;
    this.#store = store;
    this.#clock = clock;
    this.#delivery = new Delivery({
      limits,
      clock,
      time,
      log,
      random,
      send: options.send,
      ...(options.policyOf && { policyOf: options.policyOf }),
      ...(options.signerOf && { signerOf: options.signerOf }),
      claim: (notification) => this.#records.claim(notification),
      record: (...ended) => this.#record(...ended),
      onParked: (...parked) => this.#parked(...parked),
      onGone: (notification) => this.#letGo(notification),
      onNotBegun: () => this.#somethingEnded(),
    });
    this.#window = new StoreWindow({
      store,
      clock,
      log,
      perLine: limits.windowOfLine,
      size: limits.window,
      held: this.#held,
      take: (pending) => this.#take(pending),
      onRead: () => this.#somethingEnded(),
    });
    this.#records = new Records({ store, clock, log });
    this.#resender = new Resender({
      store,
      now: () => time.now(),
      isHeld: (seq) => this.#held.has(seq),
      suspend: (line) => this.#window.suspend(line),
      resume: (line, seq) => this.#window.resume(line, seq),
      onEnded: () => this.#somethingEnded(),
    });
    this.prepare = createPrepare({
      lineOf: options.lineOf,
      now: () => time.now(),
      nextSeq: () => this.#nextSeq(),
      log,
      buzzeePreset: options.buzzeePreset,
      ...(options.destinationsOf && { destinationsOf: options.destinationsOf }),
    });
  }

  /** Learns where numbering stands and begins with what is pending on disk. Rejects if the store does. */
  async start(): Promise<void> {
    this.#lastSeq = await this.#store.lastNotificationSeq();
    for (const chain of await this.#store.parkedChains()) this.#parkedChains.remember(chain);
    await this.#window.start();
  }

  /**
   * Delivers notifications that have just been committed. Call as soon as their commit resolves, with the
   * events that they were prepared from: from these is known when a call is over, whoever is told of it.
   */
  enqueue(notifications: readonly Notification[], events: readonly CallEvent[] = []): void {
    if (this.#stopped) return; // they are on disk, for the next start
    for (const notification of notifications) {
      const { account, seq, callref, createdAt: since } = notification;
      this.#parkedChains.opened(callref);
      if (!this.#window.admits(account, seq)) continue;
      const behindParked = this.#parkedChains.has(notification);
      this.#take({ notification, attempts: 0, since, claimed: false, behindParked });
    }
    for (const { type, callref } of notifications) {
      if (type === 'RELEASE') this.#parkedChains.over(callref);
    }
    for (const { type, call } of events) {
      if (type === 'RELEASE') this.#parkedChains.over(call.callref);
    }
  }

  /**
   * Sends an ended notification again: the same id and request, a fresh count of tries. With a parked
   * one go all that are parked in its chain, in order. Resolves when that is on disk as pending, so that
   * a crash from then on does not lose it. One that is pending is not sent twice: `pending`. Rejects if
   * the store cannot keep it; it is then as it was.
   */
  async resend(row: NotificationRow): Promise<Resent> {
    return this.#resender.resend(row);
  }

  /** Sends again what is selected, at most `most`, in order. Rejects as `resend` does. */
  async replay(selection: EndedSelection, most: number, from?: number): Promise<Replayed> {
    return this.#resender.replay(selection, most, from);
  }

  get depths(): OutboxDepths {
    let oldest: number | undefined;
    for (const { createdAt } of this.#held.values()) {
      if (oldest === undefined || createdAt < oldest) oldest = createdAt;
    }
    return {
      inMemory: this.#held.size,
      inFlight: this.#delivery.running,
      waitingForRetry: this.#delivery.waitingForRetry,
      openCircuits: this.#delivery.openCircuits,
      lines: this.#window.lines,
      linesOnDisk: this.#window.overflowing,
      chains: this.#delivery.chains,
      parkedChains: this.#parkedChains.size,
      openCalls: this.#parkedChains.openCalls,
      oldest,
    };
  }

  /**
   * Resolves with true when nothing is pending in memory or on disk, with false when `withinMs` are
   * over first or the outbox is stopped. Retries that wait count as pending, and so does what has ended
   * while the store cannot keep that.
   */
  flush(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (done: boolean) => {
        timer.cancel();
        this.#watchers.delete(look);
        resolve(done);
      };
      const look = () => {
        if (this.#held.size === 0 && !this.#resender.busy && !this.#window.onDisk) end(true);
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
    this.#delivery.close();
    this.#window.stop();
    this.#records.stop();
    this.#resender.stop();
    return new Promise((resolve) => {
      const look = () => {
        const busy = this.#delivery.running + this.#records.writing > 0;
        if (busy || this.#resender.busy) return;
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

  /** Into memory, and on its way. */
  #take(pending: PendingNotification): void {
    const { notification, behindParked } = pending;
    if (this.#held.has(notification.seq)) return;
    this.#held.set(notification.seq, notification);
    this.#window.taken(notification.account);
    const mustAsk = behindParked || this.#parkedChains.isUnsure(notification);
    if (mustAsk) void this.#parkBehind(notification);
    else this.#delivery.add(pending);
  }

  #parked(
    notification: Notification,
    later: readonly Notification[],
    recorded: Promise<void>,
  ): void {
    this.#parkedChains.park(notification, recorded);
    for (const one of later) void this.#parkBehind(one);
  }

  /** Parks what is held but not sent, or reads it again where nothing before it is parked any more. */
  async #parkBehind(notification: Notification): Promise<void> {
    await this.#parkedChains.ask(notification);
    const kept = await this.#records.parkedBehind(notification);
    if (kept === 'stopped') return;
    this.#letGo(notification);
    if (kept === 'kept') {
      this.#tell(notification, () => this.#options.onParkedBehind?.(notification));
    }
    if (this.#parkedChains.answered(notification, kept !== 'kept')) {
      this.#window.readAnew(notification.account);
    }
    this.#somethingEnded();
  }

  /** Ends when the try is on disk, or could not be kept. Never rejects. */
  #record(
    notification: Notification,
    { at, ms, status, error, failure, address, answer }: SendResult,
    attempts: number,
    state: NotificationState,
  ): Promise<void> {
    const attempt = { at, ms, status, error, failure, address, answer };
    return this.#records
      .attempt(notification, attempt, state)
      .then((kept) => this.#recorded(kept, notification, attempt, attempts, state));
  }

  #recorded(
    kept: Kept,
    notification: Notification,
    attempt: Attempt,
    attempts: number,
    state: NotificationState,
  ): void {
    if (kept === 'refused') {
      const { callref, id } = notification;
      const text = 'A notification that was tried is not kept any more.';
      this.#options.log.error({ callref, id }, text);
    }
    if (state !== 'pending' && kept !== 'stopped') this.#letGo(notification);
    if (state === 'parked') {
      const { account } = notification;
      this.#window.afterReading(account, () => this.#parkedChains.seen(notification));
    }
    if (kept === 'kept') {
      const { onAttempt } = this.#options;
      this.#tell(notification, () => onAttempt?.(notification, attempt, attempts, state));
    }
    this.#somethingEnded();
  }

  #letGo({ seq, account }: Notification): void {
    this.#held.delete(seq);
    this.#window.gone(account, seq);
  }

  #tell({ callref, id }: Notification, listener: () => void): void {
    try {
      listener();
    } catch (err) {
      this.#options.log.error(
        { callref, id, err },
        'A fault in what follows the try of a notification.',
      );
    }
  }

  #somethingEnded(): void {
    for (const look of this.#watchers) look();
  }
}
