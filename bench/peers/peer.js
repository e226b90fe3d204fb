// What the peers have in common: how jobs come in, when a run begins and when it is over.

import { measured } from '../delivery/run-result.ts';

/** Jobs of one commit where they come while others are worked on. */
const AT_ONCE = 300;
/** Then so many wait at most, as with Carillon, and enough for a full fetch of each worker. */
const MOST_WAITING = 2_000;

/**
 * Measures a run until all jobs are done and on record.
 *
 * `ready`: all jobs are committed before the clock starts. Else they are committed while others are worked
 * on, as events come, many to a commit. `add` commits jobs; `recorded` resolves when the database knows that
 * all are done; the function that is given to `onEach` is to be called for each job that is done.
 */
export async function deliver({ jobs, ready, add, recorded, onEach }) {
  const done = new Done();
  onEach(() => done.one());
  if (ready) await add(jobs);
  // The worker begins as the commit wakes it, while our client still reads its answer.
  const early = done.count;
  return measured(jobs.length - early, async () => {
    if (!ready) {
      for (let at = 0; at < jobs.length; at += AT_ONCE) {
        await done.until(at + AT_ONCE - MOST_WAITING);
        await add(jobs.slice(at, at + AT_ONCE));
      }
    }
    await done.until(jobs.length);
    await recorded();
  });
}

/** Counts jobs that are done; one at a time may wait for a count. */
class Done {
  count = 0;
  #wanted = 0;
  #wake = undefined;

  one() {
    this.count += 1;
    if (this.count === this.#wanted) this.#wake();
  }

  /** Resolves when so many are done. */
  until(count) {
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wanted = count;
      this.#wake = resolve;
    });
  }
}

/** Asks until the query gives no row. */
export async function waitForNone(pool, query) {
  for (;;) {
    const { rowCount } = await pool.query(query);
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A pool's connections end with the server; nothing else may be wrong with them. */
export function onPoolError(error) {
  console.error(`a PostgreSQL connection says: ${error.message}`);
}
