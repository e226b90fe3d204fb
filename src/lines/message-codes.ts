// The stable codes of what this room says about a line's settings, by which a page says it in another
// language. The sentences stand where the checks are. Numbers and templates have codes of their own
// (numbers/number-codes.ts, notifications/template-codes.ts).

import type { Message } from '../message.ts';

/** Every code of this room, with the values that its sentence names. */
export const LINE_MESSAGE_CODES = [
  // A change as a whole
  'line-exists', // number
  'no-such-line', // number
  'short-taken', // short, number, customer
  'overloaded', // limit
  'too-many-changes', // changes, limit
  'line-twice', // number
  // One setting; its name is the refusal's field
  'line-number-fixed',
  'unknown-setting', // setting
  'not-a-text', // setting
  'control-character', // setting
  'not-on-or-off',
  'title-too-long', // limit, length
  'offer-too-long', // limit, length
  'password-empty', // limit
  'password-too-long', // limit, length
  'source-ip-too-long', // limit, length
  'source-ip-match-unknown',
  'buzzee-url-invalid',
  'buzzee-url-too-long', // limit, length
  'customer-name-invalid', // limit
  'origin-null',
  'origin-wildcard', // origin
  'origin-too-long', // origin, limit
  'origin-invalid', // origin
  'too-many-origins', // origins, limit
  'masked-user-info', // host
  'delivery-timeout-invalid', // least, most
  'delivery-window-invalid', // least, most
  'delivery-retry-invalid', // written, least, most
  'delivery-retry-too-many', // delays, limit
  'delivery-mode-unknown',
  // Warnings about what is kept all the same
  'password-short', // limit
  'source-ip-invalid', // reason
  // What a pattern of source addresses means
  'source-ip-accepts-all',
  'source-ip-accepts-none',
  'source-ip-unescaped-dot', // example, suggestion
  'source-ip-not-yours', // address
  'source-ip-search', // example
  'source-ip-spaces', // suggestion
  'source-ip-comma', // suggestion
  'source-ip-looks-like-cidr', // written, suggestion
  'source-ip-wildcard', // written, suggestion
  // A file of lines
  'csv-too-large', // limit
  'csv-too-many-rows', // limit
  'csv-not-utf8',
  'csv-unreadable', // reason
  'csv-empty',
  'csv-no-number-column',
  'csv-unknown-column', // column, columns
  'csv-column-twice', // column
  'csv-too-many-cells', // cells, columns
  'csv-too-few-cells', // cells, columns
  'csv-number-twice', // number, row
  'csv-number-rounded', // written
  'csv-password-missing', // number
] as const;

export type LineMessageCode = (typeof LINE_MESSAGE_CODES)[number];

export interface LineMessage extends Message {
  readonly code: LineMessageCode;
}

/** A message of this room; `values` is absent where its sentence names nothing. */
export function say(
  code: LineMessageCode,
  text: string,
  values?: LineMessage['values'],
): LineMessage {
  return values === undefined ? { code, text } : { code, text, values };
}

/** Codes of what could not be done although nothing about the input is wrong in itself. */
const CONFLICTS: ReadonlySet<string> = new Set<LineMessageCode>([
  'line-exists',
  'no-such-line',
  'short-taken',
  'overloaded',
]);

/** Whether a refusal is about the lines as they are now, and not about what was written. */
export function isConflict(code: string): boolean {
  return CONFLICTS.has(code);
}
