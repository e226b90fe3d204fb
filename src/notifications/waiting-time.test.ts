import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandClock } from './test-kit.ts';
import { WaitingTime } from './waiting-time.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('the time that something has been waiting', () => {
  it('is what the clock shows where nobody set it, also for what began before the start', () => {
    const clock = new HandClock();
    const began = clock.now();
    clock.advance(5 * MINUTE);
    const time = new WaitingTime(clock);
    assert.equal(time.since(began), 5 * MINUTE);
    clock.advance(MINUTE);
    assert.equal(time.since(began), 6 * MINUTE);
    assert.equal(time.since(clock.now()), 0);
  });

  for (const jump of [3 * DAY, -3 * DAY, 50 * 365 * DAY]) {
    it(`is not changed by a clock that is set by ${jump / DAY} days, before or behind its beginning`, () => {
      const clock = new HandClock();
      const old = clock.now() - MINUTE;
      const time = new WaitingTime(clock);
      const before = time.now();
      clock.advance(2 * MINUTE);
      clock.jump(jump);
      const after = time.now();
      clock.advance(3 * MINUTE);
      assert.equal(time.since(before), 5 * MINUTE);
      assert.equal(time.since(after), 3 * MINUTE);
      assert.equal(time.since(old), 6 * MINUTE);
      clock.jump(-jump);
      clock.advance(MINUTE);
      assert.equal(time.since(after), 4 * MINUTE);
      assert.equal(time.since(clock.now()), 0);
    });
  }

  it('is none for a time that never was', () => {
    const clock = new HandClock();
    const time = new WaitingTime(clock);
    clock.advance(MINUTE);
    assert.equal(time.since(clock.now() + DAY), 0);
  });

  it('follows a clock that is kept right in small steps', () => {
    const clock = new HandClock();
    const time = new WaitingTime(clock);
    const before = time.now();
    for (let i = 0; i < 600; i++) {
      clock.advance(100);
      clock.jump(3);
      time.now();
    }
    assert.ok(Math.abs(time.since(before) - MINUTE) <= 1800);
  });

  it('survives any number of settings', () => {
    const clock = new HandClock();
    const time = new WaitingTime(clock);
    for (let i = 0; i < 1000; i++) {
      clock.jump(i % 2 ? DAY * i : -DAY * i);
      const began = time.now();
      clock.advance(MINUTE);
      assert.equal(time.since(began), MINUTE);
    }
  });
});
