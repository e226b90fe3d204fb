// What a customer has of calls and notifications, found by the lines it has or had: the same as a plain look at
// all rows, whatever became of the lines.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { CallEvent } from '../calls/call-event.ts';
import type { CallPage, CallRow, EndedSelection, EndedSlice } from './store.ts';
import type { NotificationRow, Store } from './store.ts';
import * as sample from './test-samples.ts';
import {
  DELIVERED,
  TIMED_OUT,
  e164,
  numbers,
  storeIn,
  temporaryDirectory,
} from './test-samples.ts';

const CUSTOMERS = ['acme', 'other', 'third'];
/** One more, who has a line and no calls, and one that nobody ever heard of. */
const ASKED = [...CUSTOMERS, 'quiet', 'nobody'];
const NUMBERS = Array.from({ length: 12 }, (_, n) => e164(String(33_123_456_780 + n)));
const STATES = ['pending', 'delivered', 'delivered', 'parked'] as const;

function lineOf(number: string, customer: string) {
  return { ...sample.sampleLine(e164(number)), short: '', customer };
}

/**
 * 300 calls, many at the same moment, each told of none to three times. Meanwhile lines go from one customer to
 * another and back, are removed, and come again; calls go on over that.
 */
async function fill(store: Store, seed: number): Promise<void> {
  const below = numbers(seed);
  await store.putLines(NUMBERS.map((number, n) => lineOf(number, CUSTOMERS[n % 3]!)));
  await store.putLine(lineOf('33199999999', 'quiet'));
  const kept: Promise<void>[] = [];
  const open: { event: (at: number) => CallEvent; account: string }[] = [];
  let seq = 0;
  for (let n = 0; n < 300; n += 1) {
    const at = 1000 * Math.floor(n / 7);
    const account = NUMBERS[below(NUMBERS.length)]!;
    const incoming = below(2) === 0;
    const call = {
      ...sample.sampleCall(`${n}`, account),
      caller: incoming ? '33612345678' : account,
      callee: incoming ? account : '33612345678',
    };
    const told = Array.from({ length: below(4) }, () => {
      seq += 1;
      return { ...sample.sampleNotification(seq, call), createdAt: at };
    });
    kept.push(store.recordCalls([sample.setup(call, at)], told, call.dref, undefined));
    for (const one of told) {
      const state = STATES[below(STATES.length)]!;
      if (state === 'pending') continue;
      if (below(3) === 0) kept.push(store.recordAttempt(one.seq, TIMED_OUT, 'pending'));
      const last = state === 'delivered' ? DELIVERED : TIMED_OUT;
      kept.push(store.recordAttempt(one.seq, last, state));
    }
    if (below(3) > 0) open.push({ event: (when) => sample.release(call, when), account });
    if (below(2) === 0 && open.length > 0) {
      const [ended] = open.splice(below(open.length), 1);
      seq += 1;
      const event = ended!.event(at);
      const late = { ...sample.sampleNotification(seq, event.call), createdAt: at };
      kept.push(store.recordCalls([event], [late], event.call.dref, undefined));
    }
    const moved = NUMBERS[below(NUMBERS.length)]!;
    if (below(6) === 0) kept.push(store.putLine(lineOf(moved, CUSTOMERS[below(3)]!)));
    if (below(20) === 0) kept.push(store.removeLine(moved));
  }
  await Promise.all(kept);
}

/** The page as the contract says it, in plain code. */
function plainPage(
  calls: readonly CallRow[],
  customer: string,
  page: Partial<CallPage>,
): CallRow[] {
  const { direction, missed, before = Infinity, from = 0, to = Infinity, limit } = page;
  return calls
    .filter((call) => {
      const incoming = call.callee === call.account;
      return (
        call.customer === customer &&
        (direction === undefined || incoming === (direction === 'incoming')) &&
        (!missed || (incoming && call.state === 'RELEASE' && call.connectAt === null)) &&
        call.id < before &&
        call.setupAt >= from &&
        call.setupAt < to
      );
    })
    .toReversed()
    .slice(0, limit);
}

/** The slice as the contract says it: so many rows are looked at, whatever state they are in. */
function plainSlice(
  rows: readonly NotificationRow[],
  { customer, state, from = 0, to = Infinity }: EndedSelection,
  above: number,
  size: number,
  ofWholeHouse: boolean,
) {
  const own = rows.filter((row) => (ofWholeHouse || row.customer === customer) && row.seq > above);
  const looked = own.slice(0, size);
  const found = looked.filter(
    (row) =>
      row.customer === customer &&
      (state === 'ended' ? row.state !== 'pending' : row.state === state) &&
      row.createdAt >= from &&
      row.createdAt < to,
  );
  return {
    found: found.map(({ seq, account, callref, destination }) => ({
      seq,
      account,
      callref,
      destination,
    })),
    next: looked.length < size ? null : (looked.at(-1)?.seq ?? null),
  };
}

