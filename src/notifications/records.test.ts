import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStore } from './memory-store.ts';
import { at, leftIn, outboxWith, pass, scripted, SECOND } from './outbox-test-kit.ts';
import { event, HandClock, silent } from './test-kit.ts';

const line = at('http://crm.example');

describe('a store that cannot keep', () => {
  it('a try holds no call back, and how it ended is kept once the store works again', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const logged: object[] = [];
    const told: string[] = [];
    const { tries, send } = scripted(clock, () => 'arrived');
    const record = store.recordAttempt.bind(store);
    store.recordAttempt = () => Promise.reject(new Error('disk'));
    await using box = await outboxWith({
      clock,
      store,
      send,
      line,
      log: { ...silent, error: (fields) => void logged.push(fields) },
      onAttempt: ({ id }) => void told.push(id),
    });
    box.happen(event('SETUP'), event('RELEASE'));
    await pass(clock, 3);
    assert.deepEqual(tries, ['0 call-0001-1 1', '0 call-0001-3 1']);
    assert.deepEqual(told, []);
    assert.deepEqual(store.summary, ['call-0001-1 pending 0', 'call-0001-3 pending 0']);
    // It is not known on disk that it arrived: so it is still on its way for whoever asks.
    const answer = await box.outbox.resend(store.row('call-0001-1'));
    assert.equal(answer.ok, false);
    assert.equal(logged.length, 2);
    assert.ok(logged.every((fields) => 'callref' in fields && fields.callref === 'call-0001'));

    store.recordAttempt = record;
    await pass(clock, 1);
    assert.equal(await box.outbox.flush(SECOND), true);
    assert.deepEqual(store.summary, ['call-0001-1 delivered 1', 'call-0001-3 delivered 1']);
    assert.deepEqual(told, ['call-0001-1', 'call-0001-3']);
    assert.equal(tries.length, 2);
    assert.equal(leftIn(box.outbox), 0);
  });

  it('that something parked sends nothing behind it meanwhile, and has all parked in the end', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const { tries, send } = scripted(clock, () => 'failed');
    const record = store.recordAttempt.bind(store);
    const parkBehind = store.parkBehind.bind(store);
    store.recordAttempt = () => Promise.reject(new Error('disk'));
    await using box = await outboxWith({ clock, store, send, line, policy: { windowMs: 0 } });
    box.happen(event('SETUP'), event('CONNECT'));
    await pass(clock, 3);
    box.happen(event('RELEASE'));
    store.parkBehind = () => Promise.reject(new Error('disk'));
    store.recordAttempt = record;
    await pass(clock, 3);
    assert.deepEqual(store.summary, [
      'call-0001-1 parked 1',
      'call-0001-2 pending 0',
      'call-0001-3 pending 0',
    ]);
    store.parkBehind = parkBehind;
    await pass(clock, 1);
    assert.ok(store.summary.every((row) => row.includes(' parked ')));
    assert.equal(tries.length, 1);
    assert.equal(leftIn(box.outbox), 0);
  });

  for (const code of ['write-failed', 'refused']) {
    it(
      `holds no stop up where a try is just being begun on disk (${code})`,
      { timeout: 5_000 },
      async () => {
        const store = new MemoryStore();
        const asked = Promise.withResolvers<void>();
        const claim = Promise.withResolvers<void>();
        store.claimNotification = () => {
          asked.resolve();
          return claim.promise;
        };
        const { tries, send } = scripted(new HandClock(), () => 'arrived');
        await using box = await outboxWith({ store, send, line, policy: { atMostOnce: true } });
        box.happen(event('SETUP'));
        await asked.promise;
        const stopped = box.outbox.stop();
        claim.reject(Object.assign(new Error('disk'), { code }));
        await stopped;
        assert.equal(tries.length, 0);
      },
    );
  }

  it('holds no stop up, and the next start finds all as it was', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const { tries, send } = scripted(clock, () => 'arrived');
    const record = store.recordAttempt.bind(store);
    store.recordAttempt = () => Promise.reject(new Error('disk'));
    {
      await using box = await outboxWith({ clock, store, send, line });
      box.happen(event('SETUP'), event('RELEASE'));
      await pass(clock, 2);
    }
    assert.equal(clock.waiting, 0);
    store.recordAttempt = record;
    await using box = await outboxWith({ clock, store, send, line });
    assert.equal(await box.outbox.flush(SECOND), true);
    assert.equal(tries.length, 4);
  });
});
