// How a line's notifications are delivered, over the API: what is set, what then holds, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../kit/server.ts';
import { operatorOf } from './client.ts';

const path = '/lines/33123456789';

test('what a line sets about delivery holds, and what it leaves is as the server is set', async (t) => {
  const args = ['--sandbox', '--notify-window', '3600', '--notify-mode', 'at-most-once'];
  const operator = await operatorOf(await startServer(t, { args }));
  const unset = {
    deliveryTimeoutS: 0,
    deliveryWindowS: 0,
    deliveryRetryS: [],
    deliveryMode: '',
    delivery: {
      timeoutS: 5,
      windowS: 3600,
      retryS: [1, 3, 10, 30, 60, 120],
      mode: 'at-most-once',
    },
  };
  assert.partialDeepStrictEqual(await operator.must('GET', path), unset);

  const settings = {
    deliveryTimeoutS: 2.5,
    deliveryWindowS: 60,
    deliveryRetryS: [0.5, 10],
    deliveryMode: 'at-least-once',
  };
  const delivery = { timeoutS: 2.5, windowS: 60, retryS: [0.5, 10], mode: 'at-least-once' };
  const { line } = await operator.must('PATCH', path, settings);
  assert.partialDeepStrictEqual(line, { ...settings, delivery });
  assert.partialDeepStrictEqual(await operator.must('GET', path), { ...settings, delivery });

  const cases: [object, string, string][] = [
    [{ deliveryTimeoutS: 0.4 }, 'deliveryTimeoutS', 'delivery-timeout-invalid'],
    [{ deliveryTimeoutS: 1e-9 }, 'deliveryTimeoutS', 'delivery-timeout-invalid'],
    [{ deliveryTimeoutS: '5' }, 'deliveryTimeoutS', 'wrong-type'],
    [{ deliveryTimeoutS: null }, 'deliveryTimeoutS', 'wrong-type'],
    [{ deliveryWindowS: -1 }, 'deliveryWindowS', 'delivery-window-invalid'],
    [{ deliveryWindowS: 1e21 }, 'deliveryWindowS', 'delivery-window-invalid'],
    [{ deliveryRetryS: [1, 0] }, 'deliveryRetryS', 'delivery-retry-invalid'],
    [{ deliveryRetryS: Array(21).fill(1) }, 'deliveryRetryS', 'delivery-retry-too-many'],
    [{ deliveryRetryS: '1 3' }, 'deliveryRetryS', 'wrong-type'],
    [{ deliveryMode: 'once' }, 'deliveryMode', 'wrong-value'],
  ];
  for (const [body, field, code] of cases) {
    const { status, json, text } = await operator.send('PATCH', path, { body });
    assert.equal(status, 422, text);
    assert.deepEqual([json.errors[0].field, json.errors[0].code], [field, code], text);
  }
  assert.partialDeepStrictEqual(await operator.must('GET', path), settings);

  const { deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode } = unset;
  const cleared = { deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode };
  assert.partialDeepStrictEqual((await operator.must('PATCH', path, cleared)).line, unset);
});
