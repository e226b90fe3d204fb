import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { E164 } from '../numbers/e164.ts';
import type { LiveEvent } from './live-event.ts';
import { LiveStream } from './stream.ts';
import type { Follower } from './stream.ts';

const A = '33123456789' as E164;

function event(n: number): LiveEvent {
  return { line: A, customer: 'default', type: 'line', data: { line: `${n}`, change: 'changed' } };
}

function noFault(error: unknown): never {
  throw error;
}

const stream = (keep?: number, epoch = 'e1') =>
  new LiveStream({ epoch, onFault: noFault, ...(keep === undefined ? {} : { keep }) });

/**
 * Takes everything as soon as it is there and keeps it as `<id> <the event's own number>`, or `reset <id>`;
 * `each` is called with each of them.
 */
function follow(live: LiveStream, after?: string, each: (told: string) => void = () => {}) {
  const got: string[] = [];
  const takeAll = (): void => {
    for (let told = follower.next(); told !== undefined; told = follower.next()) {
      got.push(told.kind === 'reset' ? `reset ${told.id}` : `${told.id} ${numberOf(told.event)}`);
      each(told.id);
    }
  };
  const follower = live.follow(after, takeAll);
  takeAll();
  return { got, follower };
}

function numberOf({ data }: LiveEvent): number {
  return 'line' in data ? Number(data.line) : NaN;
}

/** What a follower gets of events `from` to `to`. */
const events = (from: number, to: number, epoch = 'e1') =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => `${epoch}-${from + i} ${from + i}`);

describe('a live stream', () => {
  it('gives who names no last id only what comes from then on', () => {
    const live = stream();
    live.publish(event(1));
    const { got } = follow(live);
    assert.deepEqual(got, []);
    live.publish(event(2));
    live.publish(event(3));
    assert.deepEqual(got, events(2, 3));
  });

  it('tells the id from which one can resume, also before the first event', () => {
    const live = stream();
    assert.equal(live.lastId, 'e1-0');
    const one = follow(live);
    assert.equal(one.follower.id, 'e1-0');
    one.follower.end();
    live.publish(event(1));
    assert.equal(one.follower.id, 'e1-0');
    const again = follow(live, one.follower.id);
    assert.deepEqual([one.got, again.got], [[], events(1, 1)]);
    assert.equal(live.lastId, 'e1-1');
    assert.equal(again.follower.id, 'e1-1');
  });

  it('goes on from every number that it keeps, and resets below and above', () => {
    const keep = 16;
    for (const published of [0, 1, 15, 16, 17, 18, 31, 32, 33, 100]) {
      for (let after = 0; after <= published + 2; after++) {
        const live = stream(keep);
        for (let n = 1; n <= published; n++) live.publish(event(n));
        const { got } = follow(live, `e1-${after}`);
        live.publish(event(published + 1));
        const kept = after <= published && after >= published - keep;
        const since = events((kept ? after : published) + 1, published + 1);
        assert.deepEqual(
          got,
          kept ? since : [`reset e1-${published}`, ...since],
          `after ${after} of ${published}`,
        );
      }
    }
  });

  it('has no gap and no repeat for followers that are cut off and come back at any moment', () => {
    // The same course every time: a small linear congruential generator.
    let state = 12_345;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const live = stream(1000);
    const clients = Array.from({ length: 40 }, () => ({
      got: [] as string[],
      last: live.lastId,
      follower: undefined as Follower | undefined,
    }));
    for (let n = 1; n <= 5000; n++) {
      live.publish(event(n));
      const client = clients[random(clients.length)]!;
      const { follower } = client;
      if (follower === undefined) {
        client.follower = live.follow(client.last, () => {});
        continue;
      }
      // A few at a time, as a slow connection takes them, and then perhaps a cut.
      for (let takes = random(400); takes > 0; takes--) {
        const told = follower.next();
        if (told === undefined) break;
        client.got.push(told.kind === 'reset' ? 'reset' : `${told.id} ${numberOf(told.event)}`);
      }
      if (random(2) === 0) continue;
      client.last = follower.id;
      client.follower = undefined;
      follower.end();
      assert.equal(follower.next(), undefined, 'nothing more for who has ended');
    }
    for (const client of clients) {
      client.follower?.end();
      const rest = follow(live, client.follower?.id ?? client.last);
      assert.deepEqual([...client.got, ...rest.got], events(1, 5000));
      rest.follower.end();
    }
    assert.equal(live.followers, 0);
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
      assert.deepEqual(follow(live, after).got, ['reset e1-1'], after.slice(0, 40));
    }
    live.publish(event(2));
  });

  it('keeps everything for who takes his time, tells him once, and resets who takes too long', () => {
    const live = stream(4);
    let news = 0;
    const slow = live.follow(undefined, () => news++);
    assert.equal(slow.next(), undefined);
    for (let n = 1; n <= 4; n++) live.publish(event(n));
    assert.equal(news, 1);
    const taken = () => {
      const told = slow.next();
      return told === undefined ? undefined : `${told.kind} ${told.id}`;
    };
    assert.deepEqual([taken(), taken()], ['event e1-1', 'event e1-2']);
    assert.equal(slow.id, 'e1-2');
    for (let n = 5; n <= 6; n++) live.publish(event(n));
    assert.equal(taken(), 'event e1-3');
    for (let n = 7; n <= 8; n++) live.publish(event(n));
    assert.equal(news, 1, 'he knows that there is more');
    assert.deepEqual([taken(), taken()], ['reset e1-8', undefined]);
    live.publish(event(9));
    assert.equal(news, 2);
    assert.equal(taken(), 'event e1-9');
  });

  it('gives all followers the same object for an event', () => {
    const live = stream();
    const [one, other] = [live.follow(undefined, () => {}), live.follow('e1-0', () => {})];
    live.publish(event(1));
    const told = one.next();
    assert.equal(told?.kind, 'event');
    assert.equal(told, other.next());
  });

  it('serves the others when a follower throws, goes on serving it, and reports the fault', () => {
    const faults: unknown[] = [];
    const live = new LiveStream({ epoch: 'e1', onFault: (error) => faults.push(error) });
    const fault = new Error('socket');
    let broken = true;
    const late = follow(live, undefined, () => {
      if (broken) throw fault;
    });
    const healthy = follow(live);
    live.publish(event(1));
    assert.deepEqual(faults, [fault]);
    assert.deepEqual(healthy.got, events(1, 1));
    broken = false;
    live.publish(event(2));
    assert.deepEqual(late.got, events(1, 2));
    assert.deepEqual(healthy.got, events(1, 2));
    assert.deepEqual(faults, [fault]);
  });

  it('keeps the order for all where one publishes or follows when he is told', () => {
    const live = stream();
    live.publish(event(1));
    const nested: string[][] = [];
    const first = follow(live, undefined, (id) => {
      if (id === 'e1-2') live.publish(event(3));
      if (id === 'e1-3') nested.push(follow(live, 'e1-0').got);
    });
    const last = follow(live, undefined, (id) => {
      if (id === 'e1-3') live.publish(event(4));
    });
    live.publish(event(2));
    assert.deepEqual(first.got, events(2, 4));
    assert.deepEqual(last.got, events(2, 4));
    assert.deepEqual(nested, [events(1, 4)]);
  });

  it('refuses an epoch that could not stand in a header, and to keep nothing', () => {
    for (const epoch of ['', 'a-b', 'a\nb', 'é']) assert.throws(() => stream(1, epoch), /epoch/);
    for (const keep of [0, -1, 1.5, Number.NaN]) assert.throws(() => stream(keep), /keep/);
  });
});
