// What leaves the store and what must stay, how large it is, and what is left of it in the file.

import { strict as assert } from 'node:assert';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { E164 } from '../numbers/e164.ts';
import { FileSearch } from './file-search.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';
import * as sample from './test-samples.ts';
import { DELIVERED, IDENTITY, LINE_A, LINE_B, TIMED_OUT } from './test-samples.ts';
import { temporaryDirectory } from './test-samples.ts';

async function open(t: TestContext): Promise<{ store: SqliteStore; directory: string }> {
  const directory = temporaryDirectory(t);
  const store = await openSqliteStore(directory, IDENTITY);
  t.after(() => store.close());
  return { store, directory };
}

function over(call: CallIdentity): CallEvent[] {
  return [sample.setup(call), sample.release(call)];
}

/** A call that is over, with one notification of that seq, delivered. */
async function endedCall(store: SqliteStore, seq: number, call: CallIdentity): Promise<void> {
  const notifications = [sample.sampleNotification(seq, call)];
  await store.recordCalls(over(call), notifications, call.dref, undefined);
  await store.recordAttempt(seq, TIMED_OUT, 'pending');
  await store.recordAttempt(seq, DELIVERED, 'delivered');
}

/** Which customer each line has or had, as the file says. */
function pairsIn(directory: string): string[] {
  const db = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true });
  const rows = db.prepare('SELECT customer, line FROM line_customers ORDER BY 1, 2').all();
  db.close();
  return rows.map(({ customer, line }) => `${String(customer)} ${String(line)}`);
}

test('a removed call takes its notifications and their tries along, and no other call’s', async (t) => {
  const { store, directory } = await open(t);
  await endedCall(store, 1, sample.sampleCall('a'));
  await endedCall(store, 2, sample.sampleCall('b'));
  await store.removeCalls([1, 999]);
  assert.deepEqual(
    (await store.listCalls({ limit: 9 })).map(({ callref }) => callref),
    ['callref-b'],
  );
  assert.deepEqual(
    (await store.listNotifications({ limit: 9 })).map(({ seq, attempts }) => [
      seq,
      attempts.length,
    ]),
    [[2, 2]],
  );
  await store.close();
  const db = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true });
  t.after(() => db.close());
  const tries = db.prepare('SELECT notification FROM attempts').all();
  assert.deepEqual(
    tries.map(({ notification }) => notification),
    [2],
  );
});

test('whose a line was is known as long as the line or anything of it is there, and no longer', async (t) => {
  const { store, directory } = await open(t);
  const line = (number: E164, customer: string) =>
    store.putLine({ ...sample.sampleLine(number), customer });
  await line(LINE_A, 'acme');
  await line(LINE_B, 'acme');
  await endedCall(store, 1, sample.sampleCall('a', LINE_A));
  for (const customer of ['other', 'acme', 'other', 'other']) await line(LINE_A, customer);
  await endedCall(store, 2, sample.sampleCall('b', LINE_A));
  const ofA = [`acme ${LINE_A}`, `other ${LINE_A}`];
  assert.deepEqual(pairsIn(directory), [ofA[0], `acme ${LINE_B}`, ofA[1]]);
  await store.removeLine(LINE_B);
  assert.deepEqual(pairsIn(directory), ofA, 'nothing is kept of B');
  await store.removeLine(LINE_A);
  await store.removeCalls([1]);
  assert.deepEqual(pairsIn(directory), ofA, 'a call of A is kept');
  assert.equal(await store.hasHistory('other'), true);
  await store.removeCalls([2]);
  assert.deepEqual(pairsIn(directory), []);
  // It is there again, without any call, and its last call goes while it is there.
  await line(LINE_A, 'acme');
  await endedCall(store, 3, sample.sampleCall('c', LINE_A));
  await store.removeCalls([1]);
  assert.deepEqual(pairsIn(directory), [`acme ${LINE_A}`]);
  assert.equal(await store.hasHistory('acme'), false);
});

test('a call that is open, is being ended on the wire, or waits for delivery cannot be removed', async (t) => {
  const { store } = await open(t);
  const [isOpen, ending, waiting] = ['open', 'ending', 'waiting'].map((name) =>
    sample.sampleCall(name),
  ) as [CallIdentity, CallIdentity, CallIdentity];
  await store.recordCalls([sample.setup(isOpen)], [], isOpen.dref, undefined);
  await store.recordCalls(over(ending), [], ending.dref, 'wire');
  const notification = sample.sampleNotification(1, waiting);
  await store.recordCalls(over(waiting), [notification], waiting.dref, undefined);
  const kept = await store.callsAbove(0, 9);
  assert.deepEqual(
    kept.map(({ id, open: goesOn, pending, notifications, releaseAt }) => ({
      id,
      goesOn,
      pending,
      notifications,
      releaseAt,
    })),
    [
      { id: 1, goesOn: true, pending: 0, notifications: 0, releaseAt: null },
      { id: 2, goesOn: true, pending: 0, notifications: 0, releaseAt: 3000 },
      { id: 3, goesOn: false, pending: 1, notifications: 1, releaseAt: 3000 },
    ],
  );
  await store.removeCalls([1, 2, 3]);
  assert.equal((await store.listCalls({ limit: 9 })).length, 3);
  assert.equal((await store.listNotifications({ limit: 9 })).length, 1);
  // Once they are over they can.
  await store.recordCalls([sample.release(isOpen)], [], isOpen.dref, undefined);
  await store.recordCalls([], [], ending.dref, undefined);
  await store.recordAttempt(1, DELIVERED, 'parked');
  await store.removeCalls([1, 2, 3]);
  assert.deepEqual(await store.listCalls({ limit: 9 }), []);
});

