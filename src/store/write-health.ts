// Whether the disk can be written: told of failures by group-commit.ts, it tries by itself until a write
// succeeds, and notices a disk that does not answer at all. What the server does about it is not its matter.

import { StoreError } from './store-error.ts';
import type { Store } from './store.ts';

/** How often it looks, and tries while nothing can be written, milliseconds. */
const TICK_MS = 1_000;
/** After so many ticks a commit that is under way counts as one that hangs. */
const HANGING_TICKS = 10;

export interface WriteHealthOptions {
  /** Writes something about as large as what a busy moment writes; rejects where that fails. */
  readonly probe: () => Promise<void>;
  /** The number of the commit that is under way, 0 where none is. */
  readonly commitUnderWay: () => number;
  /** Told why nothing can be written, once, and with undefined when it can again. */
  readonly onChange: (trouble: StoreError | undefined) => void;
}

export class WriteHealth {
  readonly #options: WriteHealthOptions;
  readonly #ticking: NodeJS.Timeout;
  #trouble: StoreError | undefined;
  #isProbing = false;
  #watched = 0;
  #ticks = 0;

  constructor(options: WriteHealthOptions) {
    this.#options = options;
    this.#ticking = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** A write failed that was not at fault itself. Only a probe that succeeds is proof of the contrary. */
  failed(error: StoreError): void {
    if (this.#trouble !== undefined) return;
    this.#trouble = error;
    this.#options.onChange(error);
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#ticking);
  }

  #tick(): void {
    if (this.#trouble !== undefined) {
      void this.#probe();
      return;
    }
    const commit = this.#options.commitUnderWay();
    this.#ticks = commit !== 0 && commit === this.#watched ? this.#ticks + 1 : 0;
    this.#watched = commit;
    if (this.#ticks < HANGING_TICKS) return;
    const seconds = (HANGING_TICKS * TICK_MS) / 1_000;
    this.failed(
      new StoreError('write-failed', `the disk has not answered a write for ${seconds} seconds`),
    );
  }

  // On a disk that hangs it waits behind the write that hangs, and so succeeds when that ends.
  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    try {
      await this.#options.probe();
      this.#trouble = undefined;
      this.#ticks = 0;
      this.#options.onChange(undefined);
    } catch {
      // Said already: nothing can be written.
    } finally {
      this.#isProbing = false;
    }
  }
}

/**
 * What is written to see whether the disk has room: as much as a busy moment's commit, since a full disk
 * often takes a few pages more, in the place of those that the last failed commit left behind.
 */
const PROBE_KEY = 'write-probe';
const PROBE_TEXT = ' '.repeat(256 * 1024);

/** Rejects where the store cannot write. */
export async function writeProbe(setMeta: Store['setMeta']): Promise<void> {
  await setMeta(PROBE_KEY, PROBE_TEXT);
  // Its room is for what comes next.
  await setMeta(PROBE_KEY, '');
}
