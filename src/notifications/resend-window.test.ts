// Resending where the window over the store is full: what is resent waits on disk too, is read from there once,
// and comes in its call's order. Resending itself: resend.test.ts.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { at, codes, count, mending, ONE_TRY, outboxWith, receiver } from './outbox-test-kit.ts';
import { RESENT, SECOND } from './outbox-test-kit.ts';
import { MemoryStore } from './memory-store.ts';
import { event, seededRandom, someTurns } from './test-kit.ts';

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
    assert.deepEqual(answers, [RESENT, RESENT]);
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
    assert.deepEqual(await resent, RESENT);
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
    const calls = 240;
    const random = seededRandom(4321);
    const store = new MemoryStore();
    store.lag = () => someTurns(random);
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
