// The forms that the text of one setting may have: lengths, characters, a few fixed words. Beside it:
// line-input.ts says which setting has which form; rules that other rooms own are given to it.

import type { Message } from '../message.ts';
import { refuse } from './line-result.ts';
import type { LineRefusal } from './line-result.ts';
import { say } from './message-codes.ts';
import type { LineMessageCode } from './message-codes.ts';

export const DEFAULT_CUSTOMER = 'default';

const LONGEST_URL = 2048;

/** Thrown by the first check that fails; caught in line-input.ts, where it becomes the answer. */
export class Refusal extends Error {
  readonly answer: LineRefusal;

  constructor(answer: LineRefusal) {
    super(answer.error);
    this.answer = answer;
  }
}

/** What to throw where a setting is wrong. */
export function refused(
  field: string,
  code: LineMessageCode,
  text: string,
  values?: Message['values'],
): Refusal {
  return new Refusal(refuse(field, say(code, text, values)));
}

/**
 * The value of a setting as a text of one line. Values come over a socket: a type is a promise, not a
 * fact. Control characters would move the cursor of a terminal or break a log line, and half a
 * surrogate pair does not survive the database.
 */
export function plainText(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw refused(name, 'not-a-text', `${name} must be a text`, { setting: name });
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(value) || !value.isWellFormed()) {
    throw refused(
      name,
      'control-character',
      `${name} holds a line break or another control character: leave it out`,
      { setting: name },
    );
  }
  return value;
}

/** The settings whose length has a limit of ours: what they are called, and the code. */
const MEASURED = {
  title: ['the title', 'title-too-long'],
  offer: ['the offer', 'offer-too-long'],
  password: ['the password', 'password-too-long'],
  sourceIp: ['the pattern of source addresses', 'source-ip-too-long'],
  buzzeeUrl: ['the URL of the Buzzee server', 'buzzee-url-too-long'],
} as const;

/** The text, where it has at most `limit` characters. */
export function atMost(limit: number, field: keyof typeof MEASURED, text: string): string {
  const length = characters(text);
  if (length > limit) {
    const [what, code] = MEASURED[field];
    throw refused(field, code, `${what} has ${length} characters: write at most ${limit}`, {
      limit,
      length,
    });
  }
  return text;
}

/** Counted in code points: an accented letter or an emoji counts once. */
export function characters(text: string): number {
  return Array.from(text).length;
}

/** The URL of a Buzzee server; empty where none is to be. */
export function webAddress(text: string): string {
  if (text === '') return text;
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!isWeb || /\s/.test(text) || !/^https?:\/\//i.test(text)) {
    throw refused(
      'buzzeeUrl',
      'buzzee-url-invalid',
      'the URL of the Buzzee server is not valid: write it as http://HOST/ or https://HOST:PORT/, with a ' +
        'port of 1 to 65535',
    );
  }
  return atMost(LONGEST_URL, 'buzzeeUrl', text);
}

/** The name of a customer; an empty text is the default one. */
export function customerName(text: string): string {
  if (text === '') return DEFAULT_CUSTOMER;
  if (!/^[a-z0-9-]{1,32}$/.test(text)) {
    throw refused(
      'customer',
      'customer-name-invalid',
      'the customer is named by 1 to 32 lower-case letters, digits and dashes, such as acme-paris',
      { limit: 32 },
    );
  }
  return text;
}

/** `on` or `off`; an empty text is what it is by default. */
export function onOrOff(
  field: 'api' | 'autoAnswer',
  what: string,
  text: string,
  byDefault: boolean,
): boolean {
  if (text === '') return byDefault;
  if (text !== 'on' && text !== 'off') {
    throw refused(field, 'not-on-or-off', `${what} is either on or off: write one of these two`);
  }
  return text === 'on';
}
