import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Destination } from './destination.ts';
import { at, leftIn, ONE_TRY, outboxWith, receiver, SECOND } from './outbox-test-kit.ts';
import { MemoryStore } from './memory-store.ts';
import { event, LINE, seededRandom, Signal, silent, someTurns } from './test-kit.ts';

/** A receiver that refuses the SETUP, and what else it is told to, until it is mended. */
async function refusing(...types: string[]) {
  const refused = new Set(['SETUP', ...types]);
  const server = await receiver((target, response) => {
    response.statusCode = refused.has(target.split('/')[2]!) ? 404 : 200;
    response.end();
  });
  return Object.assign(server, { mend: () => refused.clear() });
}

const IN_ORDER = ['SETUP', 'CONNECT', 'RELEASE'].map((type) => `/call-0001/${type} 1`);

describe('an event that parks', () => {
  it('has the later ones of its call parked behind it that are on disk only', async () => {
    const waiting: ServerResponse[] = [];
    await using server = await receiver((_target, response) => void waiting.push(response));
    await using box = await outboxWith({
      ...ONE_TRY,
      limits: { windowOfLine: 1 },
      line: at(server.origin),
    });
    box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
    await server.received(1);
    assert.equal(box.outbox.depths.inMemory, 1);
    waiting.shift()!.writeHead(404).end();
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(box.store.summary, [
      'call-0001-1 parked 1',
      'call-0001-2 parked 0',
      'call-0001-3 parked 0',
    ]);
    assert.equal(leftIn(box.outbox), 0);
  });

  for (const moment of ['before its parking is on disk', 'after its parking is on disk'] as const) {
    it(`holds back what was read when it was not parked yet, ${moment}`, async () => {
      const waiting = new Map<string, ServerResponse>();
      await using server = await receiver(
        (target, response) => void waiting.set(target.split('/')[1]!, response),
      );
      const warned = new Signal();
      let parked = false;
      await using box = await outboxWith({
        ...ONE_TRY,
        limits: { windowOfLine: 2 },
        line: at(server.origin),
        log: {
          ...silent,
          warn() {
            parked = true;
            warned.changed();
          },
        },
      });
      const { store, outbox } = box;
      box.happen(event('RELEASE', { callref: 'other' }));
      box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
      await server.received(2);
      // The reading looks now, and its answer comes late.
      const looked = new Signal();
      const answer = Promise.withResolvers<void>();
      const read = store.pendingNotifications.bind(store);
      let shown: boolean[] = [];
      store.pendingNotifications = async (...asked) => {
        const rows = await read(...asked);
        shown = rows.map(({ behindParked }) => behindParked);
        looked.changed();
        await answer.promise;
        return rows;
      };
      waiting.get('other')!.end();
      await looked.until(() => shown.length > 0, 'the reading');
      assert.deepEqual(shown, [false]);
      store.pendingNotifications = read;
      const written = Promise.withResolvers<void>();
      if (moment.startsWith('before')) store.lag = () => written.promise;
      waiting.get('call-0001')!.writeHead(404).end();
      if (moment.startsWith('before')) {
        await warned.until(() => parked, 'it is given up');
        assert.equal(store.row('call-0001-1').state, 'pending');
      } else {
        await store.recorded(2);
      }
      answer.resolve();
      await turn();
      written.resolve();
      assert.equal(await outbox.flush(5 * SECOND), true);
      assert.equal(server.requests.length, 2);
      assert.deepEqual(store.summary.slice(1), [
        'call-0001-1 parked 1',
        'call-0001-2 parked 0',
        'call-0001-3 parked 0',
      ]);
      assert.equal(leftIn(outbox), 0);
    });
  }

  it('has what comes after a restart parked behind it', async () => {
    const store = new MemoryStore();
    await using server = await refusing();
    {
      await using box = await outboxWith({ ...ONE_TRY, store, line: at(server.origin) });
      box.happen(event('SETUP'));
      assert.equal(await box.outbox.flush(5 * SECOND), true);
    }
    await using box = await outboxWith({ ...ONE_TRY, store, line: at(server.origin) });
    assert.equal(box.outbox.depths.parkedChains, 1);
    box.happen(event('CONNECT'));
    box.happen(event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 1);
    assert.ok(store.summary.every((row) => row.includes(' parked ')));
    assert.equal(leftIn(box.outbox), 0);
  });

  it('holds back neither another call nor the same call at another place', async () => {
    await using server = await refusing();
    await using box = await outboxWith({
      ...ONE_TRY,
      line: at(server.origin),
      destinations: [destination(2, `${server.origin}/_CALLREF_/2/_N_TYPE_`)],
    });
    box.happen(event('SETUP'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    box.happen(event('CONNECT', { callref: 'other' }));
    box.happen(event('CONNECT'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests.toSorted(), [
      '/call-0001/2/CONNECT 1',
      '/call-0001/2/SETUP 1',
      '/call-0001/SETUP 1',
      '/other/2/CONNECT 1',
      '/other/CONNECT 1',
    ]);
  });

  it('is not remembered longer than its call, also where nobody is told of the end', async () => {
    await using server = await refusing('CONNECT', '2');
    await using box = await outboxWith({
      ...ONE_TRY,
      line: {},
      destinations: [
        destination(2, `${server.origin}/_CALLREF_/2/_N_TYPE_`, ['SETUP']),
        destination(3, `${server.origin}/_CALLREF_/_N_TYPE_`, ['CONNECT']),
      ],
    });
    box.happen(event('SETUP'), event('RELEASE'));
    box.happen(event('SETUP', { callref: 'two' }));
    box.happen(event('CONNECT', { callref: 'two' }));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(box.outbox.depths.parkedChains, 2);
    box.happen(event('RELEASE', { callref: 'two' }));
    assert.equal(box.store.summary.length, 3);
    assert.equal(leftIn(box.outbox), 0);
    // Sent again after its call, it parks again: nothing is left of that either.
    await box.outbox.resend(box.store.row('two-7'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(box.store.row('two-7').state, 'parked');
    assert.equal(leftIn(box.outbox), 0);
  });
});

describe('a resend of what is parked', () => {
  for (const which of [1, 2, 3]) {
    for (const over of [true, false]) {
      it(`sends all of its call in order, asked for event ${which}, the call ${over ? 'over' : 'going on'}`, async () => {
        await using server = await refusing();
        await using box = await outboxWith({ ...ONE_TRY, line: at(server.origin) });
        box.happen(event('SETUP'));
        if (over) box.happen(event('CONNECT'), event('RELEASE'));
        else if (which === 2) box.happen(event('CONNECT'));
        assert.equal(await box.outbox.flush(5 * SECOND), true);
        server.mend();
        server.requests.length = 0;
        const id = over || which === 2 ? which : 1;
        assert.deepEqual(await box.outbox.resend(box.store.row(`call-0001-${id}`)), { ok: true });
        if (!over) box.happen(event('RELEASE'));
        assert.equal(await box.outbox.flush(5 * SECOND), true);
        const expected = over || which === 2 ? IN_ORDER : [IN_ORDER[0], IN_ORDER[2]];
        assert.deepEqual(server.requests, expected);
        assert.ok(box.store.summary.every((row) => row.includes(' delivered ')));
        assert.equal(leftIn(box.outbox), 0);
      });
    }
  }

  it('has a new event of the call sent after it, at whatever moment of it that comes', async () => {
    for (let lag = 0; lag < 4; lag++) {
      for (let after = 0; after < 16; after++) {
        await using server = await refusing();
        await using box = await outboxWith({ ...ONE_TRY, line: at(server.origin) });
        box.happen(event('SETUP'));
        assert.equal(await box.outbox.flush(5 * SECOND), true);
        server.mend();
        server.requests.length = 0;
        box.store.lag = async () => {
          for (let turns = lag; turns > 0; turns--) await turn();
        };
        const resent = box.outbox.resend(box.store.row('call-0001-1'));
        for (let turns = after; turns > 0; turns--) await turn();
        box.happen(event('CONNECT'));
        await turn();
        box.happen(event('RELEASE'));
        assert.deepEqual(await resent, { ok: true });
        assert.equal(await box.outbox.flush(5 * SECOND), true);
        const when = `lag ${lag}, after ${after} turns`;
        assert.deepEqual(server.requests, IN_ORDER, when);
        assert.equal(leftIn(box.outbox), 0, when);
      }
    }
  });

  it('has what is read meanwhile wait for what the store has still to say no to', async () => {
    await using server = await refusing();
    await using box = await outboxWith({ ...ONE_TRY, line: at(server.origin) });
    const { store, outbox } = box;
    box.happen(event('SETUP'));
    assert.equal(await outbox.flush(5 * SECOND), true);
    server.mend();
    server.requests.length = 0;
    const asked = Promise.withResolvers<void>();
    const looks = Promise.withResolvers<void>();
    const parkBehind = store.parkBehind.bind(store);
    store.parkBehind = (seq) => asked.promise.then(() => parkBehind(seq));
    box.happen(event('CONNECT'));
    store.parkedOfChain = async () => [1];
    store.lookLag = () => looks.promise;
    assert.deepEqual(await outbox.resend(store.row('call-0001-1')), { ok: true });
    // While the line is being read, the RELEASE goes by way of the disk.
    box.happen(event('RELEASE'));
    looks.resolve();
    for (let turns = 10; turns > 0; turns--) await turn();
    asked.resolve();
    assert.equal(await outbox.flush(5 * SECOND), true);
    assert.deepEqual(server.requests, IN_ORDER);
    assert.equal(leftIn(outbox), 0);
  });

  it('parks all again, in order, where the first fails again', async () => {
    await using server = await refusing();
    await using box = await outboxWith({ ...ONE_TRY, line: at(server.origin) });
    box.happen(event('SETUP'), event('CONNECT'), event('RELEASE'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(await box.outbox.resend(box.store.row('call-0001-3')), { ok: true });
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.equal(server.requests.length, 2);
    assert.deepEqual(box.store.summary, [
      'call-0001-1 parked 2',
      'call-0001-2 parked 0',
      'call-0001-3 parked 0',
    ]);
    assert.equal(leftIn(box.outbox), 0);
  });
});

describe('parking and resending in any course', () => {
  for (const seed of [1, 2, 3]) {
    it(`delivers each event of a chain once, and the first deliveries in order (course ${seed})`, async () => {
      const random = seededRandom(seed * 7919);
      const store = new MemoryStore();
      const lag = () => someTurns(random);
      store.lag = lag;
      store.lookLag = lag;
      const delivered: string[] = [];
      let failing = 0.3;
      await using server = await receiver((target, response) => {
        const fails = random() < failing;
        if (!fails) delivered.push(target);
        response.writeHead(fails ? 404 : 200).end();
      });
      await using box = await outboxWith({
        store,
        ...ONE_TRY,
        limits: { windowOfLine: 9, perEndpoint: 8 },
        line: at(server.origin),
        destinations: [
          destination(2, `${server.origin}/_CALLREF_-2/_N_TYPE_`),
          destination(3, `${server.origin}/_CALLREF_-3/_N_TYPE_`, ['SETUP', 'CONNECT']),
        ],
      });
      const { outbox } = box;
      let resends = 0;
      let replayed = 0;
      async function live(callref: string): Promise<void> {
        for (const type of ['SETUP', 'CONNECT', 'RELEASE'] as const) {
          const events = [event(type, { callref })];
          const notifications = outbox.prepare(events);
          await lag();
          store.commit(notifications);
          outbox.enqueue(notifications, events);
          await lag();
          const parked = [...store.rows.values()].filter((row) => row.state === 'parked');
          const one = parked[Math.floor(random() * parked.length)];
          if (one && random() < 0.2) {
            const { ok } = await outbox.resend(store.row(one.notification.id));
            if (ok) resends++;
          }
        }
      }
      async function replay() {
        const answer = await outbox.replay({ state: 'parked' }, 10_000);
        replayed += answer.count;
        return answer;
      }
      for (let i = 0; i < 150; i += 10) {
        const calls: Promise<unknown>[] = Array.from({ length: 10 }, (_, place) =>
          live(`call-${i + place}`),
        );
        if (i % 30 === 20) calls.push(replay());
        await Promise.all(calls);
      }
      failing = 0;
      assert.equal(await outbox.flush(20 * SECOND), true);
      const { more } = await replay();
      assert.equal(await outbox.flush(20 * SECOND), true);
      assert.ok(resends > 20 && replayed > 5 && !more, `${resends} resends, ${replayed} replayed`);

      assert.equal(store.summary.filter((row) => !row.includes(' delivered ')).length, 0);
      assert.equal(delivered.length, 150 * 8);
      assert.equal(new Set(delivered).size, 150 * 8, 'a delivered one was repeated');
      for (let i = 0; i < 150; i++) {
        for (const [place, last] of [
          ['', 3],
          ['-2', 3],
          ['-3', 2],
        ] as const) {
          const types = ['SETUP', 'CONNECT', 'RELEASE'].slice(0, last);
          const own = delivered.filter((target) => target.startsWith(`/call-${i}${place}/`));
          assert.deepEqual(
            own,
            types.map((type) => `/call-${i}${place}/${type}`),
          );
        }
      }
      assert.equal(leftIn(outbox), 0);
    });
  }
});

function destination(
  id: number,
  url: string,
  types = ['SETUP', 'CONNECT', 'RELEASE'],
): Destination {
  return {
    id,
    line: LINE,
    title: '',
    url,
    format: 'get',
    enabled: true,
    direction: 'any',
    types: types as Destination['types'],
    numbers: [],
    createdAt: 0,
  };
}
