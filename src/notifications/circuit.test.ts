import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { at, leftIn, outboxWith, SECOND } from './outbox-test-kit.ts';
import type { SendRequest, SendResult } from './send.ts';
import { event, HandClock, silent } from './test-kit.ts';

const POLICY = { retryMs: [SECOND, 3 * SECOND, 10 * SECOND], windowMs: 60 * SECOND };

/** A sender whose servers answer 503 while they are `down`. */
function servers(clock: HandClock) {
  const state = { down: true };
  const tries: string[] = [];
  async function send({ url }: SendRequest): Promise<SendResult> {
    tries.push(url.replace('http://', ''));
    const status = state.down && !url.includes('other') ? 503 : 200;
    const failed = { failure: 'status', error: 'The server answered 503.' } as const;
    const how = status === 200 ? ({ failure: null, error: null } as const) : failed;
    return { at: clock.now(), ms: 1, status, address: null, answer: null, sent: true, ...how };
  }
  return { state, tries, send };
}

async function settle(): Promise<void> {
  for (let turns = 10; turns > 0; turns--) await turn();
}

async function pass(clock: HandClock, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed++) {
    await settle();
    clock.advance(SECOND);
  }
  await settle();
}

const setups = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => event('SETUP', { callref: `call-${from + i}` }));

describe('a server that fails again and again', () => {
  it('is left alone but for a probe now and then, and gets all, in order, once it is well', async () => {
    const clock = new HandClock();
    const { state, tries, send } = servers(clock);
    const policy = { ...POLICY, windowMs: 600 * SECOND };
    await using box = await outboxWith({ clock, send, policy, line: at('http://crm') });
    for (const setup of setups(100)) {
      box.happen(setup, { ...setup, type: 'RELEASE' });
    }
    await pass(clock, 40);
    assert.equal(box.outbox.depths.openCircuits, 1);
    // Without the circuit, 100 SETUPs would have been tried five times each.
    assert.ok(tries.length < 20, `${tries.length} tries`);
    state.down = false;
    tries.length = 0;
    await pass(clock, 31);
    assert.equal(box.outbox.depths.inMemory, 0);
    assert.equal(tries.length, 200);
    for (let i = 0; i < 100; i++) {
      assert.ok(tries.indexOf(`crm/call-${i}/SETUP`) < tries.indexOf(`crm/call-${i}/RELEASE`));
    }
    assert.equal(leftIn(box.outbox), 0);
    assert.equal(clock.waiting, 0);
  });

  it('gets nothing whose time is over meanwhile: that parks unsent, and what comes behind it', async () => {
    const clock = new HandClock();
    const { state, tries, send } = servers(clock);
    const warned: string[] = [];
    const told: unknown[] = [];
    await using box = await outboxWith({
      clock,
      send,
      policy: POLICY,
      line: at('http://crm'),
      log: { ...silent, warn: (_fields, text) => void warned.push(text) },
      onAttempt: ({ id }, { failure }, attempts) => void told.push([id, failure, attempts]),
    });
    for (const setup of setups(50)) box.happen(setup, { ...setup, type: 'RELEASE' });
    await pass(clock, 58);
    box.happen(...setups(3, 100));
    await pass(clock, 30);
    const { store } = box;
    const states = (prefix: string) =>
      store.summary.filter((row) => row.startsWith(prefix)).map((row) => row.split(' ')[1]);
    assert.deepEqual(states('call-100'), ['pending']);
    const old = store.summary.slice(0, 100);
    assert.ok(
      old.every((row) => row.includes(' parked ')),
      old.join(),
    );
    const unsent = told.filter((one) => (one as unknown[])[1] === 'circuit-open');
    assert.ok(unsent.length > 35, `${unsent.length}`);
    assert.ok(unsent.some((one) => (one as unknown[])[2] === 1));
    assert.ok(warned.some((text) => /is parked, since its time is over\. Not sent/.test(text)));
    const one = store.row('call-49-1');
    assert.match(one.attempts.at(-1)!.error!, /failed too often/);
    assert.equal(store.row('call-49-3').attempts.length, 0);
    state.down = false;
    tries.length = 0;
    await pass(clock, 40);
    assert.deepEqual(tries.toSorted(), [
      'crm/call-100/SETUP',
      'crm/call-101/SETUP',
      'crm/call-102/SETUP',
    ]);
  });

  it('is tried at once by a resend, and by that alone', async () => {
    const clock = new HandClock();
    const { state, tries, send } = servers(clock);
    await using box = await outboxWith({ clock, send, policy: POLICY, line: at('http://crm') });
    box.happen(...setups(20));
    await pass(clock, 90);
    assert.equal(box.store.summary.filter((row) => row.includes(' parked ')).length, 20);
    box.happen(...setups(20, 100));
    await pass(clock, 10);
    assert.equal(box.outbox.depths.openCircuits, 1);
    tries.length = 0;
    assert.deepEqual(await box.outbox.resend(box.store.row('call-7-1')), { ok: true });
    await settle();
    assert.equal(tries.length, 1);
    assert.equal(box.outbox.depths.openCircuits, 1);
    // Mended: the resend closes the circuit, and all go on without waiting for the pause to end.
    state.down = false;
    await box.outbox.resend(box.store.row('call-8-1'));
    await settle();
    assert.equal(box.outbox.depths.openCircuits, 0);
    await pass(clock, 11);
    assert.equal(box.outbox.depths.inMemory, 0);
    assert.equal(box.store.row('call-119-1').state, 'delivered');
    assert.equal(box.store.row('call-7-1').state, 'delivered');
  });

  it('holds no other server of the same line back', async () => {
    const clock = new HandClock();
    const { tries, send } = servers(clock);
    await using box = await outboxWith({
      clock,
      send,
      policy: POLICY,
      line: { ...at('http://crm'), buzzeeUrl: 'http://other/b' },
    });
    box.happen(...setups(60));
    await settle();
    const { length } = tries.filter((url) => url.startsWith('other/b'));
    assert.equal(length, 60);
  });
});
