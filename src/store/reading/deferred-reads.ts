// Which queries read what is written later than the calls and notifications (deferred-indexes.ts): they are
// asked when that has been filled (catch-up.ts). Pure; it runs on the main thread.
//
// What must not miss anything though a fill fails (erasing a number, whether a customer has history) looks at
// the rows that are not indexed yet itself, and delivery needs none of this: neither is here.

import type { ListFilter } from '../store.ts';
import { isDeferred as isDeferredCalls } from './call-page.ts';
import { isDeferred as isDeferredNotifications } from './notification-page.ts';
import type { Queries } from './queries.ts';
import { isDeferred as isDeferredSelection } from './waiting-queries.ts';

type Deferred = {
  readonly [Name in keyof Queries]?: (...args: Parameters<Queries[Name]>) => boolean;
};

const DEFERRED: Deferred = {
  pageCalls: isDeferredCalls,
  listCalls: isOfLine,
  pageNotifications: isDeferredNotifications,
  listNotifications: isOfLine,
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

/** Both lists are pages of all, or of one line, where they are not of one call. */
function isOfLine({ line, callref, sipCallId, state }: ListFilter): boolean {
  const isOfCall = callref !== undefined || sipCallId !== undefined;
  return line !== undefined && !isOfCall && state !== 'pending' && state !== 'parked';
}
