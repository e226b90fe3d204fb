// How many passwords are hashed at once. A hash takes 19 MiB and some 40 ms of a processor by intention;
// strangers decide how many are asked for, so they wait in a short queue or are turned away.

export interface HashingLimits {
  readonly atOnce: number;
  /** How many may wait: at 40 ms each, some half a second. */
  readonly waiting: number;
}

export class Hashing {
  readonly #limits: HashingLimits;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: HashingLimits = { atOnce: 2, waiting: 24 }) {
    this.#limits = limits;
  }

  /** Runs `hash` when there is room for it; `busy`, at once, where too many wait. */
  async run<Result>(hash: () => Promise<Result>): Promise<Result | 'busy'> {
    if (this.#running >= this.#limits.atOnce) {
      if (this.#queue.length >= this.#limits.waiting) return 'busy';
      // Who ends hands his place on, so nobody who comes later slips in between.
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await hash();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
