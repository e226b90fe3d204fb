import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryStore } from './memory-store.ts';
import { at, leftIn, outboxWith, pass, scripted, SECOND } from './outbox-test-kit.ts';
import type { SendResult } from './send.ts';
import { event, HandClock, rawReceiver, OK, silent } from './test-kit.ts';

const line = at('http://crm.example');

const seconds = (tries: readonly string[]) => tries.map((text) => Number(text.split(' ')[0]));

describe('the tries of a notification', () => {
  it('follow the schedule, whose last wait is repeated, and the last is made when its time ends', async () => {
    const clock = new HandClock();
    const { tries, send } = scripted(clock, () => 'failed');
    const policy = { retryMs: [SECOND, 3 * SECOND, 10 * SECOND], windowMs: 60 * SECOND };
    await using box = await outboxWith({ clock, send, policy, line });
    box.happen(event('SETUP'));
    await pass(clock, 200);
    assert.deepEqual(seconds(tries), [0, 1, 4, 14, 24, 34, 44, 54, 60]);
    assert.deepEqual(box.store.summary, ['call-0001-1 parked 9']);
  });

  it('are moved by up to a quarter either way, so that calls that failed together come apart', async () => {
    for (const [random, due] of [
      [0, [0, 7.5, 15, 22.5, 30]],
      [0.5, [0, 10, 20, 30]],
      [0.9999, [0, 12.5, 25, 30]],
    ] as const) {
      const clock = new HandClock();
      const { tries, send } = scripted(clock, () => 'failed');
      const policy = { retryMs: [10 * SECOND], windowMs: 30 * SECOND };
      await using box = await outboxWith({ clock, send, policy, line, random: () => random });
      box.happen(event('SETUP'));
      await pass(clock, 60, 100);
      assert.deepEqual(
        seconds(tries).map((second) => Math.round(second * 10) / 10),
        due,
      );
    }
  });

  it('are not two at the end of its time, where the schedule ends just before', async () => {
    const clock = new HandClock();
    const { tries, send } = scripted(clock, () => 'failed');
    const policy = { retryMs: [9.7 * SECOND], windowMs: 10 * SECOND };
    await using box = await outboxWith({ clock, send, policy, line });
    box.happen(event('SETUP'));
    await pass(clock, 20, 100);
    assert.deepEqual(seconds(tries), [0, 9.7]);
    assert.deepEqual(box.store.summary, ['call-0001-1 parked 2']);
  });

  it('wait as long as the receiver asks, or as the schedule says, whichever is longer', async () => {
    const wishes = [7 * SECOND, 0, 1, undefined, 25 * SECOND];
    const clock = new HandClock();
    const { tries, send } = scripted(clock, ({ attempt }) => {
      const retryAfterMs = wishes[attempt - 1];
      return retryAfterMs === undefined ? 'failed' : { retryAfterMs };
    });
    const policy = { retryMs: [3 * SECOND], windowMs: 60 * SECOND };
    await using box = await outboxWith({ clock, send, policy, line });
    box.happen(event('SETUP'));
    await pass(clock, 42);
    assert.deepEqual(seconds(tries), [0, 7, 10, 13, 16, 41]);
  });

  it('end at once where the receiver wants to be left alone for longer than there is time', async () => {
    const clock = new HandClock();
    const warned: string[] = [];
    const { tries, send } = scripted(clock, () => ({ status: 503, retryAfterMs: 3600 * SECOND }));
    await using box = await outboxWith({
      clock,
      send,
      policy: { windowMs: 60 * SECOND },
      line,
      log: { ...silent, warn: (_fields, text) => void warned.push(text) },
    });
    box.happen(event('SETUP'), event('RELEASE'));
    await pass(clock, 100);
    assert.deepEqual(tries, ['0 call-0001-1 1']);
    assert.deepEqual(box.store.summary, ['call-0001-1 parked 1', 'call-0001-3 parked 0']);
    assert.match(warned[0]!, /^A notification is parked, .* left alone for 3600 s\. It failed\.$/);
  });

  it('are made as the line is set when each is made', async () => {
    const clock = new HandClock();
    const timeouts: (number | undefined)[] = [];
    const { tries, send } = scripted(clock, ({ timeoutMs }) => {
      timeouts.push(timeoutMs);
      return 'failed';
    });
    const policy = { retryMs: [SECOND], windowMs: 600 * SECOND, timeoutMs: 2000 };
    await using box = await outboxWith({ clock, send, policy, line });
    box.happen(event('SETUP'));
    await pass(clock, 2);
    Object.assign(policy, { retryMs: [5 * SECOND], windowMs: 8 * SECOND, timeoutMs: 9000 });
    await pass(clock, 30);
    assert.deepEqual(seconds(tries), [0, 1, 2, 3, 8]);
    assert.deepEqual(timeouts, [2000, 2000, 2000, 9000, 9000]);
  });
});

