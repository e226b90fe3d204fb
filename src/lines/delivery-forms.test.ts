// What may be written for the delivery of a line's notifications, and what it is kept as.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { changeLine, emptyLine } from './line-input.ts';
import type { LineChanges } from './line-input.ts';
import { e164, errorOf, lineOf, RULES } from './test-kit.ts';

const line = emptyLine(e164('33100000001'));
const change = (changes: LineChanges) => changeLine(line, changes, RULES);

test('a new line leaves all to the server', () => {
  const { deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode } = line;
  assert.deepEqual(
    [deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode],
    [0, 0, [], ''],
  );
});

test('seconds and words are kept as numbers and lists', () => {
  const kept: [LineChanges, object][] = [
    [{ deliveryTimeoutS: '5' }, { deliveryTimeoutS: 5 }],
    [{ deliveryTimeoutS: '0.5' }, { deliveryTimeoutS: 0.5 }],
    [{ deliveryTimeoutS: '30' }, { deliveryTimeoutS: 30 }],
    [{ deliveryWindowS: '1' }, { deliveryWindowS: 1 }],
    [{ deliveryWindowS: '86400' }, { deliveryWindowS: 86_400 }],
    [{ deliveryRetryS: '1 3 10 30' }, { deliveryRetryS: [1, 3, 10, 30] }],
    [{ deliveryRetryS: '  3600   0.5 ' }, { deliveryRetryS: [3600, 0.5] }],
    [{ deliveryRetryS: '1 '.repeat(20) }, { deliveryRetryS: Array(20).fill(1) }],
    [{ deliveryMode: 'at-least-once' }, { deliveryMode: 'at-least-once' }],
    [{ deliveryMode: 'at-most-once' }, { deliveryMode: 'at-most-once' }],
  ];
  for (const [changes, settings] of kept) {
    assert.deepEqual(lineOf(change(changes)), { ...line, ...settings });
  }
});

test('an empty text leaves a setting to the server again', () => {
  const set = lineOf(
    change({
      deliveryTimeoutS: '5',
      deliveryWindowS: '60',
      deliveryRetryS: '1',
      deliveryMode: 'at-most-once',
    }),
  );
  const none = { deliveryTimeoutS: '', deliveryWindowS: '', deliveryRetryS: '', deliveryMode: '' };
  assert.deepEqual(lineOf(changeLine(set, none, RULES)), line);
});

test('what is no number in its range is refused, with the range', () => {
  const odd = [
    '0',
    '-1',
    '1e1',
    '0x5',
    '5s',
    '5,5',
    ' ',
    'NaN',
    'Infinity',
    '.5',
    '5.',
    '9'.repeat(400),
  ];
  for (const text of [...odd, '0.49', '30.01']) {
    assert.match(errorOf(change({ deliveryTimeoutS: text })), /is 0\.5 to 30 seconds: write/, text);
  }
  for (const text of [...odd, '0.99', '86401']) {
    assert.match(errorOf(change({ deliveryWindowS: text })), /for 1 to 86400 seconds: write/, text);
  }
  for (const text of [...odd, '0.49', '3601'].filter((each) => each !== ' ')) {
    const error = errorOf(change({ deliveryRetryS: `1 ${text} 3` }));
    assert.match(error, /is no wait .* write seconds from 0\.5 to 3600, separated by spaces/, text);
    assert.ok(error.length < 250, error);
  }
  const many = '1 '.repeat(21);
  assert.match(errorOf(change({ deliveryRetryS: many })), /are 21 waits .*: write at most 20/);
  for (const mode of ['once', 'AT-LEAST-ONCE', ' ']) {
    const error = errorOf(change({ deliveryMode: mode }));
    assert.match(error, /write at-least-once .* or at-most-once/);
  }
});
