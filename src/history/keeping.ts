// What retention and erasure have in common: the clock that they wait by, and removing calls a slice at a time,
// with a pause behind each, so that what is committed meanwhile hardly waits. Which calls go is theirs to say.

import type { KeptCall, Store } from '../store/store.ts';

/** Time as an argument; the delivery room's clock is one. */
export interface KeepingClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; only ever rises. */
  elapsed(): number;
  setTimer(run: () => void, ms: number): { cancel(): void };
}

export interface KeepingLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** How many of each went. */
export interface Removed {
  readonly calls: number;
  readonly notifications: number;
}

export const NOTHING: Removed = { calls: 0, notifications: 0 };

/**
 * Calls removed in one commit: with their notifications and tries some two hundred rows. Each row stands in
 * several indexes, all over the file: a larger slice makes the commits beside it wait longer.
 */
export const SLICE = 25;
/** The pause behind a slice: three times what it took, within these, milliseconds. */
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/** Removes these calls (SLICE at most) and resolves when the pause behind them is over. */
export async function removeSlice(
  calls: readonly KeptCall[],
  store: Pick<Store, 'removeCalls'>,
  clock: KeepingClock,
): Promise<Removed> {
  if (calls.length === 0) return NOTHING;
  const began = clock.elapsed();
  await store.removeCalls(calls.map(({ id }) => id));
  const took = clock.elapsed() - began;
  await pause(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 3 * took)), clock);
  const notifications = calls.reduce((sum, call) => sum + call.notifications, 0);
  return { calls: calls.length, notifications };
}

/** Whether a call may go: it is over, and all that it caused was delivered or given up. */
export function isOver({ open, pending }: KeptCall): boolean {
  return !open && pending === 0;
}

export function sum(one: Removed, other: Removed): Removed {
  return {
    calls: one.calls + other.calls,
    notifications: one.notifications + other.notifications,
  };
}

export function pause(ms: number, clock: KeepingClock): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(resolve, ms);
  });
}
