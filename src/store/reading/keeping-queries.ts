// What retention and erasure read: calls from the oldest on, those of one number, and how large all of it is.
// The lowest ids first, a slice at a time, so that a list for people has its turn between two slices.

import type { KeptCall } from '../store.ts';
import { bounded, type Rows, type Stored } from './prepared.ts';

const KEPT_CALL = `SELECT id, setup_at AS setupAt, release_at AS releaseAt,
    state <> 'RELEASE' OR EXISTS
      (SELECT 1 FROM open_sessions WHERE open_sessions.dref = calls.dref) AS open,
    (SELECT count(*) FROM notifications WHERE callref = calls.callref) AS notifications,
    (SELECT count(*) FROM notifications WHERE callref = calls.callref AND +state = 'pending') AS pending
  FROM calls`;

/** The text of every statement here, by name. */
export const KEEPING_QUERIES = {
  above: `${KEPT_CALL} WHERE id > :above ORDER BY id LIMIT :limit`,
  call: `${KEPT_CALL} WHERE id = :id`,
  ofParty: idsFrom('call_parties', 'party = :number AND direction = :direction'),
  ofLine: idsFrom('call_lines', 'account = :number AND direction = :direction'),
  // What does not stand there yet: nothing of a number may be missed, so no fill of those tables is relied on.
  notIndexed: `SELECT id FROM calls
    WHERE id > max(:above, (SELECT id FROM indexed_up_to WHERE source = 'calls'))
      AND (account = :number OR party = :number) ORDER BY id LIMIT :limit`,
  ofRedirecting: idsFrom('calls', "redirecting_number = :number AND redirecting_number <> ''"),
} as const;

function idsFrom(table: string, condition: string): string {
  return `SELECT id FROM ${table} WHERE ${condition} AND id > :above ORDER BY id LIMIT :limit`;
}

// No table: it has no plan to be held to.
const USED = `SELECT (pages.page_count - free.freelist_count) * size.page_size AS bytes
  FROM pragma_page_count() AS pages, pragma_freelist_count() AS free, pragma_page_size() AS size`;

/** The queries of retention and erasure on a connection. */
export function keepingQueries(rows: Rows) {
  function usedBytes(): number {
    return rows<{ bytes: number }>(USED)[0]?.bytes ?? 0;
  }

  function callsAbove(above: number, most: number): KeptCall[] {
    const values = { above, limit: bounded(most) };
    return rows<Stored<KeptCall, 'open'>>(KEEPING_QUERIES.above, values).map(kept);
  }

  // One side of every call is its account, so caller and callee are looked for as account and as party.
  function callsOfNumber(number: string, above: number, most: number): KeptCall[] {
    const values = { number, above, limit: bounded(most) };
    const ids = [
      ...(['incoming', 'outgoing'] as const).flatMap((direction) => [
        ...rows<{ id: number }>(KEEPING_QUERIES.ofParty, { ...values, direction }),
        ...rows<{ id: number }>(KEEPING_QUERIES.ofLine, { ...values, direction }),
      ]),
      ...rows<{ id: number }>(KEEPING_QUERIES.notIndexed, values),
      ...rows<{ id: number }>(KEEPING_QUERIES.ofRedirecting, values),
    ].map(({ id }) => id);
    return [...new Set(ids)]
      .sort((a, b) => a - b)
      .slice(0, values.limit)
      .flatMap((id) => rows<Stored<KeptCall, 'open'>>(KEEPING_QUERIES.call, { id }))
      .map(kept);
  }

  return { usedBytes, callsAbove, callsOfNumber };
}

function kept(row: Stored<KeptCall, 'open'>): KeptCall {
  return { ...row, open: row.open === 1 };
}
