// What delivery asks of the store: what waits and how, claims, parking behind another, sending again.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { CallIdentity } from '../calls/call-event.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Notification, Store } from './store.ts';
import * as sample from './test-samples.ts';
import { DELIVERED, IDENTITY, LINE_A, LINE_B, TIMED_OUT, e164 } from './test-samples.ts';
import { storeIn, temporaryDirectory } from './test-samples.ts';

/** A call whose SETUP is recorded with these notifications, by seq, all at one destination. */
async function callWith(
  store: Store,
  call: CallIdentity,
  seqs: readonly number[],
  more: Partial<Notification> = {},
): Promise<void> {
  const notifications = seqs.map((seq) => ({ ...sample.sampleNotification(seq, call), ...more }));
  await store.recordCalls([sample.setup(call)], notifications, call.dref, undefined);
}

async function waitingOf(store: Store, line = LINE_A) {
  const rows = await store.pendingNotifications(line, 0, 99);
  return rows.map(({ notification: { seq }, attempts, since, claimed, behindParked }) => ({
    seq,
    attempts,
    since,
    claimed,
    behindParked,
  }));
}

const statesOf = async (store: Store) =>
  (await store.listNotifications({ limit: 99 })).map(({ seq, state }) => `${seq} ${state}`);

test('the lines that have something waiting are found, each once, whatever else is kept', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  assert.deepEqual(await store.linesWithPending(), []);
  const lines = Array.from({ length: 40 }, (_, n) => e164(String(33_120_000_000 + n)));
  for (const [n, line] of lines.entries()) {
    await callWith(store, sample.sampleCall(`${n}`, line), [3 * n + 1, 3 * n + 2, 3 * n + 3]);
  }
  for (const n of lines.keys()) {
    for (const seq of [3 * n + 1, 3 * n + 2, 3 * n + 3]) {
      if (n % 4 > 0) void store.recordAttempt(seq, DELIVERED, n % 4 > 1 ? 'delivered' : 'parked');
    }
  }
  await store.setMeta('a', 'b');
  assert.deepEqual(
    await store.linesWithPending(),
    lines.filter((_, n) => n % 4 === 0),
  );
});

test('a POST is kept with its media type and body, whatever is in them, and each answer too', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openSqliteStore(directory, IDENTITY);
  const body = '{"caller":"é😀\u0000\\n","x":"' + 'y'.repeat(8000) + '"}';
  const call = sample.sampleCall('1');
  const posted = { contentType: 'application/json', body, destination: 7, url: 'https://h/x' };
  await callWith(first, call, [1], posted);
  const answers = ['', 'a\u0000b', '\ufffd\ufffd', '😀'.repeat(512), null];
  const attempts = answers.map((answer) => ({ ...TIMED_OUT, address: '[::1]:443', answer }));
  for (const attempt of attempts) await first.recordAttempt(1, attempt, 'pending');
  await first.close();
  const store = await storeIn(t, directory);
  const [waiting] = await store.pendingNotifications(LINE_A, 0, 9);
  assert.deepEqual(waiting?.notification, { ...sample.sampleNotification(1, call), ...posted });
  assert.deepEqual((await store.getNotification('callref-1-1'))?.attempts, attempts);
});

test('a claim is seen until the try is on record, and only what waits can be claimed', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openSqliteStore(directory, IDENTITY);
  await callWith(first, sample.sampleCall('1'), [1, 2]);
  await first.claimNotification(1);
  await first.close();
  const store = await storeIn(t, directory);
  const claims = async () => (await waitingOf(store)).map(({ seq, claimed }) => [seq, claimed]);
  assert.deepEqual(await claims(), [
    [1, true],
    [2, false],
  ]);
  await store.recordAttempt(1, TIMED_OUT, 'pending');
  assert.deepEqual((await claims())[0], [1, false]);
  await store.claimNotification(1);
  await store.recordAttempt(1, DELIVERED, 'delivered');
  for (const seq of [1, 99]) {
    await assert.rejects(store.claimNotification(seq), { code: 'refused', message: /has ended/ });
  }
  await store.requeueNotifications([1], 9000);
  assert.deepEqual((await claims())[0], [1, false]);
});

test('one parks behind an earlier one of its chain, and of no other', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const call = sample.sampleCall('1');
  const other = sample.sampleCall('2');
  await store.recordCalls(
    [sample.setup(call), sample.setup(other)],
    [
      sample.sampleNotification(1, call),
      { ...sample.sampleNotification(2, call), destination: 1 },
      sample.sampleNotification(3, call),
      { ...sample.sampleNotification(4, call), destination: 1 },
      sample.sampleNotification(5, other),
      sample.sampleNotification(6, call),
    ],
    call.dref,
    'w',
  );
  await store.recordAttempt(3, TIMED_OUT, 'parked');
  const behind = async () =>
    (await waitingOf(store)).map(({ seq, behindParked }) => [seq, behindParked]);
  assert.deepEqual(await behind(), [
    [1, false],
    [2, false],
    [4, false],
    [5, false],
    [6, true],
  ]);
  // Not the earlier one, nor another place's or call's, nor one that is parked already or does not exist.
  for (const seq of [1, 2, 4, 5, 3, 99]) {
    await assert.rejects(store.parkBehind(seq), { code: 'refused', message: /nothing before/ });
  }
  await store.parkBehind(6);
  assert.deepEqual(await store.parkedOfChain(call.callref, 0), [3, 6]);
  assert.deepEqual(await store.parkedOfChain(call.callref, 1), []);
  assert.equal((await store.getNotification('callref-1-6'))?.attempts.length, 0);
  // The first of them is sent again: nothing can park behind it now, and the second stays where it is.
  await store.requeueNotifications([3], 8000);
  assert.deepEqual(await store.parkedOfChain(call.callref, 0), [6]);
  await store.requeueNotifications([6], 9000);
  await assert.rejects(store.parkBehind(6), { code: 'refused' });
});

