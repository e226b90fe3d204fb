// Every statement that reads the database, as functions on one connection, in the writer thread. No
// list scans a table: each filter has an index that gives the newest rows first and stops at the limit.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { CallIdentity, OpenSession } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { Attempt, Binding, CallRow, ListFilter, Notification } from './store.ts';
import type { NotificationRow } from './store.ts';

/** No answer is longer, whatever limit is asked for: reading it holds the next commit up. */
export const MAX_ROWS = 10_000;

const LINE_COLUMNS = `number, customer, title, short, offer, notification_url AS notificationUrl,
  source_ip AS sourceIp, source_ip_match AS sourceIpMatch, buzzee_url AS buzzeeUrl,
  ha1_md5 AS ha1Md5, ha1_sha256 AS ha1Sha256, api, auto_answer AS autoAnswer, origins`;

const BINDING_COLUMNS = `line, contact, transport, source_host AS sourceHost,
  source_port AS sourcePort, behind_nat AS behindNat, call_id AS callId, cseq,
  expires_at AS expiresAt, registered_at AS registeredAt, user_agent AS userAgent, instance`;

const IDENTITY_COLUMNS = `callref, dref, dref_replace AS drefReplace, session_id AS sessionId,
  is_acd AS isAcd, redirecting_number AS redirectingNumber, account, caller, callee,
  sip_call_id AS sipCallId`;

const CALL_COLUMNS = `${IDENTITY_COLUMNS}, state, setup_at AS setupAt, connect_at AS connectAt,
  release_at AS releaseAt, cause`;

const NOTIFICATION_COLUMNS = 'seq, id, callref, account, type, url, created_at AS createdAt';
const NOTIFICATION_ROW = `${NOTIFICATION_COLUMNS}, state`;

// A list is read by its most selective filter; `+` keeps the others from choosing another index. The
// values are always line, callref, sipCallId, limit.
const REST = '(?1 IS NULL OR +account = ?1) AND (?2 IS NULL OR +callref = ?2)';
const SIP_REST = '(?3 IS NULL OR +sip_call_id = ?3)';
const CALL_LISTS = {
  callref: `FROM calls WHERE callref = ?2 AND (?1 IS NULL OR +account = ?1) AND ${SIP_REST}`,
  sipCallId: `FROM calls WHERE sip_call_id = ?3 AND ${REST}`,
  line: `FROM calls WHERE account = ?1 AND (?2 IS NULL OR +callref = ?2) AND ${SIP_REST}`,
  all: 'FROM calls WHERE ?1 IS NULL AND ?2 IS NULL AND ?3 IS NULL',
};

const NOTIFICATION_LISTS = {
  callref: `FROM notifications WHERE callref = ?2 AND (?1 IS NULL OR +account = ?1)
    AND (?3 IS NULL OR EXISTS (SELECT 1 FROM calls WHERE calls.callref = ?2 AND ${SIP_REST}))`,
  sipCallId: `FROM notifications WHERE callref IN (SELECT callref FROM calls WHERE sip_call_id = ?3)
    AND ${REST}`,
  line: `FROM notifications WHERE account = ?1 AND ?2 IS NULL AND ?3 IS NULL`,
  all: 'FROM notifications WHERE ?1 IS NULL AND ?2 IS NULL AND ?3 IS NULL',
};

/** The text of every statement here, by name; a test holds each one's plan to its index. */
export const QUERIES = {
  meta: 'SELECT value FROM meta WHERE key = ?',
  lines: `SELECT ${LINE_COLUMNS} FROM lines ORDER BY number`,
  bindings: `SELECT ${BINDING_COLUMNS} FROM bindings ORDER BY line, contact`,
  sessions: 'SELECT dref, wire FROM open_sessions ORDER BY dref',
  openCalls: `SELECT ${IDENTITY_COLUMNS} FROM calls WHERE state <> 'RELEASE' ORDER BY dref, id`,
  lastSeq: 'SELECT max(seq) AS seq FROM notifications',
  pending: `SELECT ${NOTIFICATION_COLUMNS},
      (SELECT coalesce(max(n), 0) FROM attempts WHERE notification = seq) AS attempts
    FROM notifications WHERE state = 'pending' AND seq > ? ORDER BY seq LIMIT ?`,
  attempts: 'SELECT at, ms, status, error FROM attempts WHERE notification = ? ORDER BY n',
  'calls.callref': newest(CALL_COLUMNS, CALL_LISTS.callref, 'id'),
  'calls.sipCallId': newest(CALL_COLUMNS, CALL_LISTS.sipCallId, 'id'),
  'calls.line': newest(CALL_COLUMNS, CALL_LISTS.line, 'id'),
  'calls.all': newest(CALL_COLUMNS, CALL_LISTS.all, 'id'),
  'notifications.callref': newest(NOTIFICATION_ROW, NOTIFICATION_LISTS.callref, 'seq'),
  'notifications.sipCallId': newest(NOTIFICATION_ROW, NOTIFICATION_LISTS.sipCallId, 'seq'),
  'notifications.line': newest(NOTIFICATION_ROW, NOTIFICATION_LISTS.line, 'seq'),
  'notifications.all': newest(NOTIFICATION_ROW, NOTIFICATION_LISTS.all, 'seq'),
} as const;

