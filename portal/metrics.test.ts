// The figures of a scrape, held against what the server really writes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHouseMetrics } from '../src/house-metrics.ts';
import { deliveryFigures } from './metrics.ts';

test('the figures of the delivery are read from what the server writes', () => {
  const metrics = createHouseMetrics(() => 10_000);
  try {
    metrics.look({
      outbox: {
        depths: {
          inMemory: 7,
          inFlight: 1,
          waitingForRetry: 3,
          linesOnDisk: 0,
          openCircuits: 2,
          oldest: 2_500,
          lines: 0,
          chains: 0,
          parkedChains: 0,
          openCalls: 0,
        },
      },
      calls: { size: 0 },
      registrar: { count: 0 },
      store: { waiting: 0 },
    });
    assert.deepEqual(deliveryFigures(metrics.scrape().text), {
      waiting: 7,
      oldestS: 7.5,
      waitingForRetry: 3,
      openCircuits: 2,
    });
  } finally {
    metrics.close();
  }
});

test('a server that tells less shows nothing', () => {
  assert.equal(deliveryFigures('carillon_circuits_open 2\n'), null);
  assert.equal(deliveryFigures(''), null);
});