describe('at most once', () => {
  const policy = { atMostOnce: true, retryMs: [SECOND], windowMs: 60 * SECOND };

  it('repeats what could not be sent, and nothing that perhaps was', async () => {
    for (const [named, summary] of [
      ['arrived', 'call-0001-1 delivered 4'],
      ['failed', 'call-0001-1 parked 4'],
      ['cutOff', 'call-0001-1 parked 4'],
    ] as const) {
      const clock = new HandClock();
      const { send } = scripted(clock, ({ attempt }) => (attempt < 4 ? 'refused' : named));
      await using box = await outboxWith({ clock, send, policy, line });
      box.happen(event('SETUP'));
      await pass(clock, 70);
      assert.deepEqual(box.store.summary, [summary]);
      assert.equal(leftIn(box.outbox), named === 'arrived' ? 1 : 2);
    }
  });

  it('holds over real connections: refused is tried again, closed or silent after the request is not', async () => {
    const { port: nobody } = await portThatRefuses();
    await using closes = await rawReceiver((socket) => socket.destroy());
    await using says = await rawReceiver(() => {});
    await using good = await rawReceiver((socket) => socket.write(OK));
    for (const [port, summary] of [
      [nobody, 'call-0001-1 pending 1'],
      [closes.port, 'call-0001-1 parked 1'],
      [says.port, 'call-0001-1 parked 1'],
      [good.port, 'call-0001-1 delivered 1'],
    ] as const) {
      const clock = new HandClock();
      await using box = await outboxWith({ clock, policy, line: at(`http://127.0.0.1:${port}`) });
      box.happen(event('SETUP'));
      if (port === says.port) {
        await says.received(1);
        clock.advance(5 * SECOND);
      }
      await box.store.recorded(1);
      assert.deepEqual(box.store.summary, [summary]);
    }
  });

  it('has on disk that a try begins before anything is sent', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const shown: boolean[] = [];
    const { send } = scripted(clock, ({ attempt }) => {
      shown.push(store.rows.get(1)!.claimed);
      return attempt === 1 ? 'refused' : 'arrived';
    });
    store.lag = () => turn();
    await using box = await outboxWith({ clock, store, send, policy, line });
    box.happen(event('SETUP'));
    await pass(clock, 3);
    assert.deepEqual(shown, [true, true]);
    assert.equal(store.rows.get(1)!.claimed, false);
  });

  it('parks, where the server was stopped between, what may have arrived, and what comes behind', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    // As a crash leaves it: the claims are on disk, and no results.
    const before = await outboxWith({ clock, store, policy, line, send: hangs });
    before.happen(event('SETUP'), event('RELEASE'), event('SETUP', { callref: 'other' }));
    await pass(clock, 1);
    void before.outbox.stop();
    assert.equal(store.rows.get(1)!.claimed, true);
    const { tries, send } = scripted(clock, () => 'arrived');
    await using box = await outboxWith({ clock, store, policy, line, send });
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(tries, []);
    assert.deepEqual(store.summary, [
      'call-0001-1 parked 1',
      'call-0001-3 parked 0',
      'other-1 parked 1',
    ]);
    const [attempt] = store.row('call-0001-1').attempts;
    assert.equal(attempt!.failure, 'unknown-outcome');
    assert.match(attempt!.error!, /stopped during the try/);
    assert.deepEqual(await box.outbox.resend(store.row('call-0001-1')), { ok: true });
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(tries, ['0 call-0001-1 1', '0 call-0001-3 1']);
  });

  it('does not send what a stopped server had begun though it stands behind another now', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const { tries, send } = scripted(clock, () => 'arrived');
    {
      await using first = await outboxWith({ clock, store, policy, line, send });
      first.happen(event('SETUP'));
      assert.equal(await first.outbox.flush(5 * SECOND), true);
    }
    // The SETUP was sent again, and waits; the CONNECT was in flight when the server was killed.
    await store.requeueNotifications([1], clock.now() + 1);
    const { notification } = store.rows.get(1)!;
    store.commit([
      { ...notification, seq: 2, type: 'CONNECT', id: 'call-0001-2' },
      { ...notification, seq: 3, type: 'RELEASE', id: 'call-0001-3' },
    ]);
    await store.claimNotification(2);
    tries.length = 0;
    await using box = await outboxWith({ clock, store, policy, line, send });
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(tries, ['0 call-0001-1 1']);
    assert.deepEqual(store.summary, [
      'call-0001-1 delivered 2',
      'call-0001-2 parked 1',
      'call-0001-3 parked 0',
    ]);
  });

  it('sends nothing where the store cannot note that a try begins, and tries later', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const { tries, send } = scripted(clock, () => 'arrived');
    const claim = store.claimNotification.bind(store);
    store.claimNotification = () => Promise.reject(new Error('disk'));
    const logged: string[] = [];
    await using box = await outboxWith({
      clock,
      store,
      policy,
      line,
      send,
      log: { ...silent, error: (_fields, text) => void logged.push(text) },
    });
    box.happen(event('SETUP'), event('RELEASE'));
    await pass(clock, 3);
    assert.equal(tries.length, 0);
    assert.match(logged[0]!, /could not be begun/);
    store.claimNotification = claim;
    await pass(clock, 2);
    assert.deepEqual(
      tries.map((text) => text.split(' ')[1]),
      ['call-0001-1', 'call-0001-3'],
    );
    assert.equal(leftIn(box.outbox), 0);
  });

  it('sends nothing that waits on disk no longer, and goes on with the rest of its call', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const { tries, send } = scripted(clock, () => 'arrived');
    const claim = store.claimNotification.bind(store);
    store.claimNotification = async (seq) => {
      if (seq > 1) return claim(seq);
      store.rows.delete(1);
      throw Object.assign(new Error('it does not exist'), { code: 'refused' });
    };
    await using box = await outboxWith({ clock, store, policy, line, send });
    box.happen(event('SETUP'), event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(tries, ['0 call-0001-3 1']);
    assert.equal(leftIn(box.outbox), 0);
  });

  it('begins no try before the one before it is on record, which would take its mark away', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const { tries, send } = scripted(clock, ({ attempt }) =>
      attempt === 1 ? 'refused' : { failure: 'stopped' },
    );
    const record = store.recordAttempt.bind(store);
    const slow = Promise.withResolvers<void>();
    store.recordAttempt = (...attempt) => slow.promise.then(() => record(...attempt));
    await using box = await outboxWith({ clock, store, policy, line, send });
    box.happen(event('SETUP'));
    await pass(clock, 5);
    assert.equal(tries.length, 1);
    slow.resolve();
    await pass(clock, 1);
    assert.equal(tries.length, 2);
  });
});

const hangs = () => new Promise<SendResult>(() => {});

async function portThatRefuses() {
  const server = await rawReceiver(() => {});
  const { port } = server;
  await server[Symbol.asyncDispose]();
  return { port };
}
