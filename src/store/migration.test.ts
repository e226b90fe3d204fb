// What an older program left is brought to the newest version with all that is in it.

import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { indexesOf } from './deferred-test-kit.ts';
import { SCHEMA_VERSION, migrate } from './schema.ts';
import { openSqliteStore } from './sqlite-store.ts';
import * as sample from './test-samples.ts';
import { DELIVERED, LINE_A, LINE_B, TIMED_OUT, storeIn } from './test-samples.ts';
import { temporaryDirectory } from './test-samples.ts';

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
  assert.equal((await first.getCall('callref-1'))?.customer, 'default');
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

function customers(rows: readonly { customer: string }[]): string[] {
  return rows.map(({ customer }) => customer);
}

/** A database as the second version left it: a line of acme, and history of it and of a line that is gone. */
function makeVersion2(directory: string): void {
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 2);
  db.exec(`
    INSERT INTO meta VALUES ('kind', 'server'), ('realm', 'carillon');
    INSERT INTO lines VALUES ('33123456789', 'acme', 'Réception', '789', 'standard',
      'http://www.exemple.tld/?caller=_CALLER_', '10\\.0\\.0\\.1', 'whole', '',
      '${'a'.repeat(32)}', '${'b'.repeat(64)}', 1, 0, '');
    INSERT INTO calls VALUES
      (1, 'gone-1', 'd1', '', '', 0, '', '33199999999', '33612345678', '33199999999', '1@x',
        'RELEASE', 1000, NULL, 2000, 'no-answer'),
      (2, 'ours-2', 'd2', '', '', 0, '', '33123456789', '33612345678', '33123456789', '2@x',
        'RELEASE', 3000, NULL, 4000, 'no-answer'),
      (3, 'ours-3', 'd3', '', '', 0, '', '33123456789', '33123456789', '33612345678', '3@x',
        'SETUP', 5000, NULL, NULL, NULL);
    INSERT INTO open_sessions VALUES ('d3', 'wire');
    INSERT INTO notifications VALUES
      (1, 'gone-1-1', 'gone-1', '33199999999', 'SETUP', 'http://x/', 1000, 'delivered'),
      (2, 'ours-2-2', 'ours-2', '33123456789', 'SETUP', 'http://x/', 3000, 'parked'),
      (3, 'ours-3-3', 'ours-3', '33123456789', 'SETUP', 'http://x/', 5000, 'pending');
    INSERT INTO attempts VALUES (2, 1, 3100, 5000, NULL, 'no answer within 5 s'),
      (3, 1, 5100, 7, 503, 'the server answered 503')`);
  db.close();
}

test('a database of version 2 keeps its history, whose rows get the customer that their line has', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion2(directory);
  const store = await storeIn(t, directory);
  const acme = { kind: 'customer', customer: 'acme' } as const;
  assert.deepEqual(customers(await store.listCalls({ limit: 9 })), ['', 'acme', 'acme']);
  assert.deepEqual(customers(await store.listNotifications({ limit: 9 })), ['', 'acme', 'acme']);
  const missed = await store.pageCalls({ scope: acme, missed: true, limit: 9 });
  assert.deepEqual(
    missed.map(({ callref }) => callref),
    ['ours-2'],
  );
  const [parked] = await store.pageNotifications({ scope: acme, state: 'parked', limit: 9 });
  assert.deepEqual(parked?.attempts, [
    {
      at: 3100,
      ms: 5000,
      status: null,
      error: 'no answer within 5 s',
      failure: null,
      address: null,
      answer: null,
    },
  ]);
  assert.deepEqual(
    (await store.pendingNotifications(LINE_A, 0, 9)).map(({ notification, attempts }) => [
      notification.seq,
      attempts,
    ]),
    [[3, 1]],
  );
  assert.equal((await store.openSessions())[0]?.calls[0]?.callref, 'ours-3');
  assert.deepEqual(await store.allCustomers(), [{ name: 'acme', title: 'acme' }]);
  // What happens now goes on behind it.
  await sample.begin(store, sample.sampleCall('new'));
  assert.equal((await store.getCall('callref-new'))?.id, 4);
  assert.equal((await store.getCall('callref-new'))?.customer, 'acme');
});

