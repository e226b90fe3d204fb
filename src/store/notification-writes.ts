// The statements that change notifications, their tries, destinations and signing keys, and the cells of each
// operation on them (write-statement.ts). Touches no database; writes.ts has the calls' part.

import type { Destination, SigningSecret } from '../notifications/destination.ts';
import type { Attempt, EndedSelection, Notification, NotificationState } from './store.ts';
import { CUSTOMER_NOW, statement, type Cell } from './write-statement.ts';

export const ADD_NOTIFICATION = statement(`
  INSERT INTO notifications (seq, id, callref, account, type, destination, url, content_type, body,
    created_at, state, customer)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ${CUSTOMER_NOW})`);

// Nearly every notification has one try, which is one statement. Where there was one before, that goes to the
// table of earlier tries first. A trigger for it would cost each first try as well: SQLite keeps a journal of
// every statement that has one (measured: 1 µs of 30 for an event).
const KEEP_EARLIER_ATTEMPT = statement(`
  INSERT INTO attempts (notification, n, at, ms, status, error, failure, address, answer)
  SELECT seq, tries, tried_at, tried_ms, status, error, failure, address, answer
    FROM notifications WHERE seq = ?1 AND tries > 0`);

const KEEP_NEXT_ATTEMPT = statement(
  keepAttempt(''),
  'an attempt at a notification that does not exist',
);

const KEEP_ATTEMPT = statement(keepAttempt('AND tries = 0'), undefined, [
  KEEP_EARLIER_ATTEMPT,
  KEEP_NEXT_ATTEMPT,
]);

function keepAttempt(condition: string): string {
  return `UPDATE notifications SET state = ?2, claimed = 0, tries = tries + 1, tried_at = ?3,
    tried_ms = ?4, status = ?5, error = ?6, failure = ?7, address = ?8, answer = ?9
    WHERE seq = ?1 ${condition}`;
}

const CLAIM_NOTIFICATION = statement(
  "UPDATE notifications SET claimed = 1 WHERE seq = ? AND state = 'pending'",
  'only a notification that waits can be tried; this one has ended, or does not exist',
);

const PARK_BEHIND = statement(
  `UPDATE notifications SET state = 'parked' WHERE seq = ? AND state = 'pending' AND EXISTS
     (SELECT 1 FROM notifications AS earlier WHERE earlier.callref = notifications.callref
       AND earlier.destination = notifications.destination AND earlier.seq < notifications.seq
       AND earlier.state = 'parked')`,
  'nothing before this notification is parked any more',
);

const REQUEUE_NOTIFICATION = statement(
  `UPDATE notifications SET state = 'pending', requeued_at = ?, claimed = 0, tries_before = tries
   WHERE seq = ? AND state <> 'pending' AND ? IN ('ended', state)`,
  'only a notification that is delivered or given up can be sent again; this one waits, or does not exist',
);

const PUT_DESTINATION = statement(`
  INSERT INTO destinations (id, line, title, url, format, enabled, direction, types, numbers, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET title = excluded.title, url = excluded.url,
    format = excluded.format, enabled = excluded.enabled, direction = excluded.direction,
    types = excluded.types, numbers = excluded.numbers`);

const REMOVE_DESTINATION = statement('DELETE FROM destinations WHERE id = ? AND line = ?');

const PUT_SECRET = statement(`
  INSERT OR REPLACE INTO signing_secrets (line, destination, current, previous, previous_until,
    created_at)
  VALUES (?, ?, ?, ?, ?, ?)`);

const REMOVE_SECRET = statement('DELETE FROM signing_secrets WHERE line = ? AND destination = ?');

/** Adds the statement and values of a new notification to an operation. */
export function pushNotification(cells: Cell[], notification: Notification): void {
  const { seq, id, callref, account, type, destination, url, contentType, body } = notification;
  cells.push(
    ADD_NOTIFICATION,
    seq,
    id,
    callref,
    account,
    type,
    destination,
    url,
    contentType,
    body,
  );
  cells.push(notification.createdAt, account);
}

/** The cells of `recordAttempt`. */
export function attemptCells(seq: number, attempt: Attempt, state: NotificationState): Cell[] {
  const { at, ms, status, error, failure, address, answer } = attempt;
  return [1, KEEP_ATTEMPT, seq, state, at, ms, status, error, failure, address, answer];
}

/** The cells of `claimNotification`. */
export function claimCells(seq: number): Cell[] {
  return [1, CLAIM_NOTIFICATION, seq];
}

/** The cells of `parkBehind`. */
export function parkBehindCells(seq: number): Cell[] {
  return [1, PARK_BEHIND, seq];
}

/** The cells of `requeueNotifications`. */
export function requeueCells(
  seqs: readonly number[],
  since: number,
  state: EndedSelection['state'],
): Cell[] {
  return [seqs.length, ...seqs.flatMap((seq) => [REQUEUE_NOTIFICATION, since, seq, state])];
}

/** The cells of `putDestination`. */
export function destinationCells(destination: Destination): Cell[] {
  return [
    1,
    PUT_DESTINATION,
    destination.id,
    destination.line,
    destination.title,
    destination.url,
    destination.format,
    destination.enabled ? 1 : 0,
    destination.direction,
    destination.types.join(' '),
    destination.numbers.join(' '),
    destination.createdAt,
  ];
}

/** The cells of `removeDestination`. */
export function removeDestinationCells(line: string, id: number): Cell[] {
  return [2, REMOVE_DESTINATION, id, line, REMOVE_SECRET, line, id];
}

/** The cells of `putSecret`. */
export function secretCells(secret: SigningSecret): Cell[] {
  const { line, destination, current, previous, previousUntil, createdAt } = secret;
  return [1, PUT_SECRET, line, destination, current, previous, previousUntil, createdAt];
}

/** The cells of `removeSecret`. */
export function removeSecretCells(line: string, destination: number): Cell[] {
  return [1, REMOVE_SECRET, line, destination];
}
