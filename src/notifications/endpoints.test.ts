import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Endpoints } from './endpoints.ts';
import type { EndpointsLimits, Outcome } from './endpoints.ts';
import { HandClock, seededRandom } from './test-kit.ts';

const LIMITS: EndpointsLimits = {
  perEndpoint: 50,
  atFirst: 4,
  perLine: 20,
  total: 1024,
  unproven: 512,
};
const GOOD: Outcome = { unwell: false, ms: 5 };
const SLOW: Outcome = { unwell: false, ms: 1000 };
const BAD: Outcome = { unwell: true, ms: 5 };
const SECOND = 1000;

/** Endpoints whose requests the test ends. An item is `<endpoint> <line> <number>`. */
function endpointsWith(limits: Partial<EndpointsLimits> = {}, random = 0.5) {
  const clock = new HandClock();
  const started: string[] = [];
  const dropped: string[] = [];
  const unwanted = new Set<string>();
  const flying = new Map<string, (outcome: Outcome | undefined) => void>();
  const endpoints = new Endpoints<string>({
    limits: { ...LIMITS, ...limits },
    clock,
    random: () => random,
    run(item, ended) {
      started.push(item);
      flying.set(item, ended);
    },
    wanted: (item) => !unwanted.has(item),
    onDropped: (item) => void dropped.push(item),
  });
  let made = 0;
  return {
    endpoints,
    clock,
    started,
    dropped,
    unwanted,
    flying,
    add(endpoint: string, count = 1, line = 'a', probe = false): string[] {
      const items = Array.from({ length: count }, () => `${endpoint} ${line} ${made++}`);
      for (const item of items) endpoints.add(endpoint, line, item, probe);
      return items;
    },
    /** Ends the requests in flight of an endpoint, the first `count`. */
    async end(endpoint: string, outcome: Outcome | undefined, count = Infinity): Promise<void> {
      const items = [...flying.keys()].filter((item) => item.startsWith(`${endpoint} `));
      for (const item of items.slice(0, count)) {
        flying.get(item)!(outcome);
        flying.delete(item);
      }
      await turn();
    },
    inFlight: (endpoint = '') =>
      [...flying.keys()].filter((item) => item.startsWith(endpoint)).length,
  };
}

const starts = (items: readonly string[], place: number) =>
  items.map((item) => item.split(' ')[place]).join('');

describe('an endpoint', () => {
  it('serves its lines in turn, each in its order, however much one of them has', async () => {
    const box = endpointsWith({ atFirst: 1, perEndpoint: 1 });
    box.add('E', 50, 'a');
    box.add('E', 3, 'b');
    box.add('E', 2, 'c');
    for (let i = 0; i < 12; i++) await box.end('E', GOOD);
    // The first two of line a were in the round before there was another line.
    assert.equal(starts(box.started, 1), 'aabcabcabaaaa');
    const ofA = box.started.filter((item) => item.includes(' a ')).map((item) => item.slice(4));
    assert.deepEqual(
      ofA.map(Number),
      ofA.map((_, i) => i),
    );
  });

  it('gives one line no more places than the limit for a line', async () => {
    const box = endpointsWith({ atFirst: 10, perLine: 3 });
    box.add('E', 20, 'a');
    assert.equal(box.inFlight(), 3);
    box.add('E', 20, 'b');
    assert.equal(box.inFlight(), 6);
    await box.end('E a', GOOD);
    assert.equal(box.inFlight('E a'), 3);
  });

  it('is trusted with a few requests at first, one more for each good answer, half for a bad one', async () => {
    const box = endpointsWith({ atFirst: 2, perEndpoint: 6, perLine: 100 });
    box.add('E', 200);
    const widths = [box.inFlight()];
    const rounds = [GOOD, GOOD, GOOD, BAD, GOOD, BAD, BAD, BAD, BAD, GOOD, GOOD];
    for (const outcome of rounds) {
      await box.end('E', outcome, 1);
      widths.push(box.inFlight());
    }
    assert.deepEqual(widths, [2, 3, 4, 5, 4, 3, 2, 1, 1, 1, 2, 3]);
    for (let i = 0; i < 10; i++) await box.end('E', GOOD, 1);
    assert.equal(box.inFlight(), 6);
  });

  it('loses nothing and starts each item once, in any course', async () => {
    const random = seededRandom(99);
    const box = endpointsWith({ perEndpoint: 5, perLine: 2, total: 12, unproven: 6 });
    const all: string[] = [];
    for (let round = 0; round < 3000; round++) {
      const endpoint = `E${Math.floor(random() * 8)}`;
      const line = 'abc'.charAt(Math.floor(random() * 3));
      if (round < 2000) all.push(...box.add(endpoint, Math.floor(random() * 3), line));
      const outcome = random() < 0.5 ? GOOD : random() < 0.5 ? BAD : SLOW;
      await box.end(`E${Math.floor(random() * 8)}`, outcome, 1);
      if (random() < 0.2) box.clock.advance(SECOND);
      assert.ok(box.endpoints.running <= 12);
    }
    for (let round = 0; round < 5000 && box.started.length < all.length; round++) {
      for (let i = 0; i < 8; i++) await box.end(`E${i}`, GOOD);
      box.clock.advance(30 * SECOND);
    }
    for (let i = 0; i < 8; i++) await box.end(`E${i}`, GOOD);
    assert.equal(box.started.length, all.length);
    assert.deepEqual(box.started.toSorted(), all.toSorted());
    assert.equal(box.endpoints.running, 0);
    assert.equal(box.clock.waiting, 0);
  });
});

