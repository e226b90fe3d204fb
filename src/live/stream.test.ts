import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { E164 } from '../numbers/e164.ts';
import type { LiveEvent } from './live-event.ts';
import { LiveStream } from './stream.ts';
import type { LiveListener } from './stream.ts';

const A = '33123456789' as E164;
const B = '33123456790' as E164;

function event(n: number, line = A): LiveEvent {
  return { line, customer: 'default', type: 'line', data: { line: `${n}`, change: 'changed' } };
}

function noFault(error: unknown): never {
  throw error;
}

const stream = (keep?: number, epoch = 'e1') =>
  new LiveStream({ epoch, onFault: noFault, ...(keep === undefined ? {} : { keep }) });

/** Keeps what it is given as `<id> <the event's own number>`, or `reset <id>`. */
function listener(after?: string, accepts: (event: LiveEvent) => boolean = () => true) {
  const got: string[] = [];
  return {
    got,
    after,
    accepts,
    onEvent: (id: string, { data }: LiveEvent) =>
      void got.push(`${id} ${'line' in data ? data.line : '?'}`),
    onReset: (id: string) => void got.push(`reset ${id}`),
  } satisfies LiveListener & { got: string[] };
}

/** What a listener gets that follows events `from` to `to`. */
const events = (from: number, to: number, epoch = 'e1') =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => `${epoch}-${from + i} ${from + i}`);

