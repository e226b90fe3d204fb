// The refusals of this room that are about how things are now, and about signing keys; those about a
// destination's settings stand where the settings are checked (destination-input.ts).

import { refuseBy } from '../lines/line-result.ts';
import type { LineRefusal } from '../lines/line-result.ts';
import { LONGEST_SECRET, SHORTEST_SECRET } from '../notifications/signing.ts';
import { say } from './message-codes.ts';

/** `field` is where it was named: the path's or command's `id`, or a member `destination`. */
export function noSuchDestination(id: number, field: 'id' | 'destination' = 'id'): LineRefusal {
  const text = `there is no destination ${id}: carillon destination list shows those that are`;
  return refuseBy(field, say('no-such-destination', text, { id }));
}

export function tooManyDestinations(number: string, limit: number): LineRefusal {
  const text = `line ${number} has ${limit} destinations already: remove one first`;
  return refuseBy(undefined, say('too-many-destinations', text, { number, limit }));
}

export function noSuchSecret(number: string): LineRefusal {
  const text = `line ${number} has no signing key for this place: carillon secret rotate makes one`;
  return refuseBy('destination', say('no-such-secret', text, { number }));
}

export function invalidSecret(): LineRefusal {
  const values = { shortest: SHORTEST_SECRET, longest: LONGEST_SECRET };
  const text =
    `the secret is not valid: write whsec_ and the base64 of ${SHORTEST_SECRET} to ${LONGEST_SECRET} ` +
    'random bytes, or leave it out and have one made';
  return refuseBy('secret', say('secret-invalid', text, values));
}

export function secretInUse(): LineRefusal {
  const text =
    'this secret signs already: leave it out to have another one made, or write a new one';
  return refuseBy('secret', say('secret-in-use', text));
}

export function unreadableKeys(problem: string): LineRefusal {
  return refuseBy(undefined, say('signing-keys-unreadable', problem));
}
