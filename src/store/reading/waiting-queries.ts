// What delivery reads: the lines with notifications that wait, those of one line, what is parked, and ended
// ones that are to be sent again. Lists for people are in notification-queries.ts.

import type { E164 } from '../../numbers/e164.ts';
import type { EndedSelection, EndedSlice, Notification } from '../store.ts';
import type { NotificationState, PendingNotification } from '../store.ts';
import { oldestOf } from './newest.ts';
import { NOTIFICATION_COLUMNS } from './notification-queries.ts';
import { headsOf, headsWhere } from './page-scope.ts';
import { bounded, type Rows, type Stored } from './prepared.ts';
import { hasManyLines } from './walk.ts';

const ENDED_COLUMNS =
  'seq, account, callref, destination, customer, state, created_at AS createdAt';

/** The text of every statement here, by name. */
export const WAITING_QUERIES = {
  // From one line to the next one in the index: the rows between are not looked at.
  nextLine: `SELECT account FROM notifications WHERE state = 'pending' AND account > :account
    ORDER BY account LIMIT 1`,
  ofLine: `SELECT ${NOTIFICATION_COLUMNS}, coalesce(requeued_at, created_at) AS since, claimed,
      tries - tries_before AS attempts,
      EXISTS (SELECT 1 FROM notifications AS earlier WHERE earlier.callref = waiting.callref
        AND earlier.destination = waiting.destination AND earlier.seq < waiting.seq
        AND earlier.state = 'parked') AS behindParked
    FROM notifications AS waiting
    WHERE state = 'pending' AND account = :line AND seq > :above ORDER BY seq LIMIT :limit`,
  openCallrefs: "SELECT callref FROM calls WHERE state <> 'RELEASE'",
  parkedOfCall: `SELECT destination FROM notifications
    WHERE callref = :callref AND state = 'parked'`,
  parkedOfChain: `SELECT seq FROM notifications
    WHERE callref = :callref AND destination = :destination AND state = 'parked' ORDER BY seq`,
  'ended.parked.line': endedWhere("state = 'parked' AND account = :line"),
  'ended.parked.customer': endedWhere("state = 'parked' AND customer = :customer"),
  'ended.parked': endedWhere("state = 'parked'"),
  'ended.line': `SELECT seq FROM notification_lines WHERE account = :line AND seq > :above
    ORDER BY seq LIMIT :limit`,
  'ended.heads': headsWhere(`SELECT seq FROM notification_lines WHERE account = had.line
    AND customer = :customer AND seq > :above ORDER BY seq LIMIT 1`),
  'ended.customer.line': `SELECT seq FROM notification_lines
    WHERE account = :line AND customer = :customer AND seq > :above AND seq < :below
    ORDER BY seq LIMIT :limit`,
  'ended.one': `SELECT ${ENDED_COLUMNS} FROM notifications WHERE seq = :seq`,
  'ended.all': endedWhere('TRUE'),
} as const;

function endedWhere(condition: string): string {
  return `SELECT ${ENDED_COLUMNS} FROM notifications WHERE ${condition} AND seq > :above
    ORDER BY seq LIMIT :limit`;
}

/** Whether a selection is read, or may be, from what is written later than the notifications. */
export function isDeferredSelection({ line, customer, state }: EndedSelection): boolean {
  return state !== 'parked' && (line !== undefined || customer !== undefined);
}

/** The statement for a selection; undefined where it is read from the rows of lines. */
function endedName(rows: Rows, { line, customer, state }: EndedSelection) {
  const parked = state === 'parked';
  if (line !== undefined) return parked ? 'ended.parked.line' : undefined;
  if (customer !== undefined && parked) return 'ended.parked.customer';
  if (customer !== undefined && !hasManyLines(rows, customer)) return undefined;
  return parked ? 'ended.parked' : 'ended.all';
}

