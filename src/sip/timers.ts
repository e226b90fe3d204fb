// The timers of RFC 3261 (17.1.1.1 and its table 4), and a queue of them that costs next to nothing
// when they do not fire. Most timers of a call are cancelled: each duration has one first-in-first-out
// list and one native timer, so that setting and cancelling are a push and an assignment.

/** Round-trip time estimate, milliseconds. */
export const T1 = 500;
/** Longest interval between two retransmissions. */
export const T2 = 4000;
/** Longest time a message stays in the network. */
export const T4 = 5000;
/** 64*T1: how long a transaction tries. */
export const TRANSACTION_TIMEOUT = 64 * T1;

export interface Timer {
  cancel(): void;
}

/** The time as the SIP room sees it; tests drive one by hand. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  after(ms: number, fire: () => void): Timer;
}

class Waiting implements Timer {
  fire: (() => void) | undefined;
  readonly dueAt: number;

  constructor(dueAt: number, fire: () => void) {
    this.dueAt = dueAt;
    this.fire = fire;
  }

  /** Drops what would be called, so that a cancelled timer keeps nothing alive until its time. */
  cancel(): void {
    this.fire = undefined;
  }
}

/** All timers of one duration, in the order in which they will fire. */
class Lane {
  readonly ms: number;
  readonly #onFault: (error: unknown) => void;
  #waiting: Waiting[] = [];
  #head = 0;
  #running = false;

  constructor(ms: number, onFault: (error: unknown) => void) {
    this.ms = ms;
    this.#onFault = onFault;
  }

  add(fire: () => void): Timer {
    const timer = new Waiting(performance.now() + this.ms, fire);
    this.#waiting.push(timer);
    if (!this.#running) this.#wait(this.ms);
    return timer;
  }

  #wait(ms: number): void {
    this.#running = true;
    setTimeout(() => this.#wake(), ms).unref();
  }

  #wake(): void {
    // Still running: what a timer adds to its own lane must not delay those that are due before it.
    const now = performance.now();
    while (this.#head < this.#waiting.length) {
      const next = this.#waiting[this.#head]!;
      if (next.fire && next.dueAt > now) break;
      this.#head++;
      const fire = next.fire;
      next.fire = undefined;
      try {
        fire?.();
      } catch (error) {
        // One call's fault must not stop the timers of all others.
        this.#onFault(error);
      }
    }
    if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    const next = this.#waiting[this.#head];
    if (next) {
      // Not more often than every 10 ms: a lane of many timers wakes once for all that are near.
      this.#wait(Math.max(10, next.dueAt - now));
      return;
    }
    this.#running = false;
    this.#waiting = [];
    this.#head = 0;
  }
}

/**
 * Timers on the real clock. They do not keep the process alive. `onFault` is told what a timer's
 * function threw; without it the process ends with that error, as it would for any other timer.
 */
export function realTimers(onFault: (error: unknown) => void = throwLater): Timers {
  const lanes = new Map<number, Lane>();
  return {
    now: () => Date.now(),
    after(ms, fire) {
      let lane = lanes.get(ms);
      if (!lane) {
        lane = new Lane(ms, onFault);
        lanes.set(ms, lane);
      }
      return lane.add(fire);
    },
  };
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
