// Every written form of a number, in several countries, and what is refused.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getCountries } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/min/metadata';
import { isE164 } from './e164.ts';
import { type Country, isCountry, planOf } from './numbering-plan.ts';
import { parseE164 } from './parse-number.ts';

function parsed(text: string, country: Country): string {
  const result = parseE164(text, country);
  return result.ok ? result.number : `refused: ${result.error}`;
}

const accepted: readonly (readonly [Country, string, string])[] = [
  // docs/makecall.md
  ['FR', '33612345678', '33612345678'],
  ['FR', '+33612345678', '33612345678'],
  ['FR', ' 33612345678', '33612345678'],
  ['FR', '0033612345678', '33612345678'],
  ['FR', '0612345678', '33612345678'],
  ['FR', '06 12 34 56 78', '33612345678'],
  ['FR', '06.12.34.56.78', '33612345678'],
  ['FR', '06-12-34-56-78', '33612345678'],
  ['FR', '033612345678', '33612345678'],
  // The same, mixed
  ['FR', '+33 6 12 34 56 78', '33612345678'],
  ['FR', '+33 (0)6 12 34 56 78', '33612345678'],
  ['FR', '(+33) 6.12.34.56.78', '33612345678'],
  ['FR', '00 33 6-12-34-56-78', '33612345678'],
  ['FR', ' 0612345678 ', '33612345678'],
  ['FR', '06\u00a012\u00a034\u202f56\u202f78', '33612345678'],
  // Possible is enough: these need not be in use
  ['FR', '33123456789', '33123456789'],
  ['FR', '33600000001', '33600000001'],
  // Other countries, from France
  ['FR', '4930123456', '4930123456'],
  ['FR', '+1 212 555 1234', '12125551234'],
  ['FR', '0032475123456', '32475123456'],
  ['FR', '390612345678', '390612345678'],
  ['FR', '2250123456789', '2250123456789'],
  ['FR', '+800 1234 5678', '80012345678'],
  ['FR', '+262 262 12 34 56', '262262123456'],
  // Belgium and Germany: a 0 before national numbers, of various lengths
  ['BE', '0475 12 34 56', '32475123456'],
  ['BE', '02 123 45 67', '3221234567'],
  ['BE', '032475123456', '32475123456'],
  ['BE', '0100000000', '32100000000'],
  ['BE', '33612345678', '33612345678'],
  ['DE', '030 123456', '4930123456'],
  ['DE', '+49 (0)30 123456', '4930123456'],
  ['DE', '4930123456', '4930123456'],
  ['DE', '04930123456', '4930123456'],
  ['DE', '04931 12345', '49493112345'],
  ['DE', '33612345678', '33612345678'],
  // Spain: national numbers are dialled bare
  ['ES', '612 345 678', '34612345678'],
  ['ES', '34612345678', '34612345678'],
  ['ES', '33612345678', '33612345678'],
  ['ES', '0033612345678', '33612345678'],
  // United States: bare, or with a 1 that is also the calling code; 011 goes abroad
  ['US', '(212) 555-1234', '12125551234'],
  ['US', '12125551234', '12125551234'],
  ['US', '1-212-555-1234', '12125551234'],
  ['US', '01133612345678', '33612345678'],
  ['US', '33612345678', '33612345678'],
  ['US', '4512345678', '4512345678'],
  ['US', '370 123 4567', '13701234567'],
  // Italy: the 0 of a landline is part of the number and stays in international form
  ['IT', '06 1234 5678', '390612345678'],
  ['IT', '+39 06 1234 5678', '390612345678'],
  ['IT', '390612345678', '390612345678'],
  ['IT', '328 123 4567', '393281234567'],
  ['IT', '393281234567', '393281234567'],
  ['IT', '33612345678', '33612345678'],
  // Russia: an 8 before national numbers
  ['RU', '8 (916) 123-45-67', '79161234567'],
  ['RU', '79161234567', '79161234567'],
  ['RU', '810 33 6 12 34 56 78', '33612345678'],
];

