// Timers that stand still until a test moves them: the same interface as realTimers(), no clock.
// For tests only; the server never uses it. Neighbour: timers.ts.

import type { Timer, Timers } from './timers.ts';

interface Waiting extends Timer {
  readonly dueAt: number;
  readonly fire: () => void;
}

/** Time that passes only by advance(). Begins at a fixed moment, so that two runs are alike. */
export class ManualTimers implements Timers {
  #now = 1_800_000_000_000;
  readonly #waiting = new Set<Waiting>();

  /** Milliseconds since 1970, as far as advance() has brought it. */
  now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void): Timer {
    const timer: Waiting = {
      dueAt: this.#now + ms,
      fire,
      cancel: () => {
        this.#waiting.delete(timer);
      },
    };
    this.#waiting.add(timer);
    return timer;
  }

  /** How many timers wait, cancelled ones not counted. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Lets `ms` milliseconds pass: everything due in them runs in its order, at its own time, those set
   * meanwhile included; timers of the same moment run in the order in which they were set.
   */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#now = next.dueAt;
      this.#waiting.delete(next);
      next.fire();
    }
    this.#now = end;
  }

  #nextUntil(end: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const each of this.#waiting) {
      if (each.dueAt <= end && (!first || each.dueAt < first.dueAt)) first = each;
    }
    return first;
  }
}
