// What live events change about a line that is shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallView, LineItem, NotificationView } from '../src/web/api/schemas.ts';
import { lineAfter, otherParty } from './live-lines.ts';

const call: CallView = {
  callref: 'c1234567',
  dref: 'd',
  account: '33123456789',
  caller: '33612345678',
  callee: '33123456789',
  state: 'SETUP',
  setupAt: '2026-01-01T00:00:00.000Z',
  connectAt: null,
  releaseAt: null,
  cause: null,
};
const connected: CallView = { ...call, state: 'CONNECT', connectAt: '2026-01-01T00:00:05.000Z' };
const line: LineItem = {
  number: '33123456789',
  title: '',
  short: '',
  offer: '',
  customer: 'default',
  api: true,
  buzzee: false,
  terminals: [],
  calls: [],
  lastNotification: null,
};

function notification(id: string, createdAt: string): NotificationView {
  const { callref, account } = call;
  return {
    id,
    callref,
    account,
    type: 'SETUP',
    url: '',
    state: 'pending',
    createdAt,
    destination: 0,
    method: 'GET',
    body: '',
    attempts: [],
  };
}

test('a call appears, is answered, and goes', () => {
  const ringing = lineAfter(line, { type: 'call', data: call });
  assert.deepEqual(ringing.calls, [call]);
  const talking = lineAfter(ringing, { type: 'call', data: connected });
  assert.deepEqual(talking.calls, [connected]);
  const over = lineAfter(talking, { type: 'call', data: { ...connected, state: 'RELEASE' } });
  assert.deepEqual(over.calls, []);
});

test('an event that waited takes nothing back from a list that was read meanwhile', () => {
  const talking = { ...line, calls: [connected] };
  assert.deepEqual(lineAfter(talking, { type: 'call', data: call }).calls, [connected]);
});

test('another line’s event leaves the line as it is', () => {
  const other = { ...call, account: '33123456790' };
  assert.equal(lineAfter(line, { type: 'call', data: other }), line);
});

test('the last notification is the newest one, in its newest state', () => {
  const second = notification('n2', '2026-01-01T00:00:02.000Z');
  const shown = { ...line, lastNotification: second };
  const older = notification('n1', '2026-01-01T00:00:01.000Z');
  assert.equal(lineAfter(shown, { type: 'notification', data: older }), shown);
  const delivered: NotificationView = { ...second, state: 'delivered' };
  const after = lineAfter(shown, { type: 'notification', data: delivered });
  assert.equal(after.lastNotification?.state, 'delivered');
});

test('the other party is the caller of an incoming and the callee of an outgoing call', () => {
  assert.deepEqual(otherParty(call), { incoming: true, number: '33612345678' });
  const outgoing = { ...call, caller: call.account, callee: '33612345678' };
  assert.deepEqual(otherParty(outgoing), { incoming: false, number: '33612345678' });
});