describe('a live stream', () => {
  it('gives who names no last id only what comes from then on', () => {
    const live = stream();
    live.publish(event(1));
    const one = listener();
    live.subscribe(one);
    assert.deepEqual(one.got, []);
    live.publish(event(2));
    live.publish(event(3));
    assert.deepEqual(one.got, events(2, 3));
  });

  it('tells the id from which a fresh listener can resume, also before the first event', () => {
    const live = stream();
    assert.equal(live.lastId, 'e1-0');
    const one = listener();
    const end = live.subscribe(one);
    const seen = live.lastId;
    end();
    live.publish(event(1));
    const again = listener(seen);
    live.subscribe(again);
    assert.deepEqual([one.got, again.got], [[], events(1, 1)]);
    assert.equal(live.lastId, 'e1-1');
  });

  it('goes on from every number that it keeps, and resets below and above', () => {
    const keep = 16;
    for (const published of [0, 1, 15, 16, 17, 18, 31, 32, 33, 100]) {
      for (let after = 0; after <= published + 2; after++) {
        const live = stream(keep);
        for (let n = 1; n <= published; n++) live.publish(event(n));
        const one = listener(`e1-${after}`);
        live.subscribe(one);
        live.publish(event(published + 1));
        const kept = after <= published && after >= published - keep;
        const since = events((kept ? after : published) + 1, published + 1);
        assert.deepEqual(
          one.got,
          kept ? since : [`reset e1-${published}`, ...since],
          `after ${after} of ${published}`,
        );
      }
    }
  });

  it('has no gap and no repeat for listeners that are cut off and come back at any moment', () => {
    // The same course every time: a small linear congruential generator.
    let state = 12_345;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const live = stream(1000);
    const clients = Array.from({ length: 40 }, (_, place) => ({
      wants: [A, B, undefined][place % 3],
      got: [] as number[],
      resets: 0,
      last: live.lastId,
      end: undefined as (() => void) | undefined,
    }));
    const wanted: { n: number; line: E164 }[] = [];
    for (let n = 1; n <= 5000; n++) {
      const line = random(4) === 0 ? A : B;
      live.publish(event(n, line));
      wanted.push({ n, line });
      const client = clients[random(clients.length)]!;
      if (client.end) {
        client.end();
        client.end = undefined;
        // Half of them remember the newest id, as after a sign of life; the others their last event's.
        if (random(2) === 0) client.last = live.lastId;
      } else {
        client.end = live.subscribe({
          after: client.last,
          accepts: (each) => client.wants === undefined || each.line === client.wants,
          onEvent: (id, each) => {
            client.last = id;
            if ('line' in each.data) client.got.push(Number(each.data.line));
          },
          onReset: () => client.resets++,
        });
      }
    }
    for (const client of clients) {
      client.end ??= live.subscribe({
        after: client.last,
        accepts: (each) => client.wants === undefined || each.line === client.wants,
        onEvent: (_id, each) => 'line' in each.data && client.got.push(Number(each.data.line)),
        onReset: () => client.resets++,
      });
      const due = wanted.filter(({ line }) => client.wants === undefined || line === client.wants);
      assert.equal(client.resets, 0);
      assert.deepEqual(
        client.got,
        due.map(({ n }) => n),
      );
      client.end();
    }
    assert.equal(live.listeners, 0);
  });

  it('resets who names an id of another start, or a text that is no id', () => {
    const live = stream();
    live.publish(event(1));
    for (const after of [
      'e2-1',
      'e1',
      'e1-',
      'e1--1',
      'e1-+1',
      'e1-1.0',
      'e1-01',
      'e1-1 ',
      ' e1-1',
      'e1-1e0',
      'e1-0x1',
      'E1-1',
      'e11-1',
      '1',
      '',
      'e1-99999999999999999999',
      `e1-${'1'.repeat(100_000)}`,
      'e1-\u0661',
    ]) {
      const one = listener(after);
      live.subscribe(one);
      assert.deepEqual(one.got, ['reset e1-1'], after.slice(0, 40));
    }
    live.publish(event(2));
  });

  it('gives each listener only what it accepts, as it says at that moment', () => {
    const live = stream();
    let allowed = true;
    const one = listener('e1-0', ({ line }) => allowed && line === A);
    live.publish(event(1));
    live.publish(event(2, B));
    live.subscribe(one);
    live.publish(event(3, B));
    live.publish(event(4));
    allowed = false;
    live.publish(event(5));
    assert.deepEqual(one.got, ['e1-1 1', 'e1-4 4']);
  });

  it('gives nothing more to who has ended it, also in the middle of a callback', () => {
    const live = stream();
    const one = listener();
    const end = live.subscribe({
      ...one,
      onEvent: (id, each) => {
        one.onEvent(id, each);
        if (id === 'e1-1') live.publish(event(2));
        end();
        end();
      },
    });
    const other = listener();
    live.subscribe(other);
    live.publish(event(1));
    assert.deepEqual(one.got, events(1, 1));
    assert.deepEqual(other.got, events(1, 2));
  });

  it('serves the others when a listener throws, goes on serving it, and reports the fault', () => {
    const faults: unknown[] = [];
    const live = new LiveStream({ epoch: 'e1', onFault: (error) => faults.push(error) });
    live.publish(event(1));
    const fault = new Error('socket');
    const broken = listener('e1-0');
    live.subscribe({
      ...broken,
      onEvent: (id, each) => {
        broken.onEvent(id, each);
        throw fault;
      },
    });
    live.subscribe({ ...listener('x-1'), onReset: () => assert.fail(fault) });
    live.subscribe({ ...listener(), accepts: () => assert.fail(fault) });
    const healthy = listener();
    live.subscribe(healthy);
    live.publish(event(2));
    assert.deepEqual(faults, [fault, fault, fault, fault]);
    assert.deepEqual(broken.got, events(1, 2));
    assert.deepEqual(healthy.got, events(2, 2));
  });

  it('keeps the order for all where a listener publishes or subscribes within a callback', () => {
    const live = stream();
    live.publish(event(1));
    const late = listener('e1-0');
    const first = listener();
    const nested = listener('e1-0');
    const last = listener();
    live.subscribe({
      ...first,
      onEvent: (id, each) => {
        if (id === 'e1-2') live.publish(event(3));
        if (id === 'e1-3') live.subscribe(nested);
        first.onEvent(id, each);
      },
    });
    live.subscribe({
      ...late,
      onEvent: (id, each) => {
        if (id === 'e1-1') live.publish(event(2));
        late.onEvent(id, each);
      },
    });
    live.subscribe({
      ...last,
      onEvent: (id, each) => {
        if (id === 'e1-4') live.publish(event(5));
        last.onEvent(id, each);
      },
    });
    live.publish(event(4));
    assert.deepEqual(first.got, events(2, 5));
    assert.deepEqual(late.got, events(1, 5));
    assert.deepEqual(nested.got, events(1, 5));
    assert.deepEqual(last.got, events(4, 5));
  });

  it('resets a listener that publishes more within a callback than is kept', () => {
    const live = stream(4);
    const one = listener();
    live.subscribe({
      ...one,
      onEvent: (id, each) => {
        one.onEvent(id, each);
        if (id === 'e1-1') for (let n = 2; n <= 6; n++) live.publish(event(n));
      },
    });
    live.publish(event(1));
    live.publish(event(7));
    assert.deepEqual(one.got, ['e1-1 1', 'reset e1-6', 'e1-7 7']);
  });

  it('refuses an epoch that could not stand in a header, and to keep nothing', () => {
    for (const epoch of ['', 'a-b', 'a\nb', 'é']) assert.throws(() => stream(1, epoch), /epoch/);
    for (const keep of [0, -1, 1.5, Number.NaN]) assert.throws(() => stream(keep), /keep/);
  });
});
