// The soak's short form: twenty times killed under load. `npm run soak` is the long one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePeer } from '../kit/peer.ts';
import { checkBooks } from './books.ts';
import { reportOf } from './report.ts';
import { runSoak } from './run-soak.ts';

test('killed twenty times under load: nothing is lost, out of order, or repeated without need', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const soaked = await runSoak(t, {
    rounds: 20,
    callsPerSecond: 80,
    seed: 20,
    log: (text) => t.diagnostic(text),
  });
  const results = checkBooks(soaked.books);
  for (const { rule, looked, broken } of results) {
    assert.equal(broken.length, 0, `${rule}\n${reportOf(soaked, results)}`);
    // Repeats may be none; everything else must have been put to the test.
    if (!rule.startsWith('c:')) assert.ok(looked > 50, `${rule}: looked at ${looked} only`);
  }
  assert.equal(soaked.lastExit, 0);
  const killed = soaked.books.calls.filter(({ cause }) => cause === 'server-stopped');
  assert.ok(killed.length > 0, 'no call was open at any kill');
});
