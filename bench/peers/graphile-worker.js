// graphile-worker as a peer of the delivery bench: each job is one GET by undici's dispatch. `ordered`
// gives every call a queue of its own, which keeps its three jobs in order as Carillon does; `unordered`
// has no queues. JavaScript, since its packages are not part of the root's install and of its types.

import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { Pool } from 'pg';
import { barePath, CONNECTIONS, createBareGet, promisedGet } from '../delivery/bare-get.ts';
import { serve } from '../delivery/remote.ts';
import { deliver, onPoolError, waitForNone } from './peer.js';

const TYPES = ['SETUP', 'CONNECT', 'RELEASE'];

/** See delivery/tune-peers.ts. */
const OPTIONS = {
  concurrentJobs: CONNECTIONS,
  maxPoolSize: 10,
  localQueue: { size: 500 },
  completeJobBatchDelay: 20,
  failJobBatchDelay: 0,
  // A job that its queue held back is not announced: with the default of 2 s the ordered mode would rest.
  pollInterval: 20,
};

let runner;
let utils;
let pool;
let ordered = false;
let onJob = () => {};

serve({
  async open({ origin, mode, options }) {
    ordered = mode === 'ordered';
    const get = promisedGet(createBareGet(origin));
    const logger = new Logger(() => (level, message) => {
      if (level === 'error') console.error(`graphile-worker says: ${message}`);
    });
    pool = new Pool({ max: 20 });
    pool.on('error', onPoolError);
    pool.on('connect', (client) => client.on('error', onPoolError));
    utils = await makeWorkerUtils({ pgPool: pool, logger });
    await utils.migrate();
    runner = await run({
      pgPool: pool,
      logger,
      preset: { worker: { ...OPTIONS, ...options } },
      noHandleSignals: true,
      taskList: {
        notify: async ({ path }) => {
          await get(path);
          onJob();
        },
      },
    });
  },
  async run({ events, ready }) {
    const jobs = [];
    for (let call = 0; call < events / TYPES.length; call += 1) {
      const callref = `${Date.now().toString(36)}${call.toString(16).padStart(16, '0')}`;
      for (const type of TYPES) {
        jobs.push({
          identifier: 'notify',
          payload: { path: barePath(callref, type) },
          ...(ordered ? { queueName: callref } : {}),
        });
      }
    }
    const result = await deliver({
      jobs,
      ready,
      add: (some) => utils.addJobs(some),
      recorded: () => waitForNone(pool, 'SELECT 1 FROM graphile_worker._private_jobs LIMIT 1'),
      onEach: (each) => {
        onJob = each;
      },
    });
    // Not counted: what a long-running installation's autovacuum does at other times.
    await pool.query('VACUUM ANALYZE graphile_worker._private_jobs');
    await pool.query('DELETE FROM graphile_worker._private_job_queues WHERE locked_at IS NULL');
    await pool.query('VACUUM ANALYZE graphile_worker._private_job_queues');
    return result;
  },
  async close() {
    await runner.stop();
    await utils.release();
    await pool.end();
  },
});
