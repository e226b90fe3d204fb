// What pages of a line or a party are found by, filled behind the commits: never wrong, whatever happens between.

import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ALL, calls, indexesOf, over, seqs } from './deferred-test-kit.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';
import type { StoreError } from './store-error.ts';
import type { Store } from './store.ts';
import * as sample from './test-samples.ts';
import {
  DELIVERED,
  IDENTITY,
  LINE_A,
  LINE_B,
  storeIn,
  temporaryDirectory,
} from './test-samples.ts';

const LINES = [LINE_A, LINE_B, sample.e164('33123456791')];

/** Pages of each line and of each party hold just what a look at all rows finds. */
async function assertPages(store: Store, what: string): Promise<void> {
  const all = await store.pageCalls({ scope: ALL, limit: 9999 });
  const told = await store.pageNotifications({ scope: ALL, limit: 9999 });
  for (const line of LINES) {
    const own = all.filter(({ account }) => account === line).map(({ callref }) => callref);
    assert.deepEqual(await calls(store, line), own, what);
    const ownSeqs = told.filter(({ account }) => account === line).map(({ seq }) => seq);
    assert.deepEqual(await seqs(store, line), ownSeqs, what);
    const last = await store.lastNotifications([line]);
    assert.deepEqual(
      last.map(({ seq }) => seq),
      ownSeqs.slice(0, 1),
      what,
    );
    const slice = await store.endedNotifications({ line, state: 'ended' }, 0, 9999);
    assert.deepEqual(slice.found.map(({ seq }) => seq).toReversed(), ownSeqs, what);
  }
  for (const party of ['33600000000', '33600000001', LINE_A]) {
    const page = await store.pageCalls({ scope: ALL, party, limit: 9999 });
    const own = all.filter(({ caller, callee }) => caller === party || callee === party);
    assert.deepEqual(page, own, what);
  }
}

test('pages see what was committed the instant before, with fills between and without', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await storeIn(t, directory);
  const below = sample.numbers(7);
  let seq = 0;
  let reused = 0;
  for (let round = 0; round < 60; round += 1) {
    const kept: Promise<void>[] = [];
    for (let n = below(8); n > 0; n -= 1) {
      const highest = await store.lastNotificationSeq();
      // As after a restart: what follows the highest there is, though it was given before.
      if (below(4) === 0 && highest < seq) {
        await Promise.all(kept);
        seq = await store.lastNotificationSeq();
        reused += 1;
      }
      seq += 1;
      const call = sample.sampleCall(`${round}-${n}`, LINES[below(3)]);
      kept.push(over(store, seq, { ...call, caller: `3360000000${below(3)}` }));
    }
    await Promise.all(kept);
    // The newest ones, or any: their ids are given again.
    if (below(2) === 0) {
      const page = await store.pageCalls({ scope: ALL, limit: 9999 });
      const gone = page.slice(0, below(4)).concat(page.filter(() => below(10) === 0));
      await store.removeCalls(gone.map(({ id }) => id));
      assert.deepEqual(indexesOf(directory), [], `${round}, after removing`);
    }
    if (below(3) > 0) await assertPages(store, `round ${round}`);
    assert.deepEqual(indexesOf(directory), [], `round ${round}`);
  }
  assert.ok(reused > 3, `${reused} times seqs were given again`);
});

