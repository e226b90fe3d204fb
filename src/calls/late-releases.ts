// A journal that loses no RELEASE to a full or failing disk: what could not be kept when its call ended
// is kept here, in its order, and committed when the disk can be written again. It keeps nothing else:
// a SETUP or CONNECT that could not be kept did not happen.
//
// Memory is enough: the disk still holds each of these calls as open, so that a server that dies first
// releases them at its next start (Calls.recover).

import { isRefusal } from '../store/store.ts';
import type { CallEvent, CallJournal } from './call-event.ts';

interface LateRelease {
  readonly events: readonly CallEvent[];
  readonly dref: string;
}

export class LateReleases implements CallJournal {
  readonly #journal: CallJournal;
  readonly #onFault: (error: unknown, callref?: string) => void;
  #late: LateRelease[] = [];

  constructor(journal: CallJournal, onFault: (error: unknown, callref?: string) => void) {
    this.#journal = journal;
    this.#onFault = onFault;
  }

  /** How many sessions are over whose RELEASE is not on disk. */
  get size(): number {
    return this.#late.length;
  }

  /** As the journal does it, and rejects as it does; a RELEASE is then held for `keepLate`. */
  async record(
    events: readonly CallEvent[],
    dref: string,
    wire: string | undefined,
  ): Promise<void> {
    try {
      await this.#journal.record(events, dref, wire);
    } catch (error) {
      if (isEnd(events) && !isRefusal(error)) this.#late.push({ events, dref });
      throw error;
    }
  }

  forgetSession(dref: string): Promise<void> {
    return this.#journal.forgetSession(dref);
  }

  /**
   * Commits what is held, in its order; call it when the disk can be written again. What fails once more
   * stays for the next time. Never rejects.
   */
  async keepLate(): Promise<void> {
    const tried = this.#late;
    this.#late = [];
    // All at once: the store puts them into one commit. And without what may be left on the wire: their BYEs
    // left when they ended, before the disk was well again.
    const results = await Promise.allSettled(
      tried.map(({ events, dref }) => this.#journal.record(events, dref, undefined)),
    );
    const left = tried.filter((release, i) => {
      const result = results[i]!;
      if (result.status === 'fulfilled') return false;
      if (!isRefusal(result.reason)) return true;
      this.#onFault(result.reason, release.events[0]?.call.callref);
      return false;
    });
    this.#late = [...left, ...this.#late];
  }
}

/** The end of a session: each of its events is a RELEASE. */
function isEnd(events: readonly CallEvent[]): boolean {
  return events.length > 0 && events.every(({ type }) => type === 'RELEASE');
}
