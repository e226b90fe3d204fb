// Sends ended notifications again: they become pending on disk, and the window reads them from there, with
// their old seq and so in their old order. The outbox delivers them like any other.

import type { E164 } from '../numbers/e164.ts';
import { isRefusal } from '../store/store.ts';
import type { EndedSelection, EndedSlice, NotificationRow, Store } from '../store/store.ts';
import { chainOf } from './parked-chains.ts';

/** Whether an ended notification waits again; if not, why, and a sentence to show. */
export type Resent =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'pending' | 'stopped'; readonly error: string };

/** At most so many are sent again by one request, which takes seconds; the next one goes on behind them. */
export const MOST_REPLAYED = 10_000;

/** How many notifications wait again, and whether the selection has more than were asked for. */
export interface Replayed {
  readonly count: number;
  readonly more: boolean;
  /** Where the next part begins; 0 where there is none. */
  readonly next: number;
}

export interface ResenderOptions {
  readonly store: Pick<
    Store,
    'requeueNotifications' | 'parkedOfChain' | 'endedNotifications' | 'lastNotificationSeq'
  >;
  readonly now: () => number;
  /** Whether that seq is in memory: it is pending, whatever the disk shows. */
  readonly isHeld: (seq: number) => boolean;
  /** Nothing of the line is read between these two; then from that seq on, where there is one. */
  readonly suspend: (line: E164) => void;
  readonly resume: (line: E164, seq?: number) => void;
  /** Called when something was sent again, or could not be. */
  readonly onEnded: () => void;
}

type Ended = EndedSlice['found'][number];
type Selected = EndedSelection['state'];

/** Rows looked at and changed in one go: others' commits and lists have their turn between. */
const SLICE = 200;

export class Resender {
  readonly #options: ResenderOptions;
  /** The seq of each that is being made pending. */
  readonly #busy = new Set<number>();
  #replays = 0;
  #stopped = false;

  constructor(options: ResenderOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#busy.size > 0 || this.#replays > 0;
  }

  stop(): void {
    this.#stopped = true;
  }

  async resend(row: NotificationRow): Promise<Resent> {
    const { seq, account, callref, destination } = row;
    if (this.#stopped) return STOPPED;
    if (this.#isPending(seq)) return PENDING;
    this.#busy.add(seq);
    try {
      const parked = await this.#options.store.parkedOfChain(callref, destination);
      if (parked.includes(seq)) {
        await this.#requeue(account, parked, 'parked');
        await this.#requeueFollowers([row], Infinity);
      } else if (row.state === 'parked') {
        return PENDING; // somebody else was quicker, and may have had it delivered
      } else {
        await this.#requeue(account, [seq], 'delivered');
      }
      return { ok: true };
    } catch (error) {
      if (isRefusal(error)) return PENDING;
      throw error;
    } finally {
      this.#busy.delete(seq);
      this.#options.onEnded();
    }
  }

  async replay(selection: EndedSelection, most: number, from = 0): Promise<Replayed> {
    const { store, onEnded } = this.#options;
    const ofParked = selection.state !== 'delivered';
    let count = 0;
    let above: number | null = from;
    this.#replays++;
    try {
      // What is delivered while the replay goes on is not what was asked for.
      const last = selection.state === 'parked' ? Infinity : await store.lastNotificationSeq();
      while (above !== null && above < last && !this.#stopped) {
        const slice = await store.endedNotifications(selection, above, SLICE);
        const found = slice.found.filter(({ seq }) => seq <= last && !this.#isPending(seq));
        const all = ofParked ? await this.#withTheirChains(found) : found;
        const wanted = all.slice(0, Math.max(0, most - count));
        for (const [line, ended] of byLine(wanted)) {
          count += await this.#requeueMost(line, ended, selection.state);
        }
        if (wanted.length < all.length) {
          // Followers of a chain may lie far behind what this slice looked at: the next part begins there.
          const looked = slice.next ?? found.at(-1)?.seq ?? above;
          return { count, more: true, next: Math.min(wanted.at(-1)?.seq ?? above, looked) };
        }
        if (ofParked) count += await this.#requeueFollowers(wanted, most - count);
        above = slice.next;
      }
      const more = above !== null && above < last;
      return { count, more, next: more ? (above ?? 0) : 0 };
    } finally {
      this.#replays--;
      onEnded();
    }
  }

  #isPending(seq: number): boolean {
    return this.#options.isHeld(seq) || this.#busy.has(seq);
  }

  /** With all that is parked in their chains, in order: a selection of a time may begin within a call. */
  async #withTheirChains(found: readonly Ended[]): Promise<Ended[]> {
    const all = new Map(found.map((one) => [one.seq, one]));
    for (const one of oneOfEachChain(found)) {
      const parked = await this.#options.store.parkedOfChain(one.callref, one.destination);
      for (const seq of parked) all.set(seq, { ...one, seq });
    }
    return [...all.values()].sort((a, b) => a.seq - b.seq);
  }

  /** All of them, or, where somebody else was quicker with one, each that is left. */
  async #requeueMost(line: E164, ended: readonly Ended[], state: Selected): Promise<number> {
    const seqs = ended.map(({ seq }) => seq);
    try {
      await this.#requeue(line, seqs, state);
      return seqs.length;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    let count = 0;
    for (const seq of seqs) if (await this.#requeueAlone(line, seq, state)) count++;
    return count;
  }

  async #requeueAlone(line: E164, seq: number, state: Selected): Promise<boolean> {
    try {
      await this.#requeue(line, [seq], state);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  /**
   * An event that came while we asked may have parked behind those that wait again now, and nothing would
   * send it. How many of these wait again, at most `most`.
   */
  async #requeueFollowers(requeued: readonly Ended[], most: number): Promise<number> {
    let count = 0;
    for (const one of oneOfEachChain(requeued)) {
      let behind = one.seq;
      while (count < most) {
        const parked = await this.#options.store.parkedOfChain(one.callref, one.destination);
        const next = parked.find((seq) => seq > behind);
        if (next === undefined) break;
        behind = next;
        if (await this.#requeueAlone(one.account, next, 'parked')) count++;
      }
    }
    return count;
  }

  /** A reading meanwhile could see the later ones of a call without the earlier, if it began between. */
  async #requeue(line: E164, seqs: readonly number[], state: Selected): Promise<void> {
    const { store, now, suspend, resume } = this.#options;
    suspend(line);
    try {
      await store.requeueNotifications(seqs, now(), state);
    } catch (error) {
      resume(line);
      throw error;
    }
    resume(line, Math.min(...seqs));
  }
}

function byLine(found: readonly Ended[]): Map<E164, Ended[]> {
  const lines = new Map<E164, Ended[]>();
  for (const one of found) {
    const ended = lines.get(one.account);
    if (ended) ended.push(one);
    else lines.set(one.account, [one]);
  }
  return lines;
}

/** The last one of each chain. */
function oneOfEachChain(ended: readonly Ended[]): Iterable<Ended> {
  return new Map(ended.map((one) => [chainOf(one), one])).values();
}

const PENDING: Resent = {
  ok: false,
  code: 'pending',
  error:
    'This notification is still on its way: it is sent, or waits for its turn or its next try. ' +
    'Send it again once it is delivered or parked.',
};

const STOPPED: Resent = {
  ok: false,
  code: 'stopped',
  error: 'This server is being stopped. Send the notification again when it runs.',
};
