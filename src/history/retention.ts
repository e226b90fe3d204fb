// Retention: every minute, calls that are too old go, and the oldest where the database is too large, with
// their notifications and tries, delivered and parked alike. Never an open call, nor one of which something
// waits for delivery (docs/keeping.md). Erasing one number's data is erasure.ts.

import type { Store } from '../store/store.ts';
import { isOver, NOTHING, removeSlice, SLICE, sum } from './keeping.ts';
import type { KeepingClock, KeepingLog, Removed } from './keeping.ts';

export type RetentionStore = Pick<Store, 'callsAbove' | 'removeCalls' | 'usedBytes'>;

export interface RetentionOptions {
  readonly store: RetentionStore;
  /** How long a call is kept after its end; 0: for ever. */
  readonly keepDays: number;
  /** How large the database may become, without the free room in its file; 0: as it likes. */
  readonly keepMegabytes: number;
  readonly clock: KeepingClock;
  readonly log: KeepingLog;
}

const FIRST_RUN_MS = 5_000;
const BETWEEN_RUNS_MS = 60_000;
const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;
/** A clock that jumps by more than this was set, rightly or wrongly. */
const JUMP_MS = 3_600_000;

export class Retention {
  readonly #options: RetentionOptions;
  #timer: { cancel(): void } | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #stopped = false;
  /** How far the time of day is ahead of the clock that only rises. */
  #ahead: number | undefined;
  /** On the clock that only rises: before this, nothing is too old. */
  #distrustUntil = -Infinity;
  #toldTooLarge = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Runs soon, and then every minute, until `stop`. */
  start(): void {
    const { keepDays, keepMegabytes } = this.#options;
    if (keepDays > 0 || keepMegabytes > 0) this.#runIn(FIRST_RUN_MS);
  }

  /** Begins no further slice; resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** One run: removes until nothing is too old and nothing too large. Rejects if the store does. */
  async run(): Promise<Removed> {
    const { store, keepMegabytes, clock, log } = this.#options;
    const most = keepMegabytes > 0 ? keepMegabytes * MEGABYTE : Infinity;
    const oldBefore = this.#oldBefore();
    let removed = NOTHING;
    let tooLarge = most < Infinity && (await store.usedBytes()) > most;
    for (let above = 0; !this.#stopped;) {
      const calls = await store.callsAbove(above, SLICE);
      // Ids rise with time, but for a clock that was ahead for a while: such calls are passed over.
      const now = clock.now();
      const goesOn = calls.some(({ setupAt }) => setupAt < oldBefore || setupAt > now);
      const last = calls.at(-1);
      if (last === undefined || !(tooLarge || goesOn)) break;
      above = last.id;
      const going = calls.filter(
        (call) => isOver(call) && (tooLarge || (call.releaseAt ?? now) < oldBefore),
      );
      removed = sum(removed, await removeSlice(going, store, clock));
      if (tooLarge && going.length > 0) tooLarge = (await store.usedBytes()) > most;
    }
    if (removed.calls > 0) log.info(removed, 'Old calls and their notifications were removed.');
    this.#tellTooLarge(tooLarge && !this.#stopped);
    return removed;
  }

  #runIn(ms: number): void {
    this.#timer = this.#options.clock.setTimer(() => {
      this.#running = this.run()
        .catch((err: unknown) => {
          this.#options.log.error({ err }, 'Old calls could not be removed; trying again.');
        })
        .finally(() => {
          if (!this.#stopped) this.#runIn(BETWEEN_RUNS_MS);
        });
    }, ms);
  }

  /**
   * Calls that ended before this are too old; none while the clock is not believed. A machine whose clock
   * was wrong for an hour must not lose three months of calls: after a jump nothing is too old for a day.
   */
  #oldBefore(): number {
    const { keepDays, clock, log } = this.#options;
    const elapsed = clock.elapsed();
    const ahead = clock.now() - elapsed;
    if (Math.abs(ahead - (this.#ahead ?? ahead)) > JUMP_MS) {
      this.#distrustUntil = elapsed + DAY_MS;
      log.warn({}, 'The clock was set: for a day, no call is removed for its age.');
    }
    this.#ahead = ahead;
    if (keepDays === 0 || elapsed < this.#distrustUntil) return -Infinity;
    return clock.now() - keepDays * DAY_MS;
  }

  /** Once, until it is over: not every minute. */
  #tellTooLarge(tooLarge: boolean): void {
    if (tooLarge && !this.#toldTooLarge) {
      const { keepMegabytes, log } = this.#options;
      const text =
        'The database is larger than keep-megabytes, and all that is left is still needed.';
      log.warn({ keepMegabytes }, text);
    }
    this.#toldTooLarge = tooLarge;
  }
}
