// Pages of notifications, single ones, the last ones of lines, and sending again.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Scope } from '../access/principal.ts';
import type { NotificationPage, NotificationRow, NotificationState, Store } from './store.ts';
import * as sample from './test-samples.ts';
import { DELIVERED, TIMED_OUT, e164, storeIn, temporaryDirectory } from './test-samples.ts';

const LINES = ['acme', 'acme', 'other', 'other'].map((customer, n) => ({
  ...sample.sampleLine(e164(`3312345678${n}`)),
  short: '',
  customer,
}));
const [A, B, C, D] = LINES.map(({ number }) => number);
const STATES: NotificationState[] = ['delivered', 'parked', 'pending', 'delivered', 'parked'];

/** 120 notifications of 60 calls; B moves from acme to other half-way. */
async function fill(store: Store): Promise<void> {
  await store.putLines(LINES);
  const attempts: Promise<void>[] = [];
  for (let n = 0; n < 60; n += 1) {
    if (n === 30) await store.putLine({ ...LINES[1]!, customer: 'other' });
    const call = sample.sampleCall(`${n}`, LINES[(n * 7) % 4]!.number);
    const two = [1, 2].map((k) => sample.sampleNotification(2 * n + k, call));
    await store.recordCalls([sample.setup(call)], two, call.dref, undefined);
    for (const { seq } of two) {
      const state = STATES[seq % STATES.length]!;
      if (state === 'pending') continue;
      const attempt = state === 'delivered' ? DELIVERED : TIMED_OUT;
      attempts.push(store.recordAttempt(seq, attempt, state));
    }
  }
  await Promise.all(attempts);
}

/** The page as the contract says it, in plain code. */
function expectedPage(rows: readonly NotificationRow[], page: NotificationPage) {
  const { scope, line, callref, state, before, limit } = page;
  return rows
    .toReversed()
    .filter(
      (row) =>
        (scope.kind === 'all' || row.customer === scope.customer) &&
        (scope.kind !== 'lines' || scope.lines.includes(row.account)) &&
        (line === undefined || row.account === line) &&
        (callref === undefined || row.callref === callref) &&
        (state === undefined || row.state === state) &&
        (before === undefined || row.seq < before),
    )
    .slice(0, limit);
}

test('a page holds exactly what its filters say, for every combination of them', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await fill(store);
  const rows = await store.listNotifications({ limit: 999 });
  assert.equal(rows.length, 120);
  assert.equal(rows.filter(({ state }) => state === 'parked').length, 48);
  const scopes: Scope[] = [
    { kind: 'all' },
    { kind: 'customer', customer: 'acme' },
    { kind: 'lines', customer: 'acme', lines: [A!, B!] },
    { kind: 'lines', customer: 'other', lines: [D!, B!, C!, B!] },
    { kind: 'lines', customer: 'acme', lines: [] },
  ];
  let filled = 0;
  for (const scope of scopes)
    for (const line of [{}, { line: A! }, { line: B! }])
      for (const callref of [{}, { callref: 'callref-7' }, { callref: 'callref-37' }])
        for (const state of [undefined, 'pending', 'delivered', 'parked'] as const)
          for (const end of [{ limit: 99 }, { limit: 5 }, { limit: 5, before: 61 }, { limit: 0 }]) {
            const page = { scope, ...line, ...callref, ...(state ? { state } : {}), ...end };
            const expected = expectedPage(rows, page);
            assert.deepEqual(await store.pageNotifications(page), expected, JSON.stringify(page));
            if (expected.length > 0) filled += 1;
          }
  assert.ok(filled > 150, `${filled} pages held notifications`);
});

test('a notification is found by its id, with its attempts and the code of each failure', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const call = sample.sampleCall('a-b-', e164('33199999999'));
  const sent = sample.sampleNotification(3, call);
  await store.recordCalls([sample.setup(call)], [sent], call.dref, undefined);
  await store.recordAttempt(3, TIMED_OUT, 'pending');
  await store.recordAttempt(3, DELIVERED, 'delivered');
  assert.deepEqual(await store.getNotification(sent.id), {
    ...sent,
    state: 'delivered',
    customer: '',
    attempts: [TIMED_OUT, DELIVERED],
  });
  for (const id of ['', '-', '3', 'callref-a-b-', 'callref-a-b--4', `${sent.id}-3`]) {
    assert.equal(await store.getNotification(id), undefined, id);
  }
});

test('the last notification of each line is found, and none where a line has none', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await fill(store);
  const rows = await store.listNotifications({ limit: 999 });
  const last = await store.lastNotifications([D!, A!, e164('33199999999'), A!]);
  assert.deepEqual(
    last.sort((a, b) => a.account.localeCompare(b.account)),
    [A, D].map((line) => rows.findLast(({ account }) => account === line)),
  );
  assert.deepEqual(await store.lastNotifications([]), []);
  const tooMany = Array.from({ length: 501 }, (_, n) => e164(String(33_120_000_000 + n)));
  await assert.rejects(store.lastNotifications(tooMany), {
    code: 'read-failed',
    message: /501 lines were asked for; at most 500/,
  });
});

test('a notification that ended is sent again with a fresh count, and keeps its earlier attempts', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await storeIn(t, directory);
  const call = sample.sampleCall('1');
  const three = [1, 2, 3].map((seq) => sample.sampleNotification(seq, call));
  await store.recordCalls([sample.setup(call)], three, call.dref, undefined);
  await store.recordAttempt(1, TIMED_OUT, 'pending');
  await store.recordAttempt(1, TIMED_OUT, 'parked');
  await store.recordAttempt(2, DELIVERED, 'delivered');
  const waiting = async () =>
    (await store.pendingNotifications(sample.LINE_A, 0, 9)).map(({ notification, attempts }) => [
      notification.seq,
      attempts,
    ]);
  assert.deepEqual(await waiting(), [[3, 0]]);
  await store.requeueNotifications([1], 7000);
  await store.requeueNotifications([2], 7000);
  assert.deepEqual(await waiting(), [
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  await store.recordAttempt(1, TIMED_OUT, 'pending');
  assert.deepEqual((await waiting())[0], [1, 1]);
  await store.recordAttempt(1, DELIVERED, 'delivered');
  const row = await store.getNotification(three[0]!.id);
  assert.deepEqual(row?.attempts, [TIMED_OUT, TIMED_OUT, TIMED_OUT, DELIVERED]);
  await store.requeueNotifications([1], 7000);
  assert.deepEqual((await waiting())[0], [1, 0]);

  for (const seq of [1, 3, 99]) {
    await assert.rejects(store.requeueNotifications([seq], 7000), {
      code: 'refused',
      message: /this one waits, or does not exist/,
    });
  }
  assert.equal((await store.getNotification(three[2]!.id))?.attempts.length, 0);
});
