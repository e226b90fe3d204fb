// Sends the notifications in memory: of each chain (a call at one destination) one after the other, as its
// line's policy says, at the pace of their receivers. What ended, and how, it tells the outbox, which keeps
// and reads; endpoints.ts says who may send now, send.ts makes one try, after-failure.ts says what follows.

import type { Notification, NotificationState, PendingNotification } from '../store/store.ts';
import { afterFailure } from './after-failure.ts';
import type { Clock, Timer } from './clock.ts';
import { DEFAULT_DELIVERY } from './delivery-policy.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import { Endpoints } from './endpoints.ts';
import type { EndpointsLimits, Outcome } from './endpoints.ts';
import type { Log } from './log.ts';
import type { OutboxOptions } from './outbox-options.ts';
import { chainOf } from './parked-chains.ts';
import type { Kept } from './records.ts';
import type { SendRequest, SendResult } from './send.ts';
import { requestTargetOf } from './url.ts';
import type { RequestTarget } from './url.ts';
import type { WaitingTime } from './waiting-time.ts';

export interface DeliveryOptions extends Pick<OutboxOptions, 'policyOf' | 'signerOf' | 'send'> {
  readonly limits: EndpointsLimits;
  readonly clock: Clock;
  readonly time: WaitingTime;
  readonly log: Log;
  readonly random: () => number;
  /** Notes on disk that a try begins which must not be repeated. */
  readonly claim: (notification: Notification) => Promise<Kept>;
  /** Keeps a try, the `attempts`th, and the state it leads to; ends when that is on disk. Must not reject. */
  readonly record: (
    notification: Notification,
    result: SendResult,
    attempts: number,
    state: NotificationState,
  ) => Promise<void>;
  /** One is given up, and `later` of its chain are not to be sent; `recorded` ends when it is on disk. */
  readonly onParked: (
    parked: Notification,
    later: readonly Notification[],
    recorded: Promise<void>,
  ) => void;
  /** One waits on disk no longer: somebody ended or erased it. */
  readonly onGone: (notification: Notification) => void;
  /** A try did not begin after all, and its place is free again. */
  readonly onNotBegun: () => void;
}

/** A notification in memory: waiting for its turn, in flight, or waiting for its next try. */
interface Entry {
  readonly notification: Notification;
  readonly chain: string;
  /** Undefined where its URL cannot be requested. */
  readonly target: RequestTarget | undefined;
  /** On the clock that only rises: when it began to wait. */
  readonly began: number;
  /** A try of an earlier run was begun that must not be repeated. */
  readonly claimed: boolean;
  /** Tries kept so far, also before a restart; those before it was last sent again do not count. */
  attempts: number;
  /** Ends when the latest of them is on disk. */
  recorded: Promise<void>;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #endpoints: Endpoints<Entry>;
  /** Every chain's queue; only its first entry is ever being sent. */
  readonly #chains = new Map<string, Entry[]>();
  readonly #retries = new Set<Timer>();
  #closed = false;

