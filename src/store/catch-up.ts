// When the deferred indexes are filled (deferred-indexes.ts): once a second where anything is behind, and before
// a read that needs them. It knows no database: `send` asks the writer thread for the next rows, whose every
// answer says how it stands.

import type { FillAnswer } from './sqlite-writer.ts';

/** How often it looks, milliseconds. The more rows there are in one go, the less each costs. */
const EVERY_MS = 1_000;
/** The longest that a read waits, milliseconds; behind that it is answered by what there is. */
const PATIENCE_MS = 2_000;

export class CatchUp {
  readonly #send: () => void;
  readonly #ticking: NodeJS.Timeout;
  /** Until the writer says otherwise: an earlier program may have left something. */
  #isBehind = true;
  #isFilling = false;
  /** All reads that wait share it. */
  #waiting: PromiseWithResolvers<void> | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(send: () => void) {
    this.#send = send;
    this.#ticking = setInterval(() => {
      if (this.#isBehind) this.#fill();
    }, EVERY_MS).unref();
  }

  /**
   * Resolves when all is indexed that was committed so far, or when that fails or takes too long; undefined
   * where nothing is to be waited for. Never rejects.
   */
  wait(): Promise<void> | undefined {
    if (!this.#isBehind) return undefined;
    if (this.#waiting === undefined) {
      this.#waiting = Promise.withResolvers();
      this.#patience = setTimeout(() => this.#release(), PATIENCE_MS).unref();
    }
    this.#fill();
    return this.#waiting.promise;
  }

  /**
   * How it stands after a batch. The writer's answers come in the order of its commits, so the last one holds
   * for whatever was acknowledged.
   */
  committed(isBehind: boolean): void {
    this.#isBehind = isBehind;
  }

  /** The answer to `send`. What is still behind goes on behind the batches that wait. */
  filled({ isBehind, failure }: Pick<FillAnswer, 'isBehind' | 'failure'>): void {
    this.#isFilling = false;
    this.#isBehind = isBehind;
    if (!isBehind || failure !== undefined) this.#release();
    else this.#fill();
  }

  /** Begins nothing by itself any more; reads that wait are still served. */
  stop(): void {
    clearInterval(this.#ticking);
  }

  /** The writer is gone: nothing is waited for any more. */
  end(): void {
    this.stop();
    this.#isBehind = false;
    this.#release();
  }

  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    this.#send();
  }

  #release(): void {
    clearTimeout(this.#patience);
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
