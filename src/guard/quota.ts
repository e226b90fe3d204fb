// One request of a line in each interval (docs/makecall.md). It counts
// lines by their number and knows neither SIP nor HTTP: the answer "Come Back Later", and the order of
// this check among the others, are with the endpoints.

export interface QuotaOptions {
  /** Milliseconds between two accepted requests of one line. */
  readonly intervalMs: number;
  /** Milliseconds since any moment; it may jump. */
  readonly now: () => number;
}

export interface Quota {
  /**
   * Takes a line's turn. False where less than the interval has passed since its last accepted request:
   * refused requests do not push the next turn away. One quota serves all endpoints together.
   */
  take(line: string): boolean;
  /** Lines that it remembers now. */
  readonly size: number;
}

/**
 * Makes a quota. It remembers a line from its accepted request until the first request of any line after
 * the interval, so never more than were accepted within one: ask it only for lines that exist.
 */
export function createQuota({ intervalMs, now }: QuotaOptions): Quota {
  // When each line was last accepted, the longest ago first.
  const accepted = new Map<string, number>();

  // A time to come means that the clock was set back: refusing until it is reached again could take years.
  const isOver = (at: number, time: number) => time - at >= intervalMs || at > time;

  function forget(time: number): void {
    for (const [line, at] of accepted) {
      if (!isOver(at, time)) return;
      accepted.delete(line);
    }
  }

  return {
    take(line) {
      const time = now();
      forget(time);
      const last = accepted.get(line);
      if (last !== undefined && !isOver(last, time)) return false;
      // Deleted first, so that it moves behind the others.
      accepted.delete(line);
      accepted.set(line, time);
      return true;
    },
    get size() {
      return accepted.size;
    },
  };
}
