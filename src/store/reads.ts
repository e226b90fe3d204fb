// Reads that wait for the reader thread (sqlite-reader.ts): each is sent at once and answered in order, but for
// those that first wait for what they read (catch-up.ts). It knows no query but by name, and nothing of writes.

import type { Worker } from 'node:worker_threads';
import { isDeferred } from './reading/deferred-reads.ts';
import type { Queries } from './reading/queries.ts';
import type { FromReader, ToReader } from './sqlite-reader.ts';
import { StoreError, fromFailure } from './store-error.ts';
import { readerLost, tell } from './store-threads.ts';

interface Asked {
  resolve(rows: unknown): void;
  reject(error: StoreError): void;
}

export class Reads {
  readonly #reader: Worker;
  /** Reads that wait; one more is rejected. */
  readonly #limit: number;
  /** What a read of deferred indexes waits for, if for anything. Never rejects. */
  readonly #caughtUp: () => Promise<void> | undefined;
  readonly #asked = new Map<number, Asked>();
  readonly #exited: Promise<void>;
  #last = 0;
  #refusal: StoreError | undefined;
  /** Reads that were asked but not sent yet. */
  #held = 0;
  #isClosing = false;
  #toldToClose = false;

  constructor(reader: Worker, limit: number, caughtUp: () => Promise<void> | undefined) {
    this.#reader = reader;
    this.#limit = limit;
    this.#caughtUp = caughtUp;
    reader.on('message', (answer: FromReader) => this.#answered(answer));
    reader.on('error', (cause) => this.end(readerLost(cause)));
    this.#exited = new Promise((resolve) => {
      reader.once('exit', () => {
        this.end(readerLost());
        resolve();
      });
    });
  }

  /** The answer of a query, as the database stands when the thread comes to it. */
  ask<Name extends keyof Queries>(
    query: Name,
    ...args: Parameters<Queries[Name]>
  ): Promise<ReturnType<Queries[Name]>> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#asked.size >= this.#limit) return Promise.reject(tooMany(this.#limit));
    return new Promise((resolve, reject) => {
      this.#last += 1;
      // What comes back is the answer of the query of that name, type and all.
      this.#asked.set(this.#last, { resolve, reject });
      const request = { read: this.#last, query, args };
      const caughtUp = isDeferred(query, args) ? this.#caughtUp() : undefined;
      if (caughtUp === undefined) this.#post(request);
      else void this.#postAfter(caughtUp, request);
    });
  }

  /** Rejects every later read with `error`, ends the thread behind those that wait; resolves when it is gone. */
  close(error: StoreError): Promise<void> {
    this.#refusal ??= error;
    this.#isClosing = true;
    if (this.#held === 0) this.#tellToClose();
    return this.#exited;
  }

  /** Rejects all that waits and every later read, and ends the thread. */
  end(error: StoreError): void {
    this.#refusal ??= error;
    for (const asked of this.#asked.values()) asked.reject(this.#refusal);
    this.#asked.clear();
    this.#tellToClose();
  }

  #tellToClose(): void {
    if (this.#toldToClose) return;
    this.#toldToClose = true;
    this.#post('close');
  }

  async #postAfter(caughtUp: Promise<void>, request: ToReader): Promise<void> {
    this.#held += 1;
    await caughtUp;
    this.#held -= 1;
    this.#post(request);
    if (this.#isClosing && this.#held === 0) this.#tellToClose();
  }

  #answered(answer: FromReader): void {
    if (answer.kind !== 'read') return;
    const { read, rows, failure } = answer;
    const asked = this.#asked.get(read);
    this.#asked.delete(read);
    if (failure === undefined) asked?.resolve(rows);
    else asked?.reject(fromFailure(failure));
  }

  #post(message: ToReader): void {
    tell(this.#reader, message);
  }
}

function tooMany(limit: number): StoreError {
  return new StoreError('overloaded', `${limit} reads wait for the store already: not taken`);
}
