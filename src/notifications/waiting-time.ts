// How long something has been waiting whose beginning is known by the time of day only, as the disk has it,
// though somebody may have set the machine's clock since. What is in memory is measured by the clock that
// only rises, and does not need this.

import type { Clock } from './clock.ts';

/** From `from` on, by the clock that only rises, the time of day was `ahead` of it; milliseconds. */
interface Stretch {
  readonly from: number;
  readonly ahead: number;
}

/** Less is no setting of the clock, but its being kept right. */
const SET_MS = 1000;
const STRETCHES = 50;

export class WaitingTime {
  readonly #clock: Clock;
  /** The oldest first. */
  #stretches: Stretch[];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#stretches = [{ from: Number.NEGATIVE_INFINITY, ahead: clock.now() - clock.elapsed() }];
  }

  /** The time of day, milliseconds since 1970. Looks whether the clock was set: ask whenever it matters. */
  now(): number {
    const now = this.#clock.now();
    const elapsed = this.#clock.elapsed();
    const ahead = now - elapsed;
    if (Math.abs(ahead - this.#stretches.at(-1)!.ahead) > SET_MS) {
      this.#stretches.push({ from: elapsed, ahead });
      if (this.#stretches.length > STRETCHES) this.#stretches.shift();
    }
    return now;
  }

  /** Milliseconds since a time of day, never below 0. Where it was that time twice, since the second. */
  since(at: number): number {
    this.now();
    const elapsed = this.#clock.elapsed();
    let until = elapsed;
    for (let last = this.#stretches.length - 1; last >= 0; last--) {
      const { from, ahead } = this.#stretches[last]!;
      const moment = at - ahead;
      if (moment >= from - SET_MS && moment <= until + SET_MS) return Math.max(0, elapsed - moment);
      until = from;
    }
    // It was never that time, as far as is known: it begins to wait now.
    return 0;
  }
}