test('a database of version 3 keeps its calls, and they are found by either side', async (t) => {
  const directory = temporaryDirectory(t);
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 3);
  db.exec("INSERT INTO meta VALUES ('kind', 'server'), ('realm', 'carillon')");
  sample.fillCalls(db, 20);
  db.close();
  const store = await storeIn(t, directory);
  const calls = await store.listCalls({ limit: 99 });
  assert.equal(calls.length, 20);
  for (const { id, caller, callee } of calls) {
    for (const party of [caller, callee]) {
      const found = await store.pageCalls({ scope: { kind: 'all' }, party, limit: 99 });
      assert.ok(
        found.some((call) => call.id === id),
        `${party} of call ${id}`,
      );
    }
  }
});

/** A database as the fourth version left it: a call told to both places, one event sent again. */
function makeVersion4(directory: string): void {
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 4);
  const rows = [1, 2, 3, 4, 5, 6].map(
    (n) => `(${n}, 'call-9-x-${n}', 'call-9-x', '33123456789', '${TYPES[(n - 1) % 3]}',
      'http://${n > 3 ? 'buzzee' : 'x'}/', ${n}000, '${STATES[n - 1]}', 'acme', ${n === 5 ? 2 : 0})`,
  );
  db.exec(`
    INSERT INTO meta VALUES ('kind', 'server'), ('realm', 'carillon');
    INSERT INTO lines VALUES ('33123456789', 'acme', 'Réception', '789', 'standard',
      'http://x/', '10\\.0\\.0\\.1', 'whole', 'http://buzzee/',
      '${'a'.repeat(32)}', '${'b'.repeat(64)}', 1, 0, '');
    INSERT INTO calls (id, callref, dref, dref_replace, session_id, is_acd, redirecting_number, account,
      caller, callee, sip_call_id, state, setup_at, customer) VALUES
      (1, 'call-9-x', 'd1', '', '', 0, '', '33123456789', '33612345678', '33123456789', '1@x',
        'CONNECT', 1000, 'acme');
    INSERT INTO notifications (seq, id, callref, account, type, url, created_at, state, customer,
      tries_before) VALUES ${rows.join(',')};
    INSERT INTO attempts (notification, n, at, ms, status, error, failure) VALUES
      (4, 1, 4100, 5000, NULL, 'no answer within 5 s', 'timeout'),
      (5, 1, 5100, 7, 503, 'it answered 503', 'status'),
      (5, 2, 5200, 7, 503, 'it answered 503', 'status'),
      (5, 3, 5300, 7, 503, 'it answered 503', 'status')`);
  db.close();
}

const TYPES = ['SETUP', 'CONNECT', 'RELEASE'];
const STATES = ['delivered', 'delivered', 'pending', 'parked', 'pending', 'pending'];

test('a database of version 4 keeps what waits, by place, and its line asks for nothing new', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion4(directory);
  const store = await storeIn(t, directory);
  const rows = await store.listNotifications({ limit: 9 });
  assert.deepEqual(
    rows.map(({ destination, contentType, body }) => [destination, contentType, body]),
    [0, 0, 0, 1, 1, 1].map((place) => [place, '', '']),
  );
  assert.deepEqual(rows[3]!.attempts, [
    {
      at: 4100,
      ms: 5000,
      status: null,
      error: 'no answer within 5 s',
      failure: 'timeout',
      address: null,
      answer: null,
    },
  ]);
  assert.deepEqual(await store.linesWithPending(), [LINE_A]);
  const waiting = await store.pendingNotifications(LINE_A, 0, 9);
  assert.deepEqual(
    waiting.map(({ notification: { seq }, ...how }) => [seq, how]),
    [
      [3, { attempts: 0, since: 3000, claimed: false, behindParked: false }],
      // Both stand behind the SETUP at their place that was given up; the first had been sent again.
      [5, { attempts: 1, since: 5000, claimed: false, behindParked: true }],
      [6, { attempts: 0, since: 6000, claimed: false, behindParked: true }],
    ],
  );
  assert.deepEqual(await store.parkedChains(), [{ callref: 'call-9-x', destination: 1 }]);
  const [line] = await store.allLines();
  const { deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode } = line!;
  assert.deepEqual(
    [deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode],
    [0, 0, [], ''],
  );
  assert.deepEqual(await store.allDestinations(), []);
  assert.deepEqual(await store.allSecrets(), []);
  assert.equal(await store.lastDestinationId(), 1);
});

const GONE = '33199999999';

function line5(number: string, customer: string): string {
  return `('${number}', '${customer}', '', '', 'standard', '', '', 'whole', '', '${'a'.repeat(32)}',
    '${'b'.repeat(64)}')`;
}

