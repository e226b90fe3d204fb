// Changes one after the other: what a change was checked against is still true when it is committed. Knows
// nothing of what is changed: lines, and the rooms whose changes are checked against lines, have a queue each.

/** Changes that may wait for their turn; one more is refused. */
const MOST_WAITING = 1000;

export class Turns<Refusal> {
  readonly #refuse: (limit: number) => Refusal;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `refuse` makes the answer to a change for which there is no room. */
  constructor(refuse: (limit: number) => Refusal) {
    this.#refuse = refuse;
  }

  /**
   * Runs `change` when all before it are done, and resolves with what it resolves with, or with the refusal
   * where too many wait. A change that rejects holds up nobody.
   */
  async take<Result>(change: () => Promise<Result>): Promise<Result | Refusal> {
    if (this.#waiting >= MOST_WAITING) return this.#refuse(MOST_WAITING);
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
