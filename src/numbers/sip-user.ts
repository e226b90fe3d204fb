// The user part of a SIP address, as far as it is about numbers: the caller that a notification names,
// and the number in front of a telephone's parameters. It parses no SIP message and percent-encodes
// nothing: the template of the notification does.

import type { Country } from './numbering-plan.ts';
import { numberFrom, readWriting } from './parse-number.ts';

/** The longest caller that the protocol lets travel (docs/notifications.md). */
const LONGEST_CALLER = 64;

/**
 * Takes off the parameters of a telephone number in a user part (RFC 3966, 3), such as
 * `+33612345678;npdi`. A local number that names a foreign context (`030123;phone-context=+49`)
 * keeps them: read without its context it would be another number.
 */
export function withoutParameters(user: string): string {
  const end = user.indexOf(';');
  if (end === -1) return user;
  if (!user.startsWith('+') && /;phone-context=\+/i.test(user)) return user;
  return user.slice(0, end);
}

/**
 * The caller as notifications, call lists and pages name it, from the user part of a SIP From:
 * `anonymous` where the caller hides or is not named; the digits of a number in any form, never with
 * a plus; short numbers and other digits as they are; else the user part, 64 characters of it.
 */
export function presentCaller(user: string | undefined, country: Country, hidden: boolean): string {
  if (hidden || user === undefined || user.trim() === '') return 'anonymous';
  const written = readWriting(withoutParameters(user));
  if (written !== undefined) return numberFrom(written, country) ?? written.digits;
  return user.toLowerCase() === 'anonymous' ? 'anonymous' : cut(user);
}

/** A cut through a surrogate pair, or half a pair from outside, could not be percent-encoded. */
function cut(text: string): string {
  const kept = text.slice(0, LONGEST_CALLER);
  const lastIsHalf = text.length > LONGEST_CALLER && /[\uD800-\uDBFF]$/.test(kept);
  return (lastIsHalf ? kept.slice(0, -1) : kept).toWellFormed();
}
