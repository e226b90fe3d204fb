// How many users and tokens there may be: in all, and as many as the people of one customer can make, so
// that none of them fills what is there for all. Pure; users.ts and tokens.ts ask before they keep one more.

import type { Asker } from './may-manage.ts';
import { refuse, type Refused } from './outcome.ts';
import type { Reach } from './principal.ts';

/** Each: so many users, so many tokens. */
export const MOST_IN_ALL = 10_000;
/** Operators are not held to it: a house may have one customer only. */
export const MOST_OF_CUSTOMER = 1000;

/**
 * Refuses one too many. `before` is what it was, undefined for a new one; `after` what it is to become,
 * `others` all that there are now.
 */
export function tooMany(
  what: 'users' | 'tokens',
  { before, after }: { readonly before: Reach | undefined; readonly after: Reach },
  others: { readonly size: number; values(): Iterable<Reach> },
  by: Asker | undefined,
): Refused | undefined {
  if (before === undefined && others.size >= MOST_IN_ALL) {
    return refuse('too-many', `there are ${MOST_IN_ALL} ${what} already: remove one first`, {
      values: { limit: MOST_IN_ALL },
    });
  }
  const { customer } = after;
  if (before?.customer === customer || by === undefined || by()?.role === 'operator') {
    return undefined;
  }
  let count = 0;
  for (const other of others.values()) if (other.customer === customer) count += 1;
  if (count < MOST_OF_CUSTOMER) return undefined;
  return refuse(
    'too-many',
    `the customer ${customer} has ${count} ${what} already: remove one first, or ask the operator`,
    { values: { limit: MOST_OF_CUSTOMER, customer } },
  );
}
