// Memory as a window over the store, line by line: which of a line's pending notifications are only on
// disk, and when to read them. A line whose receiver hangs fills its own window and nobody else's. Hands
// each notification to the outbox once, in order of seq, but for those that are sent again: they come back
// with their old seq. Delivers nothing and knows no calls.

import type { E164 } from '../numbers/e164.ts';
import type { PendingNotification, Store } from '../store/store.ts';
import type { Clock, Timer } from './clock.ts';
import { Fifo } from './fifo.ts';
import type { Log } from './log.ts';

export interface WindowOptions {
  readonly store: Pick<Store, 'linesWithPending' | 'pendingNotifications'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Notifications of one line in memory. */
  readonly perLine: number;
  /** Of all lines together; beyond that each line has only LINE_WHEN_FULL. */
  readonly size: number;
  /** The seq of each notification in memory, until its last result is on disk. The outbox keeps it. */
  readonly held: { has(seq: number): boolean; readonly size: number };
  /** Receives what was read and is not held. */
  readonly take: (pending: PendingNotification) => void;
  /** Called when a reading has ended. */
  readonly onRead: () => void;
}

interface LineWindow {
  readonly line: E164;
  /** How many are in memory. */
  held: number;
  /** The lowest seq that is on disk only; NONE where memory has all. */
  leftFrom: number;
  reading: boolean;
  /** The answer of the query that runs is not to be used. */
  outdated: boolean;
  /** While above 0 no query begins. */
  suspended: number;
  /** True while it stands in the row of those to be read. */
  asked: boolean;
  /** What left memory while a query runs: its answer may still show it as pending. */
  gone: Set<number> | undefined;
  /** What is to be done when that query has been dealt with. */
  after: (() => void)[] | undefined;
}

/** How long after the store failed to read it is asked again. */
const READ_AGAIN_MS = 1000;
/** Queries at a time: the reader answers one after the other, and lists want their turn too. */
const QUERIES_AT_ONCE = 4;
/** However full memory is, no line is left without: with as many as this it goes on in order. */
const LINE_WHEN_FULL = 10;

const NONE = Number.POSITIVE_INFINITY;

export class StoreWindow {
  readonly #options: WindowOptions;
  readonly #lines = new Map<E164, LineWindow>();
  readonly #toRead = new Fifo<LineWindow>();
  #queries = 0;
  #overflowing = 0;
  #started = false;
  readonly #waits = new Set<Timer>();
  #stopped = false;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** True where rows may be on disk that memory does not hold, as at the start. */
  get onDisk(): boolean {
    return !this.#started || this.#overflowing > 0;
  }

  /** Lines of which something is in memory, or is being read. */
  get lines(): number {
    return this.#lines.size;
  }

  /** Lines of which something is on disk only. */
  get overflowing(): number {
    return this.#overflowing;
  }

  /** Begins with what is pending on disk. Rejects if the store does. */
  async start(): Promise<void> {
    const lines = await this.#options.store.linesWithPending();
    for (const line of lines) this.#leave(this.#windowOf(line), 0);
    this.#started = true;
    this.#read();
  }

  /**
   * Whether a notification that was just committed may go directly to memory. If not, it is read from
   * disk later. While anything of its line is only on disk, everything of that line goes that way, or a
   * call's later event could overtake its earlier one.
   */
  admits(line: E164, seq: number): boolean {
    const window = this.#windowOf(line);
    if (window.leftFrom === NONE && !window.reading && window.held < this.#room()) return true;
    this.leave(line, seq);
    return false;
  }

  /** What has this seq, and is pending on disk, is to be read from there, with what follows it. */
  leave(line: E164, seq: number): void {
    this.#leave(this.#windowOf(line), seq);
    this.#read();
  }

  /** All that is pending of the line and not in memory is to be read, by a query that begins now. */
  readAnew(line: E164): void {
    const window = this.#windowOf(line);
    window.outdated = window.reading;
    this.leave(line, 0);
  }

  /** Until `resume` nothing of the line is taken from a reading. */
  suspend(line: E164): void {
    const window = this.#windowOf(line);
    window.suspended++;
    window.outdated = window.reading;
  }

  /** What has this seq, where one is given, is to be read with what follows it. */
  resume(line: E164, seq?: number): void {
    const window = this.#windowOf(line);
    window.suspended--;
    if (seq !== undefined) this.#leave(window, seq);
    else if (window.leftFrom !== NONE) this.#ask(window);
    this.#read();
    this.#tidy(window);
  }

  /** To be told of each that is in memory now. */
  taken(line: E164): void {
    this.#windowOf(line).held++;
  }

  /** To be told of each that is held no longer. */
  gone(line: E164, seq: number): void {
    const window = this.#lines.get(line);
    if (!window) return;
    window.held--;
    if (window.reading) (window.gone ??= new Set()).add(seq);
    else if (window.leftFrom !== NONE) this.#ask(window);
    this.#tidy(window);
    this.#read();
  }

  /** Runs `then` once no answer is on its way any more that may be older than this moment. */
  afterReading(line: E164, then: () => void): void {
    const window = this.#lines.get(line);
    if (window?.reading) (window.after ??= []).push(then);
    else then();
  }

  stop(): void {
    this.#stopped = true;
    for (const wait of this.#waits) wait.cancel();
  }

  #windowOf(line: E164): LineWindow {
    let window = this.#lines.get(line);
    if (!window) {
      window = {
        line,
        held: 0,
        leftFrom: NONE,
        reading: false,
        outdated: false,
        suspended: 0,
        asked: false,
        gone: undefined,
        after: undefined,
      };
      this.#lines.set(line, window);
    }
    return window;
  }

  #room(): number {
    const { held, size, perLine } = this.#options;
    return held.size < size ? perLine : Math.min(perLine, LINE_WHEN_FULL);
  }