test('ended notifications wait again together or not at all, since that moment, counted anew', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await callWith(store, sample.sampleCall('1'), [1, 2, 3, 4]);
  await store.recordAttempt(1, TIMED_OUT, 'pending');
  await store.recordAttempt(1, TIMED_OUT, 'parked');
  await store.parkBehind(2);
  await store.recordAttempt(4, DELIVERED, 'delivered');
  const before = await statesOf(store);
  for (const seqs of [
    [1, 2, 3],
    [1, 99],
    [2, 1, 2],
  ]) {
    await assert.rejects(store.requeueNotifications(seqs, 7000), { code: 'refused' });
    assert.deepEqual(await statesOf(store), before);
  }
  for (const [seqs, state] of [
    [[1, 4], 'parked'],
    [[4, 2], 'delivered'],
  ] as const) {
    await assert.rejects(store.requeueNotifications(seqs, 7000, state), { code: 'refused' });
    assert.deepEqual(await statesOf(store), before);
  }
  await store.requeueNotifications([1, 2], 7000, 'parked');
  await store.requeueNotifications([4], 7000, 'delivered');
  const again = { attempts: 0, since: 7000, claimed: false, behindParked: false };
  assert.deepEqual(await waitingOf(store), [
    { seq: 1, ...again },
    { seq: 2, ...again },
    { seq: 3, ...again, since: 1000 },
    { seq: 4, ...again },
  ]);
  await store.recordAttempt(1, TIMED_OUT, 'parked');
  assert.deepEqual(
    (await waitingOf(store)).map(({ seq, attempts, behindParked }) => [
      seq,
      attempts,
      behindParked,
    ]),
    [
      [2, 0, true],
      [3, 0, true],
      [4, 0, true],
    ],
  );
});

test('the chains of open calls in which something is parked are found, and no others', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  for (const [n, name] of ['open', 'over', 'fine', 'both'].entries()) {
    const call = sample.sampleCall(name);
    const [a, b] = [10 * n + 1, 10 * n + 2];
    const places = [
      sample.sampleNotification(a, call),
      { ...sample.sampleNotification(b, call), destination: 5 },
    ];
    await store.recordCalls([sample.setup(call)], places, call.dref, 'w');
    if (name !== 'fine') await store.recordAttempt(a, TIMED_OUT, 'parked');
    if (name === 'both') await store.recordAttempt(b, TIMED_OUT, 'parked');
  }
  const over = sample.sampleCall('over');
  await store.recordCalls([sample.release(over)], [], over.dref, undefined);
  const chains = await store.parkedChains();
  assert.deepEqual(chains.map(({ callref, destination }) => `${callref} ${destination}`).sort(), [
    'callref-both 0',
    'callref-both 5',
    'callref-open 0',
  ]);
});

test('a selection of ended ones is read slice by slice, in order, by every filter', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const owners = [LINE_A, LINE_B].map((line, n) => ({
    ...sample.sampleLine(line),
    customer: n === 0 ? 'acme' : 'other',
  }));
  await store.putLines(owners);
  const states = ['pending', 'parked', 'delivered', 'parked'] as const;
  for (let n = 0; n < 60; n += 1) {
    const call = sample.sampleCall(`${n}`, n % 3 === 0 ? LINE_B : LINE_A);
    await callWith(store, call, [n + 1], { createdAt: 1000 * n });
    const state = states[n % states.length]!;
    if (state !== 'pending') void store.recordAttempt(n + 1, TIMED_OUT, state);
  }
  await store.setMeta('a', 'b');
  const rows = await store.listNotifications({ limit: 99 });
  let filled = 0;
  for (const line of [undefined, LINE_A, LINE_B, e164('33100000000')])
    for (const customer of [undefined, 'acme', 'other'])
      for (const state of ['parked', 'delivered', 'ended'] as const)
        for (const period of [{}, { from: 20_000 }, { to: 20_000 }, { from: 7000, to: 41_000 }])
          for (const size of [1, 7, 60, 1000]) {
            const selection = {
              state,
              ...(line && { line }),
              ...(customer && { customer }),
              ...period,
            };
            const { from = 0, to = Infinity }: { from?: number; to?: number } = period;
            const expected = rows.filter(
              (row) =>
                (!line || row.account === line) &&
                (!customer || row.customer === customer) &&
                (state === 'ended' ? row.state !== 'pending' : row.state === state) &&
                row.createdAt >= from &&
                row.createdAt < to,
            );
            const found = [];
            let slices = 0;
            for (let above: number | null = 0; above !== null; slices += 1) {
              const slice = await store.endedNotifications(selection, above, size);
              assert.ok(slice.found.length <= size);
              found.push(...slice.found);
              above = slice.next;
            }
            assert.ok(slices <= 61);
            const shown = JSON.stringify({ ...selection, size });
            assert.deepEqual(
              found,
              expected.map(({ seq, account, callref, destination }) => ({
                seq,
                account,
                callref,
                destination,
              })),
              shown,
            );
            if (found.length > 0) filled += 1;
          }
  assert.ok(filled > 200, `${filled} selections held notifications`);
});
