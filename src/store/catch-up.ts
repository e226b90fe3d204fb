// When the deferred indexes are filled (deferred-indexes.ts): once a second where anything is behind, and before
// a read that needs them. It knows no database: `send` asks the writer thread for the next rows, whose every
// answer says how it stands.

import type { FillAnswer } from './sqlite-writer.ts';
import { fromFailure, type StoreError } from './store-error.ts';

/** How often it looks, milliseconds. The more rows there are in one go, the less each costs. */
const EVERY_MS = 1_000;
/** The longest that each read waits, milliseconds; behind that it is answered by what there is. */
const PATIENCE_MS = 2_000;

export class CatchUp {
  readonly #send: () => void;
  readonly #onChange: (trouble: StoreError | undefined) => void;
  readonly #ticking: NodeJS.Timeout;
  /** Until the writer says otherwise: an earlier program may have left something. */
  #isBehind = true;
  #isFilling = false;
  /** The last fill failed. Until the next one reads go ahead: they would have the disk try again and again. */
  #hasFailed = false;
  /** All reads that wait share it. */
  #caughtUp: PromiseWithResolvers<void> | undefined;

  /** `onChange` is told why a fill failed, once, and with undefined when one succeeds again. */
  constructor(send: () => void, onChange: (trouble: StoreError | undefined) => void = () => {}) {
    this.#send = send;
    this.#onChange = onChange;
    this.#ticking = setInterval(() => {
      if (this.#isBehind) this.#fill();
    }, EVERY_MS).unref();
  }

  /**
   * Resolves when all is indexed that was committed so far, or when that fails or takes too long; undefined
   * where nothing is to be waited for. Never rejects.
   */
  wait(): Promise<void> | undefined {
    if (!this.#isBehind || this.#hasFailed) return undefined;
    this.#caughtUp ??= Promise.withResolvers();
    this.#fill();
    return orPatienceIsOver(this.#caughtUp.promise);
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
    const hasFailed = failure !== undefined;
    if (hasFailed !== this.#hasFailed) this.#onChange(failure && fromFailure(failure));
    this.#hasFailed = hasFailed;
    if (!isBehind || hasFailed) this.#release();
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
    this.#caughtUp?.resolve();
    this.#caughtUp = undefined;
  }
}

function orPatienceIsOver(caughtUp: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, PATIENCE_MS).unref();
    void caughtUp.then(() => {
      clearTimeout(patience);
      resolve();
    });
  });
}
