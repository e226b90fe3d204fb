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
import { migrate, SCHEMA_VERSION } from './schema.ts';
import { openSqliteStore } from './sqlite-store.ts';
import * as sample from './test-samples.ts';
import { IDENTITY, LINE_A, LINE_B, storeIn, temporaryDirectory } from './test-samples.ts';

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
  await store.close();
  assert.deepEqual(readdirSync(directory).sort(), ['carillon.db', 'carillon.lock']);
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
    message: /newer carillon \(format 3, this one knows up to 2\)/,
  });
  assert.deepEqual(readFileSync(path), before);
});

/** A database as the first version left it: one line with a registration, and an open call. */
function makeVersion1(directory: string): void {
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 1);
  db.exec(`
    INSERT INTO meta VALUES ('kind', 'server'), ('realm', 'carillon');
    INSERT INTO lines VALUES ('33123456789', 'default', 'Réception', '789', 'standard',
      'http://www.exemple.tld/?caller=_CALLER_', '10\\.0\\.0\\.1', 'whole', '',
      '${'a'.repeat(32)}', '${'b'.repeat(64)}');
    INSERT INTO bindings VALUES ('33123456789', 'sip:a@10.0.0.1', 'udp', '127.0.0.21', 5060, 1,
      'registration-1', 7, 1700000060000, 1700000000000, 'baresip', '');
    INSERT INTO calls VALUES (1, 'callref-1', 'd1', '', '', 0, '', '33123456789', '33612345678',
      '33123456789', '1@127.0.0.1', 'SETUP', 1000, NULL, NULL, NULL);
    INSERT INTO open_sessions VALUES ('d1', 'wire')`);
  assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], 1);
  db.close();
}

test('a database of version 1 keeps its lines, registrations and calls, and takes new lines', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion1(directory);
  const first = await storeIn(t, directory);
  assert.deepEqual(await first.allLines(), [sample.sampleLine(LINE_A)]);
  assert.deepEqual(await first.allBindings(), [sample.sampleBinding('sip:a@10.0.0.1')]);
  assert.equal((await first.openSessions())[0]?.calls[0]?.callref, 'callref-1');
  const changed = { ...sample.sampleLine(LINE_A), api: false, origins: ['https://crm.example'] };
  await first.putLine(changed);
  await first.putLine(sample.sampleLine(LINE_B));
  await first.close();
  const second = await storeIn(t, directory);
  assert.deepEqual(await second.allLines(), [changed, sample.sampleLine(LINE_B)]);
});

test('a database of version 1 that belongs elsewhere is refused before it is changed', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion1(directory);
  await assert.rejects(openSqliteStore(directory, { kind: 'server', realm: 'acme' }), {
    code: 'realm-changed',
  });
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], 1);
  db.close();
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
