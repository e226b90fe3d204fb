// That what the engine says of a wrong pattern is said in the reader's language.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compileSourceIp } from '../../src/lines/source-ip.ts';
import { fr } from './fr.ts';
import { en } from './en.ts';
import { patternReasonIn } from './pattern-reason.ts';

/** Patterns that are wrong, each in another way. */
const WRONG = [
  '(',
  'a)|(.*',
  '[0-9',
  '*',
  '(?=10)',
  '(?<!1)0',
  String.raw`\1`,
  'a**',
  'x{1001}',
  '[z-a]',
  '\\',
  '(?P<n>a)(?P<n>b)',
  '(?z)',
  '(?P<n',
  'a{2,1}',
  'x{999}'.repeat(2),
];

let reasons: string[] = [];
before(() => {
  reasons = WRONG.map((pattern) => {
    const compiled = compileSourceIp(pattern);
    assert.ok(!compiled.ok, pattern);
    return compiled.error;
  });
});

test('every reason of the engine has its words in both languages', () => {
  for (const [at, reason] of reasons.entries()) {
    for (const texts of [fr, en]) {
      const words = patternReasonIn(texts.cti.reasons, reason);
      assert.ok(!/parsing|regexp/.test(words), `${WRONG[at]}: ${words}`);
      assert.ok(words.length > 10, words);
    }
  }
});

test('the wrong part is named, a long one cut', () => {
  assert.equal(
    patternReasonIn(fr.cti.reasons, 'error parsing regexp: missing closing ): `(`'),
    'il manque une parenthèse ) (()',
  );
  const long = `error parsing regexp: unexpected ): \`${'x'.repeat(500)}\``;
  assert.ok(patternReasonIn(fr.cti.reasons, long).length < 100);
});

test('a reason that is new stays as the engine says it', () => {
  assert.equal(patternReasonIn(fr.cti.reasons, 'something else'), 'something else');
});