  #leave(window: LineWindow, seq: number): void {
    if (window.leftFrom === NONE && !window.reading) this.#overflowing++;
    window.leftFrom = Math.min(window.leftFrom, seq);
    this.#ask(window);
  }

  /** Into the row once half of the line's window is free: not a query for each row that leaves. */
  #ask(window: LineWindow): void {
    if (window.asked || window.reading || window.suspended > 0) return;
    if (window.held > this.#room() / 2) return;
    window.asked = true;
    this.#toRead.push(window);
  }

  #read(): void {
    while (this.#queries < QUERIES_AT_ONCE && !this.#stopped) {
      const window = this.#toRead.shift();
      if (!window) return;
      window.asked = false;
      if (window.suspended > 0) continue; // it asks again when it goes on
      this.#queries++;
      void this.#readLine(window).then((waitMs) => {
        this.#queries--;
        if (waitMs === 0) this.#ended(window);
        else this.#wait(window, waitMs);
      });
    }
  }

  /** One query of a line. How long to wait before the next one, milliseconds: 0 where it went well. */
  async #readLine(window: LineWindow): Promise<number> {
    const { store, held, take, log } = this.#options;
    const from = window.leftFrom;
    const most = Math.max(1, this.#room() - window.held);
    window.reading = true;
    // What is left on disk meanwhile, also below what this query reads, is for the next one: commits
    // may end in another order than numbers were given, and what is sent again has its old number.
    window.leftFrom = NONE;
    window.outdated = false;
    window.gone = undefined;
    try {
      const rows = await store.pendingNotifications(window.line, from - 1, most);
      if (this.#stopped) return 0;
      if (window.outdated) {
        window.leftFrom = Math.min(window.leftFrom, from);
        return 0;
      }
      for (const row of rows) {
        const { seq } = row.notification;
        if (!held.has(seq) && !hasGone(window, seq)) take(row);
      }
      const last = rows.at(-1);
      if (last && rows.length === most) {
        window.leftFrom = Math.min(window.leftFrom, last.notification.seq + 1);
      }
      return 0;
    } catch (err) {
      window.leftFrom = Math.min(window.leftFrom, from);
      const text = 'Pending notifications could not be read; trying again.';
      log.error({ err, line: window.line }, text);
      return READ_AGAIN_MS;
    }
  }

  #ended(window: LineWindow): void {
    window.reading = false;
    const after = window.after ?? [];
    window.after = undefined;
    for (const then of after) then();
    if (window.leftFrom === NONE) {
      this.#overflowing--;
      this.#tidy(window);
    } else {
      this.#ask(window);
    }
    this.#options.onRead();
    this.#read();
  }

  /** Lines of which nothing is to be known are forgotten. */
  #tidy({ line, held, leftFrom, reading, suspended }: LineWindow): void {
    if (held + suspended === 0 && leftFrom === NONE && !reading) this.#lines.delete(line);
  }

  #wait(window: LineWindow, ms: number): void {
    if (this.#stopped) return;
    const wait = this.#options.clock.setTimer(() => {
      this.#waits.delete(wait);
      this.#ended(window);
    }, ms);
    this.#waits.add(wait);
    // Other lines are not held up.
    this.#read();
  }
}

function hasGone({ gone }: LineWindow, seq: number): boolean {
  return gone?.has(seq) ?? false;
}
