// Gathers the operations that wait while a batch is being committed into the next batch, so that one
// fsync serves all of them. It knows no database: `send` takes a batch, `settle` says how it went. Whether
// the disk can be written again is found out by write-health.ts.
//
// Measured: grouping "until the previous commit finished" has a third of the median latency of a
// fixed wait of 1 ms, and costs a lone operation nothing.

import { StoreError, fromFailure, type Failure } from './store-error.ts';
import { countAt, type Cell } from './write-statement.ts';

interface Operation {
  readonly cells: readonly Cell[];
  /** Where the whole batch fails it is not rejected: it waits until there is room. */
  readonly isPatient: boolean;
  resolve(): void;
  reject(error: StoreError): void;
}

export interface GroupCommitLimits {
  /** Statements in one batch; more would make the commit, and all that wait for it, slow. */
  readonly rows: number;
  /**
   * Operations that wait, in flight or not; one more is rejected. While nothing can be written the patient
   * and the others are counted apart.
   */
  readonly waiting: number;
  /** The longest that a patient operation waits for company, milliseconds. */
  readonly patience: number;
}

/** For a batch that failed without a word. */
const UNKNOWN: Failure = { code: 'write-failed', message: 'nothing of this could be written' };

export const DEFAULT_LIMITS: GroupCommitLimits = { rows: 8000, waiting: 100_000, patience: 20 };

export class GroupCommit {
  readonly #send: (batch: Cell[]) => void;
  readonly #limits: GroupCommitLimits;
  readonly #onFailing: (error: StoreError) => void;
  #urgent: Operation[] = [];
  #patient: Operation[] = [];
  #inFlight: Operation[] = [];
  #nextIsPlanned = false;
  #timerRuns = false;
  /** A whole batch failed: the patient wait for `resume`. */
  #isFailing = false;
  #isDraining = false;
  #batches = 0;
  #refusal: StoreError | undefined;
  #whenIdle: (() => void) | undefined;

  /** `onFailing` is told of each batch that failed as a whole, and of what was too much to wait. */
  constructor(
    send: (batch: Cell[]) => void,
    limits: GroupCommitLimits = DEFAULT_LIMITS,
    onFailing: (error: StoreError) => void = () => {},
  ) {
    this.#send = send;
    this.#limits = limits;
    this.#onFailing = onFailing;
  }

  /** Operations not yet answered. */
  get waiting(): number {
    return this.#urgent.length + this.#patient.length + this.#inFlight.length;
  }

  /** The number of the batch that is being committed now; 0 where none is. */
  get batchInFlight(): number {
    return this.#inFlight.length === 0 ? 0 : this.#batches;
  }

  /** Adds an operation (see writes.ts) to the next batch; resolves when it is on disk. */
  urgent(cells: readonly Cell[]): Promise<void> {
    return this.#add(cells, false);
  }

  /**
   * The same for an operation that rides on the next batch, or makes one after `patience`. While the disk
   * cannot be written it is not rejected but kept, in its order, until `resume`.
   */
  patient(cells: readonly Cell[]): Promise<void> {
    return this.#add(cells, true);
  }

