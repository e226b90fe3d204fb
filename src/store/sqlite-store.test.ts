import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openSqliteStore } from './sqlite-store.ts';
import * as sample from './test-samples.ts';
import { DELIVERED, TIMED_OUT } from './test-samples.ts';
import { IDENTITY, LINE_A, LINE_B, storeIn, temporaryDirectory } from './test-samples.ts';

test('lines and their registrations are found again, and removed together', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putLine(sample.sampleLine(LINE_B));
  await store.putLine(sample.sampleLine(LINE_A));
  const bindings = [sample.sampleBinding('sip:a@10.0.0.1'), sample.sampleBinding('sip:b@10.0.0.2')];
  await store.changeBindings(bindings, []);
  await store.putLine({ ...sample.sampleLine(LINE_A), title: 'Accueil' });
  assert.deepEqual(await store.allLines(), [
    { ...sample.sampleLine(LINE_A), title: 'Accueil' },
    sample.sampleLine(LINE_B),
  ]);
  assert.deepEqual(await store.allBindings(), bindings);

  await store.changeBindings([sample.sampleBinding('sip:c@10.0.0.3')], bindings);
  assert.deepEqual(
    (await store.allBindings()).map(({ contact }) => contact),
    ['sip:c@10.0.0.3'],
  );
  await store.removeLine(LINE_A);
  assert.deepEqual(await store.allBindings(), []);
  assert.equal((await store.allLines()).length, 1);
});

test('the switches and origins of a line are found again, also after a change', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const origins = ['https://crm.example', 'http://intranet:8080'];
  const switched = { ...sample.sampleLine(), api: false, autoAnswer: true, origins };
  await store.putLine(switched);
  assert.deepEqual(await store.allLines(), [switched]);
  await store.putLine({ ...switched, api: true });
  assert.deepEqual(await store.allLines(), [{ ...switched, api: true }]);
  await store.putLine({ ...switched, autoAnswer: false, origins: [] });
  assert.deepEqual(await store.allLines(), [{ ...switched, autoAnswer: false, origins: [] }]);
});

test('many lines are put together or not at all, and short numbers may change hands among them', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const a = { ...sample.sampleLine(LINE_A), short: '21' };
  const b = { ...sample.sampleLine(LINE_B), short: '22' };
  await store.putLines([a, b]);
  await store.changeBindings([sample.sampleBinding('sip:a@10.0.0.1')], []);
  const swapped = [
    { ...a, short: '22' },
    { ...b, short: '21' },
  ];
  await store.putLines(swapped);
  assert.deepEqual(await store.allLines(), swapped);
  assert.equal((await store.allBindings()).length, 1);
  const third = { ...sample.sampleLine(sample.e164('33123456791')), short: '21' };
  await assert.rejects(store.putLines([{ ...a, title: 'Accueil' }, third]), { code: 'refused' });
  assert.deepEqual(await store.allLines(), swapped);
  await store.putLines([]);
});

test('registrations of one REGISTER are kept together or not at all', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putLine(sample.sampleLine());
  const ofNoLine = sample.sampleBinding('sip:x@10.0.0.9', LINE_B);
  await assert.rejects(
    store.changeBindings([sample.sampleBinding('sip:a@10.0.0.1'), ofNoLine], []),
    { code: 'refused' },
  );
  assert.deepEqual(await store.allBindings(), []);
});

test('a call goes through its three states, and its session is open until its wire is forgotten', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const call = { ...sample.sampleCall('1'), isAcd: true };
  const first = sample.sampleNotification(1, call);
  await store.recordCalls([sample.setup(call)], [first], call.dref, 'invite');
  assert.deepEqual(await store.openSessions(), [
    { dref: call.dref, calls: [call], wire: 'invite' },
  ]);
  await store.recordCalls([sample.connect(call)], [], call.dref, 'both sides');
  assert.deepEqual(await store.openSessions(), [
    { dref: call.dref, calls: [call], wire: 'both sides' },
  ]);
  const row = { ...call, id: 1, customer: '', setupAt: 1000, connectAt: 2000 };
  assert.deepEqual(await store.listCalls({ limit: 9 }), [
    { ...row, state: 'CONNECT', releaseAt: null, cause: null },
  ]);
  await store.recordCalls([sample.release(call)], [], call.dref, undefined);
  assert.deepEqual(await store.openSessions(), []);
  assert.deepEqual(await store.listCalls({ limit: 9 }), [
    { ...row, state: 'RELEASE', releaseAt: 3000, cause: 'normal' },
  ]);
});

