// E.164 numbers as this protocol writes them: digits only, international, no plus sign.

declare const brand: unique symbol;

/** An international number without `+`, e.g. `33123456789` (ITU-T E.164: 15 digits at most). */
export type E164 = string & { readonly [brand]: 'E164' };

/**
 * Says whether a text has the shape of an E164, for what was already checked once (a row of the
 * store, a binding). For what a person or a program wrote, use `parseE164`.
 */
export function isE164(text: string): text is E164 {
  return /^[1-9][0-9]{6,14}$/.test(text);
}
