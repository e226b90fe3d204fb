// Who may give, change and take away the rights of others. Pure; what somebody may do with lines is in
// principal.ts, and each interface asks here before it changes a user or token.

import type { Reach } from './principal.ts';

/**
 * Whether `who` may make, change, see or remove a user or a token that reaches `target`. Ask for what
 * it is now, and again for what it is to become: nobody gives more than he has. A manager has the
 * managers, users and tokens of his customer; a line's user no users, and tokens for his own lines only.
 */
export function mayManage(who: Reach, target: Reach, what: 'user' | 'token'): boolean {
  if (who.role === 'operator') return true;
  if (target.role === 'operator' || target.customer !== who.customer) return false;
  if (who.role === 'manager') return true;
  return (
    what === 'token' &&
    target.role === 'user' &&
    target.lines.length > 0 &&
    target.lines.every((line) => who.lines.includes(line))
  );
}
