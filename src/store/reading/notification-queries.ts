// What is read of notifications: lists, pages, single ones, each with its attempts. Which seqs a page has is
// notification-page.ts's matter; what waits is waiting-queries.ts's.

import type { E164 } from '../../numbers/e164.ts';
import { OF_SIP_CALL } from './call-queries.ts';
import { NOTIFICATION_PAGES, notificationPage } from './notification-page.ts';
import { bounded, type Rows } from './prepared.ts';
import type { Attempt, ListFilter, NotificationPage } from '../store.ts';
import type { NotificationRow } from '../store.ts';

export const NOTIFICATION_COLUMNS = `seq, id, callref, account, type, destination, url,
  content_type AS contentType, body, created_at AS createdAt`;
const NOTIFICATION_ROW = `${NOTIFICATION_COLUMNS}, state, customer, tries, tried_at AS triedAt,
  tried_ms AS triedMs, status, error, failure, address, answer`;

const REST = '(:line IS NULL OR +account = :line) AND (:state IS NULL OR +state = :state)';

/** The text of every statement on notifications, by name. */
export const NOTIFICATION_QUERIES = {
  ...NOTIFICATION_PAGES,
  lastSeq: 'SELECT max(seq) AS seq FROM notifications',
  earlierAttempts: `SELECT at, ms, status, error, failure, address, answer FROM attempts
    WHERE notification = :seq ORDER BY n`,
  notification: `SELECT ${NOTIFICATION_ROW} FROM notifications WHERE seq = :seq`,
  // There is no index on the id: it begins with the callref, which has one.
  'notifications.id': `SELECT ${NOTIFICATION_ROW} FROM notifications
    WHERE callref = :callref AND +id = :id`,
  'notifications.callref': `SELECT ${NOTIFICATION_ROW} FROM notifications
    WHERE callref = :callref AND ${REST}
      AND (:sipCallId IS NULL OR EXISTS
        (SELECT 1 FROM calls WHERE calls.callref = :callref AND +sip_call_id = :sipCallId))
    ORDER BY seq DESC LIMIT :limit`,
  'notifications.sipCallId': `SELECT ${NOTIFICATION_ROW} FROM notifications
    WHERE callref IN (SELECT callref FROM calls WHERE ${OF_SIP_CALL}) AND ${REST}
    ORDER BY seq DESC LIMIT :limit`,
} as const;

/** More than a page of lines has. */
const MOST_LINES = 500;

/** A row with its latest try; how many were made before that, `tries` says. */
interface StoredRow extends Omit<NotificationRow, 'attempts'>, Omit<Attempt, 'at' | 'ms'> {
  readonly tries: number;
  readonly triedAt: number | null;
  readonly triedMs: number | null;
}

/** The queries of notifications on a connection. */
export function notificationQueries(rows: Rows, linesWithPending: () => readonly E164[]) {
  function withAttempts(stored: StoredRow): NotificationRow {
    const { tries, triedAt, triedMs, status, error, failure, address, answer, ...row } = stored;
    if (triedAt === null || triedMs === null) return { ...row, attempts: [] };
    const latest = { at: triedAt, ms: triedMs, status, error, failure, address, answer };
    const { seq } = row;
    const earlier = tries > 1 ? rows<Attempt>(NOTIFICATION_QUERIES.earlierAttempts, { seq }) : [];
    return { ...row, attempts: [...earlier, latest] };
  }

  const ofSeqs = (seqs: readonly number[]): NotificationRow[] =>
    seqs
      .flatMap((seq) => rows<StoredRow>(NOTIFICATION_QUERIES.notification, { seq }))
      .map(withAttempts);

  function pageNotifications(page: NotificationPage): NotificationRow[] {
    return ofSeqs(notificationPage(rows, page, linesWithPending));
  }

  function listNotifications(filter: ListFilter): NotificationRow[] {
    const { line, callref, sipCallId, state } = filter;
    if (callref === undefined && sipCallId === undefined) {
      const only = { ...(line && { line }), ...(state && { state }) };
      const page = { scope: { kind: 'all' } as const, ...only, limit: filter.limit };
      return pageNotifications(page).toReversed();
    }
    const name = callref === undefined ? 'notifications.sipCallId' : 'notifications.callref';
    return rows<StoredRow>(NOTIFICATION_QUERIES[name], {
      line: line ?? null,
      callref: callref ?? null,
      sipCallId: sipCallId ?? null,
      state: state ?? null,
      limit: bounded(filter.limit),
    })
      .map(withAttempts)
      .toReversed();
  }

  function getNotification(id: string): NotificationRow | undefined {
    const callref = id.slice(0, Math.max(0, id.lastIndexOf('-')));
    const values = { callref, id };
    return rows<StoredRow>(NOTIFICATION_QUERIES['notifications.id'], values).map(withAttempts)[0];
  }

  function lastNotifications(lines: readonly E164[]): NotificationRow[] {
    if (lines.length > MOST_LINES) {
      throw new RangeError(`${lines.length} lines were asked for; at most ${MOST_LINES} at a time`);
    }
    const scope = { kind: 'all' } as const;
    return ofSeqs(
      [...new Set(lines)].flatMap((line) =>
        notificationPage(rows, { scope, line, limit: 1 }, linesWithPending),
      ),
    );
  }

  return {
    lastNotificationSeq: () =>
      rows<{ seq: number | null }>(NOTIFICATION_QUERIES.lastSeq)[0]?.seq ?? 0,
    listNotifications,
    pageNotifications,
    getNotification,
    lastNotifications,
  };
}
