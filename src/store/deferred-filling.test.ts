// How the deferred indexes are filled: in several goes, between commits, over a close and a kill.

import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DeferredIndexes } from './deferred-indexes.ts';
import { calls, indexesOf, over, seqs } from './deferred-test-kit.ts';
import { openDatabase } from './open-database.ts';
import { openSqliteStore } from './sqlite-store.ts';
import * as sample from './test-samples.ts';
import { IDENTITY, LINE_A, storeIn, temporaryDirectory } from './test-samples.ts';

/** 12,000 calls with a notification each, of which nothing is indexed. */
function makeHistory(directory: string): DatabaseSync {
  const db = openDatabase(join(directory, 'carillon.db'), IDENTITY);
  sample.fillCalls(db, 12_000);
  db.exec(`INSERT INTO notifications (seq, id, callref, account, type, url, created_at, state)
    SELECT id * 3, callref || '-1', callref, account, 'SETUP', 'http://x/', 1000, 'delivered' FROM calls`);
  return db;
}

test('much that is new is filled in several goes, each of which is whole', (t) => {
  const directory = temporaryDirectory(t);
  const db = makeHistory(directory);
  t.after(() => db.close());
  const deferred = new DeferredIndexes(db);
  assert.deepEqual([deferred.fill(), deferred.fill(), deferred.fill()], [false, true, true]);
  assert.deepEqual(indexesOf(directory), []);
  assert.equal(db.prepare('SELECT count(*) AS n FROM notification_lines').get()?.['n'], 12_000);
});

test('a page behind much that is new is whole, and commits have their turn meanwhile', async (t) => {
  const directory = temporaryDirectory(t);
  makeHistory(directory).close();
  const store = await storeIn(t, directory);
  const line = sample.e164('33120000003');
  const order: string[] = [];
  const page = calls(store, line).then((found) => {
    order.push('page');
    return found;
  });
  const commit = sample.begin(store, sample.sampleCall('new')).then(() => order.push('commit'));
  assert.equal((await page).length, 12);
  await commit;
  assert.deepEqual(order, ['commit', 'page']);
  assert.deepEqual(indexesOf(directory), []);
});

test('reads that wait for a fill are answered though the store closes, and the next one goes on', async (t) => {
  const directory = temporaryDirectory(t);
  makeHistory(directory).close();
  const first = await openSqliteStore(directory, IDENTITY);
  const waiting = [calls(first, sample.e164('33120000003')), calls(first, LINE_A)];
  await first.close();
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ length }) => length),
    [12, 0],
  );
  const second = await openSqliteStore(directory, IDENTITY);
  await over(second, 99_999, sample.sampleCall('late'));
  await second.close();
  const third = await storeIn(t, directory);
  assert.deepEqual(await seqs(third, LINE_A), [99_999]);
});

test('killed at any moment it goes on where it was, and misses nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const path = fileURLToPath(new URL('./test-child.ts', import.meta.url));
  for (const least of [1, 77, 300, 1000]) {
    const child = spawn(process.execPath, [path, directory, 'pages'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    let lines = 0;
    const output = createInterface({ input: child.stdout });
    output.on('line', () => {
      lines += 1;
      if (lines === least + 1) child.kill('SIGKILL');
    });
    await once(output, 'close');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const store = await openSqliteStore(directory, IDENTITY);
    try {
      assert.deepEqual(indexesOf(directory), [], 'as it was left');
      const all = await store.listCalls({ limit: 9999 });
      assert.ok(all.length >= least);
      assert.equal((await calls(store, LINE_A)).length, all.length);
      const told = await store.listNotifications({ limit: 9999 });
      assert.equal((await seqs(store, LINE_A)).length, told.length);
      assert.deepEqual(indexesOf(directory), []);
    } finally {
      await store.close();
    }
    // The next process begins its notifications where the ids are free.
    const db = openDatabase(join(directory, 'carillon.db'), IDENTITY);
    db.exec('DELETE FROM notifications');
    db.close();
    assert.deepEqual(indexesOf(directory), []);
  }
});
