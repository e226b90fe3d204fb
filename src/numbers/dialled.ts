// What somebody dialled, told apart: a telephone number, a short number of the customer, an emergency
// or a service number. It says what was dialled, not where the call goes: that is routing's.

import type { E164 } from './e164.ts';
import type { NumberMessageCode, NumberRefusal } from './number-codes.ts';
import type { Country } from './numbering-plan.ts';
import { examplesOf, numberFrom, readWriting, whatToWrite } from './parse-number.ts';
import { isEmergency, isService, serviceNumbers } from './special-numbers.ts';

export type Dialled =
  | { readonly kind: 'number'; readonly number: E164 }
  /** 2 to 6 digits; perhaps a line of the same customer. */
  | { readonly kind: 'short'; readonly digits: string }
  /** The digits go to the outside as they are, whatever limits and bans say. */
  | { readonly kind: 'emergency'; readonly digits: string }
  | { readonly kind: 'service'; readonly digits: string }
  | ({ readonly kind: 'invalid' } & Omit<NumberRefusal, 'ok'>);

export type ShortNumberResult = { readonly ok: true; readonly short: string } | NumberRefusal;

/** A short number as it may be, for error texts. */
const EXAMPLE = '201';

/**
 * Classifies what a telephone or a program dialled, in any form of docs/makecall.md. Emergency
 * and service numbers win over short numbers, and those over telephone numbers of so few digits.
 * `services` are the operator's service numbers (`x` is one digit), those of the country by default.
 */
export function classifyDialled(
  text: string,
  country: Country,
  services: readonly string[] = serviceNumbers(country),
): Dialled {
  const written = readWriting(text);
  if (written === undefined) return invalid(country);
  const { digits, before } = written;
  // A plus says that a telephone number was meant. A space says so less surely, and nobody who
  // dials 112 after a space may be sent away.
  if (before !== 'plus') {
    if (isEmergency(digits, country)) return { kind: 'emergency', digits };
    if (isService(digits, services)) return { kind: 'service', digits };
    if (digits.length >= 2 && digits.length <= 6) return { kind: 'short', digits };
  }
  const number = numberFrom(written, country);
  return number === undefined ? invalid(country) : { kind: 'number', number };
}

function invalid(country: Country): Dialled {
  const error = `what was dialled is no telephone number and no short number (2 to 6 digits): ${whatToWrite(country)}.`;
  return { kind: 'invalid', error, code: 'dialled-invalid', values: examplesOf(country) };
}

/**
 * Checks a short number before it is given to a line: 2 to 6 digits, no 0 in front, and neither an
 * emergency nor a service number, which would hide it. Whether another line has it is not known here.
 */
export function checkShortNumber(
  text: string,
  country: Country,
  services: readonly string[] = serviceNumbers(country),
): ShortNumberResult {
  if (!/^[0-9]{2,6}$/.test(text))
    return refuse('short-form', 'a short number has 2 to 6 digits and nothing else');
  if (text.startsWith('0')) {
    const why = 'a short number cannot begin with 0, as full numbers do';
    return refuse('short-begins-with-zero', why);
  }
  const short = text;
  if (isEmergency(text, country)) {
    return refuse('short-emergency', `${text} is an emergency number`, { short });
  }
  if (isService(text, services)) {
    return refuse('short-service', `${text} is a service number`, { short });
  }
  return { ok: true, short };
}

function refuse(
  code: NumberMessageCode,
  why: string,
  named: { readonly short?: string } = {},
): ShortNumberResult {
  const error = `${why}: write 2 to 6 digits that begin with 1 to 9, such as ${EXAMPLE}.`;
  return { ok: false, error, code, values: { ...named, example: EXAMPLE } };
}
