// That every error and warning of a template has its code and the values that its sentence names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TEMPLATE_MESSAGE_CODES } from './template-codes.ts';
import { parseTemplate, TEMPLATE_LIMIT_BYTES } from './template.ts';

const GOOD = 'https://h/?t=_N_TYPE_&r=_CALLREF_';

/** Template -> the code and values of its error, or of its one warning. */
const table: [template: string, code: string, values?: Record<string, string | number>][] = [
  ['http://h/\n', 'template-line-break'],
  [' ', 'template-empty'],
  [
    `http://h/${'x'.repeat(TEMPLATE_LIMIT_BYTES)}`,
    'template-too-long',
    { bytes: TEMPLATE_LIMIT_BYTES + 9, limit: TEMPLATE_LIMIT_BYTES },
  ],
  ['h/x', 'template-scheme'],
  ['ftp://h/', 'template-scheme'],
  ['http://_CALLER_.h/', 'template-keyword-in-host', { keyword: '_CALLER_' }],
  ['http://h h/', 'template-bad-host'],
  ['http://h:0/', 'template-bad-port'],
  ['http://127.0.0.1:99999/', 'template-bad-port'],
  [`${GOOD}&a=CALLER`, 'template-bare-keyword', { written: 'CALLER', keyword: '_CALLER_' }],
  [`${GOOD}&a=_CALER_`, 'template-misspelt', { written: '_CALER_', keyword: '_CALLER_' }],
  [`${GOOD}&a=_NUMBER_`, 'template-unknown-keyword', { written: '_NUMBER_' }],
  [`${GOOD}&_CALLER_`, 'template-keyword-as-name', { keyword: '_CALLER_' }],
  ['https://h/?t=_N_TYPE_', 'template-no-callref'],
  ['https://h/?r=_CALLREF_&type=x', 'template-type-twice'],
  [`${GOOD}#x`, 'template-fragment'],
  [GOOD.replace('https', 'http'), 'template-http'],
];

for (const [template, code, values] of table) {
  test(`${JSON.stringify(template.slice(0, 40))} is answered with ${code}`, () => {
    const parsed = parseTemplate(template);
    const messages = parsed.ok ? parsed.warnings : [parsed.error];
    assert.deepEqual(
      messages.map(({ code, values }) => ({ code, values })),
      [{ code, values }],
    );
    for (const value of Object.values(values ?? {})) {
      assert.ok(messages[0]!.text.includes(String(value)), `${value} is not in the sentence`);
    }
  });
}

test('every code of the list is given by some template', () => {
  assert.deepEqual(
    [...new Set(table.map(([, code]) => code))].sort(),
    [...TEMPLATE_MESSAGE_CODES].sort(),
  );
});

test('the same mistake in two places is told once', () => {
  const parsed = parseTemplate(`${GOOD}&a=CALLER&b=CALLER`);
  assert.equal(parsed.ok && parsed.warnings.length, 1);
});
