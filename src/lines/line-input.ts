// What somebody writes about a line, checked and turned into a Line. Pure: it sees one line at a time;
// what concerns several (a number or short number twice) is in lines.ts.

import { ha1 } from '../digest/ha1.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Line, LineSettings } from './line.ts';
import { parseOrigins } from './origins.ts';
import { LONGEST_PATTERN, compileSourceIp } from './source-ip.ts';

/** What can be set on a line that exists, as text. An empty one sets the default, but for the password. */
export type LineChanges = { readonly [Key in keyof LineSettings]?: string } & {
  readonly password?: string;
};

/** What a new line is made of. */
export type LineInput = LineChanges & { readonly number: string; readonly password: string };

/** The rules that other rooms own, given as functions. Each error is a sentence for the user. */
export interface LineRules {
  /** The realm that passwords are bound to (RFC 7616, 3.4.2). */
  readonly realm: string;
  parseE164(text: string): { ok: true; number: E164 } | { ok: false; error: string };
  checkShortNumber(text: string): { ok: true; short: string } | { ok: false; error: string };
  /** Checks a notification template; a warning is a sentence for its author. */
  parseTemplate(
    text: string,
  ): { ok: true; warnings: readonly string[] } | { ok: false; error: string };
}

/** The outcome of a change: an error is expected and says what to write instead. */
export type LineResult =
  | { readonly ok: true; readonly line: Line; readonly warnings: string[] }
  | { readonly ok: false; readonly error: string };

const LONGEST_TEXT = 64;
const LONGEST_PASSWORD = 128;
const SHORT_PASSWORD = 8;
const LONGEST_URL = 2048;
const DEFAULT_CUSTOMER = 'default';

/** Nothing set: what a new line begins with. */
export function emptyLine(number: E164): Line {
  return {
    number,
    title: '',
    short: '',
    offer: '',
    notificationUrl: '',
    sourceIp: '',
    sourceIpMatch: 'whole',
    buzzeeUrl: '',
    customer: DEFAULT_CUSTOMER,
    api: true,
    autoAnswer: false,
    origins: [],
    ha1Md5: '',
    ha1Sha256: '',
  };
}

/** The line with the changes in it, or the first thing that is wrong with them. Changes nothing. */
export function changeLine(line: Line, changes: LineChanges, rules: LineRules): LineResult {
  const change = new Change(line, rules);
  try {
    for (const [name, value] of Object.entries(changes)) {
      if (value !== undefined) change.set(name, value);
    }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message };
    throw error;
  }
  return { ok: true, line: change.line, warnings: change.warnings };
}

/** Thrown inside this file by the first check that fails; never leaves it. */
class Refusal extends Error {}

/** A line under change, and the warnings so far. */
class Change {
  line: Line;
  readonly warnings: string[] = [];
  readonly #rules: LineRules;

  constructor(line: Line, rules: LineRules) {
    this.line = line;
    this.#rules = rules;
  }

  /** Checks one setting by its name and takes it over. */
  set(name: string, value: unknown): void {
    const text = plainText(name, value);
    switch (name) {
      case 'password':
        return this.#setPassword(text);
      case 'title':
        return this.#take({ title: atMost(LONGEST_TEXT, 'the title', text) });
      case 'offer':
        return this.#take({ offer: atMost(LONGEST_TEXT, 'the offer', text) });
      case 'short':
        return this.#setShort(text);
      case 'notificationUrl':
        return this.#setNotificationUrl(text);
      case 'sourceIp':
        return this.#setSourceIp(text);
      case 'sourceIpMatch':
        return this.#setSourceIpMatch(text);
      case 'buzzeeUrl':
        return this.#take({ buzzeeUrl: webAddress(text) });
      case 'customer':
        return this.#take({ customer: customerName(text) });
      case 'api':
        return this.#take({ api: onOrOff('the API', text, true) });
      case 'autoAnswer':
        return this.#take({ autoAnswer: onOrOff('automatic answer', text, false) });
      case 'origins':
        return this.#setOrigins(text);
      case 'number':
        throw new Refusal(
          'a line keeps its number: add a line with the new number and remove this one',
        );
      default:
        throw new Refusal(`a line has no setting named ${JSON.stringify(name)}`);
    }
  }