function call5(id: number, account: string, customer: string, state: string): string {
  return `(${id}, 'call-${id}', 'd${id}', '', '', 0, '', '${account}', '33612345678', '${account}',
    '${id}@x', '${state}', 1000, '${customer}')`;
}

/** Notification `seq`, told of call `id`; `how` is its state and what follows it. */
function told5(seq: number, id: number, account: string, customer: string, how: string): string {
  return `(${seq}, 'call-${id}-${seq}', 'call-${id}', '${account}', 'SETUP', 'http://x/', 1000,
    '${customer}', ${how})`;
}

/** A database as the fifth version left it: notifications with no try, one, and three, and open sessions. */
function makeVersion5(directory: string): void {
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 5);
  db.exec(`
    INSERT INTO meta VALUES ('kind', 'server'), ('realm', 'carillon');
    INSERT INTO lines (number, customer, title, short, offer, notification_url, source_ip,
      source_ip_match, buzzee_url, ha1_md5, ha1_sha256)
      VALUES ${line5(LINE_A, 'acme')}, ${line5(LINE_B, 'quiet')};
    INSERT INTO calls (id, callref, dref, dref_replace, session_id, is_acd, redirecting_number, account,
      caller, callee, sip_call_id, state, setup_at, customer) VALUES
      ${call5(1, LINE_A, 'before', 'RELEASE')}, ${call5(2, GONE, 'acme', 'RELEASE')},
      ${call5(3, GONE, '', 'RELEASE')}, ${call5(4, LINE_A, 'acme', 'SETUP')};
    INSERT INTO open_sessions VALUES ('d4', 'wire of 4'), ('a', 'wire of a call that is over');
    INSERT INTO notifications (seq, id, callref, account, type, url, created_at, customer, state,
      tries_before, requeued_at, claimed) VALUES
      ${told5(1, 1, LINE_A, 'before', "'delivered', 0, NULL, 0")},
      ${told5(2, 2, GONE, 'told', "'parked', 0, NULL, 0")},
      ${told5(3, 3, GONE, '', "'delivered', 0, NULL, 0")},
      ${told5(4, 4, LINE_A, 'acme', "'pending', 1, 7000, 1")},
      ${told5(5, 4, LINE_A, 'acme', "'pending', 0, NULL, 0")};
    INSERT INTO attempts (notification, n, at, ms, status, error, failure, address, answer) VALUES
      (1, 1, 9000, 12, 200, NULL, NULL, '192.0.2.1:80', 'OK'),
      (2, 1, 1000, 5000, NULL, 'no answer within 5 s', 'timeout', NULL, NULL),
      (2, 2, 9000, 12, 200, NULL, NULL, '192.0.2.1:80', 'OK'),
      (2, 3, 1000, 5000, NULL, 'no answer within 5 s', 'timeout', NULL, NULL),
      (4, 1, 1000, 5000, NULL, 'no answer within 5 s', 'timeout', NULL, NULL),
      (4, 2, 1000, 5000, NULL, 'no answer within 5 s', 'timeout', NULL, NULL)`);
  db.close();
}

test('a database of version 5 keeps every try, in its order, and goes on counting them', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion5(directory);
  const store = await storeIn(t, directory);
  const tries = async () =>
    (await store.listNotifications({ limit: 9 })).map(({ attempts }) => attempts);
  const kept = [[DELIVERED], [TIMED_OUT, DELIVERED, TIMED_OUT], [], [TIMED_OUT, TIMED_OUT], []];
  assert.deepEqual(await tries(), kept);
  const waiting = async () =>
    (await store.pendingNotifications(LINE_A, 0, 9)).map(({ notification, ...how }) => [
      notification.seq,
      how,
    ]);
  const untouched = { attempts: 0, since: 1000, claimed: false, behindParked: false };
  assert.deepEqual(await waiting(), [
    [4, { attempts: 1, since: 7000, claimed: true, behindParked: false }],
    [5, untouched],
  ]);
  await store.recordAttempt(4, DELIVERED, 'pending');
  await store.recordAttempt(5, TIMED_OUT, 'pending');
  assert.deepEqual(await waiting(), [
    [4, { ...untouched, attempts: 2, since: 7000 }],
    [5, { ...untouched, attempts: 1 }],
  ]);
  await store.requeueNotifications([2], 8000);
  await store.recordAttempt(2, DELIVERED, 'delivered');
  assert.deepEqual(await tries(), [
    kept[0],
    [...kept[1]!, DELIVERED],
    [],
    [TIMED_OUT, TIMED_OUT, DELIVERED],
    [TIMED_OUT],
  ]);
});