function newest(columns: string, from: string, order: string): string {
  return `SELECT ${columns} ${from} ORDER BY ${order} DESC LIMIT ?4`;
}

/** What can be asked over the thread's border, by name. Arguments and answers are plain data. */
export interface Queries {
  getMeta(key: string): string | undefined;
  allLines(): Line[];
  allBindings(): Binding[];
  openSessions(): OpenSession[];
  listCalls(filter: ListFilter): CallRow[];
  lastNotificationSeq(): number;
  pendingNotifications(
    afterSeq: number,
    limit: number,
  ): { notification: Notification; attempts: number }[];
  listNotifications(filter: ListFilter): NotificationRow[];
}

// SQLite has no booleans: 0 or 1 comes back.
type Stored<T, Flag extends keyof T> = Omit<T, Flag> & Readonly<Record<Flag, 0 | 1>>;

type StoredLine = Stored<Omit<Line, 'origins'>, 'api' | 'autoAnswer'> & {
  readonly origins: string;
};

function lineOf(row: StoredLine): Line {
  return {
    ...row,
    api: row.api === 1,
    autoAnswer: row.autoAnswer === 1,
    origins: row.origins === '' ? [] : row.origins.split(' '),
  };
}

/** The queries on a connection, each statement prepared at its first use. */
export function prepareQueries(db: DatabaseSync): Queries {
  const prepared = new Map<string, StatementSync>();

  function rows<T>(name: keyof typeof QUERIES, ...values: SQLInputValue[]): T[] {
    let statement = prepared.get(name);
    if (statement === undefined) {
      statement = db.prepare(QUERIES[name]);
      prepared.set(name, statement);
    }
    // The columns are the fields of T, and STRICT tables hold no other types: no second check.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return statement.all(...values) as T[];
  }

  function list<T>(table: 'calls' | 'notifications', filter: ListFilter): T[] {
    const { line = null, callref = null, sipCallId = null } = filter;
    let key: 'callref' | 'sipCallId' | 'line' | 'all' = 'all';
    if (callref !== null) key = 'callref';
    else if (sipCallId !== null) key = 'sipCallId';
    else if (line !== null) key = 'line';
    const limit = bounded(filter.limit);
    return rows<T>(`${table}.${key}`, line, callref, sipCallId, limit).toReversed();
  }

  return {
    getMeta: (key) => rows<{ value: string }>('meta', key)[0]?.value,
    allLines: () => rows<StoredLine>('lines').map(lineOf),
    allBindings: () =>
      rows<Stored<Binding, 'behindNat'>>('bindings').map((row) => ({
        ...row,
        behindNat: row.behindNat === 1,
      })),
    openSessions: () =>
      joinSessions(
        rows('sessions'),
        rows<Stored<CallIdentity, 'isAcd'>>('openCalls').map((row) => ({
          ...row,
          isAcd: row.isAcd === 1,
        })),
      ),
    listCalls: (filter) =>
      list<Stored<CallRow, 'isAcd'>>('calls', filter).map((row) => ({
        ...row,
        isAcd: row.isAcd === 1,
      })),
    lastNotificationSeq: () => rows<{ seq: number | null }>('lastSeq')[0]?.seq ?? 0,
    pendingNotifications: (afterSeq, limit) =>
      rows<Notification & { attempts: number }>('pending', afterSeq, bounded(limit)).map(
        ({ attempts, ...notification }) => ({ notification, attempts }),
      ),
    listNotifications: (filter) =>
      list<NotificationRow>('notifications', filter).map((row) => ({
        ...row,
        attempts: rows<Attempt>('attempts', row.seq),
      })),
  };
}

function bounded(limit: number): number {
  return Math.max(0, Math.min(MAX_ROWS, Math.trunc(limit)));
}

// A session may be left with its wire state only (its calls are released, its BYE is not confirmed)
// or with calls only; the next start ends both kinds.
function joinSessions(
  sessions: readonly { dref: string; wire: string }[],
  calls: readonly CallIdentity[],
): OpenSession[] {
  const open = new Map<string, { dref: string; wire: string; calls: CallIdentity[] }>();
  for (const { dref, wire } of sessions) open.set(dref, { dref, wire, calls: [] });
  for (const call of calls) {
    const session = open.get(call.dref) ?? { dref: call.dref, wire: '', calls: [] };
    session.calls.push(call);
    open.set(call.dref, session);
  }
  return [...open.values()];
}
