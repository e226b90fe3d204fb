// Telephone numbers and times as they are written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockText, latencyText, phoneText, plural } from './format.ts';
import { showLanguage, t } from './i18n.ts';

// What a browser's page has and Node has not.
Object.assign(globalThis, { document: { documentElement: { lang: '' } } });
await showLanguage('fr');

function phone(number: string, country = 'FR'): string {
  return phoneText(number, country).replaceAll('\u00a0', ' ');
}

test('a French number is written in pairs in France and with +33 elsewhere', () => {
  assert.equal(phone('33123456789'), '01 23 45 67 89');
  assert.equal(phone('33123456789', 'BE'), '+33 1 23 45 67 89');
});

test('other countries keep their calling code, of one, two or three digits', () => {
  assert.equal(phone('12125550123'), '+1 212 555 0123');
  assert.equal(phone('442079460123'), '+44 2079 460 123');
  assert.equal(phone('352621123456'), '+352 621 123 456');
});

test('a hidden caller is told in words; a short number and a SIP name stay as they are', () => {
  assert.equal(phone('anonymous'), t.phone.hidden);
  assert.equal(phone('112'), '112');
  assert.equal(phone('alice'), 'alice');
});

test('a clock runs over an hour, and does not run backwards', () => {
  assert.equal(clockText(7_900), '0:07');
  assert.equal(clockText(3_723_000), '1:02:03');
  assert.equal(clockText(-5), '0:00');
});

test('French writes decimals with a comma, and zero in the singular', () => {
  assert.equal(latencyText(84), '84 ms');
  assert.equal(latencyText(2340), '2,3 s');
  assert.equal(plural(0, { one: '# appel', other: '# appels' }), '0 appel');
  assert.equal(plural(2, { one: '# appel', other: '# appels' }), '2 appels');
});
