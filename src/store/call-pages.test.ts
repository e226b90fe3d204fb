// Pages of calls: every filter alone and together, against the same filter in plain code.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Scope } from '../access/principal.ts';
import type { CallEvent } from '../calls/call-event.ts';
import type { CallPage, CallRow, Store } from './store.ts';
import * as sample from './test-samples.ts';
import { e164, numbers, storeIn, temporaryDirectory } from './test-samples.ts';

const HOUR = 3_600_000;
const LINES = ['acme', 'acme', 'acme', 'other', 'other', 'other'].map((customer, n) => ({
  ...sample.sampleLine(e164(`3312345678${n}`)),
  short: '',
  customer,
}));
const NUMBERS = LINES.map(({ number }) => number);
const A = NUMBERS[0]!;
const B = NUMBERS[1]!;
const D = NUMBERS[3]!;
const PARTIES = ['33612345678', '33699999999', 'anonymous', A, D];

/** 400 calls over some 17 days, some at the same moment, with B moved from acme to other half-way. */
async function fill(store: Store): Promise<void> {
  await store.putLines(LINES);
  const below = numbers(42);
  let at = 100 * 24 * HOUR;
  for (let n = 0; n < 400; n += 1) {
    if (n === 200) await store.putLine({ ...LINES[1]!, customer: 'other' });
    at += below(3) * HOUR;
    const account = NUMBERS[below(NUMBERS.length)]!;
    const party = PARTIES[below(PARTIES.length)]!;
    const incoming = below(2) === 0;
    const call = {
      ...sample.sampleCall(`${n}`, account),
      caller: incoming ? party : account,
      callee: incoming ? account : party,
    };
    const events: CallEvent[] = [sample.setup(call, at)];
    const end = below(4);
    if (end >= 2) events.push(sample.connect(call, at + 1));
    if (end % 2 === 1) events.push(sample.release(call, at + 2));
    await store.recordCalls(events, [], call.dref, undefined);
  }
}

function inScope(scope: Scope, { account, customer }: CallRow): boolean {
  if (scope.kind === 'all') return true;
  return (
    customer === scope.customer && (scope.kind === 'customer' || scope.lines.includes(account))
  );
}

/** The page as the contract says it, in plain code. */
function expectedPage(calls: readonly CallRow[], page: CallPage): CallRow[] {
  const { scope, line, party, direction, missed, before, from, to, limit } = page;
  const matches = (call: CallRow): boolean => {
    const incoming = call.callee === call.account;
    return (
      inScope(scope, call) &&
      (line === undefined || call.account === line) &&
      (party === undefined || call.caller === party || call.callee === party) &&
      (direction === undefined || incoming === (direction === 'incoming')) &&
      (missed === undefined || (incoming && call.state === 'RELEASE' && call.connectAt === null)) &&
      (before === undefined || call.id < before) &&
      (from === undefined || call.setupAt >= from) &&
      (to === undefined || call.setupAt < to)
    );
  };
  return calls.toReversed().filter(matches).slice(0, limit);
}

const ids = (rows: readonly CallRow[]): string => rows.map(({ id }) => id).join(' ');

test('a page holds exactly what its filters say, for every combination of them', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await fill(store);
  const calls = await store.listCalls({ limit: 999 });
  assert.equal(calls.length, 400);
  const middle = calls[200]!;
  const scopes: Scope[] = [
    { kind: 'all' },
    { kind: 'customer', customer: 'acme' },
    { kind: 'customer', customer: 'nobody' },
    { kind: 'lines', customer: 'acme', lines: [A] },
    { kind: 'lines', customer: 'other', lines: [B, D, B, A] },
    { kind: 'lines', customer: 'acme', lines: [] },
  ];
  const periods = [
    {},
    { from: middle.setupAt },
    { to: middle.setupAt },
    { from: calls[50]!.setupAt, to: calls[60]!.setupAt },
    { from: 0, to: 1 },
    { from: calls.at(-1)!.setupAt + 1 },
  ];
  let filled = 0;
  let compared = 0;
  for (const scope of scopes)
    for (const line of [{}, { line: A }, { line: B }])
      for (const party of [{}, { party: 'anonymous' }, { party: A }])
        for (const way of [{}, { direction: 'incoming' }, { direction: 'outgoing' }] as const)
          for (const missed of [{}, { missed: true }] as const)
            for (const period of periods)
              for (const end of [{ limit: 400 }, { limit: 7, before: middle.id }]) {
                const page = { scope, ...line, ...party, ...way, ...missed, ...period, ...end };
                const expected = expectedPage(calls, page);
                assert.equal(ids(await store.pageCalls(page)), ids(expected), JSON.stringify(page));
                compared += 1;
                if (expected.length > 0) filled += 1;
              }
  // Else the filters would only have been seen to agree that nothing is there.
  assert.ok(filled > compared / 6, `${filled} of ${compared} pages held calls`);
});

