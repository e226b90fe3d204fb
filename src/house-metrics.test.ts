import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallEvent } from './calls/call-event.ts';
import { createHouseMetrics, type HouseMetrics } from './house-metrics.ts';
import type { Attempt, Notification } from './store/store.ts';
import { DELIVERED, release, sampleCall, sampleNotification, setup } from './store/test-samples.ts';
import { TIMED_OUT } from './store/test-samples.ts';

const call = sampleCall('a');
const at = (seq: number, createdAt: number): Notification => ({
  ...sampleNotification(seq, call),
  createdAt,
});

function house(t: { after(run: () => void): void }): HouseMetrics {
  const metrics = createHouseMetrics(() => 100_000);
  t.after(() => metrics.close());
  return metrics;
}

/** The lines of the house's own metrics that are not 0. */
function figures(metrics: HouseMetrics, name: string): string[] {
  return metrics
    .scrape()
    .text.split('\n')
    .filter((line) => line.startsWith(`carillon_${name}`) && !line.endsWith(' 0'));
}

test('tries are counted by what became of them and why they failed', (t) => {
  const metrics = house(t);
  assert.match(
    metrics.scrape().text,
    /^carillon_notifications_total{result="delivered",class="none"} 0$/m,
    'what never happened is there all the same: a rate needs it',
  );
  metrics.onAttempt(at(1, 0), DELIVERED, 1, 'delivered');
  metrics.onAttempt(at(2, 0), TIMED_OUT, 1, 'pending');
  metrics.onAttempt(at(2, 0), TIMED_OUT, 2, 'pending');
  const status: Attempt = { ...TIMED_OUT, status: 500, failure: 'status' };
  metrics.onAttempt(at(2, 0), status, 3, 'parked');
  metrics.onParkedBehind(at(3, 0));
  assert.deepEqual(figures(metrics, 'notifications'), [
    'carillon_notifications_total{result="delivered",class="none"} 1',
    'carillon_notifications_total{result="retried",class="timeout"} 2',
    'carillon_notifications_total{result="parked",class="status"} 1',
    'carillon_notifications_parked_behind_total 1',
  ]);
});

test('from the event to the delivery is measured at first tries only, never at what is sent again', (t) => {
  const metrics = house(t);
  const ended = (notification: Notification, state: 'delivered' | 'pending', attempt = DELIVERED) =>
    metrics.onAttempt(notification, attempt, 1, state);
  metrics.onCommitted([], [at(1, 8000), at(2, 8000)]);
  ended(at(1, 8000), 'delivered'); // at 9000, 12 ms
  ended(at(2, 8000), 'pending', TIMED_OUT);
  ended(at(2, 8000), 'delivered');
  ended(at(1, 8000), 'delivered'); // sent again
  ended(at(9, 1), 'delivered'); // from before the start
  assert.deepEqual(figures(metrics, 'notification_seconds').slice(-2), [
    'carillon_notification_seconds_sum 1.012',
    'carillon_notification_seconds_count 1',
  ]);
});

test('how long tries took is measured, but not of those that made no request', (t) => {
  const metrics = house(t);
  metrics.onAttempt(at(1, 0), DELIVERED, 1, 'delivered');
  metrics.onAttempt(at(2, 0), TIMED_OUT, 1, 'pending');
  const open: Attempt = { ...TIMED_OUT, ms: 0, failure: 'circuit-open' };
  metrics.onAttempt(at(3, 0), open, 1, 'parked');
  assert.deepEqual(figures(metrics, 'attempt_seconds').slice(-2), [
    'carillon_attempt_seconds_sum 5.012',
    'carillon_attempt_seconds_count 2',
  ]);
});

test('calls are counted when they are over, by why they ended', (t) => {
  const metrics = house(t);
  const busy: CallEvent = { ...release(call), cause: 'busy' };
  metrics.onCommitted([setup(call)], []);
  metrics.onCommitted([release(call), busy], []);
  metrics.onCommitted([busy], []);
  assert.deepEqual(figures(metrics, 'calls_total'), [
    'carillon_calls_total{cause="normal"} 1',
    'carillon_calls_total{cause="busy"} 2',
  ]);
});

test('what waits now is looked at when somebody scrapes', (t) => {
  const metrics = house(t);
  const depths = {
    inMemory: 7,
    inFlight: 3,
    waitingForRetry: 2,
    openCircuits: 1,
    lines: 5,
    linesOnDisk: 4,
    chains: 6,
    parkedChains: 0,
    openCalls: 0,
    oldest: 91_500,
  };
  const outbox = { depths };
  metrics.look({ outbox, calls: { size: 8 }, registrar: { count: 9 }, store: { waiting: 10 } });
  const gauges = () => [
    ...figures(metrics, 'notifications_'),
    ...figures(metrics, 'lines'),
    ...figures(metrics, 'circuits'),
    ...figures(metrics, 'oldest'),
    ...figures(metrics, 'calls_open'),
    ...figures(metrics, 'registrations'),
    ...figures(metrics, 'store_waiting'),
  ];
  assert.deepEqual(gauges(), [
    'carillon_notifications_in_memory 7',
    'carillon_notifications_in_flight 3',
    'carillon_notifications_waiting_for_retry 2',
    'carillon_lines_on_disk 4',
    'carillon_circuits_open 1',
    'carillon_oldest_undelivered_seconds 8.5',
    'carillon_calls_open 8',
    'carillon_registrations 9',
    'carillon_store_waiting 10',
  ]);
  Object.assign(outbox, { depths: { ...depths, inMemory: 0, oldest: undefined } });
  assert.deepEqual(figures(metrics, 'oldest'), []);
  assert.deepEqual(figures(metrics, 'notifications_in_memory'), []);
});

test('commits and answers of makecall are counted as they come', (t) => {
  const metrics = house(t);
  metrics.onStoreCommit(2);
  metrics.onMakecall(200);
  metrics.onMakecall(200);
  metrics.onMakecall(500);
  assert.deepEqual(figures(metrics, 'makecall'), [
    'carillon_makecall_total{result="200"} 2',
    'carillon_makecall_total{result="500"} 1',
  ]);
  assert.deepEqual(figures(metrics, 'store_commit_seconds').slice(-2), [
    'carillon_store_commit_seconds_sum 0.002',
    'carillon_store_commit_seconds_count 1',
  ]);
});
