// That every refusal of this room has its code and the values that its sentence names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkShortNumber, classifyDialled } from './dialled.ts';
import { NUMBER_MESSAGE_CODES } from './number-codes.ts';
import { parseE164 } from './parse-number.ts';

const examples = {
  country: 'FR',
  exampleInternational: '33612345678',
  exampleNational: '06 12 34 56 78',
};

const table: [
  check: 'number' | 'dialled' | 'short',
  text: string,
  code: string,
  values: Record<string, string | number>,
][] = [
  ['number', ' ', 'number-empty', examples],
  ['number', '3'.repeat(65), 'number-too-long', { limit: 64, ...examples }],
  ['number', 'bob', 'number-bad-character', examples],
  ['number', '06 1', 'number-impossible', { written: '061', ...examples }],
  ['number', '+33', 'number-impossible', { written: '+33', ...examples }],
  ['dialled', 'bob', 'dialled-invalid', examples],
  ['dialled', '+112', 'dialled-invalid', examples],
  ['short', '2 01', 'short-form', { example: '201' }],
  ['short', '012', 'short-begins-with-zero', { example: '201' }],
  ['short', '112', 'short-emergency', { short: '112', example: '201' }],
  ['short', '3975', 'short-service', { short: '3975', example: '201' }],
];

const checks = { number: parseE164, dialled: classifyDialled, short: checkShortNumber };

for (const [check, text, code, values] of table) {
  test(`${JSON.stringify(text.slice(0, 20))} as ${check} is refused with ${code}`, () => {
    const result = checks[check](text, 'FR');
    assert.ok('error' in result, 'this had to be refused');
    assert.deepEqual({ code: result.code, values: result.values }, { code, values });
    for (const value of Object.values(values)) {
      assert.ok(result.error.includes(String(value)), `${value} is not in: ${result.error}`);
    }
  });
}

test('every code of the list is given by some text', () => {
  assert.deepEqual(
    [...new Set(table.map(([, , code]) => code))].sort(),
    [...NUMBER_MESSAGE_CODES].sort(),
  );
});
