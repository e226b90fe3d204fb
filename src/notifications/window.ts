// Memory as a window over the store: which pending notifications are only on disk, and when to read
// them. Hands each to the outbox once, in order of seq, but for those that are resent: they come back
// with their old seq. Delivers nothing and knows no calls.

import type { Notification, Store } from '../store/store.ts';
import type { Clock, Timer } from './clock.ts';
import type { Log } from './log.ts';

export interface WindowOptions {
  readonly store: Pick<Store, 'pendingNotifications'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The most notifications in memory. */
  readonly size: number;
  /** The seq of each notification in memory, until its last result is on disk. The outbox keeps it. */
  readonly held: ReadonlySet<number>;
  /** Receives what was read and is not held. */
  readonly take: (notification: Notification, attempts: number) => void;
  /** Called when a reading has ended. */
  readonly onRead: () => void;
}

/** Rows read from disk at a time. */
const READ_ROWS = 1000;
/** How long after the store failed to read it is asked again. */
const READ_AGAIN_MS = 1000;

const NONE = Number.POSITIVE_INFINITY;

export class StoreWindow {
  readonly #options: WindowOptions;
  #onDisk = true;
  /** Rows up to this seq were read, or never left memory. */
  #readUpTo = 0;
  /** The lowest seq left on disk since the last query began. */
  #leftFrom = NONE;
  #reading = false;
  #readAgain: Timer | undefined;
  #stopped = false;
  /** What left memory since the last query began: its answer may still show it as pending. */
  readonly #goneMeanwhile = new Set<number>();

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** True where rows may be on disk that memory does not hold, as at the start. */
  get onDisk(): boolean {
    return this.#onDisk;
  }

  /**
   * Whether a notification that was just committed, or made pending again, may go directly to memory.
   * If not, it is read from disk later, also where its seq was passed long ago. While anything is only on disk, everything goes that way, or a call's later event
   * could overtake its earlier one.
   */
  admits(seq: number): boolean {
    if (this.#options.held.size >= this.#options.size) this.#onDisk = true;
    if (this.#onDisk) this.#leftFrom = Math.min(this.#leftFrom, seq);
    return !this.#onDisk;
  }

  /** To be told of each seq that is held no longer. */
  gone(seq: number): void {
    if (this.#reading) this.#goneMeanwhile.add(seq);
  }

  /** Reads once half the window is free: not a query for each row that leaves. */
  readMore(): void {
    const wanted = this.#onDisk && this.#options.held.size <= this.#options.size / 2;
    if (!wanted || this.#reading || this.#stopped) return;
    this.#reading = true;
    this.#read().then(
      () => {
        this.#reading = false;
        this.#options.onRead();
      },
      (cause: unknown) => {
        this.#options.log.error(
          { err: cause },
          'Pending notifications could not be read; trying again.',
        );
        if (this.#stopped) return;
        this.#readAgain = this.#options.clock.setTimer(() => {
          this.#reading = false;
          this.readMore();
        }, READ_AGAIN_MS);
      },
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#readAgain?.cancel();
  }

  async #read(): Promise<void> {
    const { store, size, held, take } = this.#options;
    while (this.#onDisk && !this.#stopped) {
      const room = Math.min(READ_ROWS, size - held.size);
      if (room <= 0) return;
      // What was left on disk with a seq that the last query had passed must be read too: commits may
      // end in another order than numbers were given, and a resent notification has its old number.
      this.#readUpTo = Math.min(this.#readUpTo, this.#leftFrom - 1);
      this.#leftFrom = NONE;
      this.#goneMeanwhile.clear();
      const rows = await store.pendingNotifications(this.#readUpTo, room);
      if (this.#stopped) return;
      for (const { notification, attempts } of rows) {
        const { seq } = notification;
        this.#readUpTo = seq;
        if (!held.has(seq) && !this.#goneMeanwhile.has(seq)) take(notification, attempts);
      }
      // Caught up: these were the last rows, and none was left on disk meanwhile.
      this.#onDisk = rows.length === room || this.#leftFrom !== NONE;
      if (!this.#onDisk) this.#readUpTo = NONE;
    }
  }
}
