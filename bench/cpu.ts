// Figure 2: seconds of processor time for 1,000 calls at 200 calls a second, far below the limit, so
// that it is the price of a call and not of an overload.

import { setTimeout as pause } from 'node:timers/promises';
import { threeTimes, type Figure } from './figures.ts';
import { placeLoad } from './load.ts';

export const CALLS_PER_SECOND = 200;

export interface CpuMeasurement {
  readonly remote: string;
  readonly from: string;
  readonly numbers: readonly string[];
  readonly calls: number;
  /** Seconds of processor time taken so far by what is measured. */
  readonly cpuSeconds: () => number;
  /** Resolves when the work that the calls cause is over, e.g. every notification has arrived. */
  readonly settled: (calls: number) => Promise<void>;
}

/**
 * Waits until a process has been all but idle (below 5 % of a core) for half a second; at most 20 s,
 * since one that never rests shall not stop the bench.
 */
export async function untilIdle(cpuSeconds: () => number): Promise<void> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const before = cpuSeconds();
    await pause(500);
    if (cpuSeconds() - before < 0.025) return;
  }
}

export async function cpuPerThousand(name: string, measured: CpuMeasurement): Promise<Figure> {
  const { remote, from, numbers, calls } = measured;
  const runs = await threeTimes(async () => {
    const before = measured.cpuSeconds();
    const done = measured.settled(calls);
    const load = { remote, from, numbers, callsPerSecond: CALLS_PER_SECOND, calls };
    const result = await placeLoad(load);
    if (result.failed > 0) throw new Error(`${name}: ${result.why}`);
    await done;
    // Delivery marks are written behind the answers; they belong to the price.
    await pause(100);
    return ((measured.cpuSeconds() - before) / calls) * 1_000;
  });
  return { name, unit: 'CPU s', runs, digits: 2 };
}
