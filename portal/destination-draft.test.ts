// What is typed about a destination, and what of it is sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeDestination, emptyDestination } from '../src/destinations/destination-input.ts';
import type { E164 } from '../src/numbers/e164.ts';
import {
  destinationChanges,
  draftOfDestination,
  EMPTY_DRAFT,
  numbersIn,
  readableBody,
  settingsOfDraft,
  withType,
} from './destination-draft.ts';

const line = '33123456789' as E164;

test('a new destination begins as the server has it', () => {
  const { id, line: of, createdAt, ...settings } = emptyDestination(line, 2, 0);
  assert.deepEqual([id, of, createdAt], [2, line, 0]);
  assert.deepEqual(settingsOfDraft(EMPTY_DRAFT), settings);
});

test('only what was changed is sent, and a masked URL is no change', () => {
  const kept = { ...settingsOfDraft(EMPTY_DRAFT), url: 'https://***@h.example/', numbers: ['336'] };
  const draft = draftOfDestination(kept);
  assert.deepEqual(destinationChanges(draft, kept), {});
  assert.deepEqual(destinationChanges({ ...draft, title: ' CRM ', numbers: '336, 337' }, kept), {
    title: 'CRM',
    numbers: ['336', '337'],
  });
  assert.deepEqual(destinationChanges({ ...draft, enabled: false }, kept), { enabled: false });
});

test('beginnings of numbers stand on rows or between spaces; a plus begins one with spaces in it', () => {
  assert.deepEqual(numbersIn(' 336\n337 338;\n\n+33 6 12,+337\n336'), [
    '336',
    '337',
    '338',
    '+33612',
    '+337',
  ]);
  assert.deepEqual(numbersIn(' \n '), []);
});

test('what is read of a text the server takes in the same way', () => {
  const before = { ...emptyDestination(line, 2, 0), url: 'https://h.example/?c=_CALLREF_' };
  const changed = changeDestination(before, { numbers: numbersIn('+33 6 12\n337') });
  assert.ok(changed.ok);
  assert.deepEqual(changed.destination.numbers, ['33612', '337']);
});

test('events keep their order, however they are chosen', () => {
  assert.deepEqual(withType(['RELEASE'], 'SETUP', true), ['SETUP', 'RELEASE']);
  assert.deepEqual(withType(['SETUP', 'CONNECT'], 'CONNECT', false), ['SETUP']);
});

test('JSON is laid out, and what is none stays as it is', () => {
  assert.equal(readableBody('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(readableBody('<b>no</b>'), '<b>no</b>');
});
