// Who may give, change and take away the rights of others. Pure; what somebody may do with lines is in
// principal.ts, and each interface asks here before it changes a user or token.

import type { Reach } from './principal.ts';

/**
 * Whether `who` may make, change, see or remove a user or a token that reaches `target`. Ask for what
 * it is now, and again for what it is to become: nobody gives more than he has. A manager has the
 * managers, users and tokens of his customer; a line's user no users, and tokens for his own lines only.
 */
export function mayManage(who: Reach, target: Reach, what: 'user' | 'token'): boolean {
  return managedBy(who, what)(target);
}

/** `mayManage` to be asked of many: his lines are looked up, not searched. */
export function managedBy(who: Reach, what: 'user' | 'token'): (target: Reach) => boolean {
  if (who.role === 'operator') return () => true;
  const isOfCustomer = ({ role, customer }: Reach): boolean =>
    role !== 'operator' && customer === who.customer;
  if (who.role === 'manager') return isOfCustomer;
  if (what === 'user') return () => false;
  const own = new Set(who.lines);
  return (target) =>
    isOfCustomer(target) &&
    target.role === 'user' &&
    target.lines.length > 0 &&
    target.lines.every((line) => own.has(line));
}

/**
 * Who asks for a change. Changes wait for their turn, and he may have lost his rights or his proof
 * meanwhile, so he is asked for when it has come; undefined: he is nobody any more.
 */
export type Asker = () => Reach | undefined;

/** Whether who asks may change what reaches `target`. Without an asker all may be changed. */
export function isAllowed(by: Asker | undefined, target: Reach, what: 'user' | 'token'): boolean {
  if (by === undefined) return true;
  const who = by();
  return who !== undefined && mayManage(who, target, what);
}
