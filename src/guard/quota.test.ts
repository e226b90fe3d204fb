import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { createQuota } from './quota.ts';

const LINE = '33123456789';
const OTHER = '33123456790';

/** A quota of one second on a clock that the test sets. */
function quotaAt(start = 1_700_000_000_000) {
  let time = start;
  const quota = createQuota({ intervalMs: 1000, now: () => time });
  return { quota, take: (at: number, line = LINE) => ((time = start + at), quota.take(line)) };
}

test('a second request is refused until exactly 1,000 ms after the accepted one', () => {
  const { take } = quotaAt();
  assert.deepEqual(
    [0, 0, 1, 999, 1000, 1999, 2000].map((at) => take(at)),
    [
      true, // 0
      false, // 0
      false, // 1
      false, // 999
      true, // 1000
      false, // 1999
      true, // 2000
    ],
  );
});

test('a refused request does not push the next turn away', () => {
  const { take } = quotaAt();
  const taken = Array.from({ length: 41 }, (_, n) => n * 100).filter((at) => take(at));
  assert.deepEqual(taken, [0, 1000, 2000, 3000, 4000]);
});

test('lines have their turns apart', () => {
  const { take } = quotaAt();
  assert.equal(take(0), true);
  assert.equal(take(500, OTHER), true);
  assert.equal(take(999), false);
  assert.equal(take(1000), true);
  assert.equal(take(1499, OTHER), false);
  assert.equal(take(1500, OTHER), true);
});

test('a clock that is set back accepts at once, and counts from there', () => {
  const { take } = quotaAt();
  assert.equal(take(0), true);
  assert.equal(take(-3_600_000), true);
  assert.equal(take(-3_600_000 + 999), false);
  assert.equal(take(-3_600_000 + 1000), true);
});

test('a clock that goes back a little refuses nobody for longer than the interval', () => {
  const { take } = quotaAt();
  assert.equal(take(0, OTHER), true);
  assert.equal(take(900), true);
  assert.equal(take(600), true);
  assert.equal(take(1599), false);
  assert.equal(take(1600), true);
});

test('what is over is forgotten: never more lines than one interval accepted', () => {
  const { quota, take } = quotaAt();
  let most = 0;
  for (let n = 0; n < 100_000; n += 1) {
    assert.equal(take(n, `line ${n}`), true);
    most = Math.max(most, quota.size);
  }
  assert.equal(most, 1000);
  take(200_000);
  assert.equal(quota.size, 1);
  take(-1_000_000);
  assert.equal(quota.size, 1);
});