test('every kind of page sees by itself what was committed the instant before', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putLine(sample.sampleLine());
  const customer = { kind: 'customer', customer: 'default' } as const;
  const lines = { kind: 'lines', customer: 'default', lines: [LINE_A] } as const;
  const one = { limit: 1 };
  const lastCalls = [
    () => store.pageCalls({ scope: ALL, line: LINE_A, ...one }),
    () => store.pageCalls({ scope: ALL, line: LINE_A, direction: 'incoming', ...one }),
    () => store.pageCalls({ scope: ALL, party: LINE_A, ...one }),
    () => store.pageCalls({ scope: ALL, party: '33612345678', ...one }),
    () => store.pageCalls({ scope: ALL, party: '33612345678', missed: true, ...one }),
    () => store.pageCalls({ scope: ALL, missed: true, ...one }),
    () => store.pageCalls({ scope: customer, missed: true, ...one }),
    () => store.pageCalls({ scope: customer, ...one }),
    () => store.pageCalls({ scope: lines, ...one }),
    () => store.listCalls({ line: LINE_A, ...one }),
    () => store.listCalls(one),
    async () => (await store.callsOfNumber('33612345678', 0, 999)).slice(-1),
  ];
  const lastNotifications = [
    () => store.pageNotifications({ scope: ALL, line: LINE_A, ...one }),
    () => store.pageNotifications({ scope: ALL, line: LINE_A, state: 'delivered', ...one }),
    () => store.pageNotifications({ scope: customer, ...one }),
    () => store.pageNotifications({ scope: lines, ...one }),
    () => store.listNotifications({ line: LINE_A, ...one }),
    () => store.lastNotifications([LINE_A]),
    async () => {
      const selection = { customer: 'default', state: 'ended' } as const;
      return (await store.endedNotifications(selection, 0, 999)).found.slice(-1);
    },
    async () =>
      (await store.endedNotifications({ line: LINE_A, state: 'delivered' }, 0, 999)).found.slice(
        -1,
      ),
  ];
  let n = 0;
  for (const last of lastCalls) {
    n += 1;
    await over(store, n, sample.sampleCall(`${n}`));
    assert.deepEqual(
      (await last()).map(({ id }) => id),
      [n],
      String(last),
    );
  }
  for (const last of lastNotifications) {
    n += 1;
    const call = sample.sampleCall(`${n}`);
    await over(store, n, call);
    assert.deepEqual(
      (await last()).map(({ seq }) => seq),
      [n],
      String(last),
    );
    // One that is told of a call that is there already.
    n += 1;
    await store.recordCalls([], [sample.sampleNotification(n, call)], call.dref, undefined);
    await store.recordAttempt(n, DELIVERED, 'delivered');
    assert.deepEqual(
      (await last()).map(({ seq }) => seq),
      [n],
      String(last),
    );
  }
});

test('an id that is given again belongs to its new call alone', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  for (const isFilled of [true, false]) {
    await over(store, 1, sample.sampleCall('a', LINE_A));
    if (isFilled) assert.deepEqual(await calls(store, LINE_A), ['callref-a']);
    await store.removeCalls([1]);
    await over(store, 1, { ...sample.sampleCall('b', LINE_B), caller: '33600000000' });
    assert.equal((await store.getCall('callref-b'))?.id, 1);
    assert.deepEqual(await calls(store, LINE_A), []);
    assert.deepEqual(await seqs(store, LINE_A), []);
    assert.deepEqual(await calls(store, LINE_B), ['callref-b']);
    assert.deepEqual(await seqs(store, LINE_B), [1]);
    const party = '33612345678';
    assert.deepEqual(await store.pageCalls({ scope: ALL, party, limit: 9 }), []);
    await store.removeCalls([1]);
  }
});

test('a notification whose seq is not above the others is found nevertheless', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await storeIn(t, directory);
  for (const seq of [5, 9]) await over(store, seq, sample.sampleCall(`${seq}`));
  assert.deepEqual(await seqs(store, LINE_A), [9, 5]);
  await over(store, 7, sample.sampleCall('7'));
  await over(store, 2, sample.sampleCall('2'));
  assert.deepEqual(await seqs(store, LINE_A), [9, 7, 5, 2]);
  assert.deepEqual(indexesOf(directory), []);
});

test('where a fill fails pages show what there is, calls are kept, and nothing that must be exact is missed', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'carillon.db');
  const told: (string | undefined)[] = [];
  const complete = Promise.withResolvers<void>();
  const onBehind = (trouble: StoreError | undefined): void => {
    told.push(trouble?.message);
    if (trouble === undefined) complete.resolve();
  };
  const store = await storeIn(t, directory, { onBehind });
  const line = { ...sample.sampleLine(), customer: 'acme' };
  await store.putLine(line);
  await over(store, 1, sample.sampleCall('before'));
  assert.deepEqual(await seqs(store, LINE_A), [1]);
  const other = new DatabaseSync(path, { timeout: 5000 });
  t.after(() => other.close());
  other.exec(`CREATE TRIGGER no_room BEFORE INSERT ON notification_lines
    BEGIN SELECT RAISE(FAIL, 'no room'); END`);
  await over(store, 2, sample.sampleCall('after'));
  await store.putLine({ ...line, customer: 'other' });
  await over(store, 3, sample.sampleCall('moved'));
  // Not a part of it either: the calls of the same fill were undone.
  assert.deepEqual(await seqs(store, LINE_A), [1]);
  assert.deepEqual(await calls(store, LINE_A), ['callref-before']);
  assert.equal((await store.pageCalls({ scope: ALL, limit: 9 })).length, 3);
  for (const number of ['33612345678', LINE_A]) {
    const ids = (await store.callsOfNumber(number, 0, 9)).map(({ id }) => id);
    assert.deepEqual(ids, [1, 2, 3], number);
    assert.deepEqual(
      (await store.callsOfNumber(number, 2, 9)).map(({ id }) => id),
      [3],
    );
  }
  assert.equal(await store.hasHistory('other'), true);
  // The line's last ones, of which the indexes know nothing.
  await store.removeCalls([1, 2]);
  await store.removeLine(LINE_A);
  assert.equal(await store.hasHistory('other'), true);
  other.exec('DROP TRIGGER no_room');
  await complete.promise;
  assert.equal(told.length, 2);
  assert.match(told[0] ?? '', /no room/);
  assert.deepEqual(await seqs(store, LINE_A), [3]);
  const page = { scope: { kind: 'customer', customer: 'other' }, limit: 9 } as const;
  assert.equal((await store.pageCalls(page)).length, 1);
  assert.deepEqual(indexesOf(directory), []);
  await store.removeCalls([3]);
  assert.equal(await store.hasHistory('other'), false);
  assert.deepEqual(other.prepare('SELECT * FROM line_customers').all(), []);
});

