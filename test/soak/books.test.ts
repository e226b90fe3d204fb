// The soak's own rules: they hold for books that are in order, and each of them sees what it is for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBooks, type Books } from './books.ts';
import type { Receipt } from './ledger.ts';
import { planRounds } from './plan.ts';
import { parseSightings, type Sighting } from './sightings.ts';
import type { StoredCall, StoredNotification } from './store-rows.ts';

const T = 1_700_000_000_000;
const TYPES = ['SETUP', 'CONNECT', 'RELEASE'];

function call(changes: Partial<StoredCall> = {}): StoredCall {
  return {
    callref: 'callref1',
    caller: 'soak1',
    state: 'RELEASE',
    setupAt: T,
    connectAt: T + 10,
    releaseAt: T + 20,
    cause: 'normal',
    ...changes,
  };
}

function notification(n: number, changes: Partial<StoredNotification> = {}): StoredNotification {
  return {
    seq: n,
    id: `callref1-${n}`,
    callref: 'callref1',
    type: TYPES[n - 1]!,
    state: 'delivered',
    createdAt: T,
    lastStatus: 204,
    successes: 1,
    ...changes,
  };
}

function receipt(n: number, at: number, changes: Partial<Receipt> = {}): Receipt {
  return {
    id: `callref1-${n}`,
    target: `/n?callref=callref1&type=${TYPES[n - 1]}`,
    life: 1,
    at,
    outcome: 'ok',
    answeredAt: at + 1,
    ...changes,
  };
}

function sighting(what: Sighting['what'], at: number): Sighting {
  return { what, who: what === 'invited' ? 'telephone' : 'caller', caller: 'soak1', at };
}

/** One call that went well in the first life, which was killed at 1,000. */
const good: Books = {
  calls: [call()],
  notifications: [notification(1), notification(2), notification(3)],
  receipts: [receipt(1, 100), receipt(2, 200), receipt(3, 300)],
  kills: new Map([[1, 1_000]]),
  mayPark: false,
  sightings: [
    sighting('invited', T + 1),
    sighting('ringing', T + 5),
    sighting('answered', T + 10),
    sighting('released', T + 20),
  ],
};

/** The rules that are broken, by their first words. */
function brokenRules(changes: Partial<Books>): string[] {
  const results = checkBooks({ ...good, ...changes });
  return results.filter(({ broken }) => broken.length > 0).map(({ rule }) => rule);
}

test('books that are in order break no rule, and every rule looked at something', () => {
  const again = receipt(3, 1_500, { life: 2 });
  const late = receipt(3, 900, { answeredAt: 995 });
  const receipts = [receipt(1, 100), receipt(2, 200), late, again];
  assert.deepEqual(brokenRules({ receipts }), []);
  for (const { rule, looked } of checkBooks({ ...good, receipts })) assert.ok(looked > 0, rule);
});

const REPEAT = 'c: a repeat only of what could not be noted before a kill';

const faults: { title: string; books: Partial<Books>; rule: string }[] = [
  {
    title: 'an event without a notification',
    books: {
      notifications: [notification(1), notification(3)],
      receipts: [receipt(1, 1), receipt(3, 3)],
    },
    rule: 'a: every event of a call has its notification',
  },
  {
    title: 'a notification that still waits',
    books: {
      notifications: [notification(1), notification(2), notification(3, { state: 'pending' })],
    },
    rule: 'a: every notification is delivered, and was received, or parked',
  },
  {
    title: 'a notification that is parked though nothing fails for ever',
    books: {
      notifications: [notification(1), notification(2), notification(3, { state: 'parked' })],
    },
    rule: 'a: every notification is delivered, and was received, or parked',
  },
  {
    title: 'a delivery that the receiver never accepted',
    books: {
      receipts: [receipt(1, 100), receipt(2, 200), receipt(3, 300, { outcome: 'refused' })],
    },
    rule: 'a: every notification is delivered, and was received, or parked',
  },
  {
    title: 'a request whose notification is not in the store',
    books: { receipts: [...good.receipts, receipt(3, 400, { id: 'callref2-1' })] },
    rule: 'a: every request is of a kept notification',
  },
  {
    title: 'a request that says something else than its notification',
    books: {
      receipts: [receipt(1, 100), receipt(2, 200), receipt(3, 300, { target: '/n?type=SETUP' })],
    },
    rule: 'a: every request is of a kept notification',
  },
  {
    title: 'an event that is sent before the one before it was accepted',
    books: { receipts: [receipt(1, 100, { answeredAt: 201 }), receipt(2, 200), receipt(3, 300)] },
    rule: 'b: first deliveries are in order within a call',
  },
  {
    title: 'a repeat without a kill',
    books: { receipts: [...good.receipts, receipt(3, 400)] },
    rule: REPEAT,
  },
  {
    title: 'a repeat in the life that had it accepted, though killed at once',
    books: { receipts: [receipt(1, 1), receipt(2, 2), receipt(3, 998), receipt(3, 999)] },
    rule: REPEAT,
  },
  {
    title: 'a repeat of what was answered before something came that was noted',
    books: { receipts: [...good.receipts, receipt(2, 1_500, { life: 2 })] },
    rule: REPEAT,
  },
  {
    title: 'a repeat of what the last life of all had accepted',
    books: {
      receipts: [
        receipt(1, 1),
        receipt(2, 2),
        receipt(3, 2_000, { life: 2 }),
        receipt(3, 3_000, { life: 3 }),
      ],
    },
    rule: REPEAT,
  },
  {
    title: 'a repeat of what was answered long before the kill, though nothing later was noted',
    books: {
      kills: new Map([[1, 2_302]]),
      receipts: [...good.receipts, receipt(3, 2_500, { life: 2 })],
    },
    rule: REPEAT,
  },
  {
    title: 'a repeat of what had been noted as delivered',
    books: {
      notifications: [notification(1), notification(2), notification(3, { successes: 2 })],
      receipts: [receipt(1, 1), receipt(2, 2), receipt(3, 999), receipt(3, 1_500, { life: 2 })],
    },
    rule: 'c: what was noted as delivered is not sent again',
  },
  {
    title: 'two repeats of one request in flight',
    books: {
      receipts: [
        receipt(1, 1),
        receipt(2, 2),
        receipt(3, 999),
        receipt(3, 1_500, { life: 2 }),
        receipt(3, 1_600, { life: 2 }),
      ],
    },
    rule: REPEAT,
  },
  {
    title: 'a call with two SETUPs',
    books: { notifications: [...good.notifications, notification(1, { seq: 4 })] },
    rule: 'd: one SETUP, at most one CONNECT, one RELEASE for a call',
  },
  {
    title: 'a call that was never released',
    books: {
      calls: [call({ state: 'CONNECT', releaseAt: null })],
      notifications: [notification(1), notification(2)],
      receipts: [receipt(1, 1), receipt(2, 2)],
      sightings: [],
    },
    rule: 'd: one SETUP, at most one CONNECT, one RELEASE for a call',
  },
  {
    title: 'a caller who heard it ring in a call that was not kept',
    books: { sightings: [{ ...sighting('ringing', T), caller: 'soak2' }] },
    rule: 'e: SETUP before a caller hears it ring',
  },
  {
    title: 'a telephone that rang twice for a call that was kept once',
    books: { sightings: [sighting('invited', T), sighting('invited', T + 50)] },
    rule: 'e: SETUP before a telephone rings',
  },
  {
    title: 'a caller who was answered before CONNECT',
    books: { sightings: [sighting('answered', T + 9)] },
    rule: 'e: CONNECT before a caller is answered',
  },
  {
    title: 'a side that was hung up on before RELEASE',
    books: { sightings: [sighting('released', T + 19)] },
    rule: 'e: RELEASE before a side is hung up on',
  },
  {
    title: 'a telephone that nobody hung up on',
    books: { sightings: [...good.sightings, sighting('forsaken', T + 8_000)] },
    rule: 'f: no telephone is left that nobody hung up on',
  },
];

