// Who may send now: among all receivers, at most so many requests at a time, a part of them kept for
// receivers that answer well, so that the others cannot take every place; receivers of a kind take turns.
// Knows no order within a call: what is added may start at any moment. One receiver is endpoint.ts.

import type { Clock, Timer } from './clock.ts';
import { Endpoint } from './endpoint.ts';
import type { EndpointLimits, Outcome } from './endpoint.ts';
import { Fifo } from './fifo.ts';

export type { Outcome } from './endpoint.ts';

export interface EndpointsLimits extends EndpointLimits {
  /** Requests in flight in all. */
  readonly total: number;
  /** Of these to endpoints that are not proven: new, slow, or failing. */
  readonly unproven: number;
}

export interface EndpointsOptions<T> {
  readonly limits: EndpointsLimits;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends one item and says once how that ended, later: with undefined where nothing was sent. Must not throw. */
  readonly run: (item: T, ended: (outcome: Outcome | undefined) => void) => void;
  /** Whether an item is still to be sent; asked of those that wait for an endpoint that is left alone. */
  readonly wanted: (item: T) => boolean;
  /** Receives those that are not wanted any more. */
  readonly onDropped: (item: T) => void;
}

type Kind = 'proven' | 'other';

/** An endpoint's place in the round of its kind. */
interface Place<T> {
  readonly endpoint: Endpoint<T>;
  readonly kind: Kind;
}

/** Endpoints remembered while they have nothing to do: how many at a time each can take is learned. */
const REMEMBERED = 20_000;

export class Endpoints<T> {
  readonly #options: EndpointsOptions<T>;
  readonly #all = new Map<string, Endpoint<T>>();
  readonly #rounds = { proven: new Fifo<Place<T>>(), other: new Fifo<Place<T>>() };
  /** Where each endpoint stands that stands in a round. */
  readonly #places = new Map<Endpoint<T>, Place<T>>();
  #provenWasLast = false;
  /** The endpoints that are left alone, until their timers end. */
  readonly #pauses = new Map<Endpoint<T>, Timer>();
  #running = 0;
  #unprovenRunning = 0;
  #closed = false;

  constructor(options: EndpointsOptions<T>) {
    this.#options = options;
  }

  /** Requests in flight. */
  get running(): number {
    return this.#running;
  }

  /** Endpoints that are left alone now. */
  get open(): number {
    return this.#pauses.size;
  }

  /**
   * Starts the item as soon as the limits allow. With `probe` it may try an endpoint that is left alone:
   * somebody who has mended it does not want to wait.
   */
  add(origin: string, line: string, item: T, probe = false): void {
    const endpoint = this.#all.get(origin) ?? this.#remember(origin);
    endpoint.add(line, item);
    if (probe && endpoint.open) this.#probe(endpoint);
    this.#join(endpoint);
    this.#start();
  }

  /** Starts nothing more; what runs, runs to its end. */
  close(): void {
    this.#closed = true;
    for (const pause of this.#pauses.values()) pause.cancel();
    this.#pauses.clear();
  }

  #remember(origin: string): Endpoint<T> {
    const { limits, clock } = this.#options;
    if (this.#all.size >= REMEMBERED) {
      for (const [name, { idle, open }] of this.#all) {
        if (!idle || open) continue;
        this.#all.delete(name);
        if (this.#all.size < REMEMBERED) break;
      }
    }
    const endpoint = new Endpoint<T>(limits, () => clock.elapsed());
    this.#all.set(origin, endpoint);
    return endpoint;
  }

  /** Into the round of its kind; out of the other's where it was proven, or failed, meanwhile. */
  #join(endpoint: Endpoint<T>): void {
    const kind = endpoint.proven ? 'proven' : 'other';
    if (!endpoint.canStart || this.#places.get(endpoint)?.kind === kind) return;
    const place = { endpoint, kind } as const;
    this.#places.set(endpoint, place);
    this.#rounds[kind].push(place);
  }

  #start(): void {
    while (!this.#closed && this.#running < this.#options.limits.total) {
      const endpoint = this.#next();
      if (!endpoint) return;
      if (endpoint.canStart) this.#run(endpoint);
      this.#join(endpoint);
    }
  }

  /** Each kind in turn, so that the proven ones, however busy, leave room to prove oneself. */
  #next(): Endpoint<T> | undefined {
    const others = this.#unprovenRunning < this.#options.limits.unproven;
    const othersFirst = others && this.#provenWasLast;
    return (
      (othersFirst ? this.#firstOf('other') : undefined) ??
      this.#firstOf('proven') ??
      (others ? this.#firstOf('other') : undefined)
    );
  }

  #firstOf(kind: Kind): Endpoint<T> | undefined {
    const round = this.#rounds[kind];
    for (let place = round.shift(); place; place = round.shift()) {
      const { endpoint } = place;
      if (this.#places.get(endpoint) !== place) continue; // it has gone into the other round
      this.#places.delete(endpoint);
      if (kind === 'proven' && !endpoint.proven) {
        this.#join(endpoint); // it has become slow while it stood here
        continue;
      }
      this.#provenWasLast = kind === 'proven';
      return endpoint;
    }
    return undefined;
  }

  #run(endpoint: Endpoint<T>): void {
    const { item, ended } = endpoint.start();
    const counted = endpoint.proven ? 0 : 1;
    this.#running++;
    this.#unprovenRunning += counted;
    this.#options.run(item, (outcome) => {
      this.#running--;
      this.#unprovenRunning -= counted;
      ended(outcome);
      const pauseMs = endpoint.takePause(this.#options.random);
      if (pauseMs === undefined) this.#join(endpoint);
      else this.#leaveAlone(endpoint, pauseMs);
      this.#start();
    });
  }

  #leaveAlone(endpoint: Endpoint<T>, pauseMs: number): void {
    const { clock, wanted, onDropped } = this.#options;
    for (const item of endpoint.sift(wanted)) onDropped(item);
    if (this.#closed) return;
    const pause = clock.setTimer(() => {
      this.#probe(endpoint);
      for (const item of endpoint.sift(wanted)) onDropped(item);
      this.#join(endpoint);
      this.#start();
    }, pauseMs);
    this.#pauses.set(endpoint, pause);
  }

  #probe(endpoint: Endpoint<T>): void {
    this.#pauses.get(endpoint)?.cancel();
    this.#pauses.delete(endpoint);
    endpoint.probe();
  }
}