/** With `idle` further lines of each customer, of which nothing is kept. */
async function filled(t: Parameters<typeof temporaryDirectory>[0], seed: number, idle = 0) {
  const store = await storeIn(t, temporaryDirectory(t));
  for (const [n, customer] of [...CUSTOMERS, 'quiet'].entries()) {
    const first = 33_500_000_000 + n * 10_000;
    const numbers = Array.from({ length: idle }, (_, place) => String(first + place));
    await store.putLines(numbers.map((number) => lineOf(number, customer)));
  }
  await fill(store, seed);
  const calls = await store.listCalls({ limit: 9999 });
  const told = await store.listNotifications({ limit: 9999 });
  assert.equal(calls.length, 300);
  // Otherwise the lines did not do what they are here for.
  for (const rows of [calls, told]) {
    const pairs = new Set(rows.map(({ account, customer }) => `${account} ${customer}`));
    assert.ok(pairs.size > 30, `${pairs.size} pairs of a line and a customer`);
    assert.ok(rows.some(({ customer }) => customer === ''));
  }
  return { store, calls, told };
}

// With few lines a customer's rows are found by their indexes, with many by a walk over all rows.
for (const [seed, idle] of [
  [1, 0],
  [2, 0],
  [1, 150],
] as const) {
  const what = `seed ${seed}, ${idle} idle lines`;
  test(`a customer’s page of calls is that of a plain look at all of them (${what})`, async (t) => {
    const { store, calls } = await filled(t, seed, idle);
    for (const customer of ASKED)
      for (const direction of [{}, { direction: 'incoming' }, { direction: 'outgoing' }] as const)
        for (const missed of [{}, { missed: true }] as const)
          for (const period of [{}, { from: 9000 }, { from: 9000, to: 20_000 }])
            for (const end of [{ limit: 999 }, { limit: 5 }, { limit: 5, before: 140 }]) {
              const page = { ...direction, ...missed, ...period, ...end };
              const found = await store.pageCalls({
                scope: { kind: 'customer', customer },
                ...page,
              });
              const shown = JSON.stringify({ customer, ...page });
              assert.deepEqual(found, plainPage(calls, customer, page), shown);
            }
  });

  test(`so is its page of notifications (${what})`, async (t) => {
    const { store, told } = await filled(t, seed, idle);
    for (const customer of ASKED)
      for (const state of [undefined, 'pending', 'delivered', 'parked'] as const)
        for (const before of [undefined, 1, 200])
          for (const limit of [0, 1, 5, 999]) {
            const found = await store.pageNotifications({
              scope: { kind: 'customer', customer },
              ...(state && { state }),
              ...(before && { before }),
              limit,
            });
            const expected = told
              .filter((row) => row.customer === customer && (!state || row.state === state))
              .filter((row) => row.seq < (before ?? Infinity));
            const shown = JSON.stringify({ customer, state, before, limit });
            assert.deepEqual(found, expected.toReversed().slice(0, limit), shown);
          }
  });

  test(`so is what of it is to be sent again, slice by slice (${what})`, async (t) => {
    const { store, told } = await filled(t, seed, idle);
    for (const customer of ASKED)
      for (const state of ['delivered', 'ended'] as const)
        for (const period of [{}, { from: 9000 }, { to: 20_000 }])
          for (const size of [1, 7, 9999]) {
            const many = (name: string) => idle > 0 && name !== 'nobody';
            const selection = { customer, state, ...period };
            for (let above: number | null = 0; above !== null;) {
              const slice: EndedSlice = await store.endedNotifications(selection, above, size);
              const shown: string = JSON.stringify({ ...selection, above, size });
              assert.deepEqual(
                slice,
                plainSlice(told, selection, above, size, many(customer)),
                shown,
              );
              above = slice.next;
            }
          }
  });

  test(`whether anything is kept of it is told, until the last of it is gone (${what})`, async (t) => {
    const { store, calls } = await filled(t, seed, idle);
    const below = numbers(seed);
    const open = calls.filter(({ state }) => state !== 'RELEASE');
    const ends = open.map((call) =>
      store.recordCalls([sample.release(call)], [], call.dref, undefined),
    );
    const waiting = (await store.listNotifications({ limit: 9999, state: 'pending' })).map(
      ({ seq }) => store.recordAttempt(seq, DELIVERED, 'delivered'),
    );
    await Promise.all([...ends, ...waiting]);
    for (let left: readonly number[] = calls.map(({ id }) => id); left.length > 0;) {
      const removed = left.filter((id) => left.length < 5 || below(3) === 0 || id === left[0]);
      await store.removeCalls(removed);
      left = left.filter((id) => !removed.includes(id));
      const rows = [
        ...(await store.listCalls({ limit: 9999 })),
        ...(await store.listNotifications({ limit: 9999 })),
      ];
      for (const customer of ASKED) {
        const has = rows.some((row) => row.customer === customer);
        assert.equal(await store.hasHistory(customer), has, `${customer}, ${left.length} left`);
      }
    }
  });
}