describe('endpoints among each other', () => {
  it('take turns, however much one of them has', async () => {
    const box = endpointsWith({ total: 1, unproven: 1 });
    box.add('E', 20);
    box.add('F', 2);
    box.add('G', 3);
    for (let i = 0; i < 11; i++) {
      const [flying] = box.flying.keys();
      await box.end(flying!.charAt(0), SLOW);
    }
    // The first two of E were in the round before there was another endpoint.
    assert.equal(starts(box.started, 0), 'EEFGEFGEGEEE');
  });

  it('that hang take only the places of those that are not proven', async () => {
    const box = endpointsWith();
    box.add('good');
    await box.end('good', GOOD);
    for (let i = 0; i < 200; i++) box.add(`hangs-${i}`, 5);
    assert.equal(box.inFlight('hangs'), 512);
    box.add('good', 30, 'a');
    assert.equal(box.inFlight('good'), 5);
    for (let i = 0; i < 6; i++) await box.end('good', GOOD);
    assert.equal(box.started.filter((item) => item.startsWith('good')).length, 31);
  });

  it('take more than all places never', async () => {
    const box = endpointsWith({ total: 60, unproven: 20, perLine: 50 });
    for (let i = 0; i < 10; i++) box.add(`good-${i}`);
    for (let i = 0; i < 10; i++) await box.end(`good-${i}`, GOOD);
    for (let i = 0; i < 10; i++) box.add(`good-${i}`, 20);
    for (let i = 0; i < 10; i++) box.add(`new-${i}`, 20);
    assert.equal(box.endpoints.running, 60);
    assert.equal(box.inFlight('new'), 10);
    assert.equal(box.inFlight('good'), 50);
  });

  it('leave a new one its turn, however busy the proven ones are', async () => {
    const box = endpointsWith({ total: 4, unproven: 2 });
    for (const endpoint of ['E', 'F']) {
      box.add(endpoint);
      await box.end(endpoint, GOOD);
      box.add(endpoint, 500);
    }
    box.add('new', 3);
    const begins = () => box.started.filter((item) => item.startsWith('new')).length;
    for (let i = 0; i < 4 && begins() === 0; i++) await box.end(i % 2 ? 'E' : 'F', GOOD, 1);
    assert.ok(begins() > 0);
  });

  it('have the places of the proven ones as soon as they are proven', async () => {
    const box = endpointsWith({ total: 20, unproven: 10 });
    box.add('new', 1);
    for (let i = 0; i < 3; i++) box.add(`hangs-${i}`, 4);
    box.add('new', 20);
    assert.equal(box.inFlight('hangs'), 9);
    assert.equal(box.inFlight('new'), 1);
    // Its answer frees a place of the unproven, and one that hangs is before it in their round.
    await box.end('new', GOOD);
    assert.equal(box.inFlight('hangs'), 10);
    assert.equal(box.inFlight('new'), 5);
  });

  it('lose them again when they are slow, fail, or have not answered for a second', async () => {
    for (const how of ['slow', 'fails', 'hangs'] as const) {
      const box = endpointsWith({ total: 20, unproven: 2, perEndpoint: 8 });
      box.add('E');
      await box.end('E', GOOD);
      box.add('hangs', 2);
      box.add('E', how === 'hangs' ? 2 : 1);
      if (how === 'hangs') box.clock.advance(SECOND);
      else await box.end('E', how === 'slow' ? SLOW : BAD, 1);
      const before = box.inFlight('E');
      box.add('E', 5);
      assert.equal(box.inFlight('E'), before, how);
      await box.end('hangs', SLOW);
      assert.ok(box.inFlight('E') > before, how);
    }
  });
});