interface EndedRow extends Pick<Notification, 'seq' | 'account' | 'callref' | 'destination'> {
  readonly customer: string;
  readonly state: NotificationState;
  readonly createdAt: number;
}

type StoredPending = Notification &
  Stored<Omit<PendingNotification, 'notification'>, 'claimed' | 'behindParked'>;

/** The queries of delivery on a connection. */
export function waitingQueries(rows: Rows) {
  function linesWithPending(): E164[] {
    const lines: E164[] = [];
    let account: string = '';
    for (;;) {
      const next = rows<{ account: E164 }>(WAITING_QUERIES.nextLine, { account })[0];
      if (next === undefined) return lines;
      lines.push(next.account);
      account = next.account;
    }
  }

  function pendingNotifications(line: E164, above: number, limit: number): PendingNotification[] {
    const values = { line, above, limit: bounded(limit) };
    return rows<StoredPending>(WAITING_QUERIES.ofLine, values).map(
      ({ attempts, since, claimed, behindParked, ...notification }) => ({
        notification,
        attempts,
        since,
        claimed: claimed === 1,
        behindParked: behindParked === 1,
      }),
    );
  }

  function parkedChains(): Pick<Notification, 'callref' | 'destination'>[] {
    return rows<{ callref: string }>(WAITING_QUERIES.openCallrefs).flatMap(({ callref }) =>
      rows<{ destination: number }>(WAITING_QUERIES.parkedOfCall, { callref }).map(
        ({ destination }) => ({ callref, destination }),
      ),
    );
  }

  function parkedOfChain(callref: string, destination: number): number[] {
    const values = { callref, destination };
    return rows<{ seq: number }>(WAITING_QUERIES.parkedOfChain, values).map(({ seq }) => seq);
  }

  const ofSeqs = (seqs: readonly number[]): EndedRow[] =>
    seqs.flatMap((seq) => rows<EndedRow>(WAITING_QUERIES['ended.one'], { seq }));

  /** The next rows of a line, or of all lines that a customer has or had, whatever became of them. */
  function ofLines({ line, customer }: EndedSelection, above: number, limit: number): EndedRow[] {
    const values = { line: line ?? null, customer: customer ?? null, above, limit };
    if (line !== undefined) {
      const found = rows<{ seq: number }>(WAITING_QUERIES['ended.line'], values);
      return ofSeqs(found.map(({ seq }) => seq));
    }
    const sources = headsOf(rows, WAITING_QUERIES['ended.heads'], values).map(
      ({ line: own, head }) => ({
        head,
        read: (below: number) =>
          rows<{ seq: number }>(WAITING_QUERIES['ended.customer.line'], {
            ...values,
            line: own,
            below,
          }).map(({ seq }) => seq),
      }),
    );
    return ofSeqs(oldestOf(sources, limit));
  }

  /** By the index that leaves the least to filter; what it leaves is filtered here, a slice at a time. */
  function endedNotifications(selection: EndedSelection, above: number, most: number): EndedSlice {
    const { line, customer, state, from = -Infinity, to = Infinity } = selection;
    const limit = bounded(most);
    const values = { line: line ?? null, customer: customer ?? null, above, limit };
    const name = endedName(rows, selection);
    const looked =
      name === undefined
        ? ofLines(selection, above, limit)
        : rows<EndedRow>(WAITING_QUERIES[name], values);
    const found = looked.filter(
      (row) =>
        (customer === undefined || row.customer === customer) &&
        (state === 'ended' ? row.state !== 'pending' : row.state === state) &&
        row.createdAt >= from &&
        row.createdAt < to,
    );
    return {
      found: found.map(({ seq, account, callref, destination }) => ({
        seq,
        account,
        callref,
        destination,
      })),
      next: looked.length < limit ? null : (looked.at(-1)?.seq ?? null),
    };
  }

  return {
    linesWithPending,
    pendingNotifications,
    parkedChains,
    parkedOfChain,
    endedNotifications,
  };
}
