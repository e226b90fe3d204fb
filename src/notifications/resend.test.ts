import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Resent } from './outbox.ts';
import { at, outboxWith, receiver, SECOND } from './outbox-test-kit.ts';
import { MemoryStore } from './memory-store.ts';
import { event, HandClock } from './test-kit.ts';

/** One try and no more, so that a failure parks at once. */
const ONE_TRY = { policy: { windowMs: 0 } };
const OK: Resent = { ok: true };

const codes = (answers: readonly Resent[]) =>
  answers.map((answer) => (answer.ok ? 'ok' : answer.code));

const count = <T>(all: readonly T[], one: T) => all.filter((each) => each === one).length;

/** A receiver that refuses all until it is told to accept. */
async function mending() {
  const state = { status: 404 };
  const server = await receiver((_target, response) => {
    response.statusCode = state.status;
    response.end();
  });
  return Object.assign(server, { mend: () => void (state.status = 200) });
}

describe('a notification that is resent', () => {
  it('goes out under the same id and URL, its tries counted from one again', async () => {
    const clock = new HandClock();
    await using server = await mending();
    await using box = await outboxWith({
      clock,
      policy: { retryMs: [SECOND], windowMs: SECOND },
      line: at(server.origin),
    });
    box.happen(event('SETUP'));
    await box.store.recorded(1);
    clock.advance(SECOND);
    await box.store.recorded(2);
    assert.deepEqual(box.store.summary, ['call-0001-1 parked 2']);

    assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-1')), OK);
    await box.store.recorded(3);
    assert.deepEqual(box.store.summary, ['call-0001-1 pending 3']);
    server.mend();
    clock.advance(SECOND);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(
      server.requests,
      [1, 2, 1, 2].map((n) => `/call-0001/SETUP ${n}`),
    );
    assert.deepEqual(box.store.summary, ['call-0001-1 delivered 4']);
  });

  it('may have been delivered before', async () => {
    await using server = await receiver();
    await using box = await outboxWith({ line: at(server.origin) });
    box.happen(event('SETUP'));
    for (let round = 0; round < 3; round++) {
      assert.equal(await box.outbox.flush(5 * SECOND), true);
      assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-1')), OK);
    }
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 4);
  });

  it('is sent once, however many ask for it at once', async () => {
    await using server = await receiver();
    await using box = await outboxWith({ line: at(server.origin) });
    box.happen(event('SETUP'));
    await box.outbox.flush(5 * SECOND);
    const row = box.store.row('call-0001-1');
    box.store.lag = () => turn();
    const requeue = box.store.requeueNotifications.bind(box.store);
    let asked = 0;
    box.store.requeueNotifications = (seqs, since) => {
      asked++;
      return requeue(seqs, since);
    };
    const first = Array.from({ length: 2 }, () => box.outbox.resend(row));
    await turn();
    const answers = await Promise.all([
      ...first,
      ...Array.from({ length: 100 }, () => box.outbox.resend(row)),
    ]);
    assert.equal(answers[0]!.ok, true);
    assert.equal(count(codes(answers), 'pending'), 101);
    assert.equal(asked, 1);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests, ['/call-0001/SETUP 1', '/call-0001/SETUP 1']);
  });

  it('is refused while its last try is not on disk, and holds nothing up', async () => {
    await using server = await receiver();
    await using box = await outboxWith({ line: at(server.origin) });
    await box.outbox.flush(5 * SECOND);
    const written = Promise.withResolvers<void>();
    const record = box.store.recordAttempt.bind(box.store);
    // The row shows the end before the outbox has heard of it.
    box.store.recordAttempt = async (...attempt) => {
      await record(...attempt);
      await written.promise;
    };
    box.happen(event('SETUP'));
    await box.store.recorded(1);
    assert.equal(box.store.row('call-0001-1').state, 'delivered');
    const answer = await box.outbox.resend(box.store.row('call-0001-1'));
    assert.deepEqual(codes([answer]), ['pending']);
    written.resolve();
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(box.store.summary, ['call-0001-1 delivered 1']);
  });

  it('waits behind what its call has in memory, and holds no other call back', async () => {
    const waiting: ServerResponse[] = [];
    await using server = await receiver((target, response) => {
      if (target.endsWith('CONNECT')) waiting.push(response);
      else response.end();
    });
    await using box = await outboxWith({ ...ONE_TRY, line: at(server.origin) });
    box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
    await server.received(2);
    await box.store.recorded(1);
    assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-1')), OK);
    box.happen(event('SETUP', { callref: 'other' }));
    await server.received(3);
    waiting.shift()!.end();
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests, [
      '/call-0001/SETUP 1',
      '/call-0001/CONNECT 1',
      '/other/SETUP 1',
      '/call-0001/RELEASE 1',
      '/call-0001/SETUP 1',
    ]);
  });

  it('is refused while it is in flight, waits for a retry, or waits on disk, and then is not repeated', async () => {
    const waiting: ServerResponse[] = [];
    const clock = new HandClock();
    await using server = await receiver((target, response, attempt) => {
      if (target.startsWith('/flies')) waiting.push(response);
      else response.writeHead(attempt === 1 ? 404 : 200).end();
    });
    await using box = await outboxWith({
      clock,
      limits: { windowOfLine: 2 },
      policy: { retryMs: [SECOND], windowMs: 2 * SECOND },
      line: at(server.origin),
    });
    await box.outbox.flush(5 * SECOND);
    for (const callref of ['flies', 'retries', 'on-disk']) box.happen(event('SETUP', { callref }));
    await box.store.recorded(1);
    const answers = await Promise.all(
      ['flies-1', 'retries-1', 'on-disk-1'].map((id) => box.outbox.resend(box.store.row(id))),
    );
    assert.deepEqual(codes(answers), ['pending', 'pending', 'pending']);
    assert.match(answers[0]!.ok ? '' : answers[0]!.error, /still on its way/);
    clock.advance(SECOND);
    waiting.shift()!.end();
    await box.store.recorded(4);
    clock.advance(SECOND);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual([...server.requests].sort(), [
      '/flies/SETUP 1',
      '/on-disk/SETUP 1',
      '/on-disk/SETUP 2',
      '/retries/SETUP 1',
      '/retries/SETUP 2',
    ]);
  });
});

