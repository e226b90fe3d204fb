import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { E164 } from '../numbers/e164.ts';
import type { CallRow, NotificationRow } from '../store/store.ts';
import { presentCall, presentNotification } from './history.ts';
import { callTable, notificationTable } from './tables.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const ACCOUNT = '33123456789' as E164;

const CALL: CallRow = {
  callref: 'abcdefgh-1',
  dref: '0123456789abcdef0123456789abcdef',
  drefReplace: '',
  sessionId: '',
  isAcd: false,
  redirectingNumber: '',
  account: ACCOUNT,
  caller: '33612345678',
  callee: ACCOUNT,
  sipCallId: 'x@host',
  state: 'RELEASE',
  setupAt: 1_700_000_000_000,
  connectAt: null,
  releaseAt: 1_700_000_009_500,
  cause: 'no-answer',
  id: 3,
  customer: 'default',
};

const NOTIFICATION: NotificationRow = {
  seq: 7,
  id: 'abcdefgh-1-1',
  callref: 'abcdefgh-1',
  account: ACCOUNT,
  type: 'SETUP',
  destination: 0,
  url: 'http://me:secret@host/?type=SETUP',
  contentType: '',
  body: '',
  createdAt: 1_700_000_000_000,
  state: 'delivered',
  customer: 'default',
  attempts: [
    {
      at: 1_700_000_000_001,
      ms: 5000,
      status: null,
      error: 'no answer within 5 s',
      failure: 'timeout',
      address: null,
      answer: null,
    },
    {
      at: 1_700_000_006_001,
      ms: 12,
      status: 200,
      error: null,
      failure: null,
      address: '192.0.2.1:80',
      answer: 'OK',
    },
  ],
};

const mask = (url: string) => url.replace('me:secret', '***');

test('a call is shown with ISO times, null where there is none, and nothing but its fixed fields', () => {
  assert.deepEqual(presentCall(CALL), {
    callref: 'abcdefgh-1',
    dref: '0123456789abcdef0123456789abcdef',
    account: '33123456789',
    caller: '33612345678',
    callee: '33123456789',
    state: 'RELEASE',
    setupAt: '2023-11-14T22:13:20.000Z',
    connectAt: null,
    releaseAt: '2023-11-14T22:13:29.500Z',
    cause: 'no-answer',
  });
  const open = presentCall({ ...CALL, connectAt: 0, releaseAt: null, cause: null });
  assert.equal(open.connectAt, '1970-01-01T00:00:00.000Z');
  assert.equal(open.releaseAt, null);
});

test('a notification is shown with its attempts and without the user-info of its URL', () => {
  const shown = presentNotification(NOTIFICATION, mask);
  assert.deepEqual(shown, {
    id: 'abcdefgh-1-1',
    callref: 'abcdefgh-1',
    account: '33123456789',
    type: 'SETUP',
    url: 'http://***@host/?type=SETUP',
    state: 'delivered',
    attempts: [
      {
        at: '2023-11-14T22:13:20.001Z',
        ms: 5000,
        status: null,
        error: 'no answer within 5 s',
        failure: 'timeout',
        address: null,
        answer: null,
      },
      {
        at: '2023-11-14T22:13:26.001Z',
        ms: 12,
        status: 200,
        error: null,
        failure: null,
        address: '192.0.2.1:80',
        answer: 'OK',
      },
    ],
    createdAt: '2023-11-14T22:13:20.000Z',
    destination: 0,
    method: 'GET',
    body: '',
  });
});

test('what programs rely on from the first version stands first in a notification, in its order', () => {
  const shown = presentNotification(NOTIFICATION, mask);
  assert.deepEqual(
    [Object.keys(shown).join(), Object.keys(shown.attempts[0]!).join()],
    [
      'id,callref,account,type,url,state,attempts,createdAt,destination,method,body',
      'at,ms,status,error,failure,address,answer',
    ],
  );
});

test('the table of calls has aligned columns and shows why a call ended', () => {
  const second = presentCall({ ...CALL, caller: 'anonymous', state: 'SETUP', cause: null });
  const lines = callTable([presentCall(CALL), second]).split('\n');
  assert.equal(lines.length, 3);
  const [titles = '', first = '', other = ''] = lines;
  assert.match(first, /RELEASE no-answer {2}- {8}2023-11-14T22:13:29.500Z$/);
  for (const title of ['CALLREF', 'LINE', 'CALLEE', 'STATE']) {
    const column = titles.indexOf(title);
    for (const row of [first, other]) {
      assert.equal(row[column - 1], ' ', title);
      assert.notEqual(row[column], ' ', title);
    }
  }
});

test('the table of notifications shows the last attempt', () => {
  const shown = presentNotification(NOTIFICATION, mask);
  const failed = { ...shown, attempts: shown.attempts.slice(0, 1) };
  const fresh = { ...shown, attempts: [] };
  const behind = { ...fresh, state: 'parked' as const };
  const table = notificationTable([shown, failed, fresh, behind]);
  const [, first, second, third, fourth] = table.split('\n');
  assert.match(fourth ?? '', /parked +0 +- +behind a parked one of its call +http/);
  assert.match(first ?? '', /delivered {2}2 {6}2023-11-14T22:13:26.001Z {2}200 /);
  assert.match(second ?? '', /no answer within 5 s +http/);
  assert.match(third ?? '', / 0 {6}- +- +http:\/\/\*\*\*@host/);
});

test('a caller cannot send commands to the terminal that shows him', () => {
  const hostile = presentCall({ ...CALL, caller: 'bob\u001b[2J\n\u202egnp' });
  assert.match(callTable([hostile]), /bob\?\[2J\?\?gnp/);
});
