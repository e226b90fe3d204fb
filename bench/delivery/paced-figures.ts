// At 200 events a second, far below the limit: how long from a call's event to its GET at the customer's
// server, and what the store costs the main thread, which everything else runs on. The same again with a
// disk whose sync takes 5 ms longer.

import { join } from 'node:path';
import { median, type Figure } from '../figures.ts';
import type { Paced } from './pace.ts';
import { latenciesOf } from './received.ts';
import { slowDisk } from './slow-fsync.ts';
import { Folder, startSink, startSubject, stopSubject, subjectAt, type Subject } from './start.ts';
import type { Sink } from './start.ts';
import type { Targets } from './targets.ts';

export const EVENTS_PER_SECOND = 200;
/** What a sync takes longer on the slow disk. */
const SLOWER_MS = 5;

export interface PacedSizes {
  readonly rounds: number;
  readonly seconds: number;
  /** Deliveries before, so that all code is compiled. */
  readonly warmUp: number;
}

interface Run extends Paced {
  /** From event to GET. */
  readonly get: { readonly p50: number; readonly p99: number };
}

const WITHOUT = 'without the store';
const WITH = 'with the store';
const SLOW = `with a sync ${SLOWER_MS} ms slower`;

export async function pacedFigures(
  sizes: PacedSizes,
  targets: Targets,
  say: (text: string) => void,
): Promise<Figure[]> {
  using folder = new Folder();
  await using sink = await startSink();
  const at = (dataDir?: string) => subjectAt(`http://127.0.0.1:${sink.port}`, dataDir);
  await using stack = new AsyncDisposableStack();
  const subjects = new Map<string, Subject>();
  const add = (name: string, subject: Subject): void => {
    stack.defer(() => subject[Symbol.asyncDispose]());
    subjects.set(name, subject);
  };
  add(WITHOUT, await startSubject(at()));
  add(WITH, await startSubject(at(join(folder.path, 'fast'))));
  const slow = await slowDisk(folder.path, SLOWER_MS);
  if (slow.env) add(SLOW, await startSubject(at(join(folder.path, 'slow')), { env: slow.env }));
  else console.log(`without the slow disk: ${slow.missing}`);

  for (const subject of subjects.values()) await subject.ask('run', { events: sizes.warmUp });
  const runs = new Map<string, Run[]>([...subjects.keys()].map((name) => [name, []]));
  for (let round = 1; round <= sizes.rounds; round += 1) {
    for (const [name, subject] of subjects) {
      const run = await paceOnce(subject, sink.remote, sizes.seconds, round);
      runs.get(name)?.push(run);
      say(`round ${round}, ${name}: GET p50 ${run.get.p50.toFixed(2)} ms`);
    }
  }
  for (const subject of subjects.values()) await stopSubject(subject);
  return figuresOf(runs, targets);
}

async function paceOnce(subject: Subject, sink: Sink, seconds: number, seed: number): Promise<Run> {
  await sink.ask('keep', true);
  const paced = await subject.ask('pace', { eventsPerSecond: EVENTS_PER_SECOND, seconds, seed });
  const get = await latenciesOf(paced.events, sink);
  await sink.ask('keep', false);
  return { ...paced, get };
}

function figuresOf(runs: ReadonlyMap<string, readonly Run[]>, targets: Targets): Figure[] {
  const of = (name: string, value: (run: Run) => number): number[] =>
    (runs.get(name) ?? []).map(value);
  const figures: Figure[] = [];
  for (const name of runs.keys()) {
    const p50 = ms(
      `event to GET, ${name}, p50`,
      of(name, ({ get }) => get.p50),
    );
    figures.push(
      name === WITH ? targets.judge(p50, { atMost: 1 }) : p50,
      ms(
        `event to GET, ${name}, p99`,
        of(name, ({ get }) => get.p99),
      ),
      ms(
        `event to commit, ${name}, p50`,
        of(name, ({ commit }) => commit.p50),
      ),
      ms(
        `event to commit, ${name}, p99`,
        of(name, ({ commit }) => commit.p99),
      ),
      ms(
        `event loop's delay, ${name}, p99`,
        of(name, ({ loopDelay }) => loopDelay.p99),
      ),
      ms(
        `event loop's delay, ${name}, highest`,
        of(name, ({ loopDelay }) => loopDelay.highest),
      ),
    );
  }
  for (const name of [WITH, SLOW].filter((each) => runs.has(each))) {
    checkSlower(
      name,
      of(name, ({ commit }) => commit.p50),
    );
    for (const [what, value] of [
      ['p99', (run: Run) => run.loopDelay.p99],
      ['highest', (run: Run) => run.loopDelay.highest],
    ] as const) {
      const without = of(WITHOUT, value);
      const above = of(name, value).map((delay, round) => delay - (without[round] ?? Number.NaN));
      const figure = ms(`event loop's delay ${name}, above one without, ${what}`, above);
      figures.push(targets.judge(figure, { atMost: 5 }));
    }
  }
  return figures;
}

function ms(name: string, runs: number[]): Figure {
  return { name, unit: 'ms', runs, digits: 2 };
}

/** A slow disk that is not slow would flatter. */
function checkSlower(name: string, commits: readonly number[]): void {
  if (name !== SLOW || median(commits) >= SLOWER_MS) return;
  throw new Error(`a commit took ${median(commits)} ms only: the slow disk is not slow`);
}
