// What is read of calls: lists, pages, one call, and the sessions that were open when a server died.
// Statements run on the reader thread's connection; which ids a page has is call-page.ts's matter.

import type { CallIdentity, OpenSession } from '../../calls/call-event.ts';
import { CALL_PAGES, callPage } from './call-page.ts';
import { bounded, type Rows, type Stored } from './prepared.ts';
import { NEWEST_CALLS, type CallPage, type CallRow, type ListFilter } from '../store.ts';

const IDENTITY_COLUMNS = `callref, dref, dref_replace AS drefReplace, session_id AS sessionId,
  is_acd AS isAcd, redirecting_number AS redirectingNumber, account, caller, callee,
  sip_call_id AS sipCallId`;

const CALL_COLUMNS = `id, customer, ${IDENTITY_COLUMNS}, state, setup_at AS setupAt,
  connect_at AS connectAt, release_at AS releaseAt, cause`;

/**
 * The calls of a SIP Call-ID, among the newest: ListFilter promises no more. An index of them would cost every
 * call a write.
 */
export const OF_SIP_CALL = `sip_call_id = :sipCallId
  AND id > (SELECT max(id) FROM calls) - ${NEWEST_CALLS}`;

/** The text of every statement on calls, by name. */
export const CALL_QUERIES = {
  ...CALL_PAGES,
  call: `SELECT ${CALL_COLUMNS} FROM calls WHERE id = :id`,
  'calls.callref': `SELECT ${CALL_COLUMNS} FROM calls WHERE callref = :callref`,
  // The calls of one SIP dialogue are few; a list names them all.
  'calls.sipCallId': `SELECT ${CALL_COLUMNS} FROM calls WHERE ${OF_SIP_CALL}
    ORDER BY id DESC LIMIT :limit`,
  openCalls: `SELECT ${IDENTITY_COLUMNS} FROM calls WHERE state <> 'RELEASE' ORDER BY dref, id`,
  openSessions: 'SELECT dref, wire FROM open_sessions ORDER BY dref',
} as const;

type StoredCall = Stored<CallRow, 'isAcd'>;

/** The queries of calls on a connection. */
export function callQueries(rows: Rows) {
  function getCall(callref: string): CallRow | undefined {
    return rows<StoredCall>(CALL_QUERIES['calls.callref'], { callref }).map(withFlag)[0];
  }

  function pageCalls(page: CallPage): CallRow[] {
    return callPage(rows, page)
      .flatMap((id) => rows<StoredCall>(CALL_QUERIES.call, { id }))
      .map(withFlag);
  }

  function ofSipCallId(sipCallId: string): CallRow[] {
    const values = { sipCallId, limit: bounded(Infinity) };
    return rows<StoredCall>(CALL_QUERIES['calls.sipCallId'], values).map(withFlag);
  }

  function listCalls({ line, callref, sipCallId, limit }: ListFilter): CallRow[] {
    if (callref === undefined && sipCallId === undefined) {
      const ofLine = line === undefined ? {} : { line };
      return pageCalls({ scope: { kind: 'all' }, ...ofLine, limit }).toReversed();
    }
    const one = callref === undefined ? undefined : getCall(callref);
    const few = callref === undefined ? ofSipCallId(sipCallId ?? '') : one ? [one] : [];
    return few
      .filter(
        (call) =>
          (line === undefined || call.account === line) &&
          (sipCallId === undefined || call.sipCallId === sipCallId),
      )
      .slice(0, bounded(limit))
      .toReversed();
  }

  function openSessions(): OpenSession[] {
    return joinSessions(
      rows(CALL_QUERIES.openSessions),
      rows<Stored<CallIdentity, 'isAcd'>>(CALL_QUERIES.openCalls).map(withFlag),
    );
  }

  return { openSessions, listCalls, pageCalls, getCall };
}

function withFlag<T extends { readonly isAcd: 0 | 1 }>(row: T) {
  return { ...row, isAcd: row.isAcd === 1 };
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
