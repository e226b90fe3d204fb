import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Outbox } from './outbox.ts';
import { at, leftIn, outboxWith, receiver, SECOND } from './outbox-test-kit.ts';
import type { SendRequest, SendResult } from './send.ts';
import { MemoryStore } from './memory-store.ts';
import { event, HandClock, number, seededRandom, Signal, someTurns } from './test-kit.ts';

/** One in memory; the others wait on disk. */
const NO_ROOM = { windowOfLine: 1 };

describe('the window over the store', () => {
  it('holds no more than its size, and what does not fit is read in order', async () => {
    const waiting: ServerResponse[] = [];
    await using server = await receiver((target, response) => {
      if (target === '/barrier') response.end();
      else waiting.push(response);
    });
    await using box = await outboxWith({
      limits: { windowOfLine: 4, atFirst: 100, perLine: 100 },
      line: at(server.origin),
    });
    await box.outbox.flush(5 * SECOND); // what was on disk at the start is read
    for (let i = 0; i < 10; i++) box.happen(event('SETUP', { callref: `call-${i}` }));
    await server.received(4);
    // By the time that a later request is through, a fifth one would be too.
    await (await fetch(`${server.origin}/barrier`)).text();
    assert.equal(waiting.length, 4);
    // Two answers make room for half a window.
    waiting.shift()!.end();
    waiting.shift()!.end();
    await server.received(7);
    await (await fetch(`${server.origin}/barrier`)).text();
    assert.equal(waiting.length, 4);
    assert.deepEqual(
      server.requests.filter((request) => !request.startsWith('/barrier')).sort(),
      [0, 1, 2, 3, 4, 5].map((i) => `/call-${i}/SETUP 1`),
    );
    assert.ok(box.store.reads.every(({ limit }) => limit <= 4));
  });

  it('keeps a later event of a call behind an earlier one that is only on disk', async () => {
    const waiting: ServerResponse[] = [];
    await using server = await receiver((target, response) => {
      if (target.startsWith('/first')) waiting.push(response);
      else response.end();
    });
    await using box = await outboxWith({ limits: { windowOfLine: 1 }, line: at(server.origin) });
    await box.outbox.flush(5 * SECOND);
    box.happen(event('SETUP', { callref: 'first' }));
    box.happen(event('SETUP'));
    await server.received(1);
    waiting.shift()!.end();
    box.happen(event('CONNECT'));
    box.happen(event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests.slice(1), [
      '/call-0001/SETUP 1',
      '/call-0001/CONNECT 1',
      '/call-0001/RELEASE 1',
    ]);
  });

  it('does not repeat what was delivered while a read was on its way', async () => {
    const waiting = new Map<string, ServerResponse>();
    await using server = await receiver((target, response) => {
      if (/^\/[ab]\//.test(target)) waiting.set(target.charAt(1), response);
      else response.end();
    });
    await using box = await outboxWith({ limits: { windowOfLine: 2 }, line: at(server.origin) });
    const { store, outbox } = box;
    await outbox.flush(5 * SECOND);
    // Commits end in another order than numbers are given: the late one makes the next read start
    // before b, which is in memory and still pending on disk when that read looks.
    const late = outbox.prepare([event('SETUP', { callref: 'late' })]);
    box.happen(event('SETUP', { callref: 'a' }), event('SETUP', { callref: 'b' }));
    store.commit(late);
    outbox.enqueue(late);
    await server.received(2);
    const looked = new Signal();
    const answer = Promise.withResolvers<void>();
    const read = store.pendingNotifications.bind(store);
    let shown: string[] = [];
    store.pendingNotifications = async (line, afterSeq, limit) => {
      const rows = await read(line, afterSeq, Math.max(limit, 10));
      shown = rows.map(({ notification }) => notification.callref);
      looked.changed();
      await answer.promise;
      return rows;
    };
    waiting.get('a')!.end();
    await looked.until(() => shown.length > 0, 'the read');
    assert.deepEqual(shown, ['late', 'b']);
    waiting.get('b')!.end();
    await store.recorded(2);
    answer.resolve();
    assert.equal(await outbox.flush(5 * SECOND), true);
    assert.deepEqual(store.summary.sort(), [
      'a-1 delivered 1',
      'b-1 delivered 1',
      'late-1 delivered 1',
    ]);
    assert.equal(server.requests.length, 3);
  });

  it('reads again after the store failed to', async () => {
    const store = new MemoryStore();
    const clock = new HandClock();
    await using server = await receiver();
    await using box = await outboxWith({ store, clock, limits: NO_ROOM, line: at(server.origin) });
    const read = store.pendingNotifications.bind(store);
    store.pendingNotifications = async () => {
      throw new Error('disk');
    };
    box.happen(event('SETUP'), event('RELEASE'));
    await store.recorded(1);
    await turn();
    assert.deepEqual(server.requests, ['/call-0001/SETUP 1']);
    store.pendingNotifications = read;
    clock.advance(SECOND - 1);
    assert.equal(store.reads.length, 0);
    clock.advance(1);
    await store.recorded(2);
    assert.deepEqual(store.summary, ['call-0001-1 delivered 1', 'call-0001-3 delivered 1']);
  });

  it('rejects at the start where the store cannot say what waits', async () => {
    const store = new MemoryStore();
    store.linesWithPending = async () => {
      throw new Error('disk');
    };
    await assert.rejects(outboxWith({ store, line: at('http://127.0.0.1:9') }), /disk/);
  });

  it('loses, repeats and reorders nothing, with a slow store, failures and late commits', async () => {
    const calls = 150;
    const random = seededRandom(12_345);
    const store = new MemoryStore();
    store.lag = () => someTurns(random);
    await using server = await receiver((_target, response, attempt) => {
      response.statusCode = attempt < 4 && random() < 0.2 ? 503 : 200;
      response.end();
    });
    await using box = await outboxWith({
      store,
      limits: { windowOfLine: 7, perEndpoint: 5 },
      policy: { retryMs: [1] },
      line: at(server.origin),
    });
    async function live(callref: string): Promise<void> {
      for (const type of ['SETUP', 'CONNECT', 'RELEASE'] as const) {
        const notifications = box.outbox.prepare([event(type, { callref })]);
        await store.lag();
        store.commit(notifications);
        box.outbox.enqueue(notifications);
        await store.lag();
      }
    }
    for (let i = 0; i < calls; i += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, place) => live(`call-${i + place}`)));
    }
    assert.equal(await box.outbox.flush(20 * SECOND), true);

    assert.equal(new Set(server.requests).size, server.requests.length, 'a request was repeated');
    for (let i = 0; i < calls; i++) {
      const types = server.requests
        .filter((request) => request.startsWith(`/call-${i}/`))
        .map((request) => request.split(/[/ ]/)[2]);
      assert.deepEqual([...new Set(types)], ['SETUP', 'CONNECT', 'RELEASE']);
      assert.deepEqual(
        types,
        [...types].sort((a, b) => rank(a) - rank(b)),
      );
    }
    assert.equal(store.summary.filter((row) => row.includes('delivered')).length, calls * 3);
    assert.ok(store.reads.length > 10, 'the window never overflowed');
  });
});

