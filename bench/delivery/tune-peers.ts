// Looks for the fastest settings of the peers on this machine: node bench/delivery/tune-peers.ts. Each
// setting has a fresh database and three runs of each kind; what wins is written into bench/peers by hand.

import { join } from 'node:path';
import { median } from '../figures.ts';
import type { PeerCommands } from './peers.ts';
import { startPostgres } from './postgres.ts';
import { Remote } from './remote.ts';
import { perSecond } from './run-result.ts';
import { startSink } from './start.ts';

const EVENTS = 15_000;
const RUNS = 3;

const graphile = [
  { localQueue: { size: 100 } },
  { localQueue: { size: 500 } },
  { localQueue: { size: 2_000 } },
  { localQueue: { size: 500 }, concurrentJobs: 100 },
  { localQueue: { size: 500 }, completeJobBatchDelay: 20 },
];

const boss = [
  { batchSize: 200, localConcurrency: 2 },
  { batchSize: 500, localConcurrency: 1 },
  { batchSize: 500, localConcurrency: 2 },
  { batchSize: 500, localConcurrency: 4 },
  { batchSize: 1_000, localConcurrency: 2 },
];

const tried = [
  ...graphile.map((options) => ({ file: 'graphile-worker.js', mode: 'ordered', options })),
  ...graphile.map((options) => ({ file: 'graphile-worker.js', mode: 'unordered', options })),
  ...boss.map((options) => ({ file: 'pg-boss.js', mode: 'unordered', options })),
];

await using sink = await startSink();
await using postgres = await startPostgres();
for (const [n, { file, mode, options }] of tried.entries()) {
  const env = { ...postgres.env, PGDATABASE: await postgres.createDatabase(`tried_${n}`) };
  await using peer = new Remote<PeerCommands>(join(import.meta.dirname, '..', 'peers', file), {
    env,
  });
  await peer.ask('open', { origin: `http://127.0.0.1:${sink.port}`, mode, options });
  await peer.ask('run', { events: EVENTS, ready: true }); // warms up
  const rates: string[] = [];
  for (const ready of [true, false]) {
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      runs.push(perSecond(await peer.ask('run', { events: EVENTS, ready })));
    }
    rates.push(`${ready ? 'ready' : 'as they come'} ${median(runs).toFixed(0)}`);
  }
  await peer.ask('close');
  console.log(`${file} ${mode} ${JSON.stringify(options)}: ${rates.join(', ')} a second`);
}