  #take(settings: Partial<Line>): void {
    this.line = { ...this.line, ...settings };
  }

  #setPassword(password: string): void {
    if (password === '') {
      throw new Refusal('the password is empty: write one of 1 to 128 characters');
    }
    atMost(LONGEST_PASSWORD, 'the password', password);
    if (characters(password) < SHORT_PASSWORD) {
      this.warnings.push(
        `The password is shorter than ${SHORT_PASSWORD} characters and can be guessed; ` +
          'use a longer one before the server can be reached from outside.',
      );
    }
    const { number } = this.line;
    this.#take({
      ha1Md5: ha1('MD5', number, this.#rules.realm, password),
      ha1Sha256: ha1('SHA-256', number, this.#rules.realm, password),
    });
  }

  #setShort(text: string): void {
    if (text === '') return this.#take({ short: '' });
    const checked = this.#rules.checkShortNumber(text);
    if (!checked.ok) throw new Refusal(checked.error);
    this.#take({ short: checked.short });
  }

  #setNotificationUrl(text: string): void {
    if (text !== '') {
      const parsed = this.#rules.parseTemplate(text);
      if (!parsed.ok) throw new Refusal(parsed.error);
      this.warnings.push(...parsed.warnings);
    }
    this.#take({ notificationUrl: text });
  }

  // The protocol gives an invalid pattern a meaning, so it is kept: Digest applies.
  #setSourceIp(text: string): void {
    atMost(LONGEST_PATTERN, 'the pattern of source addresses', text);
    const compiled = compileSourceIp(text);
    if (!compiled.ok) {
      this.warnings.push(
        `The pattern of source addresses is not valid (${compiled.error}). It is kept, but lets ` +
          'nobody in: every request must authenticate with Digest until it is corrected.',
      );
    }
    this.#take({ sourceIp: text });
  }

  #setSourceIpMatch(text: string): void {
    if (text !== '' && text !== 'whole' && text !== 'search') {
      throw new Refusal(
        'the pattern of source addresses is matched in one of two ways: write whole (the whole ' +
          'address) or search (a part of it)',
      );
    }
    this.#take({ sourceIpMatch: text === '' ? 'whole' : text });
  }

  #setOrigins(text: string): void {
    const parsed = parseOrigins(text);
    if (!parsed.ok) throw new Refusal(parsed.error);
    this.#take({ origins: parsed.origins });
  }
}

// Values come over a socket: a type is a promise, not a fact. Control characters would move the
// cursor of a terminal or break a log line, and half a surrogate pair does not survive the database.
function plainText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new Refusal(`${name} must be a text`);
  if (/[\p{Cc}\u2028\u2029]/u.test(value) || !value.isWellFormed()) {
    throw new Refusal(`${name} holds a line break or another control character: leave it out`);
  }
  return value;
}

function atMost(limit: number, what: string, text: string): string {
  const length = characters(text);
  if (length > limit) {
    throw new Refusal(`${what} has ${length} characters: write at most ${limit}`);
  }
  return text;
}

// Code points: an accented letter or an emoji counts once.
function characters(text: string): number {
  return Array.from(text).length;
}

function webAddress(text: string): string {
  if (text === '') return text;
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!isWeb || /\s/.test(text) || !/^https?:\/\//i.test(text)) {
    throw new Refusal(
      'the URL of the Buzzee server is not valid: write it as http://HOST/ or https://HOST/',
    );
  }
  return atMost(LONGEST_URL, 'the URL of the Buzzee server', text);
}

function customerName(text: string): string {
  if (text === '') return DEFAULT_CUSTOMER;
  if (!/^[a-z0-9-]{1,32}$/.test(text)) {
    throw new Refusal(
      'the customer is named by 1 to 32 lower-case letters, digits and dashes, such as acme-paris',
    );
  }
  return text;
}

function onOrOff(what: string, text: string, byDefault: boolean): boolean {
  if (text === '') return byDefault;
  if (text !== 'on' && text !== 'off') {
    throw new Refusal(`${what} is either on or off: write one of these two`);
  }
  return text === 'on';
}
