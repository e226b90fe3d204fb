// Every statement that changes the database, named by a number, and how an operation of the store
// becomes a row of cells for the writer thread. Both threads read this file; it touches no database.
//
// An operation is a flat array: the number of its statements, then for each its number and its
// values. A batch is its operations one behind the other. One flat array is the cheapest thing to
// send to another thread: no object for each row.

import type { CallEvent } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { Attempt, Binding, Notification, NotificationState } from './store.ts';

/** What a column holds, and what one place of a batch holds. */
export type Cell = string | number | null;

export interface WriteStatement {
  readonly sql: string;
  /** How many values follow the statement's number in a batch. */
  readonly values: number;
  /** What to say where it must change a row and found none; undefined where that is all right. */
  readonly missing: string | undefined;
}

const statements: WriteStatement[] = [];

function statement(sql: string, missing?: string): number {
  return statements.push({ sql, values: sql.split('?').length - 1, missing }) - 1;
}

const SET_META = statement(
  'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
);

// Not REPLACE: that deletes the row first, and its bindings would go with it.
const PUT_LINE = statement(`
  INSERT INTO lines (number, customer, title, short, offer, notification_url, source_ip,
    source_ip_match, buzzee_url, ha1_md5, ha1_sha256, api, auto_answer, origins)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (number) DO UPDATE SET customer = excluded.customer, title = excluded.title,
    short = excluded.short, offer = excluded.offer, notification_url = excluded.notification_url,
    source_ip = excluded.source_ip, source_ip_match = excluded.source_ip_match,
    buzzee_url = excluded.buzzee_url, ha1_md5 = excluded.ha1_md5, ha1_sha256 = excluded.ha1_sha256,
    api = excluded.api, auto_answer = excluded.auto_answer, origins = excluded.origins`);

const REMOVE_LINE = statement('DELETE FROM lines WHERE number = ?');

const PUT_BINDING = statement(`
  INSERT OR REPLACE INTO bindings (line, contact, transport, source_host, source_port, behind_nat,
    call_id, cseq, expires_at, registered_at, user_agent, instance)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);

const REMOVE_BINDING = statement('DELETE FROM bindings WHERE line = ? AND contact = ?');

// The three events of a call. A second SETUP breaks the callref's uniqueness, a second CONNECT or
// RELEASE finds no row: "exactly one of each" (docs/rules.md, 2) holds here whatever happens above.
const ADD_CALL = statement(`
  INSERT INTO calls (callref, dref, dref_replace, session_id, is_acd, redirecting_number, account,
    caller, callee, sip_call_id, setup_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'SETUP')`);

const CONNECT_CALL = statement(
  "UPDATE calls SET state = 'CONNECT', connect_at = ? WHERE callref = ? AND state = 'SETUP'",
  'CONNECT of a call that is not in SETUP',
);

const RELEASE_CALL = statement(
  `UPDATE calls SET state = 'RELEASE', release_at = ?, cause = ?
   WHERE callref = ? AND state <> 'RELEASE'`,
  'RELEASE of a call that is not open',
);

const PUT_SESSION = statement(
  'INSERT INTO open_sessions (dref, wire) VALUES (?, ?) ON CONFLICT (dref) DO UPDATE SET wire = excluded.wire',
);

const REMOVE_SESSION = statement('DELETE FROM open_sessions WHERE dref = ?');

const ADD_NOTIFICATION = statement(`
  INSERT INTO notifications (seq, id, callref, account, type, url, created_at, state)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')`);

const ADD_ATTEMPT = statement(`
  INSERT INTO attempts (notification, at, ms, status, error, n) VALUES (?, ?, ?, ?, ?,
    1 + coalesce((SELECT max(n) FROM attempts WHERE notification = ?), 0))`);

const MARK_NOTIFICATION = statement(
  'UPDATE notifications SET state = ? WHERE seq = ?',
  'an attempt at a notification that does not exist',
);

/** All statements; a statement's place is its number. */
export const WRITES: readonly WriteStatement[] = statements;

/** A count or a statement's number at a place of a batch; throws where reader and writer are out of step. */
export function countAt(cells: readonly Cell[], place: number): number {
  const cell = cells[place];
  if (typeof cell !== 'number') throw new TypeError(`no number at place ${place} of a batch`);
  return cell;
}

/** The statement of that number. */
export function writeStatement(number: number): WriteStatement {
  const found = statements[number];
  if (found === undefined) throw new TypeError(`no statement has the number ${number}`);
  return found;
}

/** The cells of `setMeta`. */
export function metaCells(key: string, value: string): Cell[] {
  return [1, SET_META, key, value];
}

/** The cells of `putLine`. */
export function lineCells(line: Line): Cell[] {
  return [
    1,
    PUT_LINE,
    line.number,
    line.customer,
    line.title,
    line.short,
    line.offer,
    line.notificationUrl,
    line.sourceIp,
    line.sourceIpMatch,
    line.buzzeeUrl,
    line.ha1Md5,
    line.ha1Sha256,
    line.api ? 1 : 0,
    line.autoAnswer ? 1 : 0,
    line.origins.join(' '),
  ];
}

/** The cells of `removeLine`; the bindings go by the foreign key. */
export function removeLineCells(number: string): Cell[] {
  return [1, REMOVE_LINE, number];
}

/** The cells of `changeBindings`: removals first, so that a contact in both lists stays. */
export function bindingCells(
  put: readonly Binding[],
  remove: readonly Pick<Binding, 'line' | 'contact'>[],
): Cell[] {
  const cells: Cell[] = [put.length + remove.length];
  for (const { line, contact } of remove) cells.push(REMOVE_BINDING, line, contact);
  for (const binding of put) {
    cells.push(
      PUT_BINDING,
      binding.line,
      binding.contact,
      binding.transport,
      binding.sourceHost,
      binding.sourcePort,
      binding.behindNat ? 1 : 0,
      binding.callId,
      binding.cseq,
      binding.expiresAt,
      binding.registeredAt,
      binding.userAgent,
      binding.instance,
    );
  }
  return cells;
}

/** The cells of `recordCalls`: events, notifications, and the session's wire state. */
export function callCells(
  events: readonly CallEvent[],
  notifications: readonly Notification[],
  dref: string,
  wire: string | undefined,
): Cell[] {
  const cells: Cell[] = [events.length + notifications.length + 1];
  for (const event of events) pushEvent(cells, event);
  for (const { seq, id, callref, account, type, url, createdAt } of notifications) {
    cells.push(ADD_NOTIFICATION, seq, id, callref, account, type, url, createdAt);
  }
  if (wire === undefined) cells.push(REMOVE_SESSION, dref);
  else cells.push(PUT_SESSION, dref, wire);
  return cells;
}

function pushEvent(cells: Cell[], event: CallEvent): void {
  const { call, at } = event;
  if (event.type === 'SETUP') {
    cells.push(
      ADD_CALL,
      call.callref,
      call.dref,
      call.drefReplace,
      call.sessionId,
      call.isAcd ? 1 : 0,
      call.redirectingNumber,
      call.account,
      call.caller,
      call.callee,
      call.sipCallId,
      at,
    );
  } else if (event.type === 'CONNECT') cells.push(CONNECT_CALL, at, call.callref);
  else cells.push(RELEASE_CALL, at, event.cause ?? null, call.callref);
}

/** The cells of `recordAttempt`. */
export function attemptCells(seq: number, attempt: Attempt, state: NotificationState): Cell[] {
  const { at, ms, status, error } = attempt;
  return [2, MARK_NOTIFICATION, state, seq, ADD_ATTEMPT, seq, at, ms, status, error, seq];
}
