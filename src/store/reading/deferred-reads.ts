// Which queries read what is written later than the calls and notifications (deferred-indexes.ts): they are
// asked when that has been filled (catch-up.ts). Pure; it runs on the main thread.
//
// What must not miss anything though a fill fails (erasing a number, whether a customer has history) looks at
// the rows that are not indexed yet itself, and delivery needs none of this: neither is here.

import type { ListFilter } from '../store.ts';
import { isDeferredCalls } from './call-page.ts';
import { isDeferredNotifications } from './notification-page.ts';
import type { Queries } from './queries.ts';
import { isDeferredSelection } from './waiting-queries.ts';

type Deferred = {
  readonly [Name in keyof Queries]?: (...args: Parameters<Queries[Name]>) => boolean;
};

const DEFERRED: Deferred = {
  pageCalls: isDeferredCalls,
  listCalls: isOfLine,
  pageNotifications: isDeferredNotifications,
  listNotifications: isOfLineAndEnded,
  lastNotifications: () => true,
  endedNotifications: isDeferredSelection,
};

/** Whether this query, asked like this, reads what is written later. */
export function isDeferred<Name extends keyof Queries>(
  query: Name,
  args: Parameters<Queries[Name]>,
): boolean {
  return DEFERRED[query]?.(...args) ?? false;
}

/** A list is a page of all, or of one line, where it is not of one call. */
function isOfLine({ line, callref, sipCallId }: ListFilter): boolean {
  return line !== undefined && callref === undefined && sipCallId === undefined;
}

/** Those that wait or are parked have indexes of their own. */
function isOfLineAndEnded(filter: ListFilter): boolean {
  return isOfLine(filter) && filter.state !== 'pending' && filter.state !== 'parked';
}
