// Which notifications a filter lets through, and what of it the API is asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotificationView } from '../../src/web/api/schemas.ts';
import { filterIn, fits, isOfDestination, NO_FILTER, queryOf } from './notification-filter.ts';

const told: NotificationView = {
  id: 'abc-1',
  callref: 'abc',
  account: '33123456789',
  type: 'SETUP',
  url: 'http://h/',
  state: 'parked',
  createdAt: '2026-01-01T00:00:00.000Z',
  destination: 4,
  method: 'GET',
  body: '',
  attempts: [],
};

test('the destination is no matter of the API, which would refuse it', () => {
  const filter = { ...NO_FILTER, line: '33123456789', callref: ' abc ', destination: '4' };
  assert.deepEqual(queryOf(filter), { line: '33123456789', callref: 'abc', state: '' });
});

test('a live notification fits by line, call and state, in any form of the number', () => {
  assert.ok(fits(told, NO_FILTER));
  assert.ok(fits(told, { ...NO_FILTER, line: '01 23 45 67 89', callref: 'abc ', state: 'parked' }));
  assert.ok(!fits(told, { ...NO_FILTER, callref: 'ab' }));
  assert.ok(!fits(told, { ...NO_FILTER, state: 'pending' }));
  assert.ok(!fits(told, { ...NO_FILTER, line: '33123456790' }));
});

test('destinations are chosen one by one, or all that a line does not have in its settings', () => {
  assert.ok(isOfDestination(told, ''));
  assert.ok(isOfDestination(told, '4'));
  assert.ok(isOfDestination(told, 'further'));
  assert.ok(!isOfDestination(told, '0'));
  assert.ok(!isOfDestination({ destination: 1 }, 'further'));
});

test('an address with nonsense in it asks for nothing in particular', () => {
  const query = new URLSearchParams('state=lost&destination=<b>&line=abc');
  assert.deepEqual(filterIn(query), { ...NO_FILTER, line: 'abc' });
});
