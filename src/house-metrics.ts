// What the house tells of itself in figures (docs/metrics.md): which metrics there are, and what each room's news
// adds to them. Joined here, beside the map, because none of the rooms may know them. No label names a
// line, a customer or a host: those have no end. How a metric counts is watch/metrics.ts.

import type { CallEvent } from './calls/call-event.ts';
import type { OutboxDepths, OutboxOptions } from './notifications/outbox.ts';
import type { Notification } from './store/store.ts';
import { Counter, Gauge, Histogram, Metrics, metricsType } from './watch/metrics.ts';
import { addProcessMetrics } from './watch/process-metrics.ts';

/** What is looked at when somebody scrapes. */
export interface MeasuredRooms {
  readonly outbox: { readonly depths: OutboxDepths };
  readonly calls: { readonly size: number };
  readonly registrar: { readonly count: number };
  readonly store: { readonly waiting: number };
}

export interface HouseMetrics {
  /** All figures as Prometheus reads them. */
  scrape(): { readonly type: string; readonly text: string };
  /** Adds what is looked at, once the rooms are there. */
  look(rooms: MeasuredRooms): void;
  onCommitted(events: readonly CallEvent[], notifications: readonly Notification[]): void;
  readonly onAttempt: NonNullable<OutboxOptions['onAttempt']>;
  readonly onParkedBehind: NonNullable<OutboxOptions['onParkedBehind']>;
  /** A batch of the store is on disk; milliseconds. */
  onStoreCommit(ms: number): void;
  /** A request for makecall.html was answered with this status. */
  onMakecall(status: number): void;
  close(): void;
}

/** Seconds, from a millisecond up. */
const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const MINUTES = [30, 60, 300, 600];
/** Notifications whose first try is still to come; one more is not measured. */
const MOST_AWAITED = 100_000;
/** What ends without a request having been made has no duration. */
const NOT_TRIED: readonly (string | null)[] = ['circuit-open', 'unknown-outcome'];

export function createHouseMetrics(now: () => number = Date.now): HouseMetrics {
  const metrics = new Metrics();
  const endProcess = addProcessMetrics(metrics);
  const counter = (name: string, help: string, labels?: readonly string[]): Counter =>
    metrics.add(new Counter(`carillon_${name}`, help, labels));
  const histogram = (name: string, help: string, bounds: readonly number[]): Histogram =>
    metrics.add(new Histogram(`carillon_${name}`, help, bounds));
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    metrics.add(new Gauge(`carillon_${name}`, help, read));

  const tries = counter('notifications_total', 'Tries, by what became of the notification.', [
    'result',
    'class',
  ]);
  // There from the start: a rate of what is not there cannot be computed.
  const delivered = tries.of('delivered', 'none');
  const parkedBehind = counter(
    'notifications_parked_behind_total',
    'Parked without a try, behind an earlier one of their call.',
  ).of();
  const deliverySeconds = histogram(
    'notification_seconds',
    'From the event to the answer, of those that were delivered at their first try.',
    [...SHORT, ...MINUTES],
  );
  const attemptSeconds = histogram('attempt_seconds', 'How long a try took.', [...SHORT, 30, 60]);
  const callsTotal = counter('calls_total', 'Calls that are over, by why they ended.', ['cause']);
  const makecalls = counter('makecall_total', 'Requests for makecall.html, by status.', ['result']);
  const commitSeconds = histogram('store_commit_seconds', 'How long the store took for a commit.', [
    0.0005,
    ...SHORT,
  ]);

  /** The seq of each whose first try is to come: one that is sent again is not measured from its event. */
  const awaited = new Set<number>();

  return {
    scrape: () => ({ type: metricsType, text: metrics.text() }),
    look({ outbox, calls, registrar, store }) {
      // One look for the six of a scrape: the first of them takes it.
      let depths = outbox.depths;
      gauge('notifications_in_memory', 'Notifications in memory that have not ended.', () => {
        depths = outbox.depths;
        return depths.inMemory;
      });
      gauge('notifications_in_flight', 'Tries under way.', () => depths.inFlight);
      gauge('notifications_waiting_for_retry', 'Waiting for their next try.', () => {
        return depths.waitingForRetry;
      });
      gauge('lines_on_disk', 'Lines of which notifications wait on disk only.', () => {
        return depths.linesOnDisk;
      });
      gauge('circuits_open', 'Servers that failed too often and are only probed.', () => {
        return depths.openCircuits;
      });
      gauge('oldest_undelivered_seconds', 'Age of the oldest that waits; 0: none does.', () => {
        return depths.oldest === undefined ? 0 : Math.max(0, (now() - depths.oldest) / 1000);
      });
      gauge('calls_open', 'Calls that go on; one between two lines counts once.', () => calls.size);
      gauge('registrations', 'Terminals that are registered.', () => registrar.count);
      gauge('store_waiting', 'Operations that wait for the disk.', () => store.waiting);
    },
    onCommitted(events, notifications) {
      for (const { type, cause } of events) {
        if (type === 'RELEASE') callsTotal.of(cause ?? 'unknown').add();
      }
      for (const { seq } of notifications) if (awaited.size < MOST_AWAITED) awaited.add(seq);
    },
    onAttempt({ seq, createdAt }, { at, ms, failure }, _attempts, state) {
      const isFirst = awaited.delete(seq);
      if (state === 'delivered') {
        delivered.add();
        if (isFirst) deliverySeconds.observe(Math.max(0, at + ms - createdAt) / 1000);
      } else {
        const result = state === 'parked' ? 'parked' : 'retried';
        tries.of(result, failure ?? 'none').add();
      }
      if (!NOT_TRIED.includes(failure)) attemptSeconds.observe(ms / 1000);
    },
    onParkedBehind({ seq }) {
      awaited.delete(seq);
      parkedBehind.add();
    },
    onStoreCommit: (ms) => commitSeconds.observe(ms / 1000),
    onMakecall: (status) => makecalls.of(String(status)).add(),
    close: endProcess,
  };
}