  /** The answer to the batch that was sent: which of its operations failed. */
  settle(failed: 'all' | readonly (Failure | undefined)[], failure?: Failure): void {
    const done = this.#inFlight;
    this.#inFlight = [];
    if (failed === 'all') this.#allFailed(done, fromFailure(failure ?? UNKNOWN));
    else {
      for (const [index, operation] of done.entries()) {
        const own = failed[index];
        if (own === undefined) operation.resolve();
        else operation.reject(fromFailure(own));
      }
    }
    if (this.#urgent.length > 0) this.#planNext();
    else this.#checkIdle();
  }

  /** The disk can be written again: the patient go on. */
  resume(): void {
    this.#isFailing = false;
    this.#hurry();
  }

  /** Rejects every later operation; those that wait already are still committed. */
  refuse(error: StoreError): void {
    this.#refusal ??= error;
  }

  /** Rejects all that waits, and every later operation. */
  end(error: StoreError): void {
    this.refuse(error);
    const all = [...this.#inFlight, ...this.#urgent, ...this.#patient];
    this.#inFlight = [];
    this.#urgent = [];
    this.#patient = [];
    for (const operation of all) operation.reject(error);
    this.#checkIdle();
  }

  /**
   * Commits what waits now, the patient included, or rejects it where that fails; resolves when nothing
   * waits any more.
   */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#hurry();
    if (this.waiting === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  #add(cells: readonly Cell[], isPatient: boolean): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    // The patient that wait for the disk must not keep out the write that shows that it is well again.
    const held = this.#isFailing && !isPatient ? this.#patient.length : 0;
    if (this.waiting - held >= this.#limits.waiting) {
      const error = new StoreError(
        'overloaded',
        `${this.#limits.waiting} operations wait for the disk already: this one was not taken. ` +
          'The disk is too slow for this load, or it hangs.',
      );
      this.#onFailing(error);
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      (isPatient ? this.#patient : this.#urgent).push({ cells, isPatient, resolve, reject });
      if (isPatient) this.#startTimer();
      else this.#planNext();
    });
  }

  /** Nothing of a batch was kept: the patient go back to the front, the others are rejected. */
  #allFailed(done: readonly Operation[], error: StoreError): void {
    this.#isFailing = true;
    for (const { isPatient, reject } of done) if (!isPatient || this.#isDraining) reject(error);
    if (!this.#isDraining) {
      // Those whose patience was over are among the urgent, behind the ones that failed.
      this.#patient = [...done, ...this.#urgent, ...this.#patient].filter((each) => each.isPatient);
      this.#urgent = this.#urgent.filter((each) => !each.isPatient);
    }
    this.#onFailing(error);
  }

  // After the present turn of the event loop: what the same turn still adds comes along.
  #planNext(): void {
    if (this.#nextIsPlanned || this.#inFlight.length > 0) return;
    this.#nextIsPlanned = true;
    setImmediate(() => {
      this.#nextIsPlanned = false;
      this.#sendNext();
    });
  }

  #sendNext(): void {
    const rows = this.#take(this.#urgent, 0);
    if (this.#urgent.length === 0 && !this.#isFailing) this.#take(this.#patient, rows);
    // Or all was rejected since this was planned.
    if (this.#inFlight.length === 0) return;
    this.#batches += 1;
    // Measured: 0.2 to 0.4 µs for an event less than cell by cell; the operations' arrays in an array cost both
    // threads more.
    const none: Cell[] = [];
    this.#send(none.concat(...this.#inFlight.map(({ cells }) => cells)));
  }

  /** Moves operations from the front of `queue` into the batch; the batch's rows then. */
  #take(queue: Operation[], rowsBefore: number): number {
    let rows = rowsBefore;
    let count = 0;
    for (const { cells } of queue) {
      // At least one: the arguments below are as many as the operations.
      rows += Math.max(1, countAt(cells, 0));
      // An operation larger than a whole batch goes alone: it must stay in one commit.
      if (rows > this.#limits.rows && this.#inFlight.length + count > 0) break;
      count += 1;
    }
    for (const operation of queue.splice(0, count)) this.#inFlight.push(operation);
    return rows;
  }

  // Never cancelled: a timer that finds nothing costs less than cancelling one with every batch. It
  // does not keep the process alive: after `drain` it finds nothing.
  #startTimer(): void {
    if (this.#timerRuns) return;
    this.#timerRuns = true;
    setTimeout(() => {
      this.#timerRuns = false;
      this.#hurry();
    }, this.#limits.patience).unref();
  }

  // Patience is over: the patient become urgent, so that constant urgent load cannot starve them.
  #hurry(): void {
    if (this.#isFailing && !this.#isDraining) return;
    for (const operation of this.#patient.splice(0)) this.#urgent.push(operation);
    if (this.#urgent.length > 0) this.#planNext();
  }

  #checkIdle(): void {
    if (this.waiting === 0) this.#whenIdle?.();
  }
}
