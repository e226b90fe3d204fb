// The caller that notifications name, and telephone numbers with parameters behind them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { presentCaller, withoutParameters } from './sip-user.ts';

const present = (user: string | undefined, hidden = false) => presentCaller(user, 'FR', hidden);

describe('presentCaller', () => {
  test('names a hidden caller anonymous, whoever it is', () => {
    assert.equal(present('33612345678', true), 'anonymous');
    assert.equal(present('bob', true), 'anonymous');
  });

  test('names a caller without a name anonymous', () => {
    for (const user of [undefined, '', ' ', 'anonymous', 'Anonymous', 'ANONYMOUS']) {
      assert.equal(present(user), 'anonymous', JSON.stringify(user));
    }
  });

  test('gives a number in any form as international digits', () => {
    for (const user of [
      '33612345678',
      '+33612345678',
      '0033612345678',
      '0612345678',
      '033612345678',
      '+33-6-12-34-56-78',
      '+33612345678;npdi',
      '0612345678;phone-context=example.com',
    ]) {
      assert.equal(present(user), '33612345678', user);
    }
  });

  test('leaves short numbers, services and digits that are no number as they are', () => {
    for (const digits of ['15', '201', '3975', '118712', '99912345678', '0']) {
      assert.equal(present(digits), digits);
    }
  });

  test('gives no plus in front of digits that are no number', () => {
    assert.equal(present('+201'), '201');
    assert.equal(present('+99912345678'), '99912345678');
  });

  test('gives a caller that is no number by its user part', () => {
    for (const user of ['bob', 'José Müller', 'a+b', '1bob', '030123456;phone-context=+49']) {
      assert.equal(present(user), user);
    }
  });

  test('cuts a user part at 64 characters', () => {
    assert.equal(present('x'.repeat(64)), 'x'.repeat(64));
    assert.equal(present('x'.repeat(65)), 'x'.repeat(64));
    assert.equal(present('3'.repeat(65)), '3'.repeat(64));
  });

  test('leaves nothing that cannot be percent-encoded', () => {
    assert.equal(present(`${'x'.repeat(63)}\u{1f600}`), 'x'.repeat(63));
    assert.equal(present(`${'x'.repeat(62)}\u{1f600}`), `${'x'.repeat(62)}\u{1f600}`);
    for (const user of ['a\ud83d', '\ude00b', `${'x'.repeat(63)}\ud83d`]) {
      assert.doesNotThrow(() => encodeURIComponent(present(user)));
    }
  });
});

describe('withoutParameters', () => {
  test('takes off what follows a number', () => {
    assert.equal(withoutParameters('+33612345678;npdi;rn=+33600000000'), '+33612345678');
    assert.equal(withoutParameters('+33612345678;phone-context=+49'), '+33612345678');
    assert.equal(withoutParameters('0612345678;phone-context=example.com'), '0612345678');
    assert.equal(withoutParameters('33612345678'), '33612345678');
  });

  test('leaves a local number of another country as it is', () => {
    const user = '030123456;Phone-Context=+49';
    assert.equal(withoutParameters(user), user);
  });
});