test('a database of version 5 keeps open sessions, and each customer what was its own', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion5(directory);
  const store = await storeIn(t, directory);
  const sessions = (await store.openSessions()).map(({ dref, wire }) => `${dref}: ${wire}`);
  assert.deepEqual(sessions, ['a: wire of a call that is over', 'd4: wire of 4']);
  const of = async (customer: string) => {
    const page = { scope: { kind: 'customer', customer }, limit: 9 } as const;
    const calls = await store.pageCalls(page);
    const told = await store.pageNotifications(page);
    return [
      calls.map(({ id }) => id),
      told.map(({ seq }) => seq),
      await store.hasHistory(customer),
    ];
  };
  // `told` had the line that is gone when it was told of a call, `before` had another's line before.
  assert.deepEqual(await of('acme'), [[4, 2], [5, 4], true]);
  assert.deepEqual(await of('before'), [[1], [1], true]);
  assert.deepEqual(await of('told'), [[], [2], true]);
  assert.deepEqual(await of('quiet'), [[], [], false]);
});

/** A database as the sixth version left it, with so many calls and a notification of each. */
function makeVersion6(directory: string, calls: number): void {
  const db = new DatabaseSync(join(directory, 'carillon.db'));
  migrate(db, 0, 6);
  db.exec("INSERT INTO meta VALUES ('kind', 'server'), ('realm', 'carillon')");
  sample.fillCalls(db, calls);
  db.exec(`
    INSERT INTO notifications (seq, id, callref, account, type, url, created_at, customer, state)
      SELECT id * 3, callref || '-1', callref, account, 'SETUP', 'http://x/', setup_at, customer,
        'delivered' FROM calls;
    INSERT INTO line_customers SELECT DISTINCT customer, account FROM calls`);
  db.close();
}

function valueIn(directory: string, sql: string): unknown {
  const db = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true, timeout: 5000 });
  const row = db.prepare(sql).get();
  db.close();
  return Object.values(row ?? {})[0];
}

test('a database of version 6 has all that pages are found by from the first moment on', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion6(directory, 7000);
  const store = await storeIn(t, directory);
  assert.deepEqual(indexesOf(directory), []);
  const upTo = 'SELECT group_concat(id) FROM (SELECT id FROM indexed_up_to ORDER BY source)';
  assert.equal(valueIn(directory, upTo), '7000,21000');
  const line = sample.e164('33120000003');
  const all = { kind: 'all' } as const;
  assert.equal((await store.pageCalls({ scope: all, line, limit: 9 })).length, 7);
  assert.equal((await store.pageNotifications({ scope: all, line, limit: 9 })).length, 7);
  const customer = { kind: 'customer', customer: 'c3' } as const;
  assert.equal((await store.pageCalls({ scope: customer, limit: 999 })).length, 700);
  // What happens now goes on behind it.
  await sample.begin(store, sample.sampleCall('new', line));
  assert.equal((await store.pageCalls({ scope: all, line, limit: 9 })).length, 8);
  assert.deepEqual(indexesOf(directory), []);
});

test('a program that is killed while it changes a database leaves it as it was, or changed', async (t) => {
  const directory = temporaryDirectory(t);
  makeVersion6(directory, 7000);
  const child = fileURLToPath(new URL('./test-child.ts', import.meta.url));
  const wal = join(directory, 'carillon.db-wal');
  const size = (): number => statSync(wal, { throwIfNoEntry: false })?.size ?? 0;
  for (const bytes of [1, 100_000, 400_000, 800_000]) {
    const migrating = spawn(process.execPath, [child, directory], { stdio: 'ignore' });
    t.after(() => migrating.kill('SIGKILL'));
    const gone = once(migrating, 'exit');
    while (size() < bytes && migrating.exitCode === null) await endOfTurn();
    migrating.kill('SIGKILL');
    await gone;
    const version = valueIn(directory, 'PRAGMA user_version');
    assert.ok(version === 6 || version === SCHEMA_VERSION, String(version));
    assert.equal(valueIn(directory, 'PRAGMA integrity_check'), 'ok');
  }
  const store = await storeIn(t, directory);
  const line = sample.e164('33120000003');
  const page = { scope: { kind: 'all' }, line, limit: 9 } as const;
  assert.equal((await store.pageCalls(page)).length, 7);
  assert.equal((await store.pageNotifications(page)).length, 7);
  assert.deepEqual(indexesOf(directory), []);
});