test('both calls of a session between two lines are open until each is released', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const out = sample.sampleCall('session');
  const into = { ...sample.sampleCall('other side', LINE_B), dref: out.dref };
  await store.recordCalls([sample.setup(out), sample.setup(into)], [], out.dref, 'w');
  await store.recordCalls([sample.release(into)], [], out.dref, 'bye');
  assert.deepEqual(await store.openSessions(), [{ dref: out.dref, calls: [out], wire: 'bye' }]);
  await store.recordCalls([sample.release(out)], [], out.dref, 'bye');
  assert.deepEqual(await store.openSessions(), [{ dref: out.dref, calls: [], wire: 'bye' }]);
});

test('a second event of the same kind is refused, and nothing that came with it is kept', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const call = sample.sampleCall('1');
  await assert.rejects(store.recordCalls([sample.connect(call)], [], call.dref, 'w'), {
    code: 'refused',
    message: /CONNECT of a call that is not in SETUP/,
  });
  await sample.begin(store, call);
  await assert.rejects(sample.begin(store, call), { code: 'refused' });
  await store.recordCalls([sample.connect(call)], [], call.dref, 'w');
  await assert.rejects(store.recordCalls([sample.connect(call)], [], call.dref, 'changed'));
  await store.recordCalls([sample.release(call)], [], call.dref, 'w');
  const notification = sample.sampleNotification(1, call);
  await assert.rejects(store.recordCalls([sample.release(call)], [notification], call.dref, 'x'));
  assert.equal(await store.lastNotificationSeq(), 0);
  assert.equal((await store.openSessions())[0]?.wire, 'w');
});

test('an operation that contradicts the store fails alone; the rest of its batch is kept', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const names = ['a', 'b', 'a', 'c', 'b', 'd'];
  const results = await Promise.allSettled(
    names.map((name) => sample.begin(store, sample.sampleCall(name))),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  const kept = await store.listCalls({ limit: 9 });
  assert.deepEqual(
    kept.map(({ callref }) => callref),
    ['a', 'b', 'c', 'd'].map((name) => `callref-${name}`),
  );
});

test('lists obey each filter alone and together, give the newest rows, oldest of them first', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const calls = ['1', '2', '3', '4', '5', '6'].map((name, n) =>
    sample.sampleCall(name, n % 2 === 0 ? LINE_A : LINE_B),
  );
  for (const [n, call] of calls.entries()) {
    const notifications = [1, 2].map((k) => sample.sampleNotification(2 * n + k, call));
    await store.recordCalls([sample.setup(call)], notifications, call.dref, 'w');
  }
  const third = { callref: 'callref-3', sipCallId: '3@127.0.0.1', line: LINE_A };
  const cases: [Parameters<typeof store.listCalls>[0], string, string][] = [
    [{ limit: 4 }, '3 4 5 6', '9 10 11 12'],
    [{ limit: Infinity }, '1 2 3 4 5 6', '1 2 3 4 5 6 7 8 9 10 11 12'],
    [{ limit: 0 }, '', ''],
    [{ limit: -1 }, '', ''],
    [{ limit: 2, line: LINE_A }, '3 5', '9 10'],
    [{ limit: 9, callref: third.callref }, '3', '5 6'],
    [{ limit: 9, sipCallId: third.sipCallId }, '3', '5 6'],
    [{ limit: 9, ...third }, '3', '5 6'],
    [{ limit: 9, sipCallId: third.sipCallId, line: LINE_B }, '', ''],
    [{ limit: 9, callref: third.callref, line: LINE_B }, '', ''],
    [{ limit: 9, callref: third.callref, sipCallId: '4@127.0.0.1' }, '', ''],
    [{ limit: 9, line: sample.e164('33199999999') }, '', ''],
  ];
  for (const [filter, callNames, seqs] of cases) {
    const shown = JSON.stringify(filter);
    const found = (await store.listCalls(filter)).map(({ callref }) => callref.slice(8));
    assert.equal(found.join(' '), callNames, `calls of ${shown}`);
    const notifications = await store.listNotifications(filter);
    assert.equal(notifications.map(({ seq }) => seq).join(' '), seqs, `notifications of ${shown}`);
  }
});

const UNTOUCHED = { since: 1000, claimed: false, behindParked: false };

