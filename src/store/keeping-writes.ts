// The statements by which what is over leaves the store, and the cells of that operation (write-statement.ts).
// Which calls go is decided by src/history (retention, erasure); that none goes which is still needed is
// made sure here, in the commit itself. Touches no database.

import { statement, type Cell } from './write-statement.ts';

// A session's wire state outlives its calls by some seconds, and names their numbers.
const ENDED = `state = 'RELEASE' AND NOT EXISTS
  (SELECT 1 FROM open_sessions WHERE open_sessions.dref = calls.dref)`;

// The tries go by the foreign key. One that was sent again since somebody looked stays, with its call.
const REMOVE_NOTIFICATIONS = statement(`
  DELETE FROM notifications WHERE callref = (SELECT callref FROM calls WHERE id = ? AND ${ENDED})
    AND NOT EXISTS (SELECT 1 FROM notifications AS waiting
      WHERE waiting.callref = notifications.callref AND waiting.state = 'pending')`);

const REMOVE_CALL = statement(`
  DELETE FROM calls WHERE id = ? AND ${ENDED}
    AND NOT EXISTS (SELECT 1 FROM notifications WHERE notifications.callref = calls.callref)`);

/** The cells of `removeCalls`. */
export function removeCallsCells(ids: readonly number[]): Cell[] {
  return [2 * ids.length, ...ids.flatMap((id) => [REMOVE_NOTIFICATIONS, id, REMOVE_CALL, id])];
}
