// One receiver (scheme, host and port) as the outbox sees it: what waits for it, line by line in turn, how
// many requests it is trusted with at a time, and whether it is left alone for a while because it fails.
// Starts nothing by itself: endpoints.ts does, among all receivers.

import { Fifo } from './fifo.ts';

export interface EndpointLimits {
  /** Requests in flight to an endpoint that has taken enough of them. */
  readonly perEndpoint: number;
  /** And to one that has taken none yet. */
  readonly atFirst: number;
  /** Of these for one line, so that a line's slow path does not use up a server that many share. */
  readonly perLine: number;
}

/** How a request went, as far as the endpoint is concerned. */
export interface Outcome {
  /** No answer, or one that says that the server is unwell (429, 5xx). */
  readonly unwell: boolean;
  readonly ms: number;
}

/** Slower than this, an endpoint counts as not proven: its requests block others' places for long. */
const SLOW_MS = 1000;
/** So many failures in a row open the circuit. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

interface LineQueue<T> {
  readonly line: string;
  readonly waiting: Fifo<T>;
  running: number;
  inTurn: boolean;
}

export class Endpoint<T> {
  readonly #limits: EndpointLimits;
  readonly #elapsed: () => number;
  readonly #lines = new Map<string, LineQueue<T>>();
  /** The lines that may start something, each once. */
  readonly #turn = new Fifo<LineQueue<T>>();
  /** When each request in flight was started, the oldest first. */
  readonly #running = new Set<{ readonly at: number }>();
  #limit: number;
  #waiting = 0;
  #failures = 0;
  #pauseMs = 0;
  #proven = false;
  #open = false;

  /** `elapsed`: milliseconds, as the clock's. */
  constructor(limits: EndpointLimits, elapsed: () => number) {
    this.#limits = limits;
    this.#elapsed = elapsed;
    this.#limit = limits.atFirst;
  }

  /** True where its last answer was a good and quick one, and none has been late since. */
  get proven(): boolean {
    if (!this.#proven) return false;
    const [oldest] = this.#running;
    return oldest === undefined || this.#elapsed() - oldest.at < SLOW_MS;
  }

  /** True while it is left alone. */
  get open(): boolean {
    return this.#open;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Nothing waits, nothing is in flight. */
  get idle(): boolean {
    return this.#running.size === 0 && this.#waiting === 0;
  }

  get canStart(): boolean {
    return !this.#open && this.#running.size < this.#limit && this.#turn.size > 0;
  }

  add(line: string, item: T): void {
    let queue = this.#lines.get(line);
    if (!queue) {
      queue = { line, waiting: new Fifo(), running: 0, inTurn: false };
      this.#lines.set(line, queue);
    }
    queue.waiting.push(item);
    this.#waiting++;
    this.#takeTurn(queue);
  }

  /** The next item in turn; only where `canStart`. Call `ended` when it has; undefined if nothing was sent. */
  start(): { readonly item: T; readonly ended: (outcome: Outcome | undefined) => void } {
    const queue = this.#turn.shift()!;
    queue.inTurn = false;
    const item = queue.waiting.shift()!;
    const running = { at: this.#elapsed() };
    this.#waiting--;
    this.#running.add(running);
    queue.running++;
    this.#takeTurn(queue);
    return {
      item,
      ended: (outcome) => {
        this.#running.delete(running);
        queue.running--;
        this.#takeTurn(queue);
        if (queue.running === 0 && queue.waiting.size === 0) this.#lines.delete(queue.line);
        this.#learn(outcome);
      },
    };
  }

  /**
   * Where the circuit has just opened: how long to leave the endpoint alone, milliseconds, before one
   * request may probe it. Undefined otherwise. Ask after each `ended`; 0.75 to 1.25 of the pause by `random`.
   */
  takePause(random: () => number): number | undefined {
    if (this.#open || this.#failures < FAILURES_TO_OPEN || this.#running.size > 0) return undefined;
    this.#open = true;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2 || FIRST_PAUSE_MS);
    return this.#pauseMs * (0.75 + random() / 2);
  }

  /** The pause is over: one request may try. */
  probe(): void {
    this.#open = false;
    this.#limit = 1;
  }

  /** Takes out of the queues what `keep` does not want any more. */
  sift(keep: (item: T) => boolean): T[] {
    const out: T[] = [];
    for (const queue of this.#lines.values()) out.push(...queue.waiting.sift(keep));
    this.#waiting -= out.length;
    for (const queue of this.#turn.sift(({ waiting }) => waiting.size > 0)) {
      queue.inTurn = false;
      if (queue.running === 0) this.#lines.delete(queue.line);
    }
    return out;
  }

  #takeTurn(queue: LineQueue<T>): void {
    if (queue.inTurn || queue.waiting.size === 0 || queue.running >= this.#limits.perLine) return;
    queue.inTurn = true;
    this.#turn.push(queue);
  }

  /** One more at a time for each good answer, half as many after a bad one: as TCP finds its rate. */
  #learn(outcome: Outcome | undefined): void {
    if (outcome === undefined) return;
    const { unwell, ms } = outcome;
    if (unwell) {
      this.#failures++;
      this.#proven = false;
      this.#limit = Math.max(1, this.#limit >> 1);
      return;
    }
    this.#failures = 0;
    this.#pauseMs = 0;
    this.#proven = ms < SLOW_MS;
    if (this.#limit < this.#limits.perEndpoint) this.#limit++;
  }
}