describe('resending with a window that is full', () => {
  it('finds an old seq that the window passed long ago, and sends it once', async () => {
    let slow = true;
    const waiting: ServerResponse[] = [];
    await using server = await receiver((target, response) => {
      if (slow && target.startsWith('/slow')) waiting.push(response);
      else response.end();
    });
    await using box = await outboxWith({
      limits: { windowOfLine: 2, atFirst: 100, perLine: 100 },
      line: at(server.origin),
    });
    for (let i = 0; i < 5; i++) box.happen(event('SETUP', { callref: `old-${i}` }));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    for (let i = 0; i < 4; i++) box.happen(event('SETUP', { callref: `slow-${i}` }));
    await server.received(7);
    // Two are in memory and two on disk: what is resent goes to disk too.
    const answers = await Promise.all(
      [3, 0].map((i) => box.outbox.resend(box.store.row(`old-${i}-1`))),
    );
    assert.deepEqual(answers, [OK, OK]);
    assert.equal(server.requests.length, 7);
    slow = false;
    for (const response of waiting) response.end();
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    for (let i = 0; i < 5; i++) {
      const sent = count(server.requests, `/old-${i}/SETUP 1`);
      assert.equal(sent, i === 0 || i === 3 ? 2 : 1, `old-${i}`);
    }
    assert.equal(server.requests.length, 11);
  });

  it('sends 1,000 parked ones once each, with 50 in memory, while new calls go on', async () => {
    await using server = await mending();
    await using box = await outboxWith({
      ...ONE_TRY,
      limits: { windowOfLine: 50 },
      line: at(server.origin),
    });
    const { store, outbox } = box;
    const ids = Array.from({ length: 1000 }, (_, i) => `call-${i}-1`);
    for (let i = 0; i < 1000; i++) box.happen(event('SETUP', { callref: `call-${i}` }));
    assert.equal(await outbox.flush(20 * SECOND), true);
    assert.equal(store.summary.filter((row) => row.endsWith('parked 1')).length, 1000);
    server.mend();
    server.requests.length = 0;
    store.lag = () => turn();

    const resending = ids.map((id) => outbox.resend(store.row(id)));
    for (let i = 0; i < 100; i++) {
      box.happen(
        event('SETUP', { callref: `new-${i}` }),
        event('RELEASE', { callref: `new-${i}` }),
      );
    }
    assert.equal(codes(await Promise.all(resending)).filter((code) => code === 'ok').length, 1000);
    assert.equal(await outbox.flush(20 * SECOND), true);
    assert.equal(server.requests.length, 1200);
    assert.equal(new Set(server.requests).size, 1200);
    for (let i = 0; i < 100; i++) {
      const setup = server.requests.indexOf(`/new-${i}/SETUP 1`);
      assert.ok(setup >= 0 && setup < server.requests.indexOf(`/new-${i}/RELEASE 1`));
    }
    assert.ok(store.summary.every((row) => row.includes(' delivered ')));
  });

  it('takes it from no reading that looked while it was being made pending, nor its call out of order', async () => {
    const waiting: ServerResponse[] = [];
    const refused = new Set(['/old/SETUP']);
    await using server = await receiver((target, response) => {
      if (target.startsWith('/slow')) waiting.push(response);
      else response.writeHead(refused.has(target) ? 404 : 200).end();
    });
    await using box = await outboxWith({
      ...ONE_TRY,
      limits: { windowOfLine: 4 },
      line: at(server.origin),
    });
    const { store, outbox } = box;
    box.happen(event('SETUP', { callref: 'old' }));
    // Between the events of the old call lies what the reading will begin with.
    const late = outbox.prepare([event('SETUP', { callref: 'slow-b' })]);
    box.happen(event('RELEASE', { callref: 'old' }));
    assert.equal(await outbox.flush(5 * SECOND), true);
    refused.clear();
    server.requests.length = 0;
    for (let i = 0; i < 4; i++) box.happen(event('SETUP', { callref: `slow-${i}` }));
    store.commit(late);
    outbox.enqueue(late);
    await server.received(4);
    // The requeueing shows at once and answers late; the reading that began before looks after it.
    const looks = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    store.lookLag = () => looks.promise;
    const before = store.reads.length;
    for (const response of waiting.splice(0, 2)) response.end();
    await store.signal.until(() => store.reads.length > before, 'the reading begins');
    store.parkedOfChain = async () => [1, 3];
    const requeue = store.requeueNotifications.bind(store);
    store.requeueNotifications = async (...asked) => {
      await requeue(...asked);
      await answer.promise;
    };
    const resent = outbox.resend(store.row('old-1'));
    await turn();
    const shown = store.row('old-3').state;
    looks.resolve();
    await turn();
    await turn();
    answer.resolve();
    assert.deepEqual(await resent, OK);
    assert.equal(shown, 'pending');
    await server.received(6);
    for (const response of waiting) response.end();
    assert.equal(await outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests.slice(4).sort(), [
      '/old/RELEASE 1',
      '/old/SETUP 1',
      '/slow-b/SETUP 1',
    ]);
    assert.ok(
      server.requests.indexOf('/old/SETUP 1') < server.requests.indexOf('/old/RELEASE 1'),
      server.requests.join(),
    );
  });

  it('loses and repeats nothing, with a slow store, failures, late commits and resends at any moment', async () => {
    const calls = 120;
    // The same course every time: a small linear congruential generator.
    let state = 4321;
    const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const store = new MemoryStore();
    store.lag = async () => {
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) await turn();
    };
    await using server = await receiver((_target, response, attempt) => {
      response.statusCode = attempt < 3 && random() < 0.3 ? 404 : 200;
      response.end();
    });
    await using box = await outboxWith({
      store,
      limits: { windowOfLine: 7, perEndpoint: 5 },
      policy: { retryMs: [1] },
      line: at(server.origin),
    });
    /** How often each was promised to be sent: once, and once more for each resend. */
    const promised = new Map<string, number>();
    let refusals = 0;
    async function live(callref: string): Promise<void> {
      for (const type of ['SETUP', 'CONNECT', 'RELEASE'] as const) {
        const notifications = box.outbox.prepare([event(type, { callref })]);
        await store.lag();
        store.commit(notifications);
        box.outbox.enqueue(notifications);
        promised.set(notifications[0]!.id, 1);
        for (let tries = 0; tries < 3; tries++) {
          await store.lag();
          const known = [...promised.keys()];
          const id = known[Math.floor(random() * known.length)]!;
          const { ok } = await box.outbox.resend(store.row(id));
          if (ok) promised.set(id, promised.get(id)! + 1);
          else refusals++;
        }
      }
    }
    for (let i = 0; i < calls; i += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, place) => live(`call-${i + place}`)));
    }
    assert.equal(await box.outbox.flush(20 * SECOND), true);
    for (const [id, times] of promised) {
      const { callref, type, state: end } = store.row(id);
      const firsts = count(server.requests, `/${callref}/${type} 1`);
      assert.equal(firsts, times, `${id}: ${firsts} first tries, ${times} were promised`);
      assert.notEqual(end, 'pending');
    }
    const resends = [...promised.values()].reduce((sum, times) => sum + times - 1, 0);
    assert.ok(resends > 50 && refusals > 100, `${resends} resends, ${refusals} refusals`);
    assert.ok(store.reads.length > 10, 'the window never overflowed');
  });
});

