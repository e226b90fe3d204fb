// The queue of timers on the real clock, and the hand-driven one that other tests use.

// oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins hold only what a test needs

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ManualTimers } from './manual-timers.ts';
import { realTimers } from './timers.ts';

/** Keeps the process alive while unreferenced timers are waited for. */
async function waitFor(done: () => boolean, ms = 3000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!done()) {
    assert.ok(performance.now() < deadline, 'it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('timers of one duration fire in the order in which they were set, never early', async () => {
  const timers = realTimers();
  const fired: number[] = [];
  for (let i = 0; i < 50; i++) {
    const due = performance.now() + 25;
    timers.after(25, () => {
      assert.ok(performance.now() >= due, 'fired early');
      fired.push(i);
    });
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await waitFor(() => fired.length === 50);
  assert.deepEqual(fired, [...Array(50).keys()]);
});

test('a timer that sets its successor does not delay those that are due before it', async () => {
  const timers = realTimers();
  let second = 0;
  const start = performance.now();
  timers.after(400, () => timers.after(400, () => {}));
  await new Promise((resolve) => setTimeout(resolve, 60));
  timers.after(400, () => {
    second = performance.now() - start;
  });
  await waitFor(() => second > 0);
  assert.ok(second >= 455 && second < 700, `fired after ${second} ms`);
});

test('a cancelled timer never fires and does not hold the others up', async () => {
  const timers = realTimers();
  const fired: string[] = [];
  const first = timers.after(20, () => fired.push('first'));
  timers.after(20, () => fired.push('second'));
  first.cancel();
  await waitFor(() => fired.length > 0);
  assert.deepEqual(fired, ['second']);
});

test('a cancelled timer releases at once what it would have called', async () => {
  const timers = realTimers();
  const collected = await new Promise<boolean>((resolve) => {
    const registry = new FinalizationRegistry(() => resolve(true));
    (() => {
      const held = { text: 'a call' };
      registry.register(held, 0);
      timers.after(60_000, () => held.text).cancel();
    })();
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    let tries = 0;
    const ask = (): void => {
      gc();
      if (++tries > 100) resolve(false);
      else setTimeout(ask, 5);
    };
    setTimeout(ask, 1);
  });
  assert.ok(collected);
});

test('a timer that throws is reported and stops no other timer', async () => {
  const faults: unknown[] = [];
  const timers = realTimers((error) => faults.push(error));
  let fired = false;
  timers.after(5, () => {
    throw new Error('broken');
  });
  timers.after(5, () => {
    fired = true;
  });
  await waitFor(() => fired);
  assert.equal((faults[0] as Error).message, 'broken');
});

test('a lane serves many thousand timers, and again once it was empty', async () => {
  const timers = realTimers();
  for (const round of [1, 2]) {
    let fired = 0;
    for (let i = 0; i < 5000; i++) {
      const timer = timers.after(15, () => fired++);
      if (i % 2 === 0) timer.cancel();
    }
    await waitFor(() => fired === 2500);
    assert.equal(fired, 2500, `round ${round}`);
  }
});

test('hand-driven timers run what is due in order, at its own time', () => {
  const timers = new ManualTimers();
  const start = timers.now();
  const fired: string[] = [];
  timers.after(100, () => {
    fired.push(`b ${timers.now() - start}`);
    timers.after(10, () => fired.push(`c ${timers.now() - start}`));
  });
  timers.after(50, () => fired.push(`a ${timers.now() - start}`));
  const cancelled = timers.after(60, () => fired.push('never'));
  timers.after(500, () => fired.push('later'));
  cancelled.cancel();
  assert.equal(timers.waiting, 3);
  timers.advance(200);
  assert.deepEqual(fired, ['a 50', 'b 100', 'c 110']);
  assert.equal(timers.now() - start, 200);
  assert.equal(timers.waiting, 1);
});
