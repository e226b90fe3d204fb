// Figure 1: how many calls a second go through without a single one that fails. Rates rise in steps
// until one is not sustained; the figure of a run is the last that was.

import { threeTimes, type Figure } from './figures.ts';
import { placeLoad, type LoadResult } from './load.ts';

export interface Ramp {
  readonly remote: string;
  readonly from: string;
  readonly numbers: readonly string[];
  readonly rates: readonly number[];
  readonly secondsEach: number;
  /** Waits until what is measured has nothing left to do. */
  readonly rest: () => Promise<void>;
  /** Told of each step, for those who watch. */
  readonly log: (text: string) => void;
}

/**
 * Three runs. The second and third begin one step below where the run before ended: the low rates are
 * known to pass by then, and the whole bench has five minutes.
 */
export async function sustainedRate(name: string, ramp: Ramp): Promise<Figure> {
  let first = 0;
  const runs = await threeTimes(async (run) => {
    const best = await climb(run, first, ramp);
    first = Math.max(0, best - 1);
    return best < 0 ? 0 : (ramp.rates[best] ?? 0);
  });
  const highest = ramp.rates.at(-1);
  return {
    name,
    unit: 'calls/s',
    runs,
    digits: 0,
    ...(runs.includes(highest ?? -1) ? { note: `${highest} is the highest rate tried` } : {}),
  };
}

/** The index of the last rate that was sustained, from `first` upwards, or downwards where that fails. */
async function climb(run: number, first: number, ramp: Ramp): Promise<number> {
  let best = -1;
  for (let step = first; step < ramp.rates.length; step += 1) {
    if (!(await passes(run, step, ramp))) break;
    best = step;
  }
  for (let step = first - 1; best < 0 && step >= 0; step -= 1) {
    if (await passes(run, step, ramp)) best = step;
  }
  return best;
}

async function passes(run: number, step: number, ramp: Ramp): Promise<boolean> {
  const callsPerSecond = ramp.rates[step] ?? 0;
  const { remote, from, numbers } = ramp;
  const calls = callsPerSecond * ramp.secondsEach;
  const result = await placeLoad({ remote, from, numbers, callsPerSecond, calls });
  ramp.log(`run ${run}: ${describe(result)}`);
  // What is left of a burst that failed (open calls, notifications that wait) must not fail the next.
  if (!result.sustained) await ramp.rest();
  return result.sustained;
}

function describe(result: LoadResult): string {
  const repeats = `${result.retransmissions} retransmissions`;
  if (result.sustained) return `${result.asked} calls/s sustained, ${repeats}`;
  return `${result.asked} calls/s NOT sustained: ${result.why}; ${repeats}`;
}
