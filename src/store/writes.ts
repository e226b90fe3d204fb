// The statements that change lines, registrations and calls, and how an operation of the
// store becomes a row of cells for the writer thread (write-statement.ts). It touches no database. Both
// threads load the whole list through this file, and so number it alike.

import type { CallEvent } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import { pushNotification } from './notification-writes.ts';
import type { Binding, Notification } from './store.ts';
import { CUSTOMER_NOW, statement, type Cell } from './write-statement.ts';

export * from './access-writes.ts';
export * from './keeping-writes.ts';
export * from './notification-writes.ts';
export { WRITES, writeStatement } from './write-statement.ts';

const SET_META = statement(
  'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
);

// Not REPLACE: that deletes the row first, and its bindings would go with it.
const PUT_LINE = statement(`
  INSERT INTO lines (number, customer, title, short, offer, notification_url, source_ip,
    source_ip_match, buzzee_url, ha1_md5, ha1_sha256, api, auto_answer, origins,
    delivery_timeout_s, delivery_window_s, delivery_retry_s, delivery_mode)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (number) DO UPDATE SET customer = excluded.customer, title = excluded.title,
    short = excluded.short, offer = excluded.offer, notification_url = excluded.notification_url,
    source_ip = excluded.source_ip, source_ip_match = excluded.source_ip_match,
    buzzee_url = excluded.buzzee_url, ha1_md5 = excluded.ha1_md5, ha1_sha256 = excluded.ha1_sha256,
    api = excluded.api, auto_answer = excluded.auto_answer, origins = excluded.origins,
    delivery_timeout_s = excluded.delivery_timeout_s, delivery_window_s = excluded.delivery_window_s,
    delivery_retry_s = excluded.delivery_retry_s, delivery_mode = excluded.delivery_mode`);

const CLEAR_SHORT = statement("UPDATE lines SET short = '' WHERE number = ?");

const REMOVE_LINE = statement('DELETE FROM lines WHERE number = ?');

const PUT_BINDING = statement(`
  INSERT OR REPLACE INTO bindings (line, contact, transport, source_host, source_port, behind_nat,
    call_id, cseq, expires_at, registered_at, user_agent, instance)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);

const REMOVE_BINDING = statement('DELETE FROM bindings WHERE line = ? AND contact = ?');

// The three events of a call. A second SETUP breaks the callref's uniqueness, a second CONNECT or
// RELEASE finds no row: "exactly one of each" (docs/rules.md, 2) holds here whatever happens above.
export const ADD_CALL = statement(`
  INSERT INTO calls (callref, dref, dref_replace, session_id, is_acd, redirecting_number, account,
    caller, callee, sip_call_id, setup_at, state, customer)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'SETUP', ${CUSTOMER_NOW})`);

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

/** The cells of `setMeta`. */
export function metaCells(key: string, value: string): Cell[] {
  return [1, SET_META, key, value];
}

/** The cells of `putLine`. */
export function lineCells(line: Line): Cell[] {
  return [1, ...putLineCells(line)];
}

/** The cells of `putLines`: all give their short numbers up first, so that they can change hands. */
export function linesCells(lines: readonly Line[]): Cell[] {
  return [
    2 * lines.length,
    ...lines.flatMap(({ number }) => [CLEAR_SHORT, number]),
    ...lines.flatMap(putLineCells),
  ];
}

function putLineCells(line: Line): Cell[] {
  return [
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
    line.deliveryTimeoutS,
    line.deliveryWindowS,
    line.deliveryRetryS.join(' '),
    line.deliveryMode,
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
  for (const notification of notifications) pushNotification(cells, notification);
  if (wire === undefined) cells.push(REMOVE_SESSION, dref);
  else cells.push(PUT_SESSION, dref, wire);
  return cells;
}

/** The cells of `forgetSession`. */
export function forgetSessionCells(dref: string): Cell[] {
  return [1, REMOVE_SESSION, dref];
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
      call.account,
    );
  } else if (event.type === 'CONNECT') cells.push(CONNECT_CALL, at, call.callref);
  else cells.push(RELEASE_CALL, at, event.cause ?? null, call.callref);
}
