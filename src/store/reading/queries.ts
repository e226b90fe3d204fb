// Every statement that reads the database, and all queries together on one connection, in the reader
// thread. No list scans a table: each has an index that gives the newest rows first and stops at the limit.

import type { DatabaseSync } from 'node:sqlite';
import { ACCESS_QUERIES, accessQueries } from './access-queries.ts';
import { CALL_QUERIES, callQueries } from './call-queries.ts';
import { DESTINATION_QUERIES, destinationQueries } from './destination-queries.ts';
import { KEEPING_QUERIES, keepingQueries } from './keeping-queries.ts';
import { LINE_QUERIES, lineQueries } from './line-queries.ts';
import { NOTIFICATION_QUERIES, notificationQueries } from './notification-queries.ts';
import { WAITING_QUERIES, waitingQueries } from './waiting-queries.ts';
import { prepareRows } from './prepared.ts';
import { WALK_QUERIES } from './walk.ts';

/** The text of every statement, by room and name; a test holds each one's plan to its index. */
export const QUERIES = {
  lines: LINE_QUERIES,
  access: ACCESS_QUERIES,
  calls: CALL_QUERIES,
  notifications: NOTIFICATION_QUERIES,
  waiting: WAITING_QUERIES,
  destinations: DESTINATION_QUERIES,
  keeping: KEEPING_QUERIES,
  walk: WALK_QUERIES,
} as const;

/** The queries on a connection, each statement prepared at its first use. */
export function prepareQueries(db: DatabaseSync) {
  const rows = prepareRows(db);
  const waiting = waitingQueries(rows);
  return {
    ...lineQueries(rows),
    ...accessQueries(rows),
    ...callQueries(rows),
    ...notificationQueries(rows, waiting.linesWithPending),
    ...waiting,
    ...destinationQueries(rows),
    ...keepingQueries(rows),
  };
}

/** What can be asked over the thread's border, by name. Arguments and answers are plain data. */
export type Queries = ReturnType<typeof prepareQueries>;
