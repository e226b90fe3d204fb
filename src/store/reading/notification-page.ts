// One page of notifications: which seqs are on it. The rows are read by notification-queries.ts.
//
// Each page is read from the index that leaves the least to filter, newest first, down to its limit:
//   callref          the few notifications of that call.
//   pending          the index that holds what waits, line by line: all that have something waiting, where
//                    no line is asked for. A customer's rows are a filter.
//   parked           the indexes that hold what was given up: of the line, of the customer, of all.
//   line             its rows of notification_lines; `delivered` is a filter, and nearly all are.
//   customer         those of all lines that it has or had; with many lines the table itself (walk.ts).
//   otherwise        the table itself.
// What stands in notification_lines is written later than the notifications (deferred-indexes.ts): `isDeferredNotifications`
// says which pages are read from there.

import type { E164 } from '../../numbers/e164.ts';
import { newestOf, type Source } from './newest.ts';
import { IN_SCOPE, customerOf, headsOf, headsWhere, linesOf, linesValue } from './page-scope.ts';
import { bounded, type Rows, type Values } from './prepared.ts';
import { hasManyLines, walk } from './walk.ts';
import type { NotificationPage } from '../store.ts';

const OF_CUSTOMER = '(:customer IS NULL OR customer = :customer)';
const IN_STATE = '(:state IS NULL OR state = :state)';

/** The statements by which a page is found; each gives seqs, the newest first. */
export const NOTIFICATION_PAGES = {
  'page.callref': seqsWhere(`callref = :callref AND ${IN_SCOPE} AND ${IN_STATE}`),
  'page.pending': seqsWhere(`state = 'pending' AND account = :line AND ${OF_CUSTOMER}`),
  'page.parked.line': seqsWhere(`account = :line AND ${OF_CUSTOMER} AND state = 'parked'`),
  'page.parked.customer': seqsWhere("customer = :customer AND state = 'parked'"),
  'page.parked': seqsWhere("state = 'parked'"),
  'page.line': `SELECT seq FROM notification_lines AS ofLine
    WHERE account = :line AND ${OF_CUSTOMER} AND seq > :above AND seq < :before
      AND EXISTS (SELECT 1 FROM notifications WHERE notifications.seq = ofLine.seq AND ${IN_STATE})
    ORDER BY seq DESC LIMIT :limit`,
  'page.heads': headsWhere(`SELECT seq FROM notification_lines WHERE account = had.line
    AND customer = :customer AND seq < :before ORDER BY seq DESC LIMIT 1`),
  'page.walk': `SELECT seq AS id, customer = :customer AND ${IN_STATE} AS wanted
    FROM notifications WHERE seq < :before ORDER BY seq DESC LIMIT :rows`,
  'page.all': seqsWhere(IN_STATE),
} as const;

function seqsWhere(condition: string): string {
  return `SELECT seq FROM notifications WHERE ${condition} AND seq > :above AND seq < :before
    ORDER BY seq DESC LIMIT :limit`;
}

/** Whether a page is read, or may be, from what is written later than the notifications. */
export function isDeferredNotifications({
  scope,
  line,
  callref,
  state,
}: NotificationPage): boolean {
  if (callref !== undefined || state === 'pending' || state === 'parked') return false;
  return line !== undefined || scope.kind !== 'all';
}

/** The seqs of the notifications on a page, the newest first. */
export function notificationPage(
  rows: Rows,
  page: NotificationPage,
  linesWithPending: () => readonly E164[],
): number[] {
  const { scope, line, callref, state, before } = page;
  const limit = bounded(page.limit);
  const lines = linesOf(scope, line);
  const values: Values = {
    customer: customerOf(scope),
    lines: linesValue(lines),
    callref: callref ?? null,
    state: state ?? null,
    before: before ?? Number.MAX_SAFE_INTEGER,
    limit,
  };
  const source = (name: keyof typeof NOTIFICATION_PAGES, own: Values): Source => ({
    read: (above) =>
      rows<{ seq: number }>(NOTIFICATION_PAGES[name], { ...values, ...own, above }).map(
        ({ seq }) => seq,
      ),
  });
  const of = (name: keyof typeof NOTIFICATION_PAGES) => newestOf([source(name, {})], limit);

  if (callref !== undefined) return of('page.callref');
  const ofEach = (name: keyof typeof NOTIFICATION_PAGES, some: readonly E164[]) =>
    newestOf(
      some.map((one) => source(name, { line: one })),
      limit,
    );
  if (state === 'pending') return ofEach('page.pending', lines ?? linesWithPending());
  const parked = state === 'parked';
  if (lines) return ofEach(parked ? 'page.parked.line' : 'page.line', lines);
  if (scope.kind === 'all') return of(parked ? 'page.parked' : 'page.all');
  if (parked) return of('page.parked.customer');
  if (hasManyLines(rows, scope.customer)) {
    const seqs = walk(rows, NOTIFICATION_PAGES['page.walk'], values, limit);
    if (seqs) return seqs;
  }
  return newestOf(
    headsOf(rows, NOTIFICATION_PAGES['page.heads'], values).map(({ line: one, head }) => ({
      ...source('page.line', { line: one }),
      head,
    })),
    limit,
  );
}
