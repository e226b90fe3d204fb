import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('Retry-After', () => {
  const cases: [header: string, ms: number | undefined][] = [
    ['0', 0],
    ['7', 7000],
    [' 120 ', 120_000],
    ['007', 7000],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov 23 12:00:30 2026', 30_000],
    // In the past: at once.
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    // As long as it can get, and no longer.
    ['9'.repeat(12), 1e12],
    ['9'.repeat(400), 1e12],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 1e12],
    // Nothing that says a time.
    ['', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['5 s', undefined],
    ['5, 6', undefined],
    ['soon', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['2026-11-23T12:00:30Z', undefined],
    ['Mon, 99 Foo 2026 12:00:30 GMT', undefined],
    ['Mon, '.repeat(2000), undefined],
    ['\u0661\u0662', undefined],
  ];
  for (const [header, ms] of cases) {
    it(`${JSON.stringify(header.slice(0, 40))} is ${ms ?? 'no wish'}`, () => {
      assert.equal(retryAfterMs(header, undefined, NOW), ms);
    });
  }

  it('that is absent is no wish', () => {
    assert.equal(retryAfterMs(undefined, undefined, NOW), undefined);
  });

  it('as a date is meant by the clock of the receiver, which its Date shows', () => {
    const wish = 'Mon, 23 Nov 2026 18:00:30 GMT';
    assert.equal(retryAfterMs(wish, 'Mon, 23 Nov 2026 18:00:00 GMT', NOW), 30_000);
    assert.equal(retryAfterMs(wish, 'Mon, 23 Nov 2026 19:00:00 GMT', NOW), 0);
    for (const date of ['', 'yesterday', '-1', '9'.repeat(400)]) {
      assert.equal(retryAfterMs(wish, date, NOW), 6 * 3_600_000 + 30_000, date);
    }
    assert.equal(retryAfterMs('30', 'Mon, 23 Nov 2026 18:00:00 GMT', NOW), 30_000);
  });
});
