// The figures of the server's own metrics that a page shows to operators, read from the text that Prometheus
// reads (docs/metrics.md). A figure that is not there is left out: what is not known is not shown.

export interface DeliveryFigures {
  /** Notifications that have not ended. */
  readonly waiting: number;
  /** Seconds for which the oldest has waited; 0: none does. */
  readonly oldestS: number;
  readonly waitingForRetry: number;
  /** Servers that are left alone, and only probed. */
  readonly openCircuits: number;
}

const NAMES = {
  waiting: 'carillon_notifications_in_memory',
  oldestS: 'carillon_oldest_undelivered_seconds',
  waitingForRetry: 'carillon_notifications_waiting_for_retry',
  openCircuits: 'carillon_circuits_open',
} as const;

/** The figures of a scrape; null where one of them is not in it. */
export function deliveryFigures(scrape: string): DeliveryFigures | null {
  const waiting = gauge(scrape, NAMES.waiting);
  const oldestS = gauge(scrape, NAMES.oldestS);
  const waitingForRetry = gauge(scrape, NAMES.waitingForRetry);
  const openCircuits = gauge(scrape, NAMES.openCircuits);
  const all = [waiting, oldestS, waitingForRetry, openCircuits];
  return all.some(Number.isNaN) ? null : { waiting, oldestS, waitingForRetry, openCircuits };
}

/** The value of a metric without labels; NaN where it is not there. */
function gauge(scrape: string, name: string): number {
  const row = scrape.split('\n').find((each) => each.startsWith(`${name} `));
  return row === undefined ? Number.NaN : Number(row.slice(name.length + 1).split(' ', 1)[0]);
}
