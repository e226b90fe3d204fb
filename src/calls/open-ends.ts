// Sessions that are over but for the wire: a BYE without its answer, a CANCELled INVITE without its final
// response. What is kept of them on disk stays until that is done, so that a server that is killed meanwhile
// ends them again at its next start; then it is forgotten here. Every wait ends: whoever does not answer is
// given up after 32 s (RFC 3261, timer F). The caller's final answer counts as done when it was sent: no word
// of its ACK comes, and he can hang up by himself.

import type { CallJournal } from './call-event.ts';

export class OpenEnds {
  readonly #journal: CallJournal;
  readonly #onFault: (error: unknown, callref?: string) => void;
  #size = 0;
  #whenNone = Promise.withResolvers<void>();

  constructor(journal: CallJournal, onFault: (error: unknown, callref?: string) => void) {
    this.#journal = journal;
    this.#onFault = onFault;
  }

  /** How many sessions are over of which something is kept. */
  get size(): number {
    return this.#size;
  }

  /** Forgets what is kept of a session once its end is done on the wire. */
  follow(done: Promise<unknown>, dref: string, callref?: string): void {
    const onFault = (error: unknown): void => this.#onFault(error, callref);
    this.#size += 1;
    // What could not be ended by a fault of ours is forgotten as well: the next start would fail as this one.
    void done
      .catch(onFault)
      .then(() => this.#journal.forgetSession(dref))
      .catch(onFault)
      .then(() => this.#oneLess());
  }

  /** Resolves when nothing is followed any more. */
  async whenNone(): Promise<void> {
    if (this.#size > 0) await this.#whenNone.promise;
  }

  #oneLess(): void {
    this.#size -= 1;
    if (this.#size > 0) return;
    this.#whenNone.resolve();
    this.#whenNone = Promise.withResolvers<void>();
  }
}
