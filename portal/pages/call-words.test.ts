// What the list of calls asks for, and which calls that are told live belong into it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallView } from '../../src/web/api/schemas.ts';
import { fits, isDay, isInOrder, putIn, queryOf } from './call-words.ts';

const none = { line: '', party: '', direction: '', missed: '', from: '', to: '' };

function callAt(setupAt: Date): CallView {
  return {
    callref: 'c',
    dref: 'd',
    account: '33123456789',
    caller: '33612345678',
    callee: '33123456789',
    state: 'SETUP',
    setupAt: setupAt.toISOString(),
    connectAt: null,
    releaseAt: null,
    cause: null,
  };
}

const of = (row: { id: string; at: string }) => row;
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).join('');

test('days are asked for as moments of the reader’s time, the last one with all its hours', () => {
  const { from, to } = queryOf({ ...none, from: '2026-05-30', to: '2026-05-31' });
  assert.equal(from, new Date(2026, 4, 30).toISOString());
  assert.equal(to, new Date(2026, 5, 1).toISOString());
  assert.deepEqual(queryOf(none), none);
});

test('a live call fits where its day does', () => {
  const days = { ...none, from: '2026-05-30', to: '2026-05-31' };
  assert.equal(fits(callAt(new Date(2026, 4, 29, 23, 59, 59)), days), false);
  assert.equal(fits(callAt(new Date(2026, 4, 30)), days), true);
  assert.equal(fits(callAt(new Date(2026, 4, 31, 23, 59, 59)), days), true);
  assert.equal(fits(callAt(new Date(2026, 5, 1)), days), false);
  assert.equal(fits(callAt(new Date(2026, 5, 1)), none), true);
});

test('a day is a day of the calendar, and the last is not before the first', () => {
  for (const day of ['', '2024-02-29', '2026-12-31']) assert.equal(isDay(day), true, day);
  for (const text of ['2025-02-29', '2026-13-01', 'abc', '12026-01-01', '31/05/2026']) {
    assert.equal(isDay(text), false, text);
  }
  assert.equal(isInOrder({ from: '2026-05-31', to: '2026-05-31' }), true);
  assert.equal(isInOrder({ from: '2026-05-31', to: '2026-05-30' }), false);
  assert.equal(isInOrder({ from: '', to: '2026-05-30' }), true);
});

test('a row is put in where its time belongs, and one that is older than all only at the end', () => {
  const rows = [
    { id: 'b', at: '2' },
    { id: 'a', at: '1' },
  ];
  assert.equal(ids(putIn(rows, { id: 'c', at: '3' }, of, { hasAll: false })), 'cba');
  assert.equal(ids(putIn(rows, { id: 'z', at: '0' }, of, { hasAll: false })), 'ba');
  assert.equal(ids(putIn(rows, { id: 'z', at: '0' }, of, { hasAll: true })), 'baz');
  assert.deepEqual(putIn(rows, { id: 'b', at: '9' }, of, { hasAll: false })[0], {
    id: 'b',
    at: '9',
  });
});
