// Starts the other queues of bench/peers on a PostgreSQL of this bench's own, where both are here; says
// in one line what is missing where not. The queues know nothing of this file.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgres, startPostgres } from './postgres.ts';
import { Remote } from './remote.ts';
import type { RunResult } from './run-result.ts';

/** Somebody who delivers: makes so many deliveries and says what they took. */
export interface Contender {
  readonly name: string;
  readonly events: number;
  readonly run: (events: number) => Promise<RunResult>;
}

/** What a queue's process in bench/peers can be asked. */
export type PeerCommands = {
  /** `options` of the queue, over those that the file has. */
  open(argument: { origin: string; mode: string; options?: object }): void;
  run(argument: { events: number; ready: boolean }): RunResult;
  close(): void;
};

export interface Peers extends AsyncDisposable {
  readonly contenders: readonly Omit<Contender, 'events'>[];
}

export const READY = 'jobs ready';
export const AS_THEY_COME = 'jobs as they come';
export const [ORDERED, UNORDERED, PG_BOSS] = [
  'graphile-worker ordered',
  'graphile-worker',
  'pg-boss',
];

const QUEUES = [
  { name: ORDERED, file: 'graphile-worker.js', mode: 'ordered' },
  { name: UNORDERED, file: 'graphile-worker.js', mode: 'unordered' },
  { name: PG_BOSS, file: 'pg-boss.js', mode: 'unordered' },
];

/** All jobs are committed before the clock starts, a gift; or as Carillon's events, while others go out. */
const JOBS = [
  { how: READY, ready: true },
  { how: AS_THEY_COME, ready: false },
];

const FOLDER = join(import.meta.dirname, '..', 'peers');

export async function startPeers(
  wanted: boolean,
  origin: string,
  say: (text: string) => void,
): Promise<Peers> {
  const missing = wanted ? missingHere() : undefined;
  if (missing !== undefined) console.log(`without graphile-worker and pg-boss: ${missing}`);
  if (!wanted || missing !== undefined) {
    return { contenders: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const postgres = await startPostgres();
  say(`${postgres.version} at ${postgres.socketDir}`);
  const started: { name: string; remote: Remote<PeerCommands> }[] = [];
  const stop = async (): Promise<void> => {
    for (const { remote } of started) {
      await remote.ask('close');
      await remote[Symbol.asyncDispose]();
    }
    await postgres[Symbol.asyncDispose]();
  };
  try {
    for (const { name, file, mode } of QUEUES) {
      // A database each, so that none waits for another's tables to be vacuumed.
      const database = await postgres.createDatabase(`${mode}_${file.replace(/\W/g, '_')}`);
      const env = { ...postgres.env, PGDATABASE: database };
      const remote = new Remote<PeerCommands>(join(FOLDER, file), { env });
      started.push({ name, remote });
      await remote.ask('open', { origin, mode });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    contenders: started.flatMap(({ name, remote }) =>
      JOBS.map(({ how, ready }) => ({
        name: `${name}, ${how}`,
        run: (events: number) => remote.ask('run', { events, ready }),
      })),
    ),
    [Symbol.asyncDispose]: stop,
  };
}

function missingHere(): string | undefined {
  if (findPostgres() === undefined) return 'no PostgreSQL server here: apt-get install postgresql';
  if (existsSync(join(FOLDER, 'node_modules'))) return undefined;
  return 'they are not installed: npm ci --prefix bench/peers';
}
