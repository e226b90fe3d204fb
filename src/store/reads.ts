// Reads that wait for the reader thread (sqlite-reader.ts): each is sent at once and answered in order. It
// knows no query but by name, and nothing of writes.

import type { Worker } from 'node:worker_threads';
import type { Queries } from './reading/queries.ts';
import type { FromReader, ToReader } from './sqlite-reader.ts';
import { StoreError, fromFailure } from './store-error.ts';
import { readerLost } from './store-threads.ts';

interface Asked {
  resolve(rows: unknown): void;
  reject(error: StoreError): void;
}

export class Reads {
  readonly #reader: Worker;
  /** Reads that wait; one more is rejected. */
  readonly #limit: number;
  readonly #asked = new Map<number, Asked>();
  readonly #exited: Promise<void>;
  #last = 0;
  #refusal: StoreError | undefined;
  #closing = false;

  constructor(reader: Worker, limit: number) {
    this.#reader = reader;
    this.#limit = limit;
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
      this.#post({ read: this.#last, query, args });
    });
  }

  /** Rejects every later read with `error`, ends the thread behind those that wait; resolves when it is gone. */
  close(error: StoreError): Promise<void> {
    this.#refusal ??= error;
    this.#tellToClose();
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
    if (this.#closing) return;
    this.#closing = true;
    this.#post('close');
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
    // A thread's port, not a window: there is no origin. A thread that is gone takes no notice.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#reader.postMessage(message);
  }
}

function tooMany(limit: number): StoreError {
  return new StoreError('overloaded', `${limit} reads wait for the store already: not taken`);
}