test('a number’s calls are found on whatever side it stands, once each, in order, slice by slice', async (t) => {
  const { store } = await open(t);
  const number = '33698765432';
  const calls: Partial<CallIdentity>[] = [
    { caller: number }, // 1: calls one of our lines
    { caller: '33600000000' }, // 2: somebody else
    { account: LINE_A, caller: LINE_A, callee: number }, // 3: is called by one
    { caller: '33600000000', redirectingNumber: number }, // 4: had forwarded
    { caller: number, redirectingNumber: number }, // 5: twice in one call
    { account: sample.e164(number), caller: '33600000000', callee: number }, // 6: was a line
    { account: sample.e164(number), caller: number, callee: LINE_B }, // 7: and called
  ];
  for (const [index, parts] of calls.entries()) {
    await endedCall(store, index + 1, { ...sample.sampleCall(String(index)), ...parts });
  }
  const ids = async (above: number, most: number) =>
    (await store.callsOfNumber(number, above, most)).map(({ id }) => id);
  assert.deepEqual(await ids(0, 100), [1, 3, 4, 5, 6, 7]);
  assert.deepEqual(await ids(0, 2), [1, 3]);
  assert.deepEqual(await ids(3, 2), [4, 5]);
  assert.deepEqual(await ids(7, 2), []);
  assert.deepEqual(await store.callsOfNumber(number.slice(0, -1), 0, 9), []);
});

test('room that became free does not count, though the file stays as large until it is compacted', async (t) => {
  const { store, directory } = await open(t);
  const size = () => statSync(join(directory, 'carillon.db')).size;
  const empty = await store.usedBytes();
  const calls = Array.from({ length: 1000 }, (_, n) => sample.sampleCall(`c${n}`));
  await Promise.all(calls.map((call, n) => endedCall(store, n + 1, call)));
  const full = await store.usedBytes();
  await store.emptyLog();
  const fullSize = size();
  assert.ok(full > empty + 50_000, `${full} bytes are used`);
  assert.ok(fullSize >= full);
  await store.removeCalls(calls.map((_, n) => n + 1));
  assert.ok((await store.usedBytes()) < empty + 20_000);
  assert.equal(await store.emptyLog(), true);
  assert.equal(size(), fullSize);
  await store.compact();
  assert.ok(size() < fullSize / 2, `${size()} of ${fullSize} bytes are left`);
});

test('the log is emptied at once, or not at all while somebody reads', async (t) => {
  const { store, directory } = await open(t);
  const log = () => statSync(join(directory, 'carillon.db-wal')).size;
  await endedCall(store, 1, sample.sampleCall('a'));
  assert.ok(log() > 0);
  const reader = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true });
  t.after(() => reader.close());
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM calls').get();
  const asked = performance.now();
  assert.equal(await store.emptyLog(), false);
  assert.ok(performance.now() - asked < 2500, 'it does not wait for the reader');
  // And batches still do: a lock is waited for as before.
  await endedCall(store, 2, sample.sampleCall('b'));
  reader.exec('ROLLBACK');
  assert.equal(await store.emptyLog(), true);
  assert.equal(log(), 0);
});

test('a text is found wherever it stands in the file, also across two pieces that are read', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 100);
  const text = '33698765432';
  const places = [0, 5000, 1024 * 1024 - 4, 2 * 1024 * 1024 - 10, bytes.length - text.length];
  for (const place of places) bytes.write(text, place);
  writeFileSync(path, bytes);
  const search = new FileSearch(path);
  t.after(() => search.close());
  assert.equal(await search.count(text), places.length);
  assert.equal(await search.count('33698765433'), 0);
  const { store } = await open(t);
  await store.setMeta('note', `call ${text} back`);
  await store.emptyLog();
  assert.equal(await store.countInFile(text), 1);
});

test('a store that is closed tidies nothing up any more', async (t) => {
  const { store } = await open(t);
  await store.close();
  await assert.rejects(store.emptyLog(), { code: 'closed' });
  await assert.rejects(store.compact(), { code: 'closed' });
});

test('how long each commit took is told, and how much waits', async (t) => {
  const commits: number[] = [];
  const directory = temporaryDirectory(t);
  const store = await openSqliteStore(directory, IDENTITY, { onCommit: (ms) => commits.push(ms) });
  t.after(() => store.close());
  const kept = store.setMeta('a', 'b');
  assert.equal(store.waiting, 1);
  await kept;
  assert.equal(store.waiting, 0);
  assert.equal(commits.length, 1);
  assert.ok(commits[0]! > 0 && commits[0]! < 60_000);
});
