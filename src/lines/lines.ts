// All lines of this server, in memory for the calls that look them up, and on disk behind. It commits
// changes one after the other; whether one may be is in many-changes.ts and line-input.ts, how lines are
// found in line-index.ts, who is where now is the registrar's.

import type { Message } from '../message.ts';
import type { Store } from '../store/store.ts';
import { LineIndex } from './line-index.ts';
import type { LinePage, PageQuery } from './line-index.ts';
import type { LineChanges, LineInput, LineRules } from './line-input.ts';
import { refuse } from './line-result.ts';
import type { LineRefusal, LineResult } from './line-result.ts';
import type { Line } from './line.ts';
import { checkEdits, noSuchLine } from './many-changes.ts';
import type { EditError, LineEdit, LineStep } from './many-changes.ts';
import { say } from './message-codes.ts';
import { Turns } from './turns.ts';

export type { LinePage, PageQuery } from './line-index.ts';
export type { LineChanges, LineInput, LineRules } from './line-input.ts';
export type { LineRefusal, LineResult } from './line-result.ts';
export type { EditError, LineEdit } from './many-changes.ts';

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

export type LineStore = Pick<Store, 'allLines' | 'putLine' | 'putLines' | 'removeLine'>;

/** The outcome of a change of many lines: all of them as they are now, or all that is wrong. */
export type ManyResult =
  | {
      readonly ok: true;
      /** In the order of the edits. */
      readonly lines: readonly Line[];
      readonly warnings: readonly { readonly number: string; readonly warning: Message }[];
    }
  | { readonly ok: false; readonly errors: readonly EditError[] };

/** Lines that one call of `setMany` may change. */
export const MOST_EDITS = 10_000;

export class Lines {
  readonly #store: LineStore;
  readonly #rules: LineRules;
  readonly #log: LinesLog;
  readonly #index = new LineIndex();
  readonly #listeners = new Set<LineListener>();
  readonly #turns = new Turns<LineRefusal>((limit) => {
    const text = `${limit} changes of lines wait already: try again in a moment`;
    return refuse(undefined, say('overloaded', text, { limit }));
  });

  private constructor(store: LineStore, rules: LineRules, log: LinesLog) {
    this.#store = store;
    this.#rules = rules;
    this.#log = log;
  }

  /** Reads all lines of the store into memory. */
  static async load(store: LineStore, rules: LineRules, log: LinesLog): Promise<Lines> {
    const lines = new Lines(store, rules, log);
    lines.#index.change([], await store.allLines());
    return lines;
  }

  byNumber(number: string): Line | undefined {
    return this.#index.byNumber(number);
  }

  /** The customer's line with that short number. */
  byShort(customer: string, short: string): Line | undefined {
    return this.#index.byShort(customer, short);
  }

  /** All lines, by number. */
  all(): Line[] {
    return this.#index.all();
  }

  /** The customer's lines, by number. */
  ofCustomer(customer: string): Line[] {
    return this.#index.ofCustomer(customer);
  }

  /** How many customers have lines. Costs nothing: it is asked for every address that is told something. */
  get customerCount(): number {
    return this.#index.customerCount;
  }

  /** One page of the lines that are asked for, by number. */
  page(query: PageQuery): LinePage {
    return this.#index.page(query);
  }

  /**
   * Adds a line. Resolves when it is on disk and visible, or with what is wrong with the input; rejects
   * when it could not be kept.
   */
  add(input: LineInput): Promise<LineResult> {
    return this.#one({ add: input });
  }

  /**
   * Changes a line: only what is named in `changes`; an empty text clears. Resolves as `add` does. Where
   * `customer` is given, only while the line is that customer's: it may move while the change waits.
   */
  set(number: string, changes: LineChanges, customer?: string): Promise<LineResult> {
    return this.#one({ set: number, changes, ...(customer === undefined ? {} : { customer }) });
  }

  /**
   * Adds and changes up to MOST_EDITS lines in one commit: all of them or none. Short numbers may be
   * swapped between them. Resolves with every edit that is wrong, by its place; rejects when they could
   * not be kept.
   */
  async setMany(edits: readonly LineEdit[]): Promise<ManyResult> {
    if (edits.length > MOST_EDITS) {
      const text = `${edits.length} lines are too many for one change: write at most ${MOST_EDITS}`;
      const values = { changes: edits.length, limit: MOST_EDITS };
      const error = refuse(undefined, say('too-many-changes', text, values));
      return { ok: false, errors: [{ at: MOST_EDITS, ...error }] };
    }
    const result = await this.#turns.take(async () => {
      const checked = await checkEdits(edits, this.#index, this.#rules);
      if (!checked.ok) return checked;
      if (checked.steps.length > 0) {
        await this.#store.putLines(checked.steps.map(({ line }) => line));
        this.#show(checked.steps);
      }
      return checked;
    });
    if (!result.ok) {
      return 'errors' in result ? result : { ok: false, errors: [{ at: 0, ...result }] };
    }
    const warnings = result.steps.flatMap((step) =>
      step.warnings.map((warning) => ({ number: step.line.number, warning })),
    );
    return { ok: true, lines: result.steps.map(({ line }) => line), warnings };
  }

  /** Removes a line and its registrations; its history stays. `line` is what it was. */
  remove(number: string): Promise<LineResult> {
    return this.#turns.take(async (): Promise<LineResult> => {
      const parsed = this.#rules.parseE164(number);
      if (!parsed.ok) return { ...parsed, field: 'number' };
      const line = this.#index.byNumber(parsed.number);
      if (line === undefined) return noSuchLine(parsed.number);
      await this.#store.removeLine(line.number);
      this.#index.change([line], []);
      this.#tell({ kind: 'removed', line });
      return { ok: true, line, warnings: [] };
    });
  }

  /** Calls `listener` after each change; the answer ends that. What it throws is logged. */
  onChange(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #one(edit: LineEdit): Promise<LineResult> {
    return this.#turns.take(async (): Promise<LineResult> => {
      const checked = await checkEdits([edit], this.#index, this.#rules);
      if (!checked.ok) {
        const { at: _, ...refusal } = checked.errors[0]!;
        return refusal;
      }
      const { line, warnings } = checked.steps[0]!;
      await this.#store.putLine(line);
      this.#show(checked.steps);
      return { ok: true, line, warnings };
    });
  }

  /** Makes visible what is on disk now, and tells of it. */
  #show(steps: readonly LineStep[]): void {
    this.#index.change(
      steps.flatMap(({ before }) => (before === undefined ? [] : [before])),
      steps.map(({ line }) => line),
    );
    for (const { line, before } of steps) {
      this.#tell(
        before === undefined ? { kind: 'added', line } : { kind: 'changed', line, before },
      );
    }
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
