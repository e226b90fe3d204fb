// What a form sees for itself before it asks the server, so that all that is wrong is said at once: the
// server tells one fault, and has the last word (src/access/checks.ts). Pure; the sentences are the pages'.

/** The longest title of a customer and name of a token, in characters. */
export const LONGEST_TITLE = 64;

export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 256;

export function isCustomerName(name: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(name);
}

export function isUserName(name: string): boolean {
  return /^[a-z0-9._@+-]{1,64}$/.test(name);
}

/** A title or the name of a token: one line of free text. */
export function isTitle(text: string): boolean {
  return lengthOf(text) <= LONGEST_TITLE && !hasControl(text);
}

/** As the server counts it: an accented letter or an emoji once. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Line breaks and other characters that have no form of their own. */
export function hasControl(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text) || !text.isWellFormed();
}

/** Whether a text may be a telephone number: digits and what people write between them. */
export function looksLikeNumber(text: string): boolean {
  return text.length <= 32 && /^\+?[0-9 .()\u00a0\u202f-]*$/.test(text.trim()) && /\d/.test(text);
}

/** What was typed as it may stand in a sentence. */
export function shortened(text: string): string {
  const letters = Array.from(text);
  return letters.length <= 40 ? text : `${letters.slice(0, 40).join('')}…`;
}
