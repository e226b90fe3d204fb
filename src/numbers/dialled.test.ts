// What was dialled, told apart; and which short numbers a line may have.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkShortNumber, classifyDialled } from './dialled.ts';
import type { Country } from './numbering-plan.ts';

/** `emergency 112`, `number 33612345678`, …: one text to compare. */
function kind(text: string, country: Country = 'FR', services?: readonly string[]): string {
  const dialled = classifyDialled(text, country, services);
  if (dialled.kind === 'invalid') return 'invalid';
  return `${dialled.kind} ${dialled.kind === 'number' ? dialled.number : dialled.digits}`;
}

describe('classifyDialled', () => {
  for (const digits of ['15', '17', '18', '112', '114', '115', '119', '191', '196', '197']) {
    test(`knows ${digits} as an emergency number in France`, () => {
      assert.equal(kind(digits), `emergency ${digits}`);
    });
  }

  for (const digits of ['3000', '3699', '3975', '118000', '118712', '1013', '1099']) {
    test(`knows ${digits} as a service number in France`, () => {
      assert.equal(kind(digits), `service ${digits}`);
    });
  }

  for (const digits of [
    '16',
    '99',
    '101',
    '113',
    '201',
    '4000',
    '1113',
    '2999',
    '11800',
    '33123',
    '117000',
  ]) {
    test(`takes ${digits} for a short number`, () => {
      assert.equal(kind(digits), `short ${digits}`);
    });
  }

  test('reads a telephone number in every form that real clients send', () => {
    for (const text of [
      '33612345678',
      '+33612345678',
      ' 33612345678',
      '0033612345678',
      '0612345678',
      '06 12 34 56 78',
      '06.12.34.56.78',
      '06-12-34-56-78',
      '033612345678',
    ]) {
      assert.equal(kind(text), 'number 33612345678', JSON.stringify(text));
    }
  });

  test('sends nobody away who dials an emergency number with spaces around it', () => {
    for (const text of [' 112', '112 ', '1 1 2', '(112)'])
      assert.equal(kind(text), 'emergency 112');
  });

  test('takes digits behind a plus for a telephone number only', () => {
    for (const text of ['+112', '+3975', '+201', '+3315'])
      assert.equal(kind(text), 'invalid', text);
  });

  test('does not find an emergency number inside other digits', () => {
    for (const text of ['0112', '01512', '1122', '33112'])
      assert.match(kind(text), /^short /, text);
    for (const text of ['0033112', '3331120']) assert.equal(kind(text), 'invalid', text);
  });

  test('refuses what is neither a number nor a short number, and says what to write', () => {
    for (const text of [
      '',
      ' ',
      '1',
      '+',
      'bob',
      '1234567',
      '3'.repeat(65),
      '11\u0662',
      '112\n',
      '*21#',
    ]) {
      const dialled = classifyDialled(text, 'FR');
      assert.equal(dialled.kind, 'invalid', JSON.stringify(text));
      assert.match(dialled.kind === 'invalid' ? dialled.error : '', /such as 33612345678/);
    }
  });

  test('knows the emergency numbers of the country it is in', () => {
    assert.equal(kind('112', 'DE'), 'emergency 112');
    assert.equal(kind('15', 'DE'), 'short 15');
    assert.equal(kind('911', 'US'), 'emergency 911');
    assert.equal(kind('911', 'FR'), 'short 911');
    assert.equal(kind('3975', 'DE'), 'short 3975');
  });

  test('takes the service numbers of the operator in place of those of the country', () => {
    const services = ['7xx', '0800xxxxxx'];
    assert.equal(kind('712', 'FR', services), 'service 712');
    assert.equal(kind('0800123456', 'FR', services), 'service 0800123456');
    assert.equal(kind('3975', 'FR', services), 'short 3975');
    assert.equal(kind('112', 'FR', ['1xx']), 'emergency 112', 'an emergency number wins');
  });
});

describe('checkShortNumber', () => {
  test('accepts 2 to 6 digits that mean nothing else', () => {
    for (const short of ['10', '16', '201', '4000', '98765', '987654']) {
      assert.deepEqual(checkShortNumber(short, 'FR'), { ok: true, short });
    }
  });

  const refusals: readonly (readonly [string, RegExp])[] = [
    ['', /2 to 6 digits/],
    ['1', /2 to 6 digits/],
    ['1234567', /2 to 6 digits/],
    ['2 01', /2 to 6 digits and nothing else/],
    ['+201', /2 to 6 digits and nothing else/],
    ['201\n', /2 to 6 digits and nothing else/],
    ['20a', /2 to 6 digits and nothing else/],
    ['\u0662\u0660\u0661', /2 to 6 digits and nothing else/],
    ['012', /cannot begin with 0/],
    ['15', /15 is an emergency number/],
    ['112', /112 is an emergency number/],
    ['3975', /3975 is a service number/],
    ['118712', /118712 is a service number/],
    ['1013', /1013 is a service number/],
  ];
  for (const [text, reason] of refusals) {
    test(`refuses ${JSON.stringify(text)} and says what to write`, () => {
      const result = checkShortNumber(text, 'FR');
      assert.equal(result.ok, false);
      assert.match(result.ok ? '' : result.error, reason);
      assert.match(result.ok ? '' : result.error, /such as 201\.$/);
    });
  }

  test('follows the country and the services of the operator', () => {
    assert.equal(checkShortNumber('15', 'BE').ok, true);
    assert.equal(checkShortNumber('112', 'BE').ok, false);
    assert.equal(checkShortNumber('3975', 'FR', []).ok, true);
    assert.equal(checkShortNumber('712', 'FR', ['7xx']).ok, false);
  });
});
