// How people and programs write a telephone number, read into the one form that travels (E164).
// Strict on form, lenient on numbering plans. Short, emergency and service numbers are not telephone
// numbers here: dialled.ts tells them apart. The plans themselves are in numbering-plan.ts.

import type { E164 } from './e164.ts';
import type { NumberMessageCode, NumberRefusal } from './number-codes.ts';
import { type Country, internationalNumber, numberDialledIn, planOf } from './numbering-plan.ts';

export type NumberResult = { readonly ok: true; readonly number: E164 } | NumberRefusal;

/** A text that has the form of a number: its digits, and what stood before them. */
export interface WrittenNumber {
  readonly digits: string;
  /** `plus`: certainly international. `space`: perhaps a plus that a query string decoded. */
  readonly before: 'plus' | 'space' | 'nothing';
}

/** No written number is longer; what is longer is not looked at. */
const LONGEST_TEXT = 64;

const DIGITS = /^[0-9]+$/;
// The two non-breaking spaces are what copying from a French web page gives.
const FORM = /^[ (]*\+?[0-9 .()\u00a0\u202f-]*$/;
const NOT_DIGIT = /[^0-9]/g;

/**
 * Takes the writing off a number: separators (space, dot, dash, parentheses) and a leading plus.
 * Undefined for a text that holds anything else, no digit, or more than 64 characters.
 */
export function readWriting(text: string): WrittenNumber | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  if (DIGITS.test(text)) return { digits: text, before: 'nothing' };
  if (!FORM.test(text)) return undefined;
  const digits = text.replace(NOT_DIGIT, '');
  if (digits === '') return undefined;
  if (text.includes('+')) return { digits, before: 'plus' };
  return { digits, before: text.startsWith(' ') ? 'space' : 'nothing' };
}

/** The number that a writing stands for, in a server of that country; undefined where it is none. */
export function numberFrom(written: WrittenNumber, country: Country): E164 | undefined {
  const { digits, before } = written;
  if (before === 'plus') return internationalNumber(digits);
  if (before === 'space') {
    const number = internationalNumber(digits);
    if (number !== undefined) return number;
  }
  // No calling code begins with 0, so what does is a prefix and a number.
  if (digits.startsWith('0')) return afterZero(digits, country);
  if (planOf(country).zeroPrefix) return internationalNumber(digits);
  return withoutPrefix(digits, country);
}

function afterZero(digits: string, country: Country): E164 | undefined {
  // 00 leads abroad from most countries, and programs send it in all.
  if (digits.startsWith('00')) {
    const number = internationalNumber(digits.slice(2));
    if (number !== undefined) return number;
  }
  const dialled = numberDialledIn(digits, country);
  if (dialled?.certain) return dialled.number;
  // A client that puts 0 before everything sends 033612345678. Only with the country's own calling
  // code: otherwise 061234567, a French number with a digit forgotten, would ring in Australia.
  if (digits.startsWith(planOf(country).callingCode, 1)) {
    const number = internationalNumber(digits.slice(1));
    if (number !== undefined) return number;
  }
  return dialled?.number;
}

/** Where nationals are dialled bare (ES, US), a number that the plan uses is theirs before another's. */
function withoutPrefix(digits: string, country: Country): E164 | undefined {
  const dialled = numberDialledIn(digits, country);
  if (dialled?.certain) return dialled.number;
  return internationalNumber(digits) ?? dialled?.number;
}

/**
 * Reads a telephone number from configuration or from a program's ACCOUNT parameter, in every form
 * of docs/makecall.md: `33612345678`, `+33612345678` (also with its plus decoded to a space),
 * `0033612345678`, `0612345678`, `033612345678`, with spaces, dots, dashes or parentheses.
 * A number is accepted when its calling code exists and its length is possible there; 7 digits at
 * least, since fewer are short numbers. `country` decides what a national number is.
 * The error is one sentence that says what to write and repeats nothing of a text in a wrong form;
 * its code and values say the same to a program.
 */
export function parseE164(text: string, country: Country): NumberResult {
  const written = readWriting(text);
  const number = written === undefined ? undefined : numberFrom(written, country);
  if (number !== undefined) return { ok: true, number };
  const { why, code, ...named } = explain(text, written);
  return {
    ok: false,
    error: `${why}: ${whatToWrite(country)}.`,
    code,
    values: { ...named, ...examplesOf(country) },
  };
}

interface Explanation {
  /** The beginning of the sentence. */
  readonly why: string;
  readonly code: NumberMessageCode;
  readonly limit?: number;
  readonly written?: string;
}

function explain(text: string, written: WrittenNumber | undefined): Explanation {
  if (text.trim() === '') return { why: 'the number is empty', code: 'number-empty' };
  if (text.length > LONGEST_TEXT) {
    const why = `the number is longer than ${LONGEST_TEXT} characters`;
    return { why, code: 'number-too-long', limit: LONGEST_TEXT };
  }
  if (written === undefined) {
    const why =
      'a telephone number holds only digits, a leading + and spaces, dots, dashes or parentheses';
    return { why, code: 'number-bad-character' };
  }
  const digits = `${written.before === 'plus' ? '+' : ''}${written.digits}`;
  const why = `${digits} is no telephone number, by its calling code or its length`;
  return { why, code: 'number-impossible', written: digits };
}

/** The end of an error sentence: how a number is written, with examples of the country. */
export function whatToWrite(country: Country): string {
  const plan = planOf(country);
  return (
    `write it in international form, such as ${plan.exampleInternational}, ` +
    `or as it is dialled in ${country}, such as ${plan.exampleNational}`
  );
}

/** What `whatToWrite` names, for a page that says it in another language. */
export function examplesOf(country: Country) {
  const { exampleInternational, exampleNational } = planOf(country);
  return { country, exampleInternational, exampleNational };
}
