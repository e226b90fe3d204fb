import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import type { KeptCall } from '../store/store.ts';
import {
  DAY,
  HandClock,
  keptLog,
  left,
  NOW,
  recordCall,
  recordCalls,
  storeOnDisk,
} from '../store/keeping-test-kit.ts';
import { SLICE } from './keeping.ts';
import { Retention, type RetentionStore } from './retention.ts';

async function house(t: TestContext, keep: { days?: number; megabytes?: number }) {
  const { store } = await storeOnDisk(t);
  const clock = new HandClock();
  const log = keptLog();
  const { days: keepDays = 0, megabytes: keepMegabytes = 0 } = keep;
  const retention = new Retention({ store, keepDays, keepMegabytes, clock, log });
  return { store, clock, log, retention };
}

test('calls that ended too long ago go with all that was told of them, and one line says how many', async (t) => {
  const { store, retention, log } = await house(t, { days: 90 });
  await recordCall(store, 'old-1', { endedAt: NOW - 200 * DAY });
  await recordCall(store, 'old-2', { endedAt: NOW - 90 * DAY - 1, tried: 'parked' });
  await recordCall(store, 'kept', { endedAt: NOW - 90 * DAY });
  assert.deepEqual(await retention.run(), { calls: 2, notifications: 6 });
  assert.deepEqual(await left(store), ['kept']);
  assert.equal((await store.listNotifications({ limit: 100 })).length, 3);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => ({ level, fields })),
    [{ level: 'info', fields: { calls: 2, notifications: 6 } }],
  );
  assert.deepEqual(await retention.run(), { calls: 0, notifications: 0 });
  assert.equal(log.lines.length, 1, 'nothing went: nothing is said');
});

test('an open call stays however old it is, and so does one of which something waits for delivery', async (t) => {
  const { store, retention } = await house(t, { days: 1 });
  await recordCall(store, 'open', { setupAt: NOW - 300 * DAY });
  await recordCall(store, 'waiting', { endedAt: NOW - 300 * DAY, tried: 'pending' });
  await recordCall(store, 'old', { endedAt: NOW - 300 * DAY });
  const sentAgain = await recordCall(store, 'again', { endedAt: NOW - 300 * DAY, tried: 'parked' });
  await store.requeueNotifications([sentAgain[1]!.seq], NOW);
  assert.deepEqual(await retention.run(), { calls: 1, notifications: 3 });
  assert.deepEqual(await left(store), ['open', 'waiting', 'again']);
  assert.equal((await store.listNotifications({ limit: 100 })).length, 1 + 3 + 3);
});

test('a call that is sent again between the look and the commit stays whole', async (t) => {
  const { store, clock, log } = await house(t, {});
  const [, second] = await recordCall(store, 'again', { endedAt: NOW - 9 * DAY, tried: 'parked' });
  const between: RetentionStore = {
    usedBytes: () => store.usedBytes(),
    callsAbove: (...slice) => store.callsAbove(...slice),
    async removeCalls(ids) {
      await store.requeueNotifications([second!.seq], NOW);
      await store.removeCalls(ids);
    },
  };
  await new Retention({ store: between, keepDays: 1, keepMegabytes: 0, clock, log }).run();
  assert.deepEqual(await left(store), ['again']);
  assert.equal((await store.listNotifications({ limit: 100 })).length, 3);
});

test('while the database is too large the oldest calls go, and no more of them than it takes', async (t) => {
  const { store, retention, log } = await house(t, { megabytes: 1 });
  const answer = 'x'.repeat(2000);
  await recordCalls(store, 250, '', { endedAt: NOW - 1000, answer });
  assert.ok((await store.usedBytes()) > 1_200_000, 'the test has filled it');
  const { calls } = await retention.run();
  const used = await store.usedBytes();
  assert.ok(used <= 1_000_000, `${used} bytes are used`);
  assert.ok(used > 700_000, `${used} bytes are used: too much went`);
  const kept = await left(store);
  assert.equal(kept.length, 250 - calls);
  assert.equal(kept[0], String(calls), 'the oldest went');
  assert.equal(log.lines.length, 1);
});

test('a database that is too large by what is still needed is told once', async (t) => {
  const { store, retention, log } = await house(t, { megabytes: 1 });
  await recordCalls(store, 40, 'open-', { url: `http://x/${'x'.repeat(40_000)}` });
  await retention.run();
  await retention.run();
  assert.equal((await left(store)).length, 40);
  assert.deepEqual(
    log.lines.map(({ level }) => level),
    ['warn'],
  );
});

