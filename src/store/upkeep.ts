// Work on the database's file itself that waits for the writer thread (sqlite-writer.ts): emptying the log,
// writing all of it anew. Done between two batches, in the order in which it was asked for.

import { type StoreError, fromFailure } from './store-error.ts';
import type { Upkeep, UpkeepAnswer } from './sqlite-writer.ts';

export class UpkeepQueue {
  readonly #send: (what: Upkeep) => void;
  readonly #asked: PromiseWithResolvers<boolean>[] = [];
  #refusal: StoreError | undefined;

  constructor(send: (what: Upkeep) => void) {
    this.#send = send;
  }

  /** Resolves when it is done; with false where a read was in the way. */
  ask(what: Upkeep): Promise<boolean> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    const asked = Promise.withResolvers<boolean>();
    this.#asked.push(asked);
    this.#send(what);
    return asked.promise;
  }

  settle({ done, failure }: UpkeepAnswer): void {
    const asked = this.#asked.shift();
    if (failure === undefined) asked?.resolve(done);
    else asked?.reject(fromFailure(failure));
  }

  /** Rejects whatever is asked later; what was asked already is still done. */
  refuse(error: StoreError): void {
    this.#refusal ??= error;
  }

  /** Rejects all that waits, and whatever is asked later. */
  end(error: StoreError): void {
    this.refuse(error);
    for (const asked of this.#asked.splice(0)) asked.reject(error);
  }
}