describe('the windows of many lines', () => {
  it('are apart: a line that overflows holds back itself alone', async () => {
    const waiting: ServerResponse[] = [];
    await using server = await receiver((target, response) => {
      if (target.startsWith('/hangs')) waiting.push(response);
      else response.end();
    });
    await using box = await outboxWith({
      limits: { windowOfLine: 10, atFirst: 100 },
      line: at(server.origin),
    });
    const [bad, good] = accounts(2);
    for (let i = 0; i < 100; i++) {
      box.happen(event('SETUP', { callref: `hangs-${i}`, account: bad! }));
    }
    await server.received(10);
    assert.equal(box.outbox.depths.linesOnDisk, 1);
    for (let i = 0; i < 50; i++) {
      const call = { callref: `good-${i}`, account: good! };
      box.happen(event('SETUP', call), event('RELEASE', call));
      await box.store.recorded(2 * i + 2);
    }
    assert.equal(server.requests.length, 110);
    assert.equal(box.store.reads.length, 0);
    server.requests.length = 0;
    while (box.outbox.depths.inMemory > 0) {
      for (const response of waiting.splice(0)) response.end();
      await turn();
    }
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 90);
  });

  it('hold together no more than their limit and a few for each, and lose nothing', async () => {
    const store = new MemoryStore();
    const flying: ((result: SendResult) => void)[] = [];
    const sent: string[] = [];
    const send = ({ id, attempt }: SendRequest) => {
      sent.push(`${id} ${attempt}`);
      return new Promise<SendResult>((resolve) => flying.push(resolve));
    };
    let reading = 0;
    let mostReading = 0;
    const read = store.pendingNotifications.bind(store);
    store.pendingNotifications = async (...asked) => {
      mostReading = Math.max(mostReading, ++reading);
      const rows = await read(...asked);
      await turn();
      reading--;
      return rows;
    };
    const limits = { windowOfLine: 40, window: 100, total: 2000, unproven: 2000, atFirst: 2000 };
    const setup = { store, send, limits, line: at('http://crm') };
    const lines = accounts(30);
    let most = 0;
    {
      await using box = await outboxWith(setup);
      for (let i = 0; i < 40; i++) {
        for (const account of lines) {
          const call = { callref: `call-${i}-${account}`, account };
          box.happen(event('SETUP', call), event('CONNECT', call), event('RELEASE', call));
          most = Math.max(most, box.outbox.depths.inMemory);
        }
      }
      assert.ok(most <= 100 + 30 * 10, `${most} in memory`);
      assert.equal(box.outbox.depths.linesOnDisk, 30);
      for (const end of flying.splice(0)) end(ARRIVED);
      await turn();
      void box.outbox.stop();
      for (const end of flying.splice(0)) end({ ...ARRIVED, failure: 'stopped', status: null });
    }
    // The same from the disk alone, as after a restart.
    most = 0;
    await using box = await outboxWith(setup);
    while (!(await isEmpty(box.outbox))) {
      most = Math.max(most, box.outbox.depths.inMemory);
      for (const end of flying.splice(0)) end(ARRIVED);
      await turn();
    }
    assert.ok(most >= 30 && most <= 100 + 30 * 10, `${most} in memory`);
    assert.ok(mostReading <= 4, `${mostReading} readings at a time`);
    assert.equal(store.summary.filter((row) => !row.includes(' delivered ')).length, 0);
    const firsts = sent.map((text) => text.split(' ')[0]!);
    for (const account of lines) {
      for (let i = 0; i < 40; i++) {
        const places = [1, 2, 3].map((n) => firsts.indexOf(`call-${i}-${account}-${n}`));
        assert.ok(places[0]! >= 0 && places[0]! < places[1]! && places[1]! < places[2]!);
      }
    }
    assert.equal(leftIn(box.outbox), 0);
  });
});

const ARRIVED: SendResult = {
  at: 0,
  ms: 1,
  status: 200,
  error: null,
  failure: null,
  address: null,
  answer: null,
  sent: true,
};

async function isEmpty(outbox: Outbox): Promise<boolean> {
  await turn();
  const { depths } = outbox;
  return depths.inMemory + depths.linesOnDisk === 0;
}

const accounts = (count: number) =>
  Array.from({ length: count }, (_, i) => number(String(33_120_000_000 + i)));

function rank(type: string | undefined): number {
  return ['SETUP', 'CONNECT', 'RELEASE'].indexOf(type ?? '');
}
