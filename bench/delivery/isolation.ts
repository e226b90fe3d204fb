// What bad receivers cost the good ones: 1,000 lines, each with a server of its own, of which a tenth
// hangs, a tenth refuses and a tenth trickles one byte a second. The healthy lines' calls are the same in
// a run without calls of the bad lines. Pairs in turn, a fresh subject for each run.

import { join } from 'node:path';
import type { Figure } from '../figures.ts';
import type { Paced, Percentiles } from './pace.ts';
import { latenciesOf } from './received.ts';
import type { LinesWanted } from './sample-lines.ts';
import { Folder, startSink, startSubject, stopSubject, type Sink } from './start.ts';
import type { Targets } from './targets.ts';

export interface IsolationSizes {
  readonly pairs: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Over all lines; the bad ones have their share of it. */
const EVENTS_PER_SECOND = 500;
const LINES = 1_000;
/** Of ten lines, the first three: line n hangs where n ends with 0, refuses with 1, trickles with 2. */
const BAD_OF_TEN = 3;

interface Run {
  readonly get: Percentiles;
  readonly commit: Paced['commit'];
}

export async function isolationFigures(
  sizes: IsolationSizes,
  targets: Targets,
  say: (text: string) => void,
): Promise<Figure[]> {
  using folder = new Folder();
  const own = Array.from({ length: LINES }, (_, n) => address(n));
  const ending = (digit: number): string[] => own.filter((_, n) => n % 10 === digit);
  await using healthy = await startSink(own.filter((_, n) => n % 10 >= BAD_OF_TEN));
  await using hanging = await startSink(ending(0), 'hang');
  await using trickling = await startSink(ending(2), 'trickle');
  const refusing = await healthy.remote.ask('closedPort');
  const ports = [hanging.port, refusing, trickling.port];
  const origins = own.map((host, n) => `http://${host}:${ports[n % 10] ?? healthy.port}`);

  const runs: Record<'clean' | 'mixed', Run[]> = { clean: [], mixed: [] };
  for (let pair = 1; pair <= sizes.pairs; pair += 1) {
    // The first of a pair is once the one and once the other.
    const order = pair % 2 === 1 ? (['clean', 'mixed'] as const) : (['mixed', 'clean'] as const);
    for (const kind of order) {
      const dataDir = join(folder.path, `${kind}-${pair}`);
      const run = await runOnce({ sink: healthy.remote, dataDir, kind, pair, origins, sizes });
      runs[kind].push(run);
      say(`pair ${pair}, ${kind}: GET p99 ${run.get.p99.toFixed(2)} ms`);
    }
  }
  return figuresOf(runs, targets);
}

/** 127.60.0.1 and up; whole networks of loopback addresses are this machine's on Linux. */
function address(n: number): string {
  return `127.60.${Math.floor(n / 250)}.${(n % 250) + 1}`;
}

async function runOnce(run: {
  sink: Sink;
  dataDir: string;
  kind: 'clean' | 'mixed';
  pair: number;
  origins: LinesWanted['origins'];
  sizes: IsolationSizes;
}): Promise<Run> {
  const { sink, dataDir, kind, pair, origins, sizes } = run;
  const lines = { count: LINES, origins };
  await using subject = await startSubject({ dataDir, lines, newLines: true });
  const healthyOnly = { eventsPerSecond: EVENTS_PER_SECOND, silentOfTen: BAD_OF_TEN };
  const warmUp = { ...healthyOnly, seconds: sizes.warmUpSeconds, seed: 0 };
  await subject.ask('pace', warmUp);
  await sink.ask('keep', true);
  const paced = await subject.ask('pace', {
    ...healthyOnly,
    seconds: sizes.seconds,
    seed: pair,
    ...(kind === 'mixed' ? { silentOfTen: 0 } : {}),
  });
  const good = paced.events.filter(([, line]) => line % 10 >= BAD_OF_TEN);
  const get = await latenciesOf(good, sink);
  await sink.ask('keep', false);
  await stopSubject(subject);
  return { get, commit: paced.commit };
}

function figuresOf(
  runs: Readonly<Record<'clean' | 'mixed', readonly Run[]>>,
  targets: Targets,
): Figure[] {
  const ms = (what: string, of: (run: Run) => number): Figure[] => [
    figure(`${what}, without bad receivers`, 'ms', runs.clean.map(of)),
    figure(`${what}, with bad receivers`, 'ms', runs.mixed.map(of)),
  ];
  const ratio = (what: string, of: (run: Run) => number): Figure => {
    const clean = runs.clean.map(of);
    const values = runs.mixed.map((run, pair) => of(run) / (clean[pair] ?? Number.NaN));
    return figure(`  ${what}: with / without`, 'times', values);
  };
  return [
    ...ms('healthy: event to GET, p50', ({ get }) => get.p50),
    ...ms('healthy: event to GET, p99', ({ get }) => get.p99),
    targets.judge(
      ratio('healthy: event to GET, p99', ({ get }) => get.p99),
      { atMost: 1.5 },
    ),
    ...ms('all: event until the call goes on, p50', ({ commit }) => commit.p50),
    ...ms('all: event until the call goes on, p99', ({ commit }) => commit.p99),
    targets.judge(
      ratio('all: event until the call goes on, p99', ({ commit }) => commit.p99),
      { atMost: 1.5 },
    ),
  ];
}

function figure(name: string, unit: string, runs: number[]): Figure {
  return { name, unit, runs, digits: 2 };
}
