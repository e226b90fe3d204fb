// Waiting with a deadline and with words for what did not come. No sleep hides here: an Inbox wakes its
// waiters when something arrives, and `until` polls every 10 ms, for what only outside programs know
// (a bound port, a line in their log). Used by every other file of the kit.

import { setTimeout as pause } from 'node:timers/promises';

/**
 * The deadline of a wait whose length does not matter, milliseconds: it only ends a test that hangs.
 * Long, since a machine may be busy with twenty other things; whoever tests how long something takes
 * writes a figure of his own.
 */
export const HANG_MS = 120_000;

/**
 * Waits until `condition` gives something else than undefined, null or false, and returns that.
 * `what` completes the sentence "waited N ms for …"; it may be a function, asked only on failure.
 */
export async function until<T>(
  condition: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  deadlineMs: number,
  what: string | (() => string),
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (performance.now() >= end) throw lateError(deadlineMs, what);
    await pause(10);
  }
}

/** The promise's value, or an error that says what was waited for. Leaves no timer behind. */
export async function within<T>(
  promise: Promise<T>,
  deadlineMs: number,
  what: string | (() => string),
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(lateError(deadlineMs, what)), deadlineMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function lateError(deadlineMs: number, what: string | (() => string)): Error {
  return new Error(`waited ${deadlineMs} ms for ${typeof what === 'string' ? what : what()}`);
}

/** What has arrived and who waits for it. A waiter takes what it waited for; `all` keeps everything. */
export class Inbox<T> {
  /** Everything that ever arrived, in order. */
  readonly all: T[] = [];
  readonly #fresh: T[] = [];
  readonly #wakes = new Set<() => void>();
  readonly #describe: (item: T) => string;

  /** `describe` names an item in one line, for the error of a wait that failed. */
  constructor(describe: (item: T) => string) {
    this.#describe = describe;
  }

  push(item: T): void {
    this.all.push(item);
    this.#fresh.push(item);
    for (const wake of this.#wakes) wake();
  }

  /**
   * Takes the first item not yet taken that matches; waits for it where it has not come. Items that do
   * not match stay for other waits.
   */
  async take(matches: (item: T) => boolean, deadlineMs: number, what: string): Promise<T> {
    const look = (): { item: T } | undefined => {
      for (const [at, item] of this.#fresh.entries()) {
        if (!matches(item)) continue;
        this.#fresh.splice(at, 1);
        return { item };
      }
      return undefined;
    };
    const { item } = await this.#wait(look, deadlineMs, what);
    return item;
  }

  /** Waits until `n` items have arrived in all; takes none. */
  async count(n: number, deadlineMs: number, what: string): Promise<T[]> {
    return this.#wait(() => (this.all.length >= n ? this.all : undefined), deadlineMs, what);
  }

  /** Forgets what was not taken, so that the next wait sees only what comes from now on. */
  discard(): void {
    this.#fresh.length = 0;
  }

  async #wait<R>(look: () => R | undefined, deadlineMs: number, what: string): Promise<R> {
    const found = look();
    if (found !== undefined) return found;
    const { promise, resolve } = Promise.withResolvers<R>();
    const wake = (): void => {
      const now = look();
      if (now === undefined) return;
      this.#wakes.delete(wake);
      resolve(now);
    };
    this.#wakes.add(wake);
    try {
      return await within(promise, deadlineMs, () => `${what}; so far:${this.#list()}`);
    } finally {
      this.#wakes.delete(wake);
    }
  }

  #list(): string {
    if (this.all.length === 0) return ' nothing';
    return this.all.map((item) => `\n  - ${this.#describe(item)}`).join('');
  }
}