describe('a circuit', () => {
  it('opens after five failures in a row, and one request probes after a second', async () => {
    const box = endpointsWith({ atFirst: 1, perEndpoint: 1 });
    box.add('E', 20);
    for (let i = 0; i < 4; i++) await box.end('E', BAD);
    await box.end('E', GOOD);
    for (let i = 0; i < 4; i++) await box.end('E', BAD);
    assert.equal(box.inFlight(), 1);
    assert.equal(box.endpoints.open, 0);
    await box.end('E', BAD);
    assert.equal(box.inFlight(), 0);
    assert.equal(box.endpoints.open, 1);
    box.add('E', 5, 'b');
    box.clock.advance(SECOND - 1);
    assert.equal(box.inFlight(), 0);
    box.clock.advance(1);
    assert.equal(box.inFlight(), 1);
    assert.equal(box.endpoints.open, 0);
  });

  it('waits for those in flight before it opens, and starts none meanwhile', async () => {
    const box = endpointsWith({ atFirst: 8, perLine: 8 });
    box.add('E', 20);
    await box.end('E', BAD, 7);
    assert.equal(box.inFlight(), 1);
    assert.equal(box.endpoints.open, 0);
    await box.end('E', BAD);
    assert.equal(box.endpoints.open, 1);
    assert.equal(box.started.length, 8);
  });

  it('doubles its pause with each failed probe, up to 30 s, and closes with a good one', async () => {
    const box = endpointsWith({ atFirst: 1 });
    const pauseOf = () => {
      for (let ms = 0; ms < 60 * SECOND; ms += 500) {
        if (box.inFlight('E') > 0) return ms / SECOND;
        box.clock.advance(500);
      }
      return undefined;
    };
    box.add('E', 40);
    for (let i = 0; i < 5; i++) await box.end('E', BAD);
    const pauses = [];
    for (let i = 0; i < 8; i++) {
      pauses.push(pauseOf());
      assert.equal(box.inFlight('E'), 1);
      await box.end('E', BAD);
    }
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
    assert.equal(pauseOf(), 30);
    await box.end('E', GOOD);
    assert.equal(box.endpoints.open, 0);
    assert.equal(box.inFlight('E'), 2);
    for (let i = 0; i < 5; i++) await box.end('E', BAD, 1);
    await box.end('E', BAD);
    assert.equal(pauseOf(), 1);
  });

  it('has pauses that differ by a quarter either way', async () => {
    for (const [random, ms] of [
      [0, 750],
      [0.9999, 1249],
    ] as const) {
      const box = endpointsWith({ atFirst: 1 }, random);
      box.add('E', 9);
      for (let i = 0; i < 5; i++) await box.end('E', BAD);
      box.clock.advance(ms - 1);
      assert.equal(box.inFlight(), 0);
      box.clock.advance(2);
      assert.equal(box.inFlight(), 1);
    }
  });

  it('gives up what is not wanted any more, when it opens and before each probe, and nothing else', async () => {
    const box = endpointsWith({ atFirst: 1 });
    const a = box.add('E', 8, 'a');
    const b = box.add('E', 2, 'b');
    const failing = [a[0]!, a[1]!, b[0]!, a[2]!, b[1]!];
    const early = [a[3]!, a[5]!];
    for (const item of early) box.unwanted.add(item);
    assert.deepEqual(box.dropped, []);
    for (let i = 0; i < 5; i++) await box.end('E', BAD);
    assert.deepEqual(box.started, failing);
    assert.deepEqual(box.dropped, early);
    const later = box.add('E', 1, 'c');
    box.unwanted.add(a[4]!).add(later[0]!);
    box.clock.advance(SECOND);
    assert.deepEqual(box.dropped, [...early, a[4]!, later[0]!]);
    assert.deepEqual(box.started.slice(5), [a[6]!]);
    await box.end('E', GOOD);
    assert.deepEqual(box.started.slice(5), [a[6]!, a[7]!]);
    await box.end('E', GOOD);
    assert.equal(box.clock.waiting, 0);
  });

  it('needs no probe where nothing is left to be sent, and takes what comes later', async () => {
    const box = endpointsWith({ atFirst: 1 });
    const items = box.add('E', 6);
    box.unwanted.add(items[5]!);
    for (let i = 0; i < 5; i++) await box.end('E', BAD);
    box.clock.advance(60 * SECOND);
    assert.equal(box.inFlight(), 0);
    assert.equal(box.clock.waiting, 0);
    box.add('E', 3);
    assert.equal(box.inFlight(), 1);
    await box.end('E', BAD);
    assert.equal(box.endpoints.open, 1);
  });

  it('is probed at once by what somebody asked for', async () => {
    const box = endpointsWith({ atFirst: 1 });
    box.add('E', 5);
    for (let i = 0; i < 5; i++) await box.end('E', BAD);
    box.add('E', 1, 'b', true);
    assert.deepEqual(starts(box.started, 1), 'aaaaab');
    assert.equal(box.clock.waiting, 0);
    await box.end('E', BAD);
    assert.equal(box.endpoints.open, 1);
    box.add('E', 3, 'c', true);
    assert.equal(box.inFlight(), 1);
    await box.end('E', GOOD);
    assert.equal(box.inFlight(), 2);
  });

  it('is opened by nothing that was not sent', async () => {
    const box = endpointsWith({ atFirst: 1 });
    box.add('E', 20);
    for (let i = 0; i < 10; i++) await box.end('E', undefined);
    assert.equal(box.endpoints.open, 0);
    assert.equal(box.inFlight(), 1);
  });
});

describe('endpoints that are closed', () => {
  it('start nothing more, and leave no timer behind', async () => {
    const box = endpointsWith({ atFirst: 1 });
    box.add('E', 9);
    box.add('F', 9);
    for (let i = 0; i < 5; i++) await box.end('E', BAD);
    assert.equal(box.clock.waiting, 1);
    box.endpoints.close();
    const before = box.started.length;
    for (let i = 0; i < 6; i++) await box.end('F', BAD);
    box.add('G');
    assert.equal(box.started.length, before);
    assert.equal(box.endpoints.running, 0);
    assert.equal(box.clock.waiting, 0);
  });
});
