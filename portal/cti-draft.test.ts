// What the tab CTI Informatique makes of what is typed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addAddress,
  changesOf,
  draftOf,
  insertKeyword,
  isDirty,
  lineWith,
  withExactDots,
} from './cti-draft.ts';

const line = {
  buzzeeUrl: '',
  api: true,
  notificationUrl: 'https://a/?c=_CALLER_',
  sourceIp: '',
  sourceIpMatch: 'whole' as const,
  autoAnswer: false,
  origins: ['https://crm.example', 'http://intranet:8080'],
  deliveryTimeoutS: 0,
  deliveryWindowS: 0,
  deliveryRetryS: [],
  deliveryMode: '' as const,
};

test('a draft that was not touched changes nothing', () => {
  assert.deepEqual(changesOf(draftOf(line), line), {});
  assert.equal(isDirty(draftOf(line), line), false);
});

test('only what differs is sent, origins as a list', () => {
  const draft = { ...draftOf(line), api: false, origins: 'https://crm.example\n\n' };
  assert.deepEqual(changesOf(draft, line), { api: false, origins: ['https://crm.example'] });
});

test('clearing the check box of Buzzee clears its address, and choosing it is unsaved work', () => {
  const coupled = { ...line, buzzeeUrl: 'https://b/' };
  assert.deepEqual(changesOf({ ...draftOf(coupled), buzzee: false }, coupled), { buzzeeUrl: '' });
  assert.equal(isDirty({ ...draftOf(line), buzzee: true }, line), true);
});

test('a keyword replaces what is selected and stands where the cursor is', () => {
  assert.deepEqual(insertKeyword('https://a/?c=XX&d=1', 13, 15, '_CALLER_'), {
    text: 'https://a/?c=_CALLER_&d=1',
    cursor: 21,
  });
});

function at(text: string, keyword: string): string {
  return insertKeyword(text, text.length, text.length, keyword).text;
}

test('a keyword brings its parameter where one is missing', () => {
  assert.equal(at('https://a/x', '_CALLER_'), 'https://a/x?caller=_CALLER_');
  assert.equal(at('https://a/x?b=1', '_N_TYPE_'), 'https://a/x?b=1&type=_N_TYPE_');
  assert.equal(
    at('https://a/x?b=1&', '_DREF_REPLACE_'),
    'https://a/x?b=1&dref_replace=_DREF_REPLACE_',
  );
  assert.equal(at('https://a/x?b=', '_CALLREF_'), 'https://a/x?b=_CALLREF_');
  assert.equal(at('https://a/', '_ACCOUNT_'), 'https://a/_ACCOUNT_');
  assert.equal(at('', '_CALLER_'), '_CALLER_');
});

test('an address is added escaped, behind those that are there', () => {
  assert.equal(addAddress('', '192.0.2.7'), '192\\.0\\.2\\.7');
  assert.equal(addAddress('10\\.0\\.0\\.1', '2001:db8::7'), '10\\.0\\.0\\.1|2001:db8::7');
});

test('a word that is wrong is quoted with the whole line that its writer typed', () => {
  const typed = 'https://crm.example\nmon site web\n';
  assert.equal(lineWith('mon', typed), 'mon site web');
  assert.equal(lineWith('site', typed), 'mon site web');
  // The server has cut it, or masked a password in it.
  assert.equal(lineWith(`${'x'.repeat(60)}…`, `${'x'.repeat(70)} y`), `${'x'.repeat(60)}…`);
  assert.equal(lineWith('http://***@h', 'http://u:p@h'), 'http://***@h');
});

test('a bare dot in an address is written exactly, and one that is repeated is meant', () => {
  assert.equal(withExactDots('10.0.0.1'), String.raw`10\.0\.0\.1`);
  assert.equal(withExactDots(String.raw`10\.0\.0\..*`), '');
  assert.equal(withExactDots(''), '');
});
