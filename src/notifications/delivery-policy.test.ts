// What holds for a line where it says something and where it does not, and how long the waits are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_DELIVERY,
  deliveryPolicyOf,
  presentDelivery,
  retryDelayMs,
} from './delivery-policy.ts';
import { lineWith } from './test-kit.ts';

/** No jitter. */
const middle = (): number => 0.5;

test('a line that sets nothing, or is no more, has the policy of the server', () => {
  assert.deepEqual(deliveryPolicyOf(lineWith({}), DEFAULT_DELIVERY), DEFAULT_DELIVERY);
  assert.equal(deliveryPolicyOf(undefined, DEFAULT_DELIVERY), DEFAULT_DELIVERY);
});

test('what a line sets holds for it, each setting by itself', () => {
  const defaults = { timeoutMs: 2000, windowMs: 3000, retryMs: [4000], atMostOnce: true };
  for (const [settings, changed] of [
    [{ deliveryTimeoutS: 0.5 }, { timeoutMs: 500 }],
    [{ deliveryWindowS: 86_400 }, { windowMs: 86_400_000 }],
    [{ deliveryRetryS: [0.5, 30] }, { retryMs: [500, 30_000] }],
    [{ deliveryMode: 'at-least-once' }, { atMostOnce: false }],
  ] as const) {
    assert.deepEqual(deliveryPolicyOf(lineWith(settings), defaults), { ...defaults, ...changed });
  }
  const careful = deliveryPolicyOf(lineWith({ deliveryMode: 'at-most-once' }), DEFAULT_DELIVERY);
  assert.deepEqual(careful, { ...DEFAULT_DELIVERY, atMostOnce: true });
});

test('the policy of a line is made once, but anew for other defaults and for the line as changed', () => {
  const line = lineWith({ deliveryTimeoutS: 7 });
  const policy = deliveryPolicyOf(line, DEFAULT_DELIVERY);
  assert.equal(deliveryPolicyOf(line, DEFAULT_DELIVERY), policy);
  const others = { ...DEFAULT_DELIVERY, windowMs: 5 };
  assert.deepEqual(deliveryPolicyOf(line, others), { ...others, timeoutMs: 7000 });
  const changed = { ...line, deliveryTimeoutS: 8 };
  assert.equal(deliveryPolicyOf(changed, DEFAULT_DELIVERY).timeoutMs, 8000);
});

test('the waits are those of the schedule, the last repeated', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 100].map((tries) =>
    retryDelayMs(DEFAULT_DELIVERY, tries, middle),
  );
  const minute = 60_000;
  assert.deepEqual(waits, [1000, 3000, 10_000, 30_000, minute, 120_000, 120_000, 120_000]);
});

test('a wait is moved by up to a quarter either way, in whole milliseconds', () => {
  const policy = { ...DEFAULT_DELIVERY, retryMs: [1001, 2000] };
  assert.equal(
    retryDelayMs(policy, 2, () => 0),
    1500,
  );
  assert.equal(
    retryDelayMs(policy, 2, () => 0.999_999),
    2500,
  );
  assert.equal(
    retryDelayMs(policy, 1, () => 0.25),
    876,
  );
  const waits = Array.from({ length: 1000 }, () => retryDelayMs(policy, 2, Math.random));
  assert.ok(waits.every((wait) => Number.isInteger(wait) && wait >= 1500 && wait <= 2500));
  assert.ok(new Set(waits).size > 100);
});

test('a policy is shown in seconds', () => {
  assert.deepEqual(presentDelivery(DEFAULT_DELIVERY), {
    timeoutS: 5,
    windowS: 600,
    retryS: [1, 3, 10, 30, 60, 120],
    mode: 'at-least-once',
  });
  const careful = { ...DEFAULT_DELIVERY, timeoutMs: 2500, atMostOnce: true };
  assert.partialDeepStrictEqual(presentDelivery(careful), { timeoutS: 2.5, mode: 'at-most-once' });
});
