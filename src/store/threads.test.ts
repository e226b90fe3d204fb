// The two threads together: what one sees of the other, and what happens when one is gone.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { openDatabase } from './open-database.ts';
import { SqliteStore, openSqliteStore } from './sqlite-store.ts';
import { startThreads } from './store-threads.ts';
import * as sample from './test-samples.ts';
import { IDENTITY, storeIn, temporaryDirectory } from './test-samples.ts';

/** A store whose threads the test holds, and whether it let its directory go. */
async function storeAndThreads(t: TestContext) {
  const path = `${temporaryDirectory(t)}/carillon.db`;
  const threads = await startThreads({ path, ...IDENTITY });
  let released = 0;
  const store = new SqliteStore(threads, { databasePath: path, release: () => (released += 1) });
  t.after(() => store.close());
  return { store, ...threads, released: () => released };
}

test('a read that is asked after a write has resolved sees it, every time', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  for (let n = 0; n < 300; n += 1) {
    const call = sample.sampleCall(`${n}`);
    await sample.begin(store, call);
    const [newest] = await store.pageCalls({ scope: { kind: 'all' }, limit: 1 });
    assert.equal(newest?.callref, call.callref);
    await store.setMeta('n', String(n));
    assert.equal(await store.getMeta('n'), String(n));
  }
});

test('long reads do not hold a commit up', async (t) => {
  const directory = temporaryDirectory(t);
  const db = openDatabase(`${directory}/carillon.db`, IDENTITY);
  // Whoever asks for delivered notifications walks through all of these.
  db.exec(`
    INSERT INTO notifications (seq, id, callref, account, type, url, created_at, state)
    WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 100000)
    SELECT k, 'r-' || k, 'r', '33123456789', 'SETUP', 'http://x/', k, 'waiting' FROM n`);
  db.close();
  const store = await storeIn(t, directory);
  const order: string[] = [];
  const reads = Array.from({ length: 60 }, async () => {
    const walk = { scope: { kind: 'all' }, state: 'delivered', limit: 1 } as const;
    assert.deepEqual(await store.pageNotifications(walk), []);
    order.push('read');
  });
  const commits = [1, 2, 3].map(async (n) => {
    await sample.begin(store, sample.sampleCall(`${n}`));
    order.push('commit');
  });
  await Promise.all([...reads, ...commits]);
  assert.equal(order.at(-1), 'read', order.join(', '));
});

test('one answer shows one moment, however many statements it takes', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const lines = Array.from({ length: 200 }, (_, n) => sample.e164(String(33_120_000_000 + n)));
  await store.putLines(lines.map((number) => ({ ...sample.sampleLine(number), short: '' })));
  const scope = { kind: 'lines', customer: 'default', lines } as const;
  const writing = new AbortController();
  const reader = (async () => {
    while (!writing.signal.aborted) {
      const ids = (await store.pageCalls({ scope, limit: 1000 })).map(({ id }) => id);
      // Calls come one after the other: one that is shown while an earlier one is not was read later.
      assert.deepEqual(
        ids,
        ids.map((_, n) => ids.length - n),
      );
    }
  })();
  for (let n = 0; n < 300; n += 1) {
    await sample.begin(store, sample.sampleCall(`${n}`, lines[(n * 37) % 200]));
  }
  writing.abort();
  await reader;
});

test('a writer thread that ends by itself rejects what waits and what comes, and closing still works', async (t) => {
  const { store, writer, released } = await storeAndThreads(t);
  const waiting = assert.rejects(store.setMeta('a', 'b'), {
    code: 'writer-lost',
    message: /started again/,
  });
  await writer.terminate();
  await waiting;
  await assert.rejects(store.setMeta('a', 'b'), { code: 'writer-lost' });
  await assert.rejects(store.allLines(), { code: 'writer-lost' });
  await store.close();
  assert.equal(released(), 1);
});

test('a reader thread that ends by itself rejects reads only; calls are kept, and closing still works', async (t) => {
  const { store, reader, released } = await storeAndThreads(t);
  // In this order: a thread that ends takes no read any more, and the store does not know of it yet.
  const ending = reader.terminate();
  await assert.rejects(store.allLines(), { code: 'reader-lost', message: /are kept/ });
  await ending;
  await assert.rejects(store.allLines(), { code: 'reader-lost' });
  await store.setMeta('a', 'b');
  await store.close();
  assert.equal(released(), 1);
  await assert.rejects(store.allLines());
});

test('closing ends both threads, and so does losing the writer', async (t) => {
  for (const lose of [false, true]) {
    const { store, writer, reader } = await storeAndThreads(t);
    const gone = [writer, reader].map(
      (thread) => new Promise<void>((resolve) => thread.once('exit', () => resolve())),
    );
    assert.deepEqual(await store.allLines(), []);
    if (lose) await writer.terminate();
    else await store.close();
    await Promise.all(gone);
  }
});

test('a database that is refused leaves no thread behind', async (t) => {
  const before = process.getActiveResourcesInfo().filter((name) => /Worker|Port/.test(name)).length;
  const directory = temporaryDirectory(t);
  await (await openSqliteStore(directory, IDENTITY)).close();
  await assert.rejects(openSqliteStore(directory, { kind: 'server', realm: 'acme' }), {
    code: 'realm-changed',
  });
  const after = process.getActiveResourcesInfo().filter((name) => /Worker|Port/.test(name)).length;
  assert.equal(after, before);
  await storeIn(t, directory);
});

test('a failing read is told as one, and the next is answered', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const hostile = { scope: { kind: 'all' }, limit: 5, party: {} } as never;
  await assert.rejects(store.pageCalls(hostile), {
    name: 'StoreError',
    code: 'read-failed',
    message: /^pageCalls failed/,
  });
  assert.deepEqual(await store.pageCalls({ scope: { kind: 'all' }, limit: 5 }), []);
});