for (const { title, books, rule } of faults) {
  test(`${title} breaks the rule that it is for`, () => {
    const broken = brokenRules(books);
    assert.ok(broken.includes(rule), `broken: ${broken.join('; ')}`);
  });
}

test('however slow the machine, what could not be noted before the kill may be repeated', () => {
  const again = (n: number): Receipt => receipt(n, 3_000, { life: 2 });
  const kills = new Map([[1, 2_000]]);
  // The notes of all three hung in one commit of 1.8 s.
  const three = [receipt(1, 200), receipt(2, 210), receipt(3, 220)];
  const all = [...three, again(1), again(2), again(3)];
  assert.deepEqual(brokenRules({ kills, receipts: all }), []);
  // The first was noted: it was answered before the others were asked for.
  assert.deepEqual(brokenRules({ kills, receipts: [...three, again(2), again(3)] }), []);
  // The second was asked for a moment after the first was answered: they may have changed places.
  assert.deepEqual(brokenRules({ kills, receipts: [...three, again(1), again(3)] }), []);
  // Not answered by the kill, or never.
  for (const answeredAt of [2_001, undefined]) {
    const late = receipt(1, 200, { answeredAt });
    const receipts = [late, receipt(2, 1_900), receipt(3, 1_950), again(1)];
    const { broken } = checkBooks({ ...good, kills, receipts }).find((r) => r.rule === REPEAT)!;
    assert.deepEqual(broken, []);
  }
});

test('a parked notification may be passed over, or hold the later ones of its call back', () => {
  const parked = notification(1, { state: 'parked', lastStatus: 503 });
  const refused = receipt(1, 100, { outcome: 'refused' });
  const passed = [refused, receipt(2, 200), receipt(3, 300)];
  const notifications = [parked, notification(2), notification(3)];
  assert.deepEqual(brokenRules({ notifications, receipts: passed, mayPark: true }), []);
  const behind = [2, 3].map((n) => notification(n, { state: 'parked', lastStatus: null }));
  assert.deepEqual(
    brokenRules({ notifications: [parked, ...behind], receipts: [refused], mayPark: true }),
    [],
  );
});

test('a request that the receiver refused may be repeated at any time', () => {
  const receipts = [receipt(1, 100), receipt(2, 200), receipt(3, 250, { outcome: 'refused' })];
  assert.deepEqual(brokenRules({ receipts: [...receipts, receipt(3, 300)] }), []);
});

test('the lines of SIPp are read, each message of a SIP call once', () => {
  const at = '2026-11-23\t11:22:15.766225\t1795432935.766225';
  const text = `ringing soak1 1-7@h ${at}\ninvited soak12 a@h ${at}\ninvited soak12 a@h ${at}\nother\n`;
  assert.deepEqual(parseSightings('x', text), [
    { what: 'ringing', who: 'x', caller: 'soak1', at: 1_795_432_935_766 },
    { what: 'invited', who: 'x', caller: 'soak12', at: 1_795_432_935_766 },
  ]);
});

test('a seed plans the same rounds again, and holds all kinds', () => {
  const rounds = planRounds(200, 5);
  assert.deepEqual(planRounds(200, 5), rounds);
  assert.notDeepEqual(planRounds(200, 6), rounds);
  assert.equal(new Set(rounds.map(({ kind }) => kind)).size, 5);
});
