// Requests a second and processor time for one: Carillon with all that it promises beside bare dispatch,
// and beside other people's queues on PostgreSQL. One sink, everybody in turn, round after round, so that
// all meet the same machine; a ratio is of one round.

import { median, type Figure } from '../figures.ts';
import { AS_THEY_COME, ORDERED, PG_BOSS, READY, startPeers, UNORDERED } from './peers.ts';
import type { Contender } from './peers.ts';
import { cpuMicroseconds, perSecond, type RunResult } from './run-result.ts';
import {
  Folder,
  startBareClient,
  startSink,
  startSubject,
  stopSubject,
  subjectAt,
} from './start.ts';
import type { Sink } from './start.ts';
import type { Target, Targets } from './targets.ts';

export interface ThroughputSizes {
  readonly rounds: number;
  /** Deliveries of one run. */
  readonly bare: number;
  readonly ours: number;
  readonly peers: number;
}

/** Who has no database server beside. */
const OWN = ['dispatch', 'carillon'];

interface Measured extends RunResult {
  /** Share of one core that the sink took meanwhile. */
  readonly sinkShare: number;
}

export interface ThroughputOptions {
  readonly sizes: ThroughputSizes;
  readonly withPeers: boolean;
  readonly targets: Targets;
  readonly say: (text: string) => void;
  /** Where Node leaves a CPU profile of the subject; undefined for none. */
  readonly profileDir?: string | undefined;
}

export async function throughputFigures(options: ThroughputOptions): Promise<Figure[]> {
  const { sizes, withPeers, say, profileDir } = options;
  using folder = new Folder();
  await using sink = await startSink();
  const origin = `http://127.0.0.1:${sink.port}`;
  await using bare = await startBareClient(origin);
  const nodeArguments =
    profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  await using ours = await startSubject(subjectAt(origin, folder.path), { nodeArguments });
  await using peers = await startPeers(withPeers, origin, say);
  const contenders: Contender[] = [
    { name: 'dispatch', events: sizes.bare, run: (events) => bare.ask('run', { events }) },
    { name: 'carillon', events: sizes.ours, run: (events) => ours.ask('run', { events }) },
    ...peers.contenders.map((peer) => ({ ...peer, events: sizes.peers })),
  ];
  const runs = await inTurn(contenders, sink.remote, options);
  await stopSubject(ours);
  return figuresOf(runs, options.targets);
}

/** Every contender once for each round, after a run of each that does not count. */
async function inTurn(
  contenders: readonly Contender[],
  sink: Sink,
  { sizes, say }: ThroughputOptions,
): Promise<Map<string, Measured[]>> {
  const runs = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await runOne(contender, sink);
  for (let round = 1; round <= sizes.rounds; round += 1) {
    for (const contender of contenders) {
      const measured = await runOne(contender, sink);
      runs.get(contender.name)?.push(measured);
      const rate = perSecond(measured).toFixed(0);
      const cpu = cpuMicroseconds(measured).toFixed(1);
      say(`round ${round}: ${contender.name} ${rate} a second, ${cpu} µs each`);
    }
  }
  return runs;
}

async function runOne({ name, events, run }: Contender, sink: Sink): Promise<Measured> {
  const before = await sink.ask('state');
  const result = await run(events);
  const after = await sink.ask('state');
  const came = after.requests - before.requests;
  if (came !== events) throw new Error(`${name}: ${came} requests came for ${events} deliveries`);
  return { ...result, sinkShare: (after.cpuSeconds - before.cpuSeconds) / result.seconds };
}

function figuresOf(runs: ReadonlyMap<string, readonly Measured[]>, targets: Targets): Figure[] {
  const of = (name: string, value: (run: Measured) => number): number[] =>
    (runs.get(name) ?? []).map(value);
  const rates = (name: string): number[] => of(name, perSecond);
  const cpus = (name: string): number[] => of(name, cpuMicroseconds);
  const figures: Figure[] = [];
  for (const name of runs.keys()) {
    const share = median(of(name, ({ sinkShare }) => sinkShare)) * 100;
    const note = `sink busy ${share.toFixed(0)} % of a core`;
    figures.push(
      { name: `${name}: requests a second`, unit: 'req/s', runs: rates(name), digits: 0, note },
      {
        name: `${name}: CPU for a request`,
        unit: 'µs',
        runs: cpus(name),
        digits: 1,
        ...(OWN.includes(name) ? {} : { note: "without PostgreSQL's" }),
      },
    );
  }
  const judge = (name: string, ours: number[], theirs: number[], target: Target): void => {
    if (theirs.length > 0) figures.push(targets.judge(ratio(name, ours, theirs), target));
  };
  const ours = rates('carillon');
  judge('carillon / dispatch: requests a second', ours, rates('dispatch'), { atLeast: 0.4 });
  const cpu = 'carillon / dispatch: CPU for a request';
  judge(cpu, cpus('carillon'), cpus('dispatch'), { atMost: 2.5 });
  for (const how of [AS_THEY_COME, READY]) {
    const ordered = `${ORDERED}, ${how}`;
    judge(`carillon / ${ordered}`, ours, rates(ordered), { atLeast: 2 });
    const unordered = rates(`${UNORDERED}, ${how}`);
    const boss = rates(`${PG_BOSS}, ${how}`);
    const better = boss.map((rate, round) => Math.max(rate, unordered[round] ?? 0));
    judge(`carillon / the better without order, ${how}`, ours, better, { atLeast: 1.5 });
  }
  return figures;
}

/** Round by round. */
function ratio(name: string, ours: number[], theirs: number[]): Figure {
  const runs = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return { name, unit: 'times', runs, digits: 2 };
}
