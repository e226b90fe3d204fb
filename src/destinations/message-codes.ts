// The stable codes of what this room says about destinations and signing keys, by which a page says it in
// another language. The sentences stand where the checks are. Titles and plain texts are checked by the lines
// room's forms, URLs by notifications/template.ts: those have codes of their own.

import type { Message } from '../message.ts';

/** Every code of this room, with the values that its sentence names. */
export const DESTINATION_MESSAGE_CODES = [
  // A change as a whole
  'no-such-destination', // id
  'too-many-destinations', // number, limit
  // One setting; its name is the refusal's field
  'destination-unknown-setting', // setting
  'destination-format-unknown', // formats
  'destination-direction-unknown',
  'destination-not-a-switch',
  'destination-types-not-a-list',
  'destination-types-empty',
  'destination-type-unknown', // written
  'destination-numbers-not-a-list',
  'destination-number-invalid', // written
  'destination-too-many-numbers', // numbers, limit
  // Warnings about what is kept all the same
  'destination-zammad-without-setup',
  // Signing keys
  'no-such-secret', // number
  'secret-invalid', // shortest, longest
  'secret-in-use',
  'signing-keys-unreadable',
] as const;

export type DestinationMessageCode = (typeof DESTINATION_MESSAGE_CODES)[number];

export interface DestinationMessage extends Message {
  readonly code: DestinationMessageCode;
}

/** A message of this room; `values` is absent where its sentence names nothing. */
export function say(
  code: DestinationMessageCode,
  text: string,
  values?: Message['values'],
): DestinationMessage {
  return values === undefined ? { code, text } : { code, text, values };
}

/** Codes of what could not be done although nothing about the input is wrong in itself. */
const CONFLICTS: ReadonlySet<string> = new Set<DestinationMessageCode>([
  'no-such-destination',
  'too-many-destinations',
  'no-such-secret',
  'secret-in-use',
  'signing-keys-unreadable',
]);

/** Whether a refusal of this room is about how things are now, and not about what was written. */
export function isDestinationConflict(code: string): boolean {
  return CONFLICTS.has(code);
}
