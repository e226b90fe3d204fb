// Time as an argument: what this room knows about clocks. Tests pass a clock that they turn by hand;
// the server passes the real one. Nothing else in this room reads the time or sets a timer.

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970. May jump either way when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds since some moment; only ever rises, whatever somebody sets the clock to. */
  elapsed(): number;
  /** Calls `run` once after `ms` milliseconds, whatever the time of day does meanwhile. */
  setTimer(run: () => void, ms: number): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer(run, ms) {
    const handle = setTimeout(run, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};
