// pg-boss as a peer of the delivery bench: jobs in batches, each job one GET by undici's dispatch. It
// keeps no order between the jobs of a call.

import { PgBoss } from 'pg-boss';
import { Pool } from 'pg';
import { barePath, createBareGet, promisedGet } from '../delivery/bare-get.ts';
import { serve } from '../delivery/remote.ts';
import { deliver, onPoolError, waitForNone } from './peer.js';

const QUEUE = 'notify';

/** See delivery/tune-peers.ts. */
const OPTIONS = {
  batchSize: 500,
  localConcurrency: 2,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
};

let boss;
let pool;
let onJob = () => {};

serve({
  async open({ origin, options }) {
    const get = promisedGet(createBareGet(origin));
    pool = new Pool({ max: 2 });
    pool.on('error', onPoolError);
    const { PGHOST: host, PGUSER: user, PGDATABASE: database } = process.env;
    boss = new PgBoss({ host, user, database, max: 10, supervise: false, schedule: false });
    boss.on('error', (error) => console.error(`pg-boss says: ${error.message}`));
    await boss.start();
    await boss.createQueue(QUEUE, { notify: true });
    await boss.work(QUEUE, { ...OPTIONS, ...options }, async (jobs) => {
      await Promise.all(
        jobs.map(async ({ data }) => {
          await get(data.path);
          onJob();
        }),
      );
    });
  },
  async run({ events, ready }) {
    const jobs = Array.from({ length: events }, (_, n) => ({
      data: { path: barePath(`${Date.now().toString(36)}${String(n).padStart(16, '0')}`, 'SETUP') },
    }));
    const result = await deliver({
      jobs,
      ready,
      add: (some) => boss.insert(QUEUE, some),
      recorded: () =>
        waitForNone(pool, "SELECT 1 FROM pgboss.job WHERE state < 'completed' LIMIT 1"),
      onEach: (each) => {
        onJob = each;
      },
    });
    // Not counted: what a long-running installation's maintenance does at other times.
    await boss.deleteAllJobs(QUEUE);
    await pool.query('VACUUM ANALYZE pgboss.job');
    return result;
  },
  async close() {
    await boss.stop({ graceful: false });
    await pool.end();
  },
});
