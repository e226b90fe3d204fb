// What another room refuses, as the problem that the API answers: each room says why with a code of its
// own, and here stands which status that is.

import type { NotSignedIn } from '../../access/access.ts';
import type { Refused } from '../../access/outcome.ts';
import { isWrongInItself } from '../../access/outcome.ts';
import type { LineRefusal } from '../../lines/line-result.ts';
import { isConflict } from '../../lines/message-codes.ts';
import { isDestinationConflict } from '../../destinations/message-codes.ts';
import { invalid, Refusal } from './problem.ts';

/** The problem for a refusal of src/access. */
export function accessRefusal({ code, field, error, values }: Refused): Refusal {
  const detail = sentence(error);
  if (isWrongInItself(code) || code === 'customer-unknown' || code === 'line-unknown') {
    return invalid(field ?? '', code, detail, values);
  }
  const more = values === undefined ? {} : { values };
  switch (code) {
    case 'not-found':
      return new Refusal(404, code, detail, more);
    case 'forbidden':
      return new Refusal(403, code, detail, more);
    case 'wrong-password':
      return new Refusal(401, code, detail, more);
    case 'slow-down': {
      const seconds = Math.max(1, Math.ceil(Number(values?.['retryAfterS'] ?? 1)));
      return new Refusal(429, code, detail, {
        ...more,
        headers: { 'Retry-After': String(seconds) },
      });
    }
    case 'busy':
      return new Refusal(503, code, detail, { ...more, headers: { 'Retry-After': '1' } });
    default: {
      const errors = field === undefined ? [] : [{ field, code, text: detail, ...more }];
      return new Refusal(409, code, detail, errors.length === 0 ? more : { ...more, errors });
    }
  }
}

/** The problem for a sign-in that did not succeed. */
export function signInRefusal({ code, retryAfterS = 1 }: NotSignedIn): Refusal {
  const more = { values: { retryAfterS }, headers: { 'Retry-After': String(retryAfterS) } };
  switch (code) {
    case 'wrong-password':
      return new Refusal(401, code, 'Name or password is wrong');
    case 'wrong-link':
      return new Refusal(
        401,
        code,
        'This sign-in link was used already, or is too old: ask for a new one',
      );
    case 'slow-down':
      return new Refusal(429, code, `Too many failures: try again in ${retryAfterS} s`, more);
    default:
      return new Refusal(503, code, 'Too many sign in at once: try again in a moment', more);
  }
}

/** The problem for a refusal of src/lines. */
export function lineRefusal({ code, field, error, values }: LineRefusal): Refusal {
  const detail = sentence(error);
  const more = values === undefined ? {} : { values };
  if (code === 'no-such-line') return new Refusal(404, 'not-found', detail, more);
  if (code === 'overloaded') {
    return new Refusal(503, 'busy', detail, { ...more, headers: { 'Retry-After': '1' } });
  }
  if (isConflict(code)) {
    const errors = [{ field: field ?? '', code, text: detail, ...more }];
    return new Refusal(409, code, detail, { ...more, errors });
  }
  return invalid(field ?? '', code, detail, values);
}

/** The problem for a refusal of src/destinations, which also speaks of lines. */
export function destinationRefusal(refusal: LineRefusal): Refusal {
  const { code, field, error, values } = refusal;
  const detail = sentence(error);
  const more = values === undefined ? {} : { values };
  if (code === 'no-such-secret') return new Refusal(404, 'not-found', detail, more);
  if (code === 'no-such-destination') {
    // What a path names is not there; what a body names is wrong in it.
    if (field === 'destination') return invalid(field, code, detail, values);
    return new Refusal(404, 'not-found', detail, more);
  }
  if (!isDestinationConflict(code)) return lineRefusal(refusal);
  const errors = field === undefined ? [] : [{ field, code, text: detail, ...more }];
  return new Refusal(409, code, detail, errors.length === 0 ? more : { ...more, errors });
}

/** The rooms' sentences begin small, since commands put a word before them. */
function sentence(error: string): string {
  return error.charAt(0).toUpperCase() + error.slice(1);
}
