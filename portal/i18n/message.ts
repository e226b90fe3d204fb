// Sentences that come from the server, in the reader's language: a dictionary maps each stable code to a
// sentence with the message's values in braces. A code that is not in it keeps the server's English.

import type { MessageView } from '../../src/web/api/schemas.ts';
import { phoneText } from './format.ts';
import { messages } from './i18n.ts';

/** Code -> sentence, e.g. `'Le nom du serveur {host} est introuvable.'` */
export type Messages = Readonly<Record<string, string>>;

/** The server's country, by which numbers are written; known when somebody is signed in (session.ts). */
let country = '';

export function keepCountry(name: string): void {
  country = name;
}

/** The message in the language now. */
export function sentence(message: Pick<MessageView, 'code' | 'text' | 'values'>): string {
  return sentenceFrom(messages, message, country);
}

/** What is wrong with a text of more than `limit` characters; else empty. For what no form sends. */
export function tooLong(text: string, limit: number): string {
  if (Array.from(text).length <= limit) return '';
  return sentence({
    code: 'too-long',
    text: `write at most ${limit} characters`,
    values: { limit },
  });
}

export function sentenceFrom(
  dictionary: Messages,
  { code, text, values = {} }: Pick<MessageView, 'code' | 'text' | 'values'>,
  ofCountry = '',
): string {
  const known = Object.hasOwn(dictionary, code) ? dictionary[code] : undefined;
  if (known === undefined) return asSentence(text);
  const missing = placeholders(known).some((name) => values[name] === undefined);
  // A sentence with a hole in it would be worse than one in English.
  if (missing) return asSentence(text);
  return known.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name]);
    // As the rest of the page writes it.
    return NUMBERS.has(name) ? phoneText(value, ofCountry) : value;
  });
}

/** The values that are numbers of lines. */
const NUMBERS = new Set(['number', 'line']);

/** Some of the server's texts begin small and end without a stop, since commands put words around them. */
function asSentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[\p{L}\p{N})]$/u.test(begun) ? `${begun}.` : begun;
}

/** The names in braces. */
export function placeholders(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}