  constructor(options: DeliveryOptions) {
    const { limits, clock, random } = options;
    this.#options = options;
    this.#endpoints = new Endpoints({
      limits,
      clock,
      random,
      run: (entry, ended) => this.#begun(entry, ended),
      wanted: (entry) => this.#waited(entry) < this.#policyOf(entry).windowMs,
      onDropped: (entry) => this.#giveUp(entry, CIRCUIT_OPEN),
    });
  }

  /** Requests in flight. */
  get running(): number {
    return this.#endpoints.running;
  }

  get openCircuits(): number {
    return this.#endpoints.open;
  }

  get waitingForRetry(): number {
    return this.#retries.size;
  }

  get chains(): number {
    return this.#chains.size;
  }

  /** Starts no further try; those in flight run to their end. */
  close(): void {
    this.#closed = true;
    this.#endpoints.close();
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
  }

  /** Sends it as soon as its turn comes, behind what its chain has here. */
  add({ notification, attempts, since, claimed }: PendingNotification): void {
    const { clock, time } = this.#options;
    const chain = chainOf(notification);
    const target = requestTargetOf(notification.url);
    const began = clock.elapsed() - time.since(since);
    const recorded = NOTHING_TO_RECORD;
    const entry: Entry = { notification, chain, target, began, claimed, attempts, recorded };
    const before = this.#chains.get(chain);
    if (before) {
      before.push(entry);
    } else {
      this.#chains.set(chain, [entry]);
      const sentAgain = since !== notification.createdAt;
      this.#begin(entry, sentAgain);
    }
  }

  #policyOf({ notification }: Entry): DeliveryPolicy {
    return this.#options.policyOf?.(notification.account) ?? DEFAULT_DELIVERY;
  }

  #waited({ began }: Entry): number {
    return this.#options.clock.elapsed() - began;
  }

  /** It is its turn in its chain. With `probe` it may try a receiver that is left alone. */
  #begin(entry: Entry, probe = false): void {
    if (entry.claimed) this.#giveUp(entry, UNKNOWN_OUTCOME);
    else {
      const { target, notification } = entry;
      this.#endpoints.add(target?.origin ?? '', notification.account, entry, probe);
    }
  }

  /** Its receiver has room for it. */
  #begun(entry: Entry, ended: Ended): void {
    const policy = this.#policyOf(entry);
    if (!policy.atMostOnce) return this.#try(entry, policy, ended);
    void this.#claim(entry).then((may) => {
      if (may) return this.#try(entry, policy, ended);
      ended(undefined);
      this.#options.onNotBegun();
    });
  }

  /** One try, and what follows from it. */
  #try(entry: Entry, { timeoutMs }: DeliveryPolicy, ended: Ended): void {
    const { notification, target } = entry;
    const { account, destination, url, id, contentType, body } = notification;
    const sign = this.#options.signerOf?.(account, destination);
    const request: SendRequest = {
      url,
      target,
      id,
      attempt: entry.attempts + 1,
      timeoutMs,
      ...(contentType === '' ? undefined : { content: { type: contentType, body } }),
      ...(sign && { sign }),
    };
    void this.#options.send(request).then((result) => {
      entry.attempts++;
      if (result.failure === null) this.#end(entry, result, 'delivered');
      else this.#failed(entry, result);
      ended({ ms: result.ms, unwell: isUnwell(result) });
    });
  }

  /** Notes on disk that a try begins which must not be repeated; false where it may not begin. */
  async #claim(entry: Entry): Promise<boolean> {
    // The record of the try before takes its claim away, and may otherwise come behind this one.
    await entry.recorded;
    const kept = await this.#options.claim(entry.notification);
    if (kept === 'kept') return true;
    if (kept === 'refused') {
      this.#next(entry.chain);
      this.#options.onGone(entry.notification);
    } else if (!this.#closed) {
      this.#tryLater(entry, CLAIM_AGAIN_MS);
    }
    return false;
  }

  #failed(entry: Entry, result: SendResult): void {
    const policy = this.#policyOf(entry);
    const waited = this.#waited(entry);
    const after = afterFailure(policy, result, entry.attempts, waited, this.#options.random);
    // Perhaps our own stopping cut it short, and that must not count as given up; but what may have
    // arrived and must not come twice is never tried again.
    if (this.#closed && !(policy.atMostOnce && result.sent)) {
      this.#record(entry, result, 'pending');
    } else if (after.next === 'park') {
      this.#park(entry, result, after.because);
    } else {
      const fields = this.#fieldsOf(entry, result);
      this.#options.log.info(fields, `A notification will be tried again. ${result.error}`);
      this.#record(entry, result, 'pending');
      this.#tryLater(entry, after.delayMs);
    }
  }

  #tryLater(entry: Entry, ms: number): void {
    const timer = this.#options.clock.setTimer(() => {
      this.#retries.delete(timer);
      this.#begin(entry);
    }, ms);
    this.#retries.add(timer);
  }

  /** Parks without a try; that is kept as one, to say why. */
  #giveUp(entry: Entry, { because, ...what }: NotSent): void {
    entry.attempts++;
    const at = this.#options.clock.now();
    const nothing = { at, ms: 0, status: null, address: null, answer: null, sent: false };
    this.#park(entry, { ...nothing, ...what }, because);
  }

  #park(entry: Entry, result: SendResult, because: string): void {
    const text = `A notification is parked, ${because}. ${result.error}`;
    this.#options.log.warn(this.#fieldsOf(entry, result), text);
    this.#end(entry, result, 'parked');
  }

  #fieldsOf({ notification, attempts: attempt }: Entry, { failure, address }: SendResult): object {
    const { id, callref, account } = notification;
    return { callref, account, id, attempt, failure, address };
  }

  /** The head of a chain is done with: the next one goes on, or all of them park behind it. */
  #end(entry: Entry, result: SendResult, state: 'delivered' | 'parked'): void {
    this.#record(entry, result, state);
    if (state === 'delivered') {
      this.#next(entry.chain);
      return;
    }
    const [, ...later] = this.#chains.get(entry.chain)!;
    this.#chains.delete(entry.chain);
    this.#options.onParked(
      entry.notification,
      later.map(({ notification }) => notification),
      entry.recorded,
    );
  }

  #next(chain: string): void {
    const entries = this.#chains.get(chain)!;
    entries.shift();
    const [next] = entries;
    if (next) this.#begin(next);
    else this.#chains.delete(chain);
  }

  /** Delivery does not wait for it: losing a record costs one repeated request. */
  #record(entry: Entry, result: SendResult, state: NotificationState): void {
    const { notification, attempts } = entry;
    entry.recorded = this.#options.record(notification, result, attempts, state);
  }
}

type Ended = (outcome: Outcome | undefined) => void;

const NOTHING_TO_RECORD = Promise.resolve();
const CLAIM_AGAIN_MS = 1000;

/** No answer, none that is HTTP, or one that says that the whole server is in trouble. */
function isUnwell({ failure, status }: SendResult): boolean {
  if (failure === null || failure === 'stopped') return false;
  return status === null ? failure !== 'bad-url' : status === 429 || status >= 500;
}

interface NotSent extends Pick<SendResult, 'failure' | 'error'> {
  /** Completes "A notification is parked, …" in the log. */
  readonly because: string;
}

const CIRCUIT_OPEN: NotSent = {
  failure: 'circuit-open',
  error: 'Not sent in its time: the server has failed too often, and other requests probed it.',
  because: 'since its time is over',
};
const UNKNOWN_OUTCOME: NotSent = {
  failure: 'unknown-outcome',
  error:
    'The server was stopped during the try. It may have arrived, and is to be sent at most once.',
  because: 'since it is not known whether it arrived',
};