test('a clock that was ahead for a while neither loses its calls nor hides those behind them', async (t) => {
  const { store, clock, retention } = await house(t, { days: 90 });
  await recordCall(store, 'old', { endedAt: NOW - 100 * DAY });
  await recordCalls(store, SLICE + 1, 'ahead-', { endedAt: NOW + 1000 * DAY });
  await recordCall(store, 'old-too', { endedAt: NOW - 95 * DAY });
  await retention.run();
  assert.equal((await left(store)).length, SLICE + 1);

  // The clock jumps by a year: nothing is too old on its word, for a day.
  await recordCall(store, 'today', { endedAt: NOW - 1000 });
  clock.time += 365 * DAY;
  assert.deepEqual(await retention.run(), { calls: 0, notifications: 0 });
  clock.time -= 365 * DAY;
  clock.pass(DAY - 1);
  assert.deepEqual(await retention.run(), { calls: 0, notifications: 0 });
  clock.pass(90 * DAY);
  assert.deepEqual(await retention.run(), { calls: 1, notifications: 3 });
});

/** A store of `count` old calls that notes what is asked of it. */
function countingStore(count: number, clock: HandClock, sliceMs: number) {
  const asked: string[] = [];
  let first = 1;
  const store: RetentionStore = {
    usedBytes: async () => 0,
    callsAbove: async (above, most) =>
      Array.from({ length: Math.min(most, count - above) }, (_, n): KeptCall => {
        const at = NOW - 200 * DAY;
        return {
          id: above + n + 1,
          setupAt: at,
          releaseAt: at,
          open: false,
          pending: 0,
          notifications: 3,
        };
      }).filter(({ id }) => id >= first),
    async removeCalls(ids) {
      asked.push(`remove ${ids.length}`);
      first = ids.at(-1)! + 1;
      clock.pass(sliceMs);
    },
  };
  return { store, asked };
}

test('calls go in small slices with a pause behind each, the longer the slower the disk', async () => {
  const clock = new HandClock();
  const { store, asked } = countingStore(2 * SLICE + 7, clock, 100);
  const log = keptLog();
  const removed = await new Retention({ store, keepDays: 1, keepMegabytes: 0, clock, log }).run();
  assert.deepEqual(removed, { calls: 2 * SLICE + 7, notifications: 3 * (2 * SLICE + 7) });
  assert.deepEqual(asked, [`remove ${SLICE}`, `remove ${SLICE}`, 'remove 7']);
  assert.deepEqual(clock.pauses, [300, 300, 300]);
});

test('it runs soon after the start and then every minute, until it is stopped', async () => {
  const clock = new HandClock();
  clock.atOnce = false;
  let runs = 0;
  const { store } = countingStore(0, clock, 0);
  const counted: RetentionStore = {
    ...store,
    async callsAbove(...slice) {
      runs += 1;
      if (runs === 1) throw new Error('the disk is full');
      return store.callsAbove(...slice);
    },
  };
  const log = keptLog();
  const retention = new Retention({ store: counted, keepDays: 1, keepMegabytes: 0, clock, log });
  retention.start();
  assert.deepEqual(clock.pauses, [5000]);
  for (const expected of [1, 2, 3]) {
    assert.equal(clock.fire(), 1);
    while (clock.pauses.length < expected + 1) await new Promise((done) => setImmediate(done));
    assert.equal(runs, expected);
  }
  assert.deepEqual(clock.pauses, [5000, 60_000, 60_000, 60_000]);
  assert.deepEqual(
    log.lines.map(({ level }) => level),
    ['error'],
    'one failure is told, and the next run comes all the same',
  );
  await retention.stop();
  assert.equal(clock.fire(), 0);
});

test('stopping waits for the slice under way and begins no further one', async () => {
  const clock = new HandClock();
  clock.atOnce = false;
  const { store, asked } = countingStore(100 * SLICE, clock, 1);
  const log = keptLog();
  const retention = new Retention({ store, keepDays: 1, keepMegabytes: 0, clock, log });
  retention.start();
  clock.fire();
  while (asked.length === 0) await new Promise((done) => setImmediate(done));
  clock.atOnce = true;
  const stopped = retention.stop();
  while (clock.fire() === 0) await new Promise((done) => setImmediate(done));
  await stopped;
  assert.equal(asked.length, 1);
});

test('where all is to be kept it never runs', () => {
  const clock = new HandClock();
  const { store } = countingStore(1, clock, 0);
  new Retention({ store, keepDays: 0, keepMegabytes: 0, clock, log: keptLog() }).start();
  assert.deepEqual(clock.pauses, []);
});
