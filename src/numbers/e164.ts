// E.164 numbers as this protocol writes them: digits only, international, no plus sign.

declare const brand: unique symbol;

/** An international number without `+`, e.g. `33123456789` (ITU-T E.164: 15 digits at most). */
export type E164 = string & { readonly [brand]: 'E164' };
