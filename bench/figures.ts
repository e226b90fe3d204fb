// Numbers and how they are shown: median, spread, percentiles, and one line for each figure. Knows
// nothing of what was measured.

/** The value in the middle; of an even count the mean of both. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that `share` (0 to 1) of the values do not exceed: nearest rank, no interpolation. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** How far the runs lie apart: (highest - lowest) / median, in per cent. */
export function spreadPercent(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : ((Math.max(...values) - Math.min(...values)) / middle) * 100;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One value for each run. */
  readonly runs: readonly number[];
  readonly digits: number;
  /** What a reader must know beside the number, e.g. `highest rate tried`. */
  readonly note?: string;
}

/** `calls a second sustained      1600 calls/s   runs 1600 1600 2000   spread 25 %` */
export function figureLine({ name, unit, runs, digits, note }: Figure): string {
  const each = runs.map((value) => value.toFixed(digits)).join(' ');
  return [
    `  ${name.padEnd(52)}`,
    `${median(runs).toFixed(digits).padStart(9)} ${unit.padEnd(9)}`,
    `runs ${each}`,
    `  spread ${spreadPercent(runs).toFixed(0)} %`,
    note === undefined ? '' : `  (${note})`,
  ].join(' ');
}

/** Runs a measurement three times, one after the other. */
export async function threeTimes<T>(measure: (run: number) => Promise<T>): Promise<T[]> {
  return [await measure(1), await measure(2), await measure(3)];
}
