// What the world's numbering plans say: calling codes, possible lengths, national prefixes. The facts
// come from libphonenumber; this file asks it once and keeps what the hot path needs in two tables.
// It knows digits only; how people write numbers is in parse-number.ts.

import {
  type CountryCode,
  getExampleNumber,
  Metadata,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/core';
import examples from 'libphonenumber-js/mobile/examples';
import metadata from 'libphonenumber-js/min/metadata';
import { type E164, isE164 } from './e164.ts';

/** An ISO 3166-1 code in capitals, e.g. `FR`. */
export type Country = CountryCode;

/** Says whether a text is a country whose numbering plan is known, e.g. `FR` (not `fr`). */
export function isCountry(text: string): text is Country {
  return Object.hasOwn(metadata.countries, text);
}

/** How numbers are dialled inside a country. */
export interface CountryPlan {
  /** `33` for FR. */
  readonly callingCode: string;
  /**
   * True where a 0 goes before a national number (FR, BE, DE, GB): digits that begin with anything
   * else are then international. False in ES, IT, US, where only the plan can tell the two apart.
   */
  readonly zeroPrefix: boolean;
  /** One number in both forms, for error texts: `33612345678` and `06 12 34 56 78`. */
  readonly exampleInternational: string;
  readonly exampleNational: string;
}

const plans = new Map<Country, CountryPlan>();

/** The plan of a country; throws for a country that `isCountry` does not know. */
export function planOf(country: Country): CountryPlan {
  let plan = plans.get(country);
  if (plan === undefined) {
    plan = readPlan(country);
    plans.set(country, plan);
  }
  return plan;
}

function readPlan(country: Country): CountryPlan {
  const example = getExampleNumber(country, examples, metadata);
  if (example === undefined) throw new Error(`no numbering plan is known for country ${country}`);
  const national = example.formatNational();
  return {
    callingCode: example.countryCallingCode,
    // The metadata names a prefix for Norway and Mexico too, where nobody dials one: the way that
    // an example is written tells what people do.
    zeroPrefix: /^\D*0/.test(national) && !example.nationalNumber.startsWith('0'),
    exampleInternational: example.number.slice(1),
    exampleNational: national,
  };
}

function numberingPlan(country: Country) {
  const reader = new Metadata(metadata);
  reader.selectNumberingPlan(country);
  if (reader.numberingPlan === undefined) throw new Error(`no numbering plan for ${country}`);
  return reader.numberingPlan;
}

// Both tables are indexed by a number's first three digits, since no calling code is longer and none
// is the beginning of another. `totalLengths` has bit n set where a number of n digits, calling code
// included, is possible; a calling code that does not exist has no bit.
const totalLengths = new Uint32Array(1000);
const callingCodeLength = new Uint8Array(1000);
fillTables();

function fillTables(): void {
  for (const [code, countries] of Object.entries(metadata.country_calling_codes)) {
    for (const country of countries) allow(code, numberingPlan(country).possibleLengths());
  }
  // 800 (free phone), 881 (satellite) and the like belong to no country; the metadata's own order
  // puts a plan's lengths fourth.
  for (const [code, plan] of Object.entries(metadata.nonGeographic)) allow(code, plan[3]);
}

function allow(callingCode: string, lengths: readonly number[]): void {
  const size = callingCode.length;
  const span = 10 ** (3 - size);
  const first = Number(callingCode) * span;
  callingCodeLength.fill(size, first, first + span);
  for (const length of lengths) {
    for (let at = first; at < first + span; at++) {
      totalLengths[at] = (totalLengths[at] ?? 0) | (1 << (size + length));
    }
  }
}

/**
 * Reads digits as a whole international number: a calling code that exists and a length that is
 * possible behind it. "Possible" and no more: plans grow faster than servers are upgraded.
 */
export function internationalNumber(digits: string): E164 | undefined {
  if (!isE164(digits)) return undefined;
  const start = Number(digits.slice(0, 3));
  // A 0 behind the calling code is either wrong, as in +33 (0)6, or right, as in Rome's 39 06. It is
  // rare enough to ask the library (some 10 microseconds, against 0.1).
  if (digits.charCodeAt(callingCodeLength[start] ?? 0) === 0x30) {
    const parsed = parsePhoneNumberFromString(`+${digits}`, { extract: false }, metadata);
    return parsed === undefined ? undefined : numberOf(parsed);
  }
  return ((totalLengths[start] ?? 0) >> digits.length) & 1 ? digits : undefined;
}

/**
 * Reads digits as dialled inside a country: a national number with its prefix where there is one, or
 * a foreign number behind the country's own international prefix (011 in US). `certain` says that
 * the plan uses such numbers; otherwise only their length is possible.
 */
export function numberDialledIn(
  digits: string,
  country: Country,
): { number: E164; certain: boolean } | undefined {
  const options = { defaultCountry: country, extract: false };
  const parsed = parsePhoneNumberFromString(digits, options, metadata);
  const number = parsed === undefined ? undefined : numberOf(parsed);
  if (parsed === undefined || number === undefined) return undefined;
  // Italy's plan keeps all of 33 and nine digits for its voice mailboxes, which nobody dials from
  // outside a mobile network: France has a better claim to 33612345678.
  return { number, certain: parsed.isValid() && parsed.getType() !== 'VOICEMAIL' };
}

function numberOf(parsed: PhoneNumber): E164 | undefined {
  // A 0 that the library left behind the calling code belongs there only where the plan says so
  // (Italy, Ivory Coast). Elsewhere it is a prefix before too few digits: 061234567 in France.
  const possible = parsed.nationalNumber.startsWith('0') ? parsed.isValid() : parsed.isPossible();
  const digits = parsed.number.slice(1);
  return possible && isE164(digits) ? digits : undefined;
}
