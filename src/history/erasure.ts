// Erases one number's data: every call in which it is caller, callee or redirecting number, on whatever line,
// with all that was told of it and answered; then makes sure that no byte of it is left in the database's
// files. What else may hold the number is in docs/keeping.md. Removing by age and size is retention.ts.

import type { E164 } from '../numbers/e164.ts';
import type { KeptCall, Store } from '../store/store.ts';
import { isOver, NOTHING, pause, removeSlice, SLICE, sum } from './keeping.ts';
import type { KeepingClock, KeepingLog, Removed } from './keeping.ts';

export type ErasureStore = Pick<
  Store,
  'callsOfNumber' | 'removeCalls' | 'emptyLog' | 'countInFile'
>;

export interface ErasureRooms {
  readonly store: ErasureStore;
  /** Whether it is a line's own number. */
  readonly isLine: (number: E164) => boolean;
  /** Users, tokens and destinations that name it, each as people call it. */
  readonly namedBy: (number: E164) => readonly string[];
  /** Writes the database anew behind it: only where no server runs, since all would wait for it. */
  readonly compact?: () => Promise<void>;
  readonly clock: KeepingClock;
  readonly log: Pick<KeepingLog, 'info'>;
}

export interface Erased extends Removed {
  readonly ok: true;
  /**
   * How often its digits still stand in the database's file: in what people wrote (a title, a URL), within
   * longer numbers, or in a page's unused part.
   */
  readonly remains: number;
}

/** Why nothing, or not everything, was erased; stable codes. */
export interface NotErased {
  readonly ok: false;
  readonly code: 'is-a-line' | 'named-in-settings' | 'calls-wait' | 'busy';
  readonly error: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What stands of a number, before it is erased. */
export interface Found extends Removed {
  readonly openCalls: number;
  readonly pendingNotifications: number;
}

/** How often it is tried to empty the log while reads are in the way, and how far apart. */
const TRIES = 100;
const BETWEEN_TRIES_MS = 50;
/** Calls looked at in one go. */
const LOOK = 500;

export class Erasure {
  readonly #rooms: ErasureRooms;
  #running: { readonly number: E164; readonly done: Promise<Erased | NotErased> } | undefined;

  constructor(rooms: ErasureRooms) {
    this.#rooms = rooms;
  }

  /** What there is of a number; changes nothing. */
  async find(number: E164): Promise<Found> {
    let found: Found = { ...NOTHING, openCalls: 0, pendingNotifications: 0 };
    for await (const calls of this.#callsOf(number, LOOK)) {
      found = {
        ...sum(found, {
          calls: calls.length,
          notifications: calls.reduce((count, call) => count + call.notifications, 0),
        }),
        openCalls: found.openCalls + calls.filter(({ open }) => open).length,
        pendingNotifications: calls.reduce(
          (count, { pending }) => count + pending,
          found.pendingNotifications,
        ),
      };
    }
    return found;
  }

  /**
   * Erases a number's data. Resolves when nothing of it is left, or with why that could not be done;
   * rejects if the store does. Asked for the same number again meanwhile, it gives the same answer. One
   * number at a time: for another one it is `busy`.
   */
  erase(number: E164): Promise<Erased | NotErased> {
    const running = this.#running;
    if (running?.number === number) return running.done;
    if (running) return Promise.resolve(BUSY);
    const done = this.#erase(number).finally(() => {
      this.#running = undefined;
    });
    this.#running = { number, done };
    return done;
  }

  async #erase(number: E164): Promise<Erased | NotErased> {
    const { store, clock, log, compact } = this.#rooms;
    const refused = this.#refusal(number) ?? callsWait(await this.find(number));
    if (refused) return refused;
    let removed = NOTHING;
    for await (const calls of this.#callsOf(number, SLICE)) {
      removed = sum(removed, await removeSlice(calls.filter(isOver), store, clock));
    }
    await this.#emptyLog();
    await compact?.();
    // What began meanwhile is still there.
    const waits = callsWait(await this.find(number));
    const remains = waits ? undefined : await store.countInFile(number);
    // Not the number itself: the log would keep it.
    log.info({ ...removed, remains }, 'The data of a number was erased.');
    return waits ?? { ok: true, ...removed, remains: remains ?? 0 };
  }

  #refusal(number: E164): NotErased | undefined {
    const { isLine, namedBy } = this.#rooms;
    if (isLine(number)) {
      return {
        ok: false,
        code: 'is-a-line',
        error: `${number} is a line of this server: remove the line first (carillon line remove ${number})`,
        values: { number },
      };
    }
    const [first, ...others] = namedBy(number);
    if (first === undefined) return undefined;
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return {
      ok: false,
      code: 'named-in-settings',
      error: `${number} stands in settings: take it out of ${first}${more} first`,
      values: { number, first, others: others.length },
    };
  }

  /** The number's calls from the oldest on, at most `most` at a time. */
  async *#callsOf(number: E164, most: number): AsyncGenerator<readonly KeptCall[]> {
    for (let above = 0; ;) {
      const calls = await this.#rooms.store.callsOfNumber(number, above, most);
      const last = calls.at(-1);
      if (last === undefined) return;
      yield calls;
      above = last.id;
    }
  }

  async #emptyLog(): Promise<void> {
    const { store, clock } = this.#rooms;
    for (let tries = 1; !(await store.emptyLog()); tries += 1) {
      if (tries === TRIES) {
        throw new Error(
          'all rows of the number were removed, but they still stand in carillon.db-wal: another ' +
            'program (a backup?) has been reading the database for a while; end it and erase again',
        );
      }
      await pause(BETWEEN_TRIES_MS, clock);
    }
  }
}

const BUSY: NotErased = {
  ok: false,
  code: 'busy',
  error: 'another number is being erased just now: try again in a moment',
  values: {},
};

function callsWait({ openCalls, pendingNotifications }: Found): NotErased | undefined {
  if (openCalls === 0 && pendingNotifications === 0) return undefined;
  const what = [
    ...(openCalls > 0 ? [`${openCalls} of its calls go on or are just being ended`] : []),
    ...(pendingNotifications > 0
      ? [`${pendingNotifications} of its notifications wait for delivery`]
      : []),
  ];
  return {
    ok: false,
    code: 'calls-wait',
    error: `${what.join(' and ')}: erase the number again when that is over`,
    values: { openCalls, pendingNotifications },
  };
}
