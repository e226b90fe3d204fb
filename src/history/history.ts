// Calls and notifications as the commands and interfaces show them. It reads nothing by itself: the
// rows come from the store. Tables for a terminal are in tables.ts.

import type { ReleaseCause } from '../calls/call-event.ts';
import type { CallRow, NotificationRow, NotificationState } from '../store/store.ts';

/** A call as `carillon call list --json` prints it. Times are ISO 8601 in UTC, null where absent. */
export interface PresentedCall {
  readonly callref: string;
  readonly dref: string;
  readonly account: string;
  readonly caller: string;
  readonly callee: string;
  readonly state: CallRow['state'];
  readonly setupAt: string;
  readonly connectAt: string | null;
  readonly releaseAt: string | null;
  readonly cause: ReleaseCause | null;
}

export interface PresentedAttempt {
  readonly at: string;
  readonly ms: number;
  readonly status: number | null;
  readonly error: string | null;
  /** Stable code of the failure (notifications/send-failure.ts), null where none is known. */
  readonly failure: string | null;
  /** The address and port that was connected to, null where there was no connection. */
  readonly address: string | null;
  /** The first 2 kB of the answer's body, null where there was none. */
  readonly answer: string | null;
}

/**
 * A notification as `carillon notification list --json` prints it. What programs may rely on from the
 * first version stands first, in this order; what follows in each came later.
 */
export interface PresentedNotification {
  readonly id: string;
  readonly callref: string;
  readonly account: string;
  readonly type: NotificationRow['type'];
  /** User name and password in it replaced. */
  readonly url: string;
  readonly state: NotificationState;
  readonly attempts: readonly PresentedAttempt[];
  /** When the event happened that it tells of. */
  readonly createdAt: string;
  /** 0 for the notification URL, 1 for Buzzee, else the id of a further destination. */
  readonly destination: number;
  readonly method: 'GET' | 'POST';
  /** What is sent by POST; empty for a GET. */
  readonly body: string;
}

/** The shown form of a call. */
export function presentCall(row: Omit<CallRow, 'id' | 'customer'>): PresentedCall {
  return {
    callref: row.callref,
    dref: row.dref,
    account: row.account,
    caller: row.caller,
    callee: row.callee,
    state: row.state,
    setupAt: isoTime(row.setupAt),
    connectAt: row.connectAt === null ? null : isoTime(row.connectAt),
    releaseAt: row.releaseAt === null ? null : isoTime(row.releaseAt),
    cause: row.cause,
  };
}

/** The shown form of a notification; `maskUserInfo` hides the user name and password of a URL. */
export function presentNotification(
  row: NotificationRow,
  maskUserInfo: (url: string) => string,
): PresentedNotification {
  return {
    id: row.id,
    callref: row.callref,
    account: row.account,
    type: row.type,
    url: maskUserInfo(row.url),
    state: row.state,
    attempts: row.attempts.map(({ at, ms, status, error, failure, address, answer }) => ({
      at: isoTime(at),
      ms,
      status,
      error,
      failure,
      address,
      answer,
    })),
    createdAt: isoTime(row.createdAt),
    destination: row.destination,
    method: row.contentType === '' ? 'GET' : 'POST',
    body: row.body,
  };
}

/** Milliseconds since 1970 as ISO 8601 in UTC. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