describe('a stop during a resend', () => {
  it('waits for the store, sends nothing, and the next start sends it as a first try', async () => {
    const store = new MemoryStore();
    await using server = await mending();
    {
      await using box = await outboxWith({ store, ...ONE_TRY, line: at(server.origin) });
      box.happen(event('SETUP'));
      assert.equal(await box.outbox.flush(5 * SECOND), true);
      const written = Promise.withResolvers<void>();
      store.lag = () => written.promise;
      const resent = box.outbox.resend(store.row('call-0001-1'));
      const flushed = box.outbox.flush(60 * SECOND);
      let stopped = false;
      const stop = box.outbox.stop().then(() => (stopped = true));
      assert.equal(await flushed, false);
      await turn();
      assert.equal(stopped, false);
      store.lag = async () => {};
      written.resolve();
      assert.deepEqual(await resent, OK);
      await stop;
      assert.deepEqual(await box.outbox.resend(store.row('call-0001-1')), {
        ok: false,
        code: 'stopped',
        error: 'This server is being stopped. Send the notification again when it runs.',
      });
    }
    assert.deepEqual(store.summary, ['call-0001-1 pending 1']);
    assert.equal(server.requests.length, 1);

    server.mend();
    await using after = await outboxWith({ store, ...ONE_TRY, line: at(server.origin) });
    assert.equal(await after.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests, ['/call-0001/SETUP 1', '/call-0001/SETUP 1']);
    assert.deepEqual(store.summary, ['call-0001-1 delivered 2']);
  });

  it('lets flush end when the resend has ended, not before', async () => {
    await using server = await receiver();
    await using box = await outboxWith({ line: at(server.origin) });
    box.happen(event('SETUP'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    box.store.lag = () => turn();
    const resent = box.outbox.resend(box.store.row('call-0001-1'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 2);
    assert.deepEqual(await resent, OK);
  });
});

describe('a store that cannot requeue', () => {
  it('makes the resend reject, leaves the notification as it was, and holds nothing up', async () => {
    await using server = await receiver();
    await using box = await outboxWith({ line: at(server.origin) });
    box.happen(event('SETUP'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    const row = box.store.row('call-0001-1');
    box.store.lag = async () => {
      throw new Error('disk');
    };
    await assert.rejects(box.outbox.resend(row), /disk/);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    box.store.lag = async () => {};
    assert.deepEqual(await box.outbox.resend(row), OK);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 2);
  });
});