test('pages behind one another give every call once, also of one moment, and end with an empty one', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putLines(LINES);
  const calls = Array.from({ length: 25 }, (_, n) => sample.sampleCall(`${n}`, n % 3 ? A : D));
  const setups = calls.map((call) => sample.setup(call, 5000));
  await store.recordCalls(setups, [], 'x', undefined);
  const scopes: [Scope, number][] = [
    [{ kind: 'all' }, 25],
    [{ kind: 'customer', customer: 'acme' }, 16],
    [{ kind: 'lines', customer: 'other', lines: [A, D] }, 9],
  ];
  for (const [scope, count] of scopes) {
    for (const limit of [1, 5, 8, 9, 16, 25]) {
      const seen: number[] = [];
      let page = await store.pageCalls({ scope, limit });
      while (page.length > 0) {
        seen.push(...page.map(({ id }) => id));
        const before = seen.at(-1)!;
        assert.ok(page.length === limit || seen.length === count);
        page = await store.pageCalls({ scope, limit, before });
      }
      assert.deepEqual(
        seen,
        [...new Set(seen)].sort((a, b) => b - a),
      );
      assert.equal(seen.length, count, JSON.stringify({ scope, limit }));
    }
  }
  for (const limit of [0, -1]) {
    assert.deepEqual(await store.pageCalls({ scope: { kind: 'all' }, limit }), []);
  }
  assert.equal((await store.pageCalls({ scope: { kind: 'all' }, limit: Infinity })).length, 25);
  assert.deepEqual(await store.pageCalls({ scope: { kind: 'all' }, limit: 5, before: 1 }), []);
});

test('a period finds calls whose clock was set back by hours, and is exact at its ends', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const day = 24 * HOUR;
  const times = Array.from({ length: 300 }, (_, n) => 400 * day + n * HOUR);
  // Between the 140th and the 160th hour the clock was 20 hours behind.
  for (let n = 140; n < 160; n += 1) times[n]! -= 20 * HOUR;
  for (const [n, at] of times.entries()) {
    const call = sample.sampleCall(`${n}`);
    await store.recordCalls([sample.setup(call, at)], [], call.dref, undefined);
  }
  const windows = times.flatMap((_, n) => [
    [n, n + 1],
    [n, n + 10],
  ]);
  for (const [first, last] of [...windows, [0, 300], [300, 400]]) {
    const from = 400 * day + first! * HOUR;
    const to = 400 * day + last! * HOUR;
    const found = await store.pageCalls({ scope: { kind: 'all' }, from, to, limit: 999 });
    const count = times.filter((at) => at >= from && at < to).length;
    assert.equal(found.length, count, `hours ${first} to ${last}`);
  }
});

test('the calls of a dialogue are found among any number of calls to the same party', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putLines(LINES);
  const { dref } = sample.sampleCall('pair');
  const pair = [
    { ...sample.sampleCall('out', A), dref, caller: A, callee: D },
    { ...sample.sampleCall('in', D), dref, caller: A },
  ];
  const others = Array.from({ length: 500 }, (_, n) => [
    { ...sample.sampleCall(`o${n}`, B), caller: B, callee: D },
    { ...sample.sampleCall(`i${n}`, D), caller: B },
  ]).flat();
  for (const calls of [others.slice(0, 500), pair, others.slice(500)]) {
    const setups = calls.map((call) => sample.setup(call, 5000));
    await store.recordCalls(setups, [], 'x', undefined);
  }
  const found = async (scope: Scope) => {
    const rows = await store.pageCalls({ scope, party: D, dref, from: 0, to: 9000, limit: 200 });
    return rows.map(({ callref }) => callref);
  };
  assert.deepEqual(await found({ kind: 'all' }), ['callref-in', 'callref-out']);
  assert.deepEqual(await found({ kind: 'customer', customer: 'other' }), ['callref-in']);
  assert.deepEqual(await found({ kind: 'lines', customer: 'acme', lines: [A] }), ['callref-out']);
});

test('a call keeps the customer that its line had at SETUP, and none where the line was gone', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const [line] = LINES;
  const customerOf = async (name: string) => (await store.getCall(`callref-${name}`))?.customer;
  await store.putLine(line!);
  await sample.begin(store, sample.sampleCall('before', A));
  await store.putLine({ ...line!, customer: 'other' });
  await sample.begin(store, sample.sampleCall('after', A));
  await store.removeLine(A);
  await sample.begin(store, sample.sampleCall('gone', A));
  assert.equal(await customerOf('before'), 'acme');
  assert.equal(await customerOf('after'), 'other');
  assert.equal(await customerOf('gone'), '');
  assert.equal(await store.getCall('callref-never'), undefined);
  const mine: Scope = { kind: 'lines', customer: 'acme', lines: [A] };
  assert.deepEqual(
    (await store.pageCalls({ scope: mine, limit: 9 })).map(({ callref }) => callref),
    ['callref-before'],
  );
});
