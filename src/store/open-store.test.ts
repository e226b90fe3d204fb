// What a store is not opened on, and what it leaves in its directory.

import { strict as assert } from 'node:assert';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SCHEMA_VERSION, migrate } from './schema.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { IDENTITY, storeIn, temporaryDirectory } from './test-samples.ts';

const NO_PATIENCE = { lockPatience: { total: 0, between: 1 } };

async function makeStore(directory: string): Promise<void> {
  await (await openSqliteStore(directory, IDENTITY)).close();
}

test('a missing directory is created, and only its owner can read what is in it', async (t) => {
  const directory = join(temporaryDirectory(t), 'some', 'data');
  const store = await openSqliteStore(directory, IDENTITY);
  const mode = (name: string) => statSync(join(directory, name)).mode & 0o777;
  assert.equal(mode('.'), 0o700);
  for (const name of ['carillon.db', 'carillon.db-wal', 'carillon.db-shm', 'carillon.pid']) {
    assert.equal(mode(name), 0o600, name);
  }
  assert.equal(readFileSync(join(directory, 'carillon.pid'), 'utf8'), `${process.pid}\n`);
  // Reads that are under way when it closes do not keep the write-ahead log from going.
  const reads = Array.from({ length: 3000 }, () => store.allLines());
  await store.close();
  assert.deepEqual(readdirSync(directory).sort(), ['carillon.db', 'carillon.lock']);
  await Promise.all(reads);
});

test('a database that others could read is closed to them', async (t) => {
  const directory = temporaryDirectory(t);
  await makeStore(directory);
  chmodSync(join(directory, 'carillon.db'), 0o644);
  await makeStore(directory);
  assert.equal(statSync(join(directory, 'carillon.db')).mode & 0o777, 0o600);
});

test('a path that is no directory is refused with what to do', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  for (const path of [join(directory, 'file'), join(directory, 'file', 'below')]) {
    await assert.rejects(openSqliteStore(path, IDENTITY), {
      code: 'not-writable',
      message: /cannot be used: .*--data/,
    });
  }
});

test('a directory where a file cannot be created is refused and its lock released', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'carillon.db'));
  await assert.rejects(openSqliteStore(directory, IDENTITY), { code: 'not-writable' });
  await assert.rejects(openSqliteStore(directory, IDENTITY), { code: 'not-writable' });
});

test('a sandbox and a server refuse the directory of each other', async (t) => {
  const directory = temporaryDirectory(t);
  await makeStore(directory);
  await assert.rejects(openSqliteStore(directory, { kind: 'sandbox', realm: 'carillon' }), {
    code: 'wrong-kind',
    message: /belongs to a real server/,
  });
  const other = temporaryDirectory(t);
  await (await openSqliteStore(other, { kind: 'sandbox', realm: 'carillon' })).close();
  await assert.rejects(openSqliteStore(other, IDENTITY), {
    code: 'wrong-kind',
    message: /belongs to a sandbox/,
  });
});

test('another realm is refused, since it makes every password void', async (t) => {
  const directory = temporaryDirectory(t);
  await makeStore(directory);
  await assert.rejects(openSqliteStore(directory, { kind: 'server', realm: 'acme' }), {
    code: 'realm-changed',
    message: /realm "carillon", not "acme"/,
  });
});

test('a database from a newer version is refused and left as it is', async (t) => {
  const directory = temporaryDirectory(t);
  await makeStore(directory);
  const path = join(directory, 'carillon.db');
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  db.close();
  const before = readFileSync(path);
  await assert.rejects(openSqliteStore(directory, IDENTITY), {
    name: 'StoreError',
    code: 'newer-version',
    message: new RegExp(
      `newer carillon \\(format ${SCHEMA_VERSION + 1}, this one knows up to ${SCHEMA_VERSION}\\)`,
    ),
  });
  assert.deepEqual(readFileSync(path), before);
});

test('a file that is no database of ours is refused as corrupt', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'carillon.db');
  writeFileSync(path, 'this is a letter, not a database. '.repeat(100));
  await assert.rejects(openSqliteStore(directory, IDENTITY), { code: 'corrupt' });
  writeFileSync(path, '');
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE recipes (name TEXT)');
  db.close();
  await assert.rejects(openSqliteStore(directory, IDENTITY), {
    code: 'corrupt',
    message: /database of another program/,
  });
});

test('a directory held by another process is refused with its process id, until that dies', async (t) => {
  const directory = temporaryDirectory(t);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./test-child.ts', import.meta.url)), directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.stdout.resume();
  await assert.rejects(openSqliteStore(directory, IDENTITY, NO_PATIENCE), {
    code: 'locked',
    message: new RegExp(`held by another running carillon server \\(process ${child.pid}\\)`),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await storeIn(t, directory);
});

test('a second store of the same process is refused, and does not break the lock of the first', async (t) => {
  const directory = temporaryDirectory(t);
  await storeIn(t, directory);
  for (let n = 0; n < 2; n += 1) {
    await assert.rejects(openSqliteStore(directory, IDENTITY, NO_PATIENCE), {
      code: 'locked',
      message: new RegExp(`process ${process.pid}`),
    });
  }
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    try { new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE'); console.log('taken'); }
    catch (error) { console.log(error.errcode); }`;
  const other = spawn(process.execPath, ['-e', script, join(directory, 'carillon.lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = await once(other.stdout, 'data');
  assert.equal(String(answer), '5\n');
  assert.ok(existsSync(join(directory, 'carillon.pid')));
});

test('a store waits for its predecessor that is about to close', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openSqliteStore(directory, IDENTITY);
  const second = storeIn(t, directory, { lockPatience: { total: 60_000, between: 1 } });
  await first.close();
  await second;
});

test('who opens a database of an older version is told before it is changed, and only then', async (t) => {
  const directory = temporaryDirectory(t);
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 1);
  db.close();
  for (const expected of [[[1, SCHEMA_VERSION]], []]) {
    const told: [number, number][] = [];
    const tuning = { onMigrating: (...versions: [number, number]) => void told.push(versions) };
    const store = await openSqliteStore(directory, IDENTITY, tuning);
    assert.deepEqual(told, expected);
    await store.close();
  }
});
