// Calls and notifications as the commands and interfaces show them. It reads nothing by itself: the
// rows come from the store. Tables for a terminal are in tables.ts.

import type { CallRow, NotificationRow } from '../store/store.ts';

/** A call as `carillon call list --json` prints it. Times are ISO 8601 in UTC, null where absent. */
export interface PresentedCall {
  readonly callref: string;
  readonly dref: string;
  readonly account: string;
  readonly caller: string;
  readonly callee: string;
  readonly state: string;
  readonly setupAt: string;
  readonly connectAt: string | null;
  readonly releaseAt: string | null;
  readonly cause: string | null;
}

export interface PresentedAttempt {
  readonly at: string;
  readonly ms: number;
  readonly status: number | null;
  readonly error: string | null;
}

/** A notification as `carillon notification list --json` prints it. */
export interface PresentedNotification {
  readonly id: string;
  readonly callref: string;
  readonly account: string;
  readonly type: string;
  /** User name and password in it replaced. */
  readonly url: string;
  readonly state: string;
  readonly attempts: readonly PresentedAttempt[];
}

/** The shown form of a call. */
export function presentCall(row: CallRow): PresentedCall {
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
    attempts: row.attempts.map(({ at, ms, status, error }) => ({
      at: isoTime(at),
      ms,
      status,
      error,
    })),
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
