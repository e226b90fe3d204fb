// Changes one after the other: what a change was checked against is still true when it is committed.
// It knows nothing of what is changed; all lists of this room share one queue.

import type { Refused } from './outcome.ts';

/** Changes that may wait for their turn; one more is refused. */
const MOST_WAITING = 1000;

/** The refusal of a change for which there was no room. */
export type TooBusy = Refused & { readonly code: 'busy' };

export class Turns {
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * Runs `change` when all before it are done, and resolves with what it resolves with; `busy` where too
   * many wait. A change that rejects holds up nobody.
   */
  async take<Result>(change: () => Promise<Result>): Promise<Result | TooBusy> {
    if (this.#waiting >= MOST_WAITING) {
      const error = `${MOST_WAITING} changes wait already: try again in a moment`;
      return { ok: false, code: 'busy', error };
    }
    this.#waiting += 1;
    const mine = this.#turn.then(change);
    this.#turn = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}
