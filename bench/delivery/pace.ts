// Calls at a given rate, each at its own random moment as calls come: SETUP, half a second later CONNECT,
// half a second later RELEASE. Notes when each event happened and how long its call waited for the disk.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { eventsOf, type CallIdentity } from '../../src/calls/call-event.ts';
import { percentile } from '../figures.ts';
import { EVENT_TYPES } from './burst.ts';
import { sharedNow } from './remote.ts';
import { sampleCall, SAMPLE_WIRE } from './sample-lines.ts';
import type { Delivery } from './wiring.ts';

export interface Pace {
  readonly eventsPerSecond: number;
  readonly seconds: number;
  /** The same seed gives the same calls at the same moments. */
  readonly seed: number;
  /** Of ten lines, how many from the first on have no calls. */
  readonly silentOfTen?: number;
}

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly highest: number;
}

export interface Paced {
  /** `<callref> <TYPE>`, the line, and when it happened (`sharedNow`). */
  readonly events: readonly (readonly [key: string, line: number, at: number])[];
  /** From the event until its call may go on. */
  readonly commit: Percentiles;
  /** Of this process's main thread, while the calls were made. */
  readonly loopDelay: Percentiles;
}

const STEP_MS = 500;

interface Due {
  readonly at: number;
  readonly step: number;
  readonly line: number;
  readonly call: CallIdentity;
}

/** Makes the calls; resolves when the last event is committed. */
export async function pace(delivery: Delivery, wanted: Pace & { lines: number }): Promise<Paced> {
  const plan = planOf(wanted);
  const events: [string, number, number][] = [];
  const commits: number[] = [];
  const recording: Promise<void>[] = [];
  const record = async ({ call, step, line }: Due): Promise<void> => {
    const type = EVENT_TYPES[step] ?? 'SETUP';
    const began = sharedNow();
    events.push([`${call.callref} ${type}`, line, began]);
    const cause = type === 'RELEASE' ? 'normal' : undefined;
    const wire = type === 'RELEASE' ? undefined : SAMPLE_WIRE;
    await delivery.record(eventsOf([call], type, Date.now(), cause), call.dref, wire);
    commits.push(sharedNow() - began);
  };
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const began = performance.now();
  for (const due of plan) {
    const wait = began + due.at - performance.now();
    if (wait > 0) await pause(wait);
    recording.push(record(due));
  }
  loop.disable();
  await Promise.all(recording);
  const ms = (share: number): number => loop.percentile(share) / 1e6;
  return {
    events,
    commit: percentilesOf(commits),
    loopDelay: { p50: ms(50), p99: ms(99), highest: loop.max / 1e6 },
  };
}

export function percentilesOf(values: readonly number[]): Percentiles {
  return {
    p50: percentile(values, 0.5),
    p99: percentile(values, 0.99),
    highest: percentile(values, 1),
  };
}

function planOf(wanted: Pace & { lines: number }): Due[] {
  const { eventsPerSecond, seconds, lines, silentOfTen = 0, seed } = wanted;
  const random = randomFrom(seed);
  const gap = (1_000 * EVENT_TYPES.length) / eventsPerSecond;
  const plan: Due[] = [];
  for (let at = 0; at < seconds * 1_000; at += -Math.log(1 - random()) * gap) {
    const line = Math.floor(random() * lines);
    if (line % 10 < silentOfTen) continue;
    const call = sampleCall(line);
    for (const step of EVENT_TYPES.keys()) plan.push({ at: at + step * STEP_MS, step, line, call });
  }
  return plan.sort((a, b) => a.at - b.at);
}

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