test('undelivered notifications are read in order behind a seq, with the tries so far', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const call = sample.sampleCall('1');
  const notifications = [3, 4, 5, 6].map((seq) => sample.sampleNotification(seq, call));
  await store.recordCalls([sample.setup(call)], notifications, call.dref, 'w');
  await store.recordAttempt(3, DELIVERED, 'delivered');
  await store.recordAttempt(4, TIMED_OUT, 'pending');
  await store.recordAttempt(4, TIMED_OUT, 'pending');
  await store.recordAttempt(6, TIMED_OUT, 'parked');
  assert.equal(await store.lastNotificationSeq(), 6);
  assert.deepEqual(await store.pendingNotifications(LINE_A, 0, 9), [
    { notification: notifications[1], attempts: 2, ...UNTOUCHED },
    { notification: notifications[2], attempts: 0, ...UNTOUCHED },
  ]);
  assert.equal((await store.pendingNotifications(LINE_A, 0, 1)).length, 1);
  assert.equal((await store.pendingNotifications(LINE_A, 4, 9))[0]?.notification.seq, 5);
  await store.recordAttempt(4, DELIVERED, 'delivered');
  assert.deepEqual((await store.listNotifications({ limit: 9, line: LINE_A }))[1], {
    ...notifications[1],
    state: 'delivered',
    customer: '',
    attempts: [TIMED_OUT, TIMED_OUT, DELIVERED],
  });
  await assert.rejects(store.recordAttempt(99, DELIVERED, 'delivered'), { code: 'refused' });
});

test('an attempt waits for the next commit and is kept with it', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t), {
    limits: { rows: 500, waiting: 100, patience: 3_600_000 },
  });
  const call = sample.sampleCall('1');
  await store.recordCalls(
    [sample.setup(call)],
    [sample.sampleNotification(1, call)],
    call.dref,
    'w',
  );
  const sent = t.mock.method(Worker.prototype, 'postMessage');
  const attempt = store.recordAttempt(1, DELIVERED, 'delivered');
  // A batch would be sent at the end of this turn.
  await endOfTurn();
  assert.equal((await store.pendingNotifications(LINE_A, 0, 9)).length, 1);
  assert.equal(sent.mock.calls.filter((call) => Array.isArray(call.arguments[0])).length, 0);
  await Promise.all([attempt, sample.begin(store, sample.sampleCall('2'))]);
  assert.deepEqual(await store.pendingNotifications(LINE_A, 0, 9), []);
});

test('what was kept is there after closing and opening again', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openSqliteStore(directory, IDENTITY);
  assert.equal(await first.lastNotificationSeq(), 0);
  await first.putLine(sample.sampleLine());
  await first.setMeta('color', 'blue');
  await sample.begin(first, sample.sampleCall('1'));
  await first.close();
  const second = await storeIn(t, directory);
  assert.equal(await second.getMeta('color'), 'blue');
  assert.equal(await second.getMeta('nothing'), undefined);
  assert.equal(await second.getMeta('kind'), 'server');
  assert.equal(await second.getMeta('realm'), 'carillon');
  assert.equal((await second.allLines()).length, 1);
  assert.equal((await second.openSessions()).length, 1);
});

test('closing commits what waits, answers reads, and refuses what comes later', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await openSqliteStore(directory, IDENTITY, {
    limits: { rows: 500, waiting: 100, patience: 3_600_000 },
  });
  const call = sample.sampleCall('1');
  await store.recordCalls(
    [sample.setup(call)],
    [sample.sampleNotification(1, call)],
    call.dref,
    'w',
  );
  const attempt = store.recordAttempt(1, DELIVERED, 'delivered');
  const read = store.listCalls({ limit: 1 });
  const closing = store.close();
  await assert.rejects(store.setMeta('a', 'b'), { code: 'closed' });
  await assert.rejects(store.allLines(), { code: 'closed' });
  await Promise.all([attempt, closing, store.close()]);
  assert.equal((await read).length, 1);
  const again = await storeIn(t, directory);
  assert.deepEqual(await again.pendingNotifications(LINE_A, 0, 9), []);
});

test('more waiting operations than the limit are refused and the store goes on', async (t) => {
  const limits = { rows: 500, waiting: 20, patience: 20 };
  const store = await storeIn(t, temporaryDirectory(t), { limits });
  const results = await Promise.allSettled(
    Array.from({ length: 25 }, (_, n) => sample.begin(store, sample.sampleCall(`${n}`))),
  );
  assert.equal(results.filter(({ status }) => status === 'rejected').length, 5);
  assert.equal((await store.listCalls({ limit: 99 })).length, 20);
  await sample.begin(store, sample.sampleCall('after'));
});
