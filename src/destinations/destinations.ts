// All further destinations of this server's lines, in memory for the events that look them up, and on disk
// behind. It commits changes one after the other; what may be set is in destination-input.ts, what is sent in
// the notifications room, the keys that sign it in signing-keys.ts.

import type { Lines, LinesLog } from '../lines/lines.ts';
import { noSuchLine } from '../lines/many-changes.ts';
import type { Line } from '../lines/line.ts';
import type { Destination } from '../notifications/destination.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Store } from '../store/store.ts';
import { changeDestination, emptyDestination } from './destination-input.ts';
import type { DestinationChanges, DestinationResult } from './destination-input.ts';
import { Turns } from './in-turn.ts';
import { noSuchDestination, tooManyDestinations } from './refusals.ts';

export type { DestinationChanges, DestinationResult } from './destination-input.ts';

/** Besides the notification URL and the Buzzee server. */
export const MOST_DESTINATIONS = 10;

/** One change, told after it is on disk and visible here; a removed line removes all of its own. */
export interface DestinationChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly destination: Destination;
}

export type DestinationListener = (change: DestinationChange) => void;

/**
 * Whether whoever asks may change this line's destinations. Changes wait for their turn, and the line or his
 * rights may be gone by then: so it is asked when the turn has come, and the line is refused as not there.
 */
export type MayChange = (line: Line) => boolean;

/** Which destination is meant: it is refused as not there where it is none of that line. */
export interface Belonging {
  readonly line?: string;
  readonly may?: MayChange;
}

export interface DestinationRooms {
  readonly store: Pick<
    Store,
    'lastDestinationId' | 'allDestinations' | 'putDestination' | 'removeDestination'
  >;
  readonly lines: Pick<Lines, 'byNumber' | 'onChange'>;
  readonly log: LinesLog;
  readonly now: () => number;
}

const NONE: readonly Destination[] = [];

export class Destinations {
  readonly #rooms: DestinationRooms;
  readonly #turns = new Turns();
  readonly #byId = new Map<number, Destination>();
  /** Each line's, by id. */
  readonly #byLine = new Map<string, readonly Destination[]>();
  readonly #listeners = new Set<DestinationListener>();
  #lastId: number;

  private constructor(rooms: DestinationRooms, lastId: number) {
    this.#rooms = rooms;
    this.#lastId = lastId;
  }

  /** Reads all destinations into memory, and follows the lines from then on. */
  static async load(rooms: DestinationRooms): Promise<Destinations> {
    const { store, lines } = rooms;
    const destinations = new Destinations(rooms, await store.lastDestinationId());
    for (const destination of await store.allDestinations()) destinations.#show(destination);
    // The store removes a line's destinations with it.
    lines.onChange(({ kind, line }) => {
      if (kind === 'removed') destinations.#forgetLine(line.number);
    });
    return destinations;
  }

  /** The line's destinations, by id, those that are switched off too. Asked for each event. */
  ofLine(line: string): readonly Destination[] {
    return this.#byLine.get(line) ?? NONE;
  }

  byId(id: number): Destination | undefined {
    return this.#byId.get(id);
  }

  /** All destinations, by line and id. */
  all(): Destination[] {
    return [...this.#byLine]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, destinations]) => destinations);
  }

  /**
   * Adds a destination to a line (its number in the international form). Resolves when it is on disk and
   * visible, or with what is wrong with the input; rejects when it could not be kept.
   */
  add(line: E164, input: DestinationChanges, may?: MayChange): Promise<DestinationResult> {
    return this.#turns.take(async () => {
      // What is wrong with the input is told first: it is wrong for every line.
      const blank = emptyDestination(line, this.#lastId + 1, this.#rooms.now());
      const checked = changeDestination(blank, { url: '', ...input });
      if (!checked.ok) return checked;
      if (this.#line(line, may) === undefined) return noSuchLine(line);
      if (this.ofLine(line).length >= MOST_DESTINATIONS)
        return tooManyDestinations(line, MOST_DESTINATIONS);
      this.#lastId += 1;
      return this.#put(checked, 'added');
    });
  }

  /** Changes a destination: only what is named in `changes`. Resolves as `add` does. */
  set(id: number, changes: DestinationChanges, of: Belonging = {}): Promise<DestinationResult> {
    return this.#turns.take(async () => {
      const before = this.#found(id, of);
      if (before === undefined) return noSuchDestination(id);
      const checked = changeDestination(before, changes);
      return checked.ok ? this.#put(checked, 'changed') : checked;
    });
  }

  /** Removes a destination and its signing key; what it was told stays in the lists. */
  remove(id: number, of: Belonging = {}): Promise<DestinationResult> {
    return this.#turns.take(async (): Promise<DestinationResult> => {
      const destination = this.#found(id, of);
      if (destination === undefined) return noSuchDestination(id);
      await this.#rooms.store.removeDestination(destination.line, id);
      this.#forget(destination);
      return { ok: true, destination, warnings: [] };
    });
  }

  /** Calls `listener` after each change; the answer ends that. What it throws is logged. */
  onChange(listener: DestinationListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #put(
    checked: DestinationResult & { readonly ok: true },
    kind: 'added' | 'changed',
  ): Promise<DestinationResult> {
    const { destination } = checked;
    const gone = () => this.#line(destination.line) === undefined;
    try {
      await this.#rooms.store.putDestination(destination);
    } catch (error) {
      // The line was removed while this waited: the store keeps no destination without one.
      if (gone()) return noSuchLine(destination.line);
      throw error;
    }
    // Removed right behind: the store has dropped this with the line.
    if (gone()) return noSuchLine(destination.line);
    this.#show(destination);
    this.#tell({ kind, destination });
    return checked;
  }

  #line(number: string, may: MayChange = () => true): Line | undefined {
    const line = this.#rooms.lines.byNumber(number);
    return line && may(line) ? line : undefined;
  }

  #found(id: number, { line, may }: Belonging): Destination | undefined {
    const found = this.#byId.get(id);
    if (found === undefined || (line !== undefined && found.line !== line)) return undefined;
    return this.#line(found.line, may) && found;
  }

  #show(destination: Destination): void {
    const { id, line } = destination;
    const others = this.ofLine(line).filter((each) => each.id !== id);
    this.#byId.set(id, destination);
    this.#byLine.set(
      line,
      [...others, destination].sort((a, b) => a.id - b.id),
    );
  }

  #forget(destination: Destination): void {
    const { id, line } = destination;
    const others = this.ofLine(line).filter((each) => each.id !== id);
    this.#byId.delete(id);
    if (others.length === 0) this.#byLine.delete(line);
    else this.#byLine.set(line, others);
    this.#tell({ kind: 'removed', destination });
  }

  #forgetLine(line: string): void {
    for (const destination of this.ofLine(line)) this.#forget(destination);
  }

  #tell(change: DestinationChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        const { line } = change.destination;
        this.#rooms.log.error({ err: error, line }, 'a listener to destinations failed');
      }
    }
  }
}
