// The numbered stream of live events, with resume: whoever was cut off names the last number he saw
// and gets what happened since, without gap or repeat. Each follower takes events as fast as he can send
// them on. Knows no HTTP and no rights: the web room sends the events (SSE) to who may see them.

import type { LiveEvent } from './live-event.ts';

export interface LiveStreamOptions {
  /**
   * Something that differs after each start, `[A-Za-z0-9]+`: numbers of an earlier run, whose events
   * are gone, are told by it.
   */
  readonly epoch: string;
  /** How many events are kept for those who come back, or take their time. */
  readonly keep?: number;
  /** Told of what an `onNews` threw; the others are told all the same. */
  readonly onFault: (error: unknown) => void;
}

/** An event with its id, the same object for all followers. */
export interface Numbered {
  readonly kind: 'event';
  readonly id: string;
  readonly event: LiveEvent;
}

/** The events behind the follower's place are not known any more: read all again. New ones follow `id`. */
export interface Reset {
  readonly kind: 'reset';
  readonly id: string;
}

/** Somebody's place in the stream. */
export interface Follower {
  /**
   * What comes next at his place, which moves on. Undefined: nothing more has happened, or he has ended;
   * `onNews` is called when there is something again.
   */
  next(): Numbered | Reset | undefined;
  /** Where he is: everything up to this id was given to him, so he can resume behind it. */
  readonly id: string;
  /** Gives him nothing more. */
  end(): void;
}

interface Place {
  /** The number of the last event that was given. */
  position: number;
  /** Where he wanted to go on is not known: he is told so first. */
  isLost: boolean;
  /** He has taken everything and is to be told of the next event. */
  waits: boolean;
  readonly onNews: () => void;
}

const KEPT = 10_000;

export class LiveStream {
  readonly #epoch: string;
  readonly #keep: number;
  readonly #onFault: (error: unknown) => void;
  /** A ring: event n is at `n % keep`, until event n + keep takes its place. */
  readonly #ring: Numbered[] = [];
  /** The number of the newest event; the first has 1. */
  #last = 0;
  readonly #places = new Set<Place>();

  constructor({ epoch, keep = KEPT, onFault }: LiveStreamOptions) {
    // Ids go into HTTP headers and lines of an event stream as they are.
    if (!/^[A-Za-z0-9]+$/.test(epoch)) throw new TypeError('an epoch is of letters and digits');
    if (!Number.isSafeInteger(keep) || keep < 1) throw new RangeError('keep must be 1 or more');
    this.#epoch = epoch;
    this.#keep = keep;
    this.#onFault = onFault;
  }

  /** The id of the newest event, `<epoch>-<n>`; `<epoch>-0` before the first. */
  get lastId(): string {
    return this.#id(this.#last);
  }

  /** How many follow now. */
  get followers(): number {
    return this.#places.size;
  }

  /** Numbers the event and tells all who wait for one. */
  publish(event: LiveEvent): void {
    this.#last++;
    this.#ring[this.#last % this.#keep] = { kind: 'event', id: this.lastId, event };
    // One whose `onNews` publishes may have told the others of this event already.
    for (const place of this.#places) {
      if (place.waits && place.position < this.#last) this.#tell(place);
    }
  }

  /**
   * A place behind `after`, the last id that somebody saw; undefined: he saw none and wants only what
   * comes now. Where `after` is of another epoch, malformed, not reached yet, or older than what is kept,
   * a Reset comes first; also later, to who is further behind than what is kept.
   *
   * Take from it until it has nothing more: from then on `onNews` is called, once each time.
   */
  follow(after: string | undefined, onNews: () => void): Follower {
    const known = after === undefined ? this.#last : this.#numberOf(after);
    const place: Place = {
      position: known ?? this.#last,
      isLost: known === undefined,
      waits: false,
      onNews,
    };
    this.#places.add(place);
    const idOf = (): string => this.#id(place.position);
    return {
      next: () => this.#next(place),
      get id() {
        return idOf();
      },
      end: () => void this.#places.delete(place),
    };
  }

  #next(place: Place): Numbered | Reset | undefined {
    if (!this.#places.has(place)) return undefined;
    if (place.isLost || this.#last - place.position > this.#keep) {
      place.isLost = false;
      place.position = this.#last;
      return { kind: 'reset', id: this.lastId };
    }
    place.waits = place.position === this.#last;
    return place.waits ? undefined : this.#ring[++place.position % this.#keep];
  }

  #tell(place: Place): void {
    place.waits = false;
    try {
      place.onNews();
    } catch (error) {
      // What he did not take is still there for him at the next event.
      place.waits = true;
      this.#onFault(error);
    }
  }

  /** The number in an id that was given out; undefined for any other text. */
  #numberOf(id: string): number | undefined {
    const start = `${this.#epoch}-`;
    const digits = id.startsWith(start) ? id.slice(start.length) : '';
    if (!/^(0|[1-9][0-9]{0,14})$/.test(digits)) return undefined;
    const number = Number(digits);
    return number <= this.#last ? number : undefined;
  }

  #id(number: number): string {
    return `${this.#epoch}-${number}`;
  }
}
