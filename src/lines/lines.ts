// All lines of this server, in memory for the calls that look them up, and on disk behind. It checks
// and commits changes one after the other; what a line's settings may be is in line-input.ts, who is
// where now is the registrar's.

import type { Store } from '../store/store.ts';
import { changeLine, emptyLine } from './line-input.ts';
import type { LineChanges, LineInput, LineResult, LineRules } from './line-input.ts';
import type { Line } from './line.ts';

export type { LineChanges, LineInput, LineResult, LineRules } from './line-input.ts';

/** One change, told after it is on disk and visible here. */
export type LineChange =
  | { readonly kind: 'added'; readonly line: Line }
  | { readonly kind: 'changed'; readonly line: Line; readonly before: Line }
  | { readonly kind: 'removed'; readonly line: Line };

export type LineListener = (change: LineChange) => void;

/** What this room asks of a log; pino's loggers have this shape. */
export interface LinesLog {
  error(fields: object, text: string): void;
}

export type LineStore = Pick<Store, 'allLines' | 'putLine' | 'removeLine'>;

/** Changes that may wait for their turn; one more is refused. */
const MOST_WAITING = 1000;

export class Lines {
  readonly #store: LineStore;
  readonly #rules: LineRules;
  readonly #log: LinesLog;
  readonly #byNumber = new Map<string, Line>();
  readonly #byShort = new Map<string, Line>();
  readonly #listeners = new Set<LineListener>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  private constructor(store: LineStore, rules: LineRules, log: LinesLog) {
    this.#store = store;
    this.#rules = rules;
    this.#log = log;
  }

  /** Reads all lines of the store into memory. */
  static async load(store: LineStore, rules: LineRules, log: LinesLog): Promise<Lines> {
    const lines = new Lines(store, rules, log);
    for (const line of await store.allLines()) lines.#show(line);
    return lines;
  }

  byNumber(number: string): Line | undefined {
    return this.#byNumber.get(number);
  }

  /** The customer's line with that short number. */
  byShort(customer: string, short: string): Line | undefined {
    return this.#byShort.get(shortKey(customer, short));
  }

  /** All lines, by number. */
  all(): Line[] {
    return [...this.#byNumber.values()].sort((a, b) => (a.number < b.number ? -1 : 1));
  }

  /**
   * Adds a line. Resolves when it is on disk and visible, or with what is wrong with the input; rejects
   * when it could not be kept.
   */
  add(input: LineInput): Promise<LineResult> {
    return this.#inTurn(async () => {
      const { number: text, ...settings } = input;
      const parsed = this.#rules.parseE164(text);
      if (!parsed.ok) return parsed;
      if (this.#byNumber.has(parsed.number)) {
        return refuse(
          `line ${parsed.number} exists already: change it with carillon line set ${parsed.number}`,
        );
      }
      // An absent password is checked as the empty one.
      const complete = { ...settings, password: settings.password ?? '' };
      return this.#commit(undefined, changeLine(emptyLine(parsed.number), complete, this.#rules));
    });
  }

  /** Changes a line: only what is named in `changes`; an empty text clears. Resolves as `add` does. */
  set(number: string, changes: LineChanges): Promise<LineResult> {
    return this.#inTurn(async () => {
      const found = this.#find(number);
      if (!found.ok) return found;
      return this.#commit(found.line, changeLine(found.line, changes, this.#rules));
    });
  }

  /** Removes a line and its registrations; its history stays. `line` is what it was. */
  remove(number: string): Promise<LineResult> {
    return this.#inTurn(async () => {
      const found = this.#find(number);
      if (!found.ok) return found;
      await this.#store.removeLine(found.line.number);
      this.#hide(found.line);
      this.#tell({ kind: 'removed', line: found.line });
      return found;
    });
  }

  /** Calls `listener` after each change; the answer ends that. What it throws is logged. */
  onChange(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // One change at a time: what a change was checked against is still true when it is committed.
  async #inTurn(change: () => Promise<LineResult>): Promise<LineResult> {
    if (this.#waiting >= MOST_WAITING) {
      return refuse(`${MOST_WAITING} changes of lines wait already: try again in a moment`);
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

  #find(text: string): LineResult {
    const parsed = this.#rules.parseE164(text);
    if (!parsed.ok) return parsed;
    const line = this.#byNumber.get(parsed.number);
    if (line !== undefined) return { ok: true, line, warnings: [] };
    return refuse(`there is no line ${parsed.number}: carillon line list shows those that are`);
  }

  async #commit(before: Line | undefined, result: LineResult): Promise<LineResult> {
    if (!result.ok) return result;
    const { line } = result;
    const other = line.short === '' ? undefined : this.byShort(line.customer, line.short);
    if (other !== undefined && other.number !== line.number) {
      return refuse(
        `short number ${line.short} is already that of line ${other.number} ` +
          `(customer ${line.customer}): write another one`,
      );
    }
    await this.#store.putLine(line);
    if (before !== undefined) this.#hide(before);
    this.#show(line);
    this.#tell(before === undefined ? { kind: 'added', line } : { kind: 'changed', line, before });
    return result;
  }

  #show(line: Line): void {
    this.#byNumber.set(line.number, line);
    if (line.short !== '') this.#byShort.set(shortKey(line.customer, line.short), line);
  }

  #hide(line: Line): void {
    this.#byNumber.delete(line.number);
    if (line.short !== '') this.#byShort.delete(shortKey(line.customer, line.short));
  }

  #tell(change: LineChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error(
          { err: error, line: change.line.number },
          'a listener to line changes failed',
        );
      }
    }
  }
}

function shortKey(customer: string, short: string): string {
  return `${customer}/${short}`;
}

function refuse(error: string): LineResult {
  return { ok: false, error };
}
