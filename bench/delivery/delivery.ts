// npm run bench -- --delivery: all figures of issue D's speed, part by part. What each means is in
// ../README.md.

import type { Figure } from '../figures.ts';
import { growthFigures, type GrowthSizes } from './growth.ts';
import { isolationFigures, type IsolationSizes } from './isolation.ts';
import { EVENTS_PER_SECOND, pacedFigures, type PacedSizes } from './paced-figures.ts';
import { Targets } from './targets.ts';
import { throughputFigures, type ThroughputSizes } from './throughput.ts';

interface Sizes {
  readonly throughput: ThroughputSizes;
  readonly paced: PacedSizes;
  readonly growth: GrowthSizes;
  readonly isolation: IsolationSizes;
}

const full: Sizes = {
  throughput: { rounds: 5, bare: 150_000, ours: 60_000, peers: 30_000 },
  paced: { rounds: 5, seconds: 15, warmUp: 9_000 },
  growth: {
    rounds: 5,
    events: 30_000,
    fewLines: 1_000,
    manyLines: 1_000_000,
    history: 10_000_000,
  },
  isolation: { pairs: 5, seconds: 20, warmUpSeconds: 3 },
};

const quick: Sizes = {
  throughput: { rounds: 3, bare: 40_000, ours: 15_000, peers: 9_000 },
  paced: { rounds: 3, seconds: 3, warmUp: 3_000 },
  growth: {
    rounds: 3,
    events: 9_000,
    fewLines: 1_000,
    manyLines: 100_000,
    history: 1_000_000,
  },
  isolation: { pairs: 2, seconds: 6, warmUpSeconds: 2 },
};

export const PARTS = ['throughput', 'peers', 'paced', 'growth', 'isolation'] as const;
export type Part = (typeof PARTS)[number];

export interface DeliveryBench {
  readonly quick: boolean;
  /** Only this part; `throughput` is `peers` without the peers. Undefined: all, peers included. */
  readonly part?: Part | undefined;
  readonly show: (figures: readonly Figure[]) => void;
  /** Single steps, for who watches. */
  readonly say: (text: string) => void;
  /** Where CPU profiles of the subject of `throughput` go; undefined for none. */
  readonly profileDir?: string | undefined;
}

export async function benchDelivery(bench: DeliveryBench): Promise<void> {
  // A bench that is interrupted ends what it started and removes its folders, which may hold gigabytes: all
  // of that is done at `exit`, which a signal alone does not bring.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.prependOnceListener(signal, () => process.exit(1));
  }
  const { part, show, say, profileDir } = bench;
  const sizes = bench.quick ? quick : full;
  const targets = new Targets();
  const wanted = (...names: Part[]): boolean => part === undefined || names.includes(part);
  if (wanted('throughput', 'peers')) {
    console.log('delivery, as fast as it goes, 50 connections, one sink:');
    const withPeers = wanted('peers');
    const options = { sizes: sizes.throughput, withPeers, targets, say, profileDir };
    show(await throughputFigures(options));
  }
  if (wanted('paced')) {
    console.log(`delivery at ${EVENTS_PER_SECOND} events a second:`);
    show(await pacedFigures(sizes.paced, targets, say));
  }
  if (wanted('growth')) {
    console.log('delivery with many lines and a long history:');
    show(await growthFigures(sizes.growth, targets, say));
  }
  if (wanted('isolation')) {
    console.log('delivery of 1,000 lines with a server each, at 500 events a second:');
    show(await isolationFigures(sizes.isolation, targets, say));
  }
  console.log(targets.summary());
}
