// Where calls go: from a line, and from the outside, which must never reach the outside again.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import { parseE164 } from '../numbers/parse-number.ts';
import { type Directory, routeFromLine, routeFromOutside } from './route.ts';

function number(text: string): E164 {
  const result = parseE164(text, 'FR');
  assert.ok(result.ok);
  return result.number;
}

function line(text: string, short: string, customer: string): Line {
  return { ...emptyLine(number(text)), short, customer };
}

const alice = line('33123456789', '201', 'acme');
const bob = line('33123456790', '202', 'acme');
const carol = line('33123456791', '202', 'other');
const dave = line('33123456792', '203', 'other');
const lines = [alice, bob, carol, dave];

const directory: Directory = {
  byNumber: (n) => lines.find((each) => each.number === n),
  byShort: (customer, short) =>
    lines.find((each) => each.customer === customer && each.short === short),
};
const FR = { country: 'FR' } as const;

describe('routeFromLine', () => {
  test('reaches a line by its number in every form, whoever owns it', () => {
    for (const dialled of [
      '33123456790',
      '+33123456790',
      ' 33123456790',
      '0033123456790',
      '0123456790',
      '01 23 45 67 90',
      '01.23.45.67.90',
      '01-23-45-67-90',
      '033123456790',
      '+33123456790;npdi',
    ]) {
      assert.deepEqual(routeFromLine(dialled, alice, directory, FR), {
        to: 'line',
        line: bob,
        callee: '33123456790',
      });
    }
    assert.equal(routeFromLine('0123456791', alice, directory, FR).to, 'line');
  });

  test('reaches the line of the same customer by a short number', () => {
    const fromAlice = routeFromLine('202', alice, directory, FR);
    assert.deepEqual(fromAlice, { to: 'line', line: bob, callee: bob.number });
    const fromDave = routeFromLine('202', dave, directory, FR);
    assert.deepEqual(fromDave, { to: 'line', line: carol, callee: carol.number });
  });

  test('does not reach another customer by a short number', () => {
    const route = routeFromLine('203', alice, directory, FR);
    assert.equal(route.to === 'nobody' && route.reason, 'unknown-short');
    assert.match(route.to === 'nobody' ? route.error : '', /203: dial the full number/);
  });

  test('does not let a line call itself, by its number or by its short number', () => {
    for (const dialled of ['33123456789', '0123456789', '201']) {
      const route = routeFromLine(dialled, alice, directory, FR);
      assert.equal(route.to === 'nobody' && route.reason, 'self', dialled);
    }
  });

  test('sends another number to the outside in international form', () => {
    for (const dialled of ['33612345678', '0612345678', '+33 6 12 34 56 78', '033612345678']) {
      assert.deepEqual(routeFromLine(dialled, alice, directory, FR), {
        to: 'outside',
        callee: '33612345678',
        dialled,
        emergency: false,
      });
    }
  });

  test('sends emergency and service numbers to the outside as dialled', () => {
    for (const dialled of ['15', '17', '18', '112', '114', '115', '119', '191', '196', '197']) {
      const route = routeFromLine(dialled, alice, directory, FR);
      assert.deepEqual(route, { to: 'outside', callee: dialled, dialled, emergency: true });
    }
    for (const dialled of ['3975', '118712', '1013']) {
      const route = routeFromLine(dialled, alice, directory, FR);
      assert.deepEqual(route, { to: 'outside', callee: dialled, dialled, emergency: false });
    }
  });

  test('sends an emergency number to the outside though a line has it as its short number', () => {
    const odd: Directory = { byNumber: () => bob, byShort: () => bob };
    const route = routeFromLine('112', alice, odd, FR);
    assert.deepEqual(route, { to: 'outside', callee: '112', dialled: '112', emergency: true });
  });

  test('follows the service numbers and the country it is given', () => {
    const options = { country: 'DE', services: ['202'] } as const;
    assert.equal(routeFromLine('202', alice, directory, options).to, 'outside');
    const route = routeFromLine('030 123456', alice, directory, options);
    assert.equal(route.to === 'outside' && route.callee, '4930123456');
  });

  test('sends to nobody what is no number', () => {
    for (const dialled of [
      '',
      'bob',
      '1',
      '++33612345678',
      '3'.repeat(65),
      '33612345678@evil.example',
      '33612345678\r\nTo: x',
      '\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668',
      '030123456;phone-context=+49',
      '*21*0612345678#',
      'constructor',
    ]) {
      const route = routeFromLine(dialled, alice, directory, FR);
      assert.equal(route.to === 'nobody' && route.reason, 'invalid', JSON.stringify(dialled));
      assert.match(route.to === 'nobody' ? route.error : '', /such as 33612345678/);
    }
  });
});

describe('routeFromOutside', () => {
  test('reaches a line by its full number in every form', () => {
    for (const user of [
      '33123456789',
      '+33123456789',
      '0033123456789',
      '0123456789',
      '+33123456789;npdi',
    ]) {
      const route = routeFromOutside(user, directory, FR);
      assert.deepEqual(route, { to: 'line', line: alice, callee: alice.number }, user);
    }
  });

  test('reaches nothing but lines: no number outside, no emergency, no service, no short number', () => {
    for (const user of [
      '33612345678',
      '0612345678',
      '+12125551234',
      '112',
      '15',
      '3975',
      '201',
      '202',
    ]) {
      const route = routeFromOutside(user, directory, FR);
      assert.equal(route.to, 'nobody', user);
      assert.equal(route.to === 'nobody' && route.reason, 'not-ours', user);
      assert.match(
        route.to === 'nobody' ? route.error : '',
        /is no line of this server: .*full number/,
      );
    }
  });

  test('refuses what is no number', () => {
    for (const user of ['', 'bob', '+', '33123456789\n', '3'.repeat(65)]) {
      const route = routeFromOutside(user, directory, FR);
      assert.equal(route.to === 'nobody' && route.reason, 'invalid', JSON.stringify(user));
    }
  });
});
