// Who may send now: at most so many requests at a time to one origin and so many in all, and origins
// take turns, so that a slow server with a long queue does not hold back the others. Knows no order
// within a call: what is added may start at any moment.

export interface LaneLimits {
  readonly perOrigin: number;
  readonly total: number;
}

interface Lane<T> {
  readonly origin: string;
  readonly waiting: Fifo<T>;
  running: number;
  /** True while it stands in the round of those that can start something. */
  inRound: boolean;
}

export class Lanes<T> {
  readonly #limits: LaneLimits;
  readonly #run: (item: T) => Promise<void>;
  readonly #lanes = new Map<string, Lane<T>>();
  readonly #round = new Fifo<Lane<T>>();
  #running = 0;
  #closed = false;

  /** `run` sends one item; its promise, which must not reject, ends when the connection is free again. */
  constructor(limits: LaneLimits, run: (item: T) => Promise<void>) {
    this.#limits = limits;
    this.#run = run;
  }

  /** Starts the item as soon as the limits allow. */
  add(origin: string, item: T): void {
    let lane = this.#lanes.get(origin);
    if (!lane) {
      lane = { origin, waiting: new Fifo(), running: 0, inRound: false };
      this.#lanes.set(origin, lane);
    }
    lane.waiting.push(item);
    this.#join(lane);
    this.#start();
  }

  /** Starts nothing more; what runs, runs to its end. */
  close(): void {
    this.#closed = true;
  }

  #join(lane: Lane<T>): void {
    if (lane.inRound || lane.waiting.size === 0 || lane.running >= this.#limits.perOrigin) return;
    lane.inRound = true;
    this.#round.push(lane);
  }

  #start(): void {
    while (!this.#closed && this.#running < this.#limits.total) {
      const lane = this.#round.shift();
      if (!lane) return;
      lane.inRound = false;
      const item = lane.waiting.shift();
      if (item === undefined) continue;
      this.#running++;
      lane.running++;
      this.#join(lane);
      void this.#run(item).then(() => this.#release(lane));
    }
  }

  #release(lane: Lane<T>): void {
    this.#running--;
    lane.running--;
    if (lane.running === 0 && lane.waiting.size === 0) this.#lanes.delete(lane.origin);
    this.#join(lane);
    this.#start();
  }
}

/** First in, first out, both ends in constant time: `Array.shift` moves all of a long queue. */
class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head++];
    // Cut off what was taken once it is more than half: each item is moved once at most on average.
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
