// The numbered stream of live events, with resume: whoever was cut off names the last number he saw
// and gets what happened since, without gap or repeat. Knows no HTTP and no rights: the web room sends
// the events (SSE), and its `accepts` says who may see which.

import type { LiveEvent } from './live-event.ts';

export interface LiveStreamOptions {
  /**
   * Something that differs after each start, `[A-Za-z0-9]+`: numbers of an earlier run, whose events
   * are gone, are told by it.
   */
  readonly epoch: string;
  /** How many events are kept for those who come back. */
  readonly keep?: number;
  /** Told of what a listener threw; the others are served all the same. */
  readonly onFault: (error: unknown) => void;
}

export interface LiveListener {
  /** The last id that the listener saw; undefined: it saw none and wants only what comes now. */
  readonly after: string | undefined;
  /** Whether the listener gets this event; asked at the moment when it would be given. */
  accepts(event: LiveEvent): boolean;
  onEvent(id: string, event: LiveEvent): void;
  /** The events since `after` are not known any more: read all again. New ones follow behind `id`. */
  onReset(id: string): void;
}

/** A listener and the number of the last event that it was given, or that it did not accept. */
interface Subscriber {
  readonly listener: LiveListener;
  position: number;
  ended: boolean;
}

const KEPT = 10_000;

export class LiveStream {
  readonly #epoch: string;
  readonly #keep: number;
  readonly #onFault: (error: unknown) => void;
  /** A ring: event n is at `n % keep`, until event n + keep takes its place. */
  readonly #ring: LiveEvent[];
  /** The number of the newest event; the first has 1. */
  #last = 0;
  readonly #subscribers = new Set<Subscriber>();
  #delivering = false;

  constructor({ epoch, keep = KEPT, onFault }: LiveStreamOptions) {
    // Ids go into HTTP headers and lines of an event stream as they are.
    if (!/^[A-Za-z0-9]+$/.test(epoch)) throw new TypeError('an epoch is of letters and digits');
    if (!Number.isSafeInteger(keep) || keep < 1) throw new RangeError('keep must be 1 or more');
    this.#epoch = epoch;
    this.#keep = keep;
    this.#onFault = onFault;
    this.#ring = [];
  }

  /**
   * The id of the newest event, `<epoch>-<n>`; `<epoch>-0` before the first. Outside of its callbacks
   * a listener has seen everything up to it that it accepts, so it can be sent at any time as where to
   * resume: to a fresh listener, and now and then to one who accepts little, before `keep` are over.
   */
  get lastId(): string {
    return this.#id(this.#last);
  }

  /** How many listen now. */
  get listeners(): number {
    return this.#subscribers.size;
  }

  /** Numbers the event and gives it to all who accept it, before it returns. */
  publish(event: LiveEvent): void {
    this.#last++;
    this.#ring[this.#last % this.#keep] = event;
    // A listener that publishes gets its event after the one that it is being given.
    if (this.#delivering || this.#subscribers.size === 0) return;
    this.#delivering = true;
    let reached: number;
    do {
      reached = this.#last;
      for (const subscriber of this.#subscribers) this.#catchUp(subscriber);
    } while (reached < this.#last);
    this.#delivering = false;
  }

  /**
   * Gives the listener every event since `after` that it accepts, before this returns, then the new
   * ones as they are published. Where `after` is of another epoch, malformed, not reached yet, or older
   * than what is kept: `onReset` once, then the new ones. Returns what ends it; that may be called in
   * a callback and more than once.
   */
  subscribe(listener: LiveListener): () => void {
    const { after } = listener;
    const position = after === undefined ? this.#last : this.#numberOf(after);
    const subscriber = { listener, position: position ?? this.#last, ended: false };
    if (position === undefined) this.#contain(() => listener.onReset(this.lastId));
    this.#catchUp(subscriber);
    this.#subscribers.add(subscriber);
    return () => {
      subscriber.ended = true;
      this.#subscribers.delete(subscriber);
    };
  }

  /** The number in an id that was given out; undefined for any other text. */
  #numberOf(id: string): number | undefined {
    const start = `${this.#epoch}-`;
    const digits = id.startsWith(start) ? id.slice(start.length) : '';
    if (!/^(0|[1-9][0-9]{0,14})$/.test(digits)) return undefined;
    const number = Number(digits);
    return number <= this.#last ? number : undefined;
  }

  #catchUp(subscriber: Subscriber): void {
    const { listener } = subscriber;
    while (subscriber.position < this.#last && !subscriber.ended) {
      if (this.#last - subscriber.position > this.#keep) {
        // What comes next is not kept any more: it was away too long, or published more than the ring
        // holds within one callback.
        subscriber.position = this.#last;
        this.#contain(() => listener.onReset(this.lastId));
        continue;
      }
      const number = ++subscriber.position;
      const event = this.#ring[number % this.#keep]!;
      this.#contain(() => {
        if (listener.accepts(event)) listener.onEvent(this.#id(number), event);
      });
    }
  }

  #id(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  #contain(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onFault(error);
    }
  }
}
