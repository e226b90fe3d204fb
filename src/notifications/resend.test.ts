// Sending an ended notification again, and what stands in its way: it is still on its way, the server stops,
// the store fails. With a full window: resend-window.test.ts. Many at once: replay.test.ts.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { at, codes, count, mending, ONE_TRY, outboxWith, receiver } from './outbox-test-kit.ts';
import { RESENT, SECOND } from './outbox-test-kit.ts';
import { MemoryStore } from './memory-store.ts';
import { event, HandClock } from './test-kit.ts';

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

    assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-1')), RESENT);
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
      assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-1')), RESENT);
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
    assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-1')), RESENT);
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
      assert.deepEqual(await resent, RESENT);
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
    assert.deepEqual(await resent, RESENT);
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
    assert.deepEqual(await box.outbox.resend(row), RESENT);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 2);
  });
});
