// Changes one after the other: what a change was checked against is still true when it is committed. It knows
// nothing of what is changed; destinations and signing keys have a queue each.

import { refuseBy } from '../lines/line-result.ts';
import type { LineRefusal } from '../lines/line-result.ts';

/** Changes that may wait for their turn; one more is refused. */
const MOST_WAITING = 1000;

export class Turns {
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * Runs `change` when all before it are done, and resolves with what it resolves with; refuses
   * (`overloaded`) where too many wait. A change that rejects holds up nobody.
   */
  async take<Result>(change: () => Promise<Result>): Promise<Result | LineRefusal> {
    if (this.#waiting >= MOST_WAITING) {
      const text = `${MOST_WAITING} changes wait already: try again in a moment`;
      return refuseBy(undefined, { code: 'overloaded', text, values: { limit: MOST_WAITING } });
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
