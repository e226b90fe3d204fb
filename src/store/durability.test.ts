// What survives: a killed process, a full disk, and how the database is opened and read.

import { strict as assert } from 'node:assert';
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from './open-database.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { IDENTITY, begin, sampleCall, storeIn, temporaryDirectory } from './test-samples.ts';

const CHILD = fileURLToPath(new URL('./test-child.ts', import.meta.url));

/** A process that records calls without end; `lines` are what it acknowledged. */
function startChild(t: TestContext, directory: string) {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    [CHILD, directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    next: async (): Promise<string | undefined> => {
      const line = await output.next();
      return line.done === true ? undefined : line.value;
    },
  };
}

test('everything that was acknowledged is there after kill -9, and the lock is free', async (t) => {
  const directory = temporaryDirectory(t);
  for (const least of [1, 300, 1000]) {
    const { child, next } = startChild(t, directory);
    assert.equal(await next(), 'open');
    const acknowledged: string[] = [];
    for (let line = await next(); line !== undefined; line = await next()) {
      acknowledged.push(line);
      if (acknowledged.length === least) child.kill('SIGKILL');
    }
    assert.ok(acknowledged.length >= least);
    const store = await openSqliteStore(directory, IDENTITY);
    try {
      for (const callref of acknowledged) {
        assert.equal((await store.listCalls({ callref, limit: 1 })).length, 1, callref);
        assert.equal((await store.listNotifications({ callref, limit: 1 })).length, 1, callref);
      }
    } finally {
      await store.close();
    }
    // The next process begins its notifications where the ids are free.
    const db = openDatabase(`${directory}/carillon.db`, IDENTITY);
    db.exec('DELETE FROM notifications');
    db.close();
  }
});

test('a full disk rejects what cannot be kept, and the store works again when there is room', async (t) => {
  if (spawnSync('prlimit', ['--version']).error !== undefined) {
    t.skip('needs prlimit (util-linux) to make the disk look full');
    return;
  }
  const directory = temporaryDirectory(t);
  const { child, next } = startChild(t, directory);
  assert.equal(await next(), 'open');
  assert.match((await next()) ?? '', /^callref/);
  // Writing behind this size fails in the child, as on a full disk; reading and shrinking do not.
  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=200000:unlimited']);
  const acknowledged: string[] = [];
  let line = await next();
  for (; line?.startsWith('callref'); line = await next()) acknowledged.push(line);
  assert.equal(line, 'failed write-failed');
  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
  while (line?.startsWith('failed') === true) line = await next();
  assert.match(line ?? 'the child ended', /^callref/);
  acknowledged.push(line ?? '');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = await storeIn(t, directory);
  for (const callref of acknowledged) {
    assert.equal((await store.listCalls({ callref, limit: 1 })).length, 1, callref);
  }
});

test('many concurrent commits share few transactions', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await storeIn(t, directory);
  const reader = openDatabase(`${directory}/carillon.db`, IDENTITY);
  t.after(() => reader.close());
  // data_version changes when another connection has committed; it is read as often as calls end.
  const version = reader.prepare('PRAGMA data_version');
  const seen = new Set<unknown>();
  await Promise.all(
    Array.from({ length: 400 }, async (_, n) => {
      await begin(store, sampleCall(`${n}`));
      seen.add(version.get()?.['data_version']);
    }),
  );
  assert.ok(
    seen.size <= 3,
    `${seen.size} versions were seen; 400 operations of 2 rows fit in 2 batches`,
  );
  assert.equal((await store.listCalls({ limit: 999 })).length, 400);
});

test('the database is opened with a write-ahead log and a sync for every commit', (t) => {
  const db = openDatabase(`${temporaryDirectory(t)}/carillon.db`, IDENTITY);
  t.after(() => db.close());
  assert.equal(db.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
  assert.equal(db.prepare('PRAGMA synchronous').get()?.['synchronous'], 2);
  assert.equal(db.prepare('PRAGMA foreign_keys').get()?.['foreign_keys'], 1);
});
