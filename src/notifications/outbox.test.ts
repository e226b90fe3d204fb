import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { createOutbox } from './outbox.ts';
import { at, leftIn, outboxWith, receiver, SECOND } from './outbox-test-kit.ts';
import { MemoryStore } from './memory-store.ts';
import { event, HandClock, lineWith, silent } from './test-kit.ts';

describe('a call', () => {
  it('is notified in order, one request after the other', async () => {
    let open = 0;
    await using server = await receiver((_target, response) => {
      assert.equal(++open, 1);
      setImmediate(() => {
        open--;
        response.end();
      });
    });
    await using box = await outboxWith({ line: at(server.origin) });
    box.happen(event('SETUP'));
    box.happen(event('CONNECT'), event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests, [
      '/call-0001/SETUP 1',
      '/call-0001/CONNECT 1',
      '/call-0001/RELEASE 1',
    ]);
    assert.deepEqual(box.store.summary, [
      'call-0001-1 delivered 1',
      'call-0001-2 delivered 1',
      'call-0001-3 delivered 1',
    ]);
  });

  it('stays in order while its first event fails and is tried again', async () => {
    const clock = new HandClock();
    await using server = await receiver((target, response, attempt) => {
      response.statusCode = target.endsWith('SETUP') && attempt < 3 ? 503 : 200;
      response.end();
    });
    await using box = await outboxWith({ clock, line: at(server.origin) });
    box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
    await box.store.recorded(1);
    clock.advance(SECOND - 1);
    assert.equal(server.requests.length, 1);
    clock.advance(1);
    await box.store.recorded(2);
    clock.advance(3 * SECOND - 1);
    assert.equal(server.requests.length, 2);
    clock.advance(1);
    await box.store.recorded(5);
    assert.deepEqual(server.requests, [
      '/call-0001/SETUP 1',
      '/call-0001/SETUP 2',
      '/call-0001/SETUP 3',
      '/call-0001/CONNECT 1',
      '/call-0001/RELEASE 1',
    ]);
    assert.deepEqual(
      box.store.rows.get(1)!.attempts.map(({ status, error }) => [status, error]),
      [
        [503, 'The server answered 503.'],
        [503, 'The server answered 503.'],
        [200, null],
      ],
    );
  });

  it('has an event parked when its time is over, and what comes later parks behind it unsent', async () => {
    const clock = new HandClock();
    const behind: string[] = [];
    await using server = await receiver((_target, response) => {
      response.writeHead(404).end();
    });
    await using box = await outboxWith({
      clock,
      policy: { retryMs: [SECOND, 3 * SECOND, 10 * SECOND], windowMs: 14 * SECOND },
      line: at(server.origin),
      onParkedBehind: ({ id }) => void behind.push(id),
    });
    box.happen(event('SETUP'), event('CONNECT'));
    for (const [tries, seconds] of [
      [1, 1],
      [2, 3],
      [3, 10],
    ] as const) {
      await box.store.recorded(tries);
      assert.equal(box.store.rows.get(1)!.state, 'pending');
      clock.advance(seconds * SECOND);
    }
    await box.store.recorded(4);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(box.store.summary, ['call-0001-1 parked 4', 'call-0001-2 parked 0']);
    box.happen(event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(box.store.summary[2], 'call-0001-3 parked 0');
    assert.equal(server.requests.length, 4);
    assert.deepEqual(behind, ['call-0001-2', 'call-0001-3']);
    assert.equal(clock.waiting, 0);
    assert.equal(leftIn(box.outbox), 0);
  });

  it('is told by a template of 8 kB to its last byte', async () => {
    await using server = await receiver();
    const frame = `${server.origin}/_N_TYPE_?r=_CALLREF_&x=`;
    const line = { notificationUrl: frame + 'y'.repeat(8192 - frame.length) };
    await using box = await outboxWith({ line });
    box.happen(event('SETUP'), event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(
      server.requests,
      ['SETUP', 'RELEASE'].map(
        (type) => `/${type}?r=call-0001&x=${'y'.repeat(8192 - frame.length)} 1`,
      ),
    );
  });

  it('does not follow a redirect', async () => {
    await using server = await receiver((_target, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await using box = await outboxWith({ policy: { windowMs: 0 }, line: at(server.origin) });
    box.happen(event('SETUP'));
    await box.store.recorded(1);
    assert.deepEqual(server.requests, ['/call-0001/SETUP 1']);
    assert.deepEqual(box.store.summary, ['call-0001-1 parked 1']);
    assert.match(box.store.rows.get(1)!.attempts[0]!.error!, /a redirect to \/elsewhere/);
  });

  it('is not held back by another call that hangs at the same server', async () => {
    const clock = new HandClock();
    await using server = await receiver((target, response) => {
      if (!target.startsWith('/hangs')) response.end();
    });
    await using box = await outboxWith({ clock, line: at(server.origin) });
    box.happen(event('SETUP', { callref: 'hangs' }), event('RELEASE', { callref: 'hangs' }));
    await server.received(1);
    box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
    await box.store.recorded(3);
    assert.equal(server.requests.length, 4);
    clock.advance(5 * SECOND);
    await box.store.recorded(4);
    assert.match(box.store.rows.get(1)!.attempts[0]!.error!, /did not answer within 5 s/);
  });

  it('is not held back at one destination by its other one', async () => {
    await using hangs = await receiver(() => {});
    await using server = await receiver();
    await using box = await outboxWith({
      line: { buzzeeUrl: `${hangs.origin}/b`, ...at(server.origin) },
    });
    box.happen(event('SETUP'), event('RELEASE'));
    await box.store.recorded(2);
    await hangs.received(1);
    assert.deepEqual(server.requests, ['/call-0001/SETUP 1', '/call-0001/RELEASE 1']);
    assert.match(hangs.requests[0]!, /^\/b\?account=.*&type=SETUP/);
    assert.equal(hangs.requests.length, 1);
  });
});

describe('whoever follows the tries', () => {
  it('is told of each once it is on disk, with its number and the state it led to', async () => {
    const clock = new HandClock();
    const store = new MemoryStore();
    const told: unknown[] = [];
    await using server = await receiver((target, response, attempt) => {
      response.statusCode = target.endsWith('SETUP') && attempt > 1 ? 200 : 404;
      response.end();
    });
    await using box = await outboxWith({
      store,
      clock,
      policy: { retryMs: [SECOND], windowMs: 2 * SECOND },
      line: at(server.origin),
      onAttempt({ id }, attempt, attempts, state) {
        // The row shows it already, and the notification can be resent if it is over.
        assert.deepEqual(store.row(id).attempts.at(-1), attempt);
        assert.equal(store.row(id).state, state);
        told.push([id, attempts, state, attempt.status, attempt.failure]);
      },
      onParkedBehind({ id }) {
        assert.equal(store.row(id).state, 'parked');
        told.push([id, 'behind']);
        throw new Error('listener');
      },
    });
    box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
    await store.recorded(1);
    clock.advance(SECOND);
    await store.recorded(3);
    clock.advance(SECOND);
    await store.recorded(4);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(told, [
      ['call-0001-1', 1, 'pending', 404, 'status'],
      ['call-0001-1', 2, 'delivered', 200, null],
      ['call-0001-2', 1, 'pending', 404, 'status'],
      ['call-0001-2', 2, 'parked', 404, 'status'],
      ['call-0001-3', 'behind'],
    ]);
  });

  it('can resend from within, and harms nothing where it throws', async () => {
    const logged: object[] = [];
    await using server = await receiver((_target, response) => {
      response.statusCode = server.requests.length === 1 ? 500 : 200;
      response.end();
    });
    await using box = await outboxWith({
      policy: { windowMs: 0 },
      line: at(server.origin),
      log: { ...silent, error: (fields) => void logged.push(fields) },
      onAttempt({ id }, _attempt, _attempts, state) {
        if (state === 'parked') void box.outbox.resend(box.store.row(id));
        throw new Error('listener');
      },
    });
    box.happen(event('SETUP'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(box.store.summary, ['call-0001-1 delivered 2']);
    assert.equal(logged.length, 2);
    assert.ok(logged.every((fields) => 'callref' in fields && fields.callref === 'call-0001'));
  });
});

describe('a receiver', () => {
  it('gets at most as many requests at a time as the limit says', async () => {
    const waiting: ServerResponse[] = [];
    await using server = await receiver((_target, response) => void waiting.push(response));
    await using box = await outboxWith({
      limits: { atFirst: 3, perEndpoint: 3 },
      line: at(server.origin),
    });
    for (let i = 0; i < 10; i++) box.happen(event('SETUP', { callref: `call-${i}` }));
    for (let done = 0; done < 10; done++) {
      await server.received(Math.min(10, done + 3));
      assert.ok(waiting.length <= 3);
      waiting.shift()!.end();
      await box.store.recorded(done + 1);
    }
    assert.equal(server.requests.length, 10);
  });
});

describe('after a restart', () => {
  it('what was pending goes on in order, its tries so far counted, and numbers go on', async () => {
    const store = new MemoryStore();
    const clock = new HandClock();
    await using server = await receiver((target, response) => {
      response.statusCode = target === '/a/SETUP' ? 404 : 200;
      response.end();
    });
    const policy = { retryMs: [SECOND, 3 * SECOND, 10 * SECOND], windowMs: 14 * SECOND };
    {
      await using before = await outboxWith({ store, clock, policy, line: at(server.origin) });
      before.happen(event('SETUP', { callref: 'a' }), event('RELEASE', { callref: 'a' }));
      before.happen(event('SETUP', { callref: 'b' }));
      await store.recorded(2);
      clock.advance(SECOND);
      await store.recorded(3);
    }
    assert.deepEqual(store.summary, ['a-1 pending 2', 'a-3 pending 0', 'b-1 delivered 1']);
    assert.equal(clock.waiting, 0);
    server.requests.length = 0;

    await using after = await outboxWith({ store, clock, policy, line: at(server.origin) });
    await store.recorded(4);
    clock.advance(10 * SECOND);
    await store.recorded(5);
    clock.advance(3 * SECOND); // what was left of its time, which the restart did not begin anew
    await store.recorded(6);
    assert.equal(await after.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests, ['/a/SETUP 3', '/a/SETUP 4', '/a/SETUP 5']);
    assert.deepEqual(store.summary, ['a-1 parked 5', 'a-3 parked 0', 'b-1 delivered 1']);
    assert.equal(after.happen(event('RELEASE', { callref: 'b' }))[0]!.seq, 4);
  });

  it('a try that the stop cut short is recorded, and stays pending though it was the last', async () => {
    const store = new MemoryStore();
    await using server = await receiver(() => {});
    {
      await using box = await outboxWith({
        store,
        policy: { windowMs: 0 },
        line: at(server.origin),
      });
      box.happen(event('SETUP'), event('RELEASE'));
      await server.received(1);
    }
    assert.deepEqual(store.summary, ['call-0001-1 pending 1', 'call-0001-3 pending 0']);
    assert.match(store.rows.get(1)!.attempts[0]!.error!, /stopped/);
  });
});

describe('flush', () => {
  it('gives up when its time is over, and says so', async () => {
    const clock = new HandClock();
    await using server = await receiver(() => {});
    await using box = await outboxWith({ clock, line: at(server.origin) });
    box.happen(event('SETUP'));
    await server.received(1);
    const flushed = box.outbox.flush(3 * SECOND);
    clock.advance(3 * SECOND);
    assert.equal(await flushed, false);
  });

  it('ends at once where there is nothing, and where the outbox is stopped', async () => {
    await using server = await receiver(() => {});
    await using box = await outboxWith({ line: at(server.origin) });
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    box.happen(event('SETUP'));
    const flushed = box.outbox.flush(60 * SECOND);
    await server.received(1);
    const stopped = box.outbox.stop();
    assert.equal(await flushed, false);
    await box.sender.close();
    await stopped;
  });
});

describe('prepare', () => {
  it('is refused before the numbering is known', () => {
    const outbox = createOutbox({
      store: new MemoryStore(),
      lineOf: () => lineWith({ notificationUrl: 'http://h/' }),
      send: () => assert.fail('nothing is to be sent'),
      log: silent,
    });
    assert.throws(() => outbox.prepare([event('SETUP')]), /start/);
  });
});
