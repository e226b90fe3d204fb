import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Lanes } from './lanes.ts';

/** Lanes whose items run until `end(item)`. */
function lanesWith(perOrigin: number, total: number) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const lanes = new Lanes<string>({ perOrigin, total }, (item) => {
    started.push(item);
    return new Promise((resolve) => ends.set(item, resolve));
  });
  return {
    lanes,
    started,
    end: async (item: string) => {
      ends.get(item)!();
      await turn();
    },
  };
}

describe('lanes', () => {
  it('start at most so many at one origin, the rest in order', async () => {
    const { lanes, started, end } = lanesWith(2, 10);
    for (const item of ['1', '2', '3', '4']) lanes.add('a', item);
    assert.deepEqual(started, ['1', '2']);
    await end('2');
    assert.deepEqual(started, ['1', '2', '3']);
    await end('1');
    assert.deepEqual(started, ['1', '2', '3', '4']);
  });

  it('start at most so many in all', async () => {
    const { lanes, started, end } = lanesWith(2, 3);
    for (const origin of ['a', 'b', 'c', 'd']) lanes.add(origin, origin);
    assert.deepEqual(started, ['a', 'b', 'c']);
    await end('b');
    assert.deepEqual(started, ['a', 'b', 'c', 'd']);
  });

  it('are not held back by an origin that never answers', async () => {
    const { lanes, started, end } = lanesWith(1, 3);
    for (let i = 0; i < 100; i++) lanes.add('hangs', `h${i}`);
    for (let i = 0; i < 5; i++) lanes.add('works', `w${i}`);
    for (let i = 0; i < 5; i++) await end(`w${i}`);
    assert.deepEqual(started, ['h0', 'w0', 'w1', 'w2', 'w3', 'w4']);
  });

  it('let origins take turns when all together may start but one', async () => {
    const { lanes, started, end } = lanesWith(1, 1);
    for (const item of ['a1', 'a2', 'b1', 'b2', 'c1']) lanes.add(item[0]!, item);
    for (const item of ['a1', 'b1', 'c1', 'a2', 'b2']) {
      assert.equal(started.at(-1), item);
      await end(item);
    }
  });

  it('keep order in a long queue', async () => {
    const { lanes, started, end } = lanesWith(1, 1);
    const items = Array.from({ length: 1000 }, (_, place) => String(place));
    for (const item of items) lanes.add('a', item);
    for (const item of items) await end(item);
    assert.deepEqual(started, items);
  });

  it('start nothing once they are closed', async () => {
    const { lanes, started, end } = lanesWith(1, 1);
    lanes.add('a', '1');
    lanes.add('a', '2');
    lanes.close();
    await end('1');
    lanes.add('b', '3');
    assert.deepEqual(started, ['1']);
  });
});
