// What an event costs when the house has grown: processor time for one with 1,000 lines and no history,
// with a million lines, and with a long history kept. Three subjects in turn, the same bursts.

import { join } from 'node:path';
import type { Figure } from '../figures.ts';
import type { FillCommands } from './fill-history.ts';
import { Remote } from './remote.ts';
import { cpuMicroseconds, type RunResult } from './run-result.ts';
import { Folder, startSink, startSubject, stopSubject, subjectAt } from './start.ts';
import type { Targets } from './targets.ts';

export interface GrowthSizes {
  readonly rounds: number;
  /** Events of one run; a multiple of three. */
  readonly events: number;
  readonly fewLines: number;
  readonly manyLines: number;
  /** Events that are kept from before. */
  readonly history: number;
}

export async function growthFigures(
  sizes: GrowthSizes,
  targets: Targets,
  say: (text: string) => void,
): Promise<Figure[]> {
  const { fewLines, manyLines, history } = sizes;
  using folder = new Folder();
  await using sink = await startSink();
  const at = (name: string, lines: number) =>
    subjectAt(`http://127.0.0.1:${sink.port}`, join(folder.path, name), lines);

  const old = at('history', fewLines);
  await oneCall(old);
  const filled = await fill(join(folder.path, 'history'), history, fewLines);
  say(
    `${history} events kept: ${filled.megabytes.toFixed(0)} MB in ${filled.seconds.toFixed(0)} s`,
  );

  await using few = await startSubject(at('few', fewLines));
  const began = performance.now();
  await using many = await startSubject(at('many', manyLines));
  say(`${manyLines} lines put in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  await using long = await startSubject({ ...old, newLines: false });
  const subjects = { few, many, long };

  const runs: Record<keyof typeof subjects, RunResult[]> = { few: [], many: [], long: [] };
  for (let round = 0; round <= sizes.rounds; round += 1) {
    for (const name of ['few', 'many', 'long'] as const) {
      const run = await subjects[name].ask('run', { events: sizes.events });
      say(`round ${round}, ${name}: ${cpuMicroseconds(run).toFixed(1)} µs`);
      if (round > 0) runs[name].push(run); // the first does not count: code and caches are cold
    }
  }
  for (const subject of [few, many, long]) await stopSubject(subject);
  return figuresOf(runs, sizes, targets);
}

function figuresOf(
  runs: Readonly<Record<'few' | 'many' | 'long', readonly RunResult[]>>,
  sizes: GrowthSizes,
  targets: Targets,
): Figure[] {
  const cpu = (who: keyof typeof runs): number[] => runs[who].map(cpuMicroseconds);
  const figure = (what: string, who: keyof typeof runs): Figure => ({
    name: `CPU for an event, ${what}`,
    unit: 'µs',
    runs: cpu(who),
    digits: 1,
  });
  const ratio = (what: string, who: keyof typeof runs): Figure => ({
    name: `  ${what} / ${count(sizes.fewLines)} lines, no history`,
    unit: 'times',
    runs: cpu(who).map((value, round) => value / (cpu('few')[round] ?? Number.NaN)),
    digits: 2,
  });
  const lines = `${count(sizes.manyLines)} lines`;
  const kept = `${count(sizes.history)} events kept`;
  return [
    figure(`${count(sizes.fewLines)} lines, no history`, 'few'),
    figure(lines, 'many'),
    figure(kept, 'long'),
    targets.judge(ratio(lines, 'many'), { atMost: 1.3 }),
    targets.judge(ratio(kept, 'long'), { atMost: 2 }),
  ];
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** One call through the product itself: its rows are what the history is made of. */
async function oneCall(options: Parameters<typeof startSubject>[0]): Promise<void> {
  await using subject = await startSubject(options);
  await subject.ask('run', { events: 3 });
  await subject.ask('close');
}

async function fill(
  dataDir: string,
  events: number,
  lines: number,
): Promise<{ seconds: number; megabytes: number }> {
  await using filler = new Remote<FillCommands>(join(import.meta.dirname, 'fill-history.ts'));
  return await filler.ask('fill', { dataDir, events, lines });
}
