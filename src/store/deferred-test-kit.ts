// For tests only: what of the deferred indexes is not as it must be, by a look at all rows of a database; and
// calls and pages to look at.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CallIdentity } from '../calls/call-event.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Store } from './store.ts';
import * as sample from './test-samples.ts';
import { DELIVERED } from './test-samples.ts';

export const ALL = { kind: 'all' } as const;

const INDEXES = [
  ['calls', 'id', 'call_lines', 'account, direction, id, customer'],
  ['calls', 'id', 'call_parties', 'party, direction, id, customer, account'],
  ['notifications', 'seq', 'notification_lines', 'account, seq, customer'],
] as const;

/**
 * Nothing where all is right: each row up to where it was filled is there, none is there that does not exist,
 * and no more is said to be filled than exists.
 */
export function indexesOf(directory: string): string[] {
  const db = new DatabaseSync(join(directory, 'carillon.db'), { readOnly: true, timeout: 5000 });
  const count = (sql: string): number => Number(db.prepare(sql).get()?.['n']);
  try {
    // One moment, though a store writes.
    db.exec('BEGIN');
    return INDEXES.flatMap(([table, key, index, columns]) => {
      const upTo = count(`SELECT id AS n FROM indexed_up_to WHERE source = '${table}'`);
      const last = count(`SELECT coalesce(max(${key}), 0) AS n FROM ${table}`);
      const rows = `SELECT ${columns} FROM ${table}`;
      const missing = count(`SELECT count(*) AS n FROM
        (${rows} WHERE ${key} <= ${upTo} EXCEPT SELECT ${columns} FROM ${index})`);
      const foreign = count(`SELECT count(*) AS n FROM
        (SELECT ${columns} FROM ${index} EXCEPT ${rows})`);
      return [
        ...(upTo > last ? [`${index}: filled up to ${upTo}, the last is ${last}`] : []),
        ...(missing > 0 ? [`${index}: ${missing} rows are missing`] : []),
        ...(foreign > 0 ? [`${index}: ${foreign} rows of what does not exist`] : []),
      ];
    });
  } finally {
    db.close();
  }
}

/** A call that is over, with a notification of that seq, delivered. */
export async function over(store: Store, seq: number, call: CallIdentity): Promise<void> {
  const events = [sample.setup(call), sample.release(call)];
  const notifications = [sample.sampleNotification(seq, call)];
  await Promise.all([
    store.recordCalls(events, notifications, call.dref, undefined),
    store.recordAttempt(seq, DELIVERED, 'delivered'),
  ]);
}

/** The callrefs of a line's page of calls. */
export const calls = async (store: Store, line: E164) =>
  (await store.pageCalls({ scope: ALL, line, limit: 9999 })).map(({ callref }) => callref);

/** The seqs of a line's page of notifications. */
export const seqs = async (store: Store, line: E164) =>
  (await store.pageNotifications({ scope: ALL, line, limit: 9999 })).map(({ seq }) => seq);
