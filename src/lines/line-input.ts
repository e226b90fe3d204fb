// What somebody writes about a line, checked and turned into a Line. Pure: it sees one line at a time;
// what concerns several (a number or short number twice) is in many-changes.ts. The forms of single
// texts are in setting-forms.ts and delivery-forms.ts.

import { ha1 } from '../digest/ha1.ts';
import type { Message } from '../message.ts';
import type { E164 } from '../numbers/e164.ts';
import * as delivery from './delivery-forms.ts';
import type { Line, LineSettings } from './line.ts';
import { refuse, refuseBy } from './line-result.ts';
import type { LineResult, RuleRefusal } from './line-result.ts';
import { say } from './message-codes.ts';
import type { LineMessageCode } from './message-codes.ts';
import { parseOrigins } from './origins.ts';
import * as forms from './setting-forms.ts';
import { Refusal } from './setting-forms.ts';
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
  parseE164(text: string): { readonly ok: true; readonly number: E164 } | RuleRefusal;
  checkShortNumber(text: string): { readonly ok: true; readonly short: string } | RuleRefusal;
  /** Checks a notification template; a warning is a sentence for its author. */
  parseTemplate(
    text: string,
  ):
    | { readonly ok: true; readonly warnings: readonly Message[] }
    | { readonly ok: false; readonly error: Message };
}

const LONGEST_TEXT = 64;
const LONGEST_PASSWORD = 128;
const SHORT_PASSWORD = 8;

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
    customer: forms.DEFAULT_CUSTOMER,
    api: true,
    autoAnswer: false,
    origins: [],
    deliveryTimeoutS: 0,
    deliveryWindowS: 0,
    deliveryRetryS: [],
    deliveryMode: '',
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
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
  return { ok: true, line: change.line, warnings: change.warnings };
}

/** A line under change, and the warnings so far. */
class Change {
  line: Line;
  readonly warnings: Message[] = [];
  readonly #rules: LineRules;

  constructor(line: Line, rules: LineRules) {
    this.line = line;
    this.#rules = rules;
  }

  /** Checks one setting by its name and takes it over. */
  set(name: string, value: unknown): void {
    const text = forms.plainText(name, value);
    switch (name) {
      case 'password':
        return this.#setPassword(text);
      case 'title':
        return this.#take({ title: forms.atMost(LONGEST_TEXT, 'title', text) });
      case 'offer':
        return this.#take({ offer: forms.atMost(LONGEST_TEXT, 'offer', text) });
      case 'short':
        return this.#setShort(text);
      case 'notificationUrl':
        return this.#setNotificationUrl(text);
      case 'sourceIp':
        return this.#setSourceIp(text);
      case 'sourceIpMatch':
        return this.#setSourceIpMatch(text);
      case 'buzzeeUrl':
        return this.#take({ buzzeeUrl: forms.webAddress(text) });
      case 'customer':
        return this.#take({ customer: forms.customerName(text) });
      case 'api':
        return this.#take({ api: forms.onOrOff('api', 'the API', text, true) });
      case 'autoAnswer':
        return this.#take({
          autoAnswer: forms.onOrOff('autoAnswer', 'automatic answer', text, false),
        });
      case 'origins':
        return this.#setOrigins(text);
      case 'deliveryTimeoutS':
        return this.#take({ deliveryTimeoutS: delivery.deliveryTimeout(text) });
      case 'deliveryWindowS':
        return this.#take({ deliveryWindowS: delivery.deliveryWindow(text) });
      case 'deliveryRetryS':
        return this.#take({ deliveryRetryS: delivery.deliveryRetry(text) });
      case 'deliveryMode':
        return this.#take({ deliveryMode: delivery.deliveryMode(text) });
      case 'number':
        throw forms.refused(
          name,
          'line-number-fixed',
          'a line keeps its number: add a line with the new number and remove this one',
        );
      default:
        throw forms.refused(
          name,
          'unknown-setting',
          `a line has no setting named ${JSON.stringify(name)}`,
          { setting: name },
        );
    }
  }

  #take(settings: Partial<Line>): void {
    this.line = { ...this.line, ...settings };
  }

  #setPassword(password: string): void {
    if (password === '') {
      throw forms.refused(
        'password',
        'password-empty',
        `the password is empty: write one of 1 to ${LONGEST_PASSWORD} characters`,
        { limit: LONGEST_PASSWORD },
      );
    }
    forms.atMost(LONGEST_PASSWORD, 'password', password);
    if (forms.characters(password) < SHORT_PASSWORD) {
      this.#warn(
        'password-short',
        `The password is shorter than ${SHORT_PASSWORD} characters and can be guessed; ` +
          'use a longer one before the server can be reached from outside.',
        { limit: SHORT_PASSWORD },
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
    if (!checked.ok) throw new Refusal({ ...checked, field: 'short' });
    this.#take({ short: checked.short });
  }

  #setNotificationUrl(text: string): void {
    if (text !== '') {
      const parsed = this.#rules.parseTemplate(text);
      if (!parsed.ok) throw new Refusal(refuseBy('notificationUrl', parsed.error));
      this.warnings.push(...parsed.warnings);
    }
    this.#take({ notificationUrl: text });
  }

  // The protocol gives an invalid pattern a meaning, so it is kept: Digest applies.
  #setSourceIp(text: string): void {
    forms.atMost(LONGEST_PATTERN, 'sourceIp', text);
    const compiled = compileSourceIp(text);
    if (!compiled.ok) {
      this.#warn(
        'source-ip-invalid',
        `The pattern of source addresses is not valid (${compiled.error}). It is kept, but lets ` +
          'nobody in: every request must authenticate with Digest until it is corrected.',
        { reason: compiled.error },
      );
    }
    this.#take({ sourceIp: text });
  }

  #setSourceIpMatch(text: string): void {
    if (text !== '' && text !== 'whole' && text !== 'search') {
      throw forms.refused(
        'sourceIpMatch',
        'source-ip-match-unknown',
        'the pattern of source addresses is matched in one of two ways: write whole (the whole ' +
          'address) or search (a part of it)',
      );
    }
    this.#take({ sourceIpMatch: text === '' ? 'whole' : text });
  }

  #setOrigins(text: string): void {
    const parsed = parseOrigins(text);
    if (!parsed.ok) throw new Refusal(refuse('origins', parsed.error));
    this.#take({ origins: parsed.origins });
  }

  #warn(code: LineMessageCode, text: string, values?: Message['values']): void {
    this.warnings.push(say(code, text, values));
  }
}