const refused: readonly (readonly [why: string, text: string])[] = [
  ['empty', ''],
  ['spaces only', '   '],
  ['a plus alone', '+'],
  ['separators alone', '(-.)'],
  ['letters', 'bob'],
  ['letters behind digits', '0612345678x'],
  ['an extension', '0612345678 ext 5'],
  ['a hash', '0612345678#'],
  ['a star', '*21'],
  ['two pluses', '++33612345678'],
  ['a plus inside', '33+612345678'],
  ['a plus and a national number', '+0612345678'],
  ['65 digits', '3'.repeat(65)],
  ['16 digits', '3361234567890123'],
  ['a digit too few', '061234567'],
  ['a digit too few behind the calling code', '3361234567'],
  ['a digit too few behind a 0 that stayed', '33061234567'],
  ['a digit too many', '06123456789'],
  ['a 0 behind the national prefix', '0000000001'],
  ['an unknown calling code', '99912345678'],
  ['a number of six digits', '+33123'],
  ['another country behind a stray 0', '04930123456'],
  ['a line break', '33612345678\n'],
  ['a header injection', '33612345678\r\nX: y'],
  ['a tab', '336\t12345678'],
  ['a NUL', '33612345678\0'],
  ['Arabic digits', '\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668'],
  ['full-width digits', '\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18'],
  ['a full-width plus', '\uff0b33612345678'],
  ['a right-to-left mark', '\u200f33612345678'],
  ['a lone surrogate', '\ud83333612345678'],
  ['a URI', 'sip:33612345678@example.com'],
  ['percent encoding', '%2B33612345678'],
  ['a sign', '-'],
  ['an exponent', '3e10'],
];

describe('parseE164', () => {
  for (const [country, text, number] of accepted) {
    test(`reads ${JSON.stringify(text)} in ${country} as ${number}`, () => {
      assert.equal(parsed(text, country), number);
    });
  }

  for (const [why, text] of refused) {
    test(`refuses ${why} and says what to write`, () => {
      const answer = parsed(text, 'FR');
      assert.match(answer, /^refused: .*: write it in international form, such as 33612345678, or/);
      assert.match(answer, /^[\x20-\x7e]+$/, 'the error repeats no hostile character');
    });
  }

  test('reads the example of every country in national and international form', () => {
    const countries = getCountries(metadata);
    assert.ok(countries.length > 200);
    for (const country of countries) {
      const { exampleInternational: number, exampleNational } = planOf(country);
      for (const text of [number, `+${number}`, ` ${number}`, `00${number}`, exampleNational]) {
        assert.equal(parsed(text, country), number, `${JSON.stringify(text)} in ${country}`);
      }
    }
  });

  test('takes a space in front for a plus where a number results, and for a space where none does', () => {
    assert.equal(parsed(' 612345678', 'ES'), '612345678');
    assert.equal(parsed('612345678', 'ES'), '34612345678');
    assert.equal(parsed(' 712345678', 'ES'), '34712345678');
  });

  test('reads its own answer as the same number again', () => {
    for (const [country, , number] of accepted) {
      assert.equal(parsed(number, country), number, `${number} in ${country}`);
    }
  });

  test('takes no longer for a text made to keep a pattern busy', () => {
    const begun = performance.now();
    for (const text of [
      '('.repeat(64),
      `${'( '.repeat(31)}x`,
      ' '.repeat(1_000_000),
      '0'.repeat(64),
    ]) {
      assert.match(parsed(text, 'FR'), /^refused: /);
    }
    assert.ok(performance.now() - begun < 1000);
  });
});

describe('isCountry', () => {
  test('knows the countries that have a numbering plan, in capitals', () => {
    for (const text of ['FR', 'BE', 'DE', 'US', 'IT', 'ES', 'RE'])
      assert.equal(isCountry(text), true);
    for (const text of ['fr', 'XX', '', 'FRA', 'constructor', '__proto__', '33']) {
      assert.equal(isCountry(text), false, text);
    }
  });
});

describe('isE164', () => {
  test('tells the shape of an international number without plus', () => {
    for (const text of ['33612345678', '2908999', '123456789012345'])
      assert.equal(isE164(text), true);
    for (const text of [
      '',
      '0612345678',
      '+33612345678',
      '123456',
      '1234567890123456',
      '3361234567\n',
    ]) {
      assert.equal(isE164(text), false, JSON.stringify(text));
    }
  });
});