test('whether a line has anything left is known, filled or not, of calls and notifications alike', async (t) => {
  const page = { scope: { kind: 'customer', customer: 'acme' }, limit: 9 } as const;
  const kinds = ['calls', 'notifications', 'both'] as const;
  for (const kind of kinds) {
    for (const isFilled of [true, false]) {
      const what = `${kind}, ${isFilled ? 'filled' : 'not filled'}`;
      const directory = temporaryDirectory(t);
      const store = await storeIn(t, directory);
      const fill = () => (isFilled ? store.pageCalls(page) : undefined);
      await store.putLine({ ...sample.sampleLine(), customer: 'acme' });
      for (const seq of [1, 2]) {
        const call = sample.sampleCall(`${seq}`);
        const events = kind === 'notifications' ? [] : [sample.setup(call), sample.release(call)];
        const told = kind === 'calls' ? [] : [sample.sampleNotification(seq, call)];
        await store.recordCalls(events, told, call.dref, undefined);
        if (told.length > 0) await store.recordAttempt(seq, DELIVERED, 'delivered');
      }
      await fill();
      await store.removeLine(LINE_A);
      assert.equal(pairsIn(directory), 1, what);
      assert.equal(await store.hasHistory('acme'), true, what);
      if (kind === 'notifications') continue;
      await store.removeCalls([1]);
      assert.equal(pairsIn(directory), 1, what);
      await fill();
      const orphan = sample.sampleNotification(9, sample.sampleCall('orphan'));
      if (kind === 'both') await store.recordCalls([], [orphan], 'x', undefined);
      await fill();
      await store.removeCalls([2]);
      assert.equal(pairsIn(directory), kind === 'both' ? 1 : 0, what);
    }
  }
});

function pairsIn(directory: string): number {
  const db = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true });
  const { length } = db.prepare('SELECT * FROM line_customers').all();
  db.close();
  return length;
}

test('of what was erased nothing is left, whether it was filled or not', async (t) => {
  const directory = temporaryDirectory(t);
  const store: SqliteStore = await openSqliteStore(directory, IDENTITY);
  t.after(() => store.close());
  const [filled, fresh] = ['33698765432', '33698765433'] as const;
  const record = async (caller: string, first: number) => {
    const all = Array.from({ length: 300 }, (_, n) => {
      const call = sample.sampleCall(`${first + n}`, LINES[n % 3]);
      return over(store, first + n, n % 2 === 0 ? { ...call, caller } : call);
    });
    await Promise.all(all);
  };
  await record(filled, 1);
  await calls(store, LINE_A);
  await record(fresh, 301);
  for (const number of [filled, fresh]) {
    const theirs = await store.callsOfNumber(number, 0, 999);
    assert.equal(theirs.length, 150);
    for (let at = 0; at < 150; at += 25) {
      await store.removeCalls(theirs.slice(at, at + 25).map(({ id }) => id));
    }
    assert.equal(await store.emptyLog(), true);
    assert.equal(await store.countInFile(number), 0, number);
  }
  await assertPages(store, 'the others');
  assert.equal(await store.emptyLog(), true);
  for (const number of [filled, fresh]) assert.equal(await store.countInFile(number), 0, number);
});
