import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import type { Store } from '../store/store.ts';
import { e164, sampleLine } from '../store/test-samples.ts';
import { Erasure, type ErasureRooms } from './erasure.ts';
import {
  HandClock,
  keptLog,
  left,
  NOW,
  recordCall,
  recordCalls,
  storeOnDisk,
} from '../store/keeping-test-kit.ts';

const NUMBER = e164('33698765432');

async function house(t: TestContext, rooms: Partial<ErasureRooms> = {}) {
  const { store, directory } = await storeOnDisk(t);
  const log = keptLog();
  const clock = new HandClock();
  const erasure = new Erasure({
    store,
    isLine: () => false,
    namedBy: () => [],
    clock,
    log,
    ...rooms,
  });
  return { store, directory, log, clock, erasure };
}

/** The files of a directory in which a text stands. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory).filter(
    (name) => name.startsWith('carillon.db') && readFileSync(join(directory, name)).includes(text),
  );
}

async function fill(store: Store, number: string): Promise<void> {
  const url = `http://crm.example/?caller=${number}`;
  const answer = `customer ${number} is known`;
  await recordCalls(store, 30, 'theirs-a', { endedAt: NOW, caller: number, url, answer });
  await recordCalls(store, 60, 'other-', { endedAt: NOW, caller: '33611111111' });
  await recordCalls(store, 30, 'theirs-b', { endedAt: NOW, caller: number, url, answer });
  await recordCall(store, 'forwarded', {
    endedAt: NOW,
    caller: '33622222222',
    redirecting: number,
    url,
    answer,
  });
  await recordCall(store, 'parked', { endedAt: NOW, caller: number, url, tried: 'parked' });
}

test('all calls of a number go with what was told and answered, and no byte of it is left on disk', async (t) => {
  const { store, directory, erasure, log } = await house(t);
  await fill(store, NUMBER);
  assert.ok(filesWith(directory, NUMBER).length > 0, 'it stands there before');
  const found = await erasure.find(NUMBER);
  const nothingWaits = { openCalls: 0, pendingNotifications: 0 };
  assert.deepEqual(found, { calls: 62, notifications: 186, ...nothingWaits });
  const erased = await erasure.erase(NUMBER);
  assert.deepEqual(erased, { ok: true, calls: 62, notifications: 186, remains: 0 });
  assert.deepEqual(filesWith(directory, NUMBER), []);
  assert.equal((await left(store)).length, 60);
  assert.ok((await left(store)).every((name) => name.startsWith('other-')));
  assert.deepEqual(
    log.lines.map(({ fields }) => fields),
    [{ calls: 62, notifications: 186, remains: 0 }],
  );
  assert.doesNotMatch(JSON.stringify(log.lines), new RegExp(NUMBER), 'the log does not keep it');
});

test('a line’s own number goes only when the line is gone: then its calls go with both parties', async (t) => {
  let isLine = true;
  const { store, directory, erasure } = await house(t, { isLine: () => isLine });
  const line = e164('33123456789');
  await store.putLine({ ...sampleLine(line), customer: 'acme' });
  await recordCall(store, 'one', { endedAt: NOW });
  await store.putLine({ ...sampleLine(line), customer: 'other' });
  await recordCall(store, 'two', { endedAt: NOW });
  const refused = await erasure.erase(line);
  assert.equal(refused.ok ? '' : refused.code, 'is-a-line');
  assert.deepEqual(await left(store), ['one', 'two']);
  await store.removeLine(line);
  isLine = false;
  const erased = await erasure.erase(line);
  assert.deepEqual(erased, { ok: true, calls: 2, notifications: 6, remains: 0 });
  assert.deepEqual(await left(store), []);
  assert.deepEqual(filesWith(directory, line), []);
});

test('what settings name is not erased, and the refusal says where it stands', async (t) => {
  const { store, erasure } = await house(t, {
    namedBy: (number) => (number === NUMBER ? ['the user paul', 'the token CRM'] : []),
  });
  await recordCall(store, 'one', { endedAt: NOW, caller: NUMBER });
  const refused = await erasure.erase(NUMBER);
  assert.equal(refused.ok ? '' : refused.code, 'named-in-settings');
  assert.match(refused.ok ? '' : refused.error, /take it out of the user paul and 1 more first/);
  assert.deepEqual(await left(store), ['one']);
});

test('nothing goes while a call goes on or a notification waits, and the refusal counts them', async (t) => {
  const { store, erasure } = await house(t);
  await recordCall(store, 'over', { endedAt: NOW, caller: NUMBER });
  await recordCall(store, 'open', { caller: NUMBER });
  await recordCall(store, 'waits', { endedAt: NOW, caller: NUMBER, tried: 'pending' });
  const refused = await erasure.erase(NUMBER);
  assert.deepEqual(refused.ok ? {} : { code: refused.code, values: refused.values }, {
    code: 'calls-wait',
    values: { openCalls: 1, pendingNotifications: 3 },
  });
  assert.equal((await left(store)).length, 3);
});

test('a call that began while the others were erased is told, and is erased the next time', async (t) => {
  const { store, erasure, clock } = await house(t);
  await recordCalls(store, 30, 'over-', { endedAt: NOW, caller: NUMBER });
  clock.atOnce = false;
  const erasing = erasure.erase(NUMBER);
  while (clock.pauses.length === 0) await new Promise((done) => setImmediate(done));
  const [notification] = await recordCall(store, 'new', { caller: NUMBER, tried: 'pending' });
  clock.atOnce = true;
  clock.fire();
  const told = await erasing;
  assert.equal(told.ok ? '' : told.code, 'calls-wait');
  assert.deepEqual(await left(store), ['new']);
  assert.ok(notification);
});

test('one number at a time: the same again has the same answer, another one waits for its turn', async (t) => {
  const { store, erasure } = await house(t);
  await recordCall(store, 'one', { endedAt: NOW, caller: NUMBER });
  const [first, again, other] = await Promise.all([
    erasure.erase(NUMBER),
    erasure.erase(NUMBER),
    erasure.erase(e164('33600000000')),
  ]);
  assert.deepEqual(again, first);
  assert.equal(other.ok ? '' : other.code, 'busy');
  assert.deepEqual(await erasure.erase(e164('33600000000')), {
    ok: true,
    calls: 0,
    notifications: 0,
    remains: 0,
  });
});

test('a long read of another program is waited for, and where it does not end that is said', async (t) => {
  const { store, directory, erasure, clock } = await house(t);
  await recordCall(store, 'one', { endedAt: NOW, caller: NUMBER });
  const backup = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true });
  t.after(() => backup.isOpen && backup.close());
  backup.exec('BEGIN');
  backup.prepare('SELECT count(*) FROM calls').get();
  await assert.rejects(erasure.erase(NUMBER), /another program \(a backup\?\) has been reading/);
  assert.ok(clock.pauses.length >= 99);
  clock.atOnce = false;
  const erasing = erasure.erase(NUMBER);
  const before = clock.pauses.length;
  while (clock.pauses.length === before) await new Promise((done) => setImmediate(done));
  backup.exec('ROLLBACK');
  clock.atOnce = true;
  clock.fire();
  assert.equal((await erasing).ok, true);
  assert.deepEqual(filesWith(directory, NUMBER), []);
});

test('what people wrote of a number is found and counted, though it cannot be erased', async (t) => {
  const { store, erasure } = await house(t);
  await store.setMeta('note', `call ${NUMBER} back`);
  const erased = await erasure.erase(NUMBER);
  assert.deepEqual(erased, { ok: true, calls: 0, notifications: 0, remains: 1 });
});
