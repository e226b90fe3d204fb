import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf } from './calls/call-event.ts';
import type { CallIdentity } from './calls/call-event.ts';
import type { Line } from './lines/line.ts';
import { createLiveNews } from './live-news.ts';
import { OpenCalls } from './live/open-calls.ts';
import { LiveStream } from './live/stream.ts';
import type { E164 } from './numbers/e164.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that brands test numbers
const NUMBER = '33123456789' as E164;

const call: CallIdentity = {
  callref: 'call-0001',
  dref: '0123456789abcdef0123456789abcdef',
  drefReplace: '',
  sessionId: '',
  isAcd: false,
  redirectingNumber: '',
  account: NUMBER,
  caller: '33612345678',
  callee: NUMBER,
  sipCallId: 'x',
};

const onFault = (error: unknown): void => assert.ifError(error);

test('a call and its notifications are told to the customer whose line it was when it began', () => {
  let customer = 'acme';
  const line = (): Line => ({
    number: NUMBER,
    customer,
    title: '',
    short: '',
    offer: '',
    notificationUrl: '',
    sourceIp: '',
    sourceIpMatch: 'whole',
    buzzeeUrl: '',
    api: true,
    autoAnswer: false,
    origins: [],
    ha1Md5: '',
    ha1Sha256: '',
  });
  const lines = { byNumber: line };
  const stream = new LiveStream({ epoch: 'e', onFault });
  const openCalls = new OpenCalls({ customerOf: () => customer });
  const live = createLiveNews({
    stream,
    openCalls,
    lines,
    registrar: { terminalsOf: () => [] },
    store: { getNotification: async () => assert.fail('the first try needs no store') },
    onFault,
  });
  const told: string[] = [];
  stream.subscribe({
    after: undefined,
    accepts: () => true,
    onEvent: (_id, event) => told.push(`${event.type} ${event.customer}`),
    onReset: () => assert.fail('nothing to reset'),
  });

  live.onCallEvents(eventsOf([call], 'SETUP', 1000));
  customer = 'beta';
  live.onAttempt(
    {
      seq: 1,
      id: 'call-0001-1',
      callref: call.callref,
      account: NUMBER,
      type: 'SETUP',
      url: 'http://acme.example/?key=secret',
      createdAt: 1000,
    },
    { at: 1001, ms: 1, status: 200, error: null, failure: null },
    1,
    'delivered',
  );
  live.onCallEvents(eventsOf([call], 'RELEASE', 2000, 'normal'));
  assert.deepEqual(told, ['call acme', 'notification acme', 'call acme']);
  assert.deepEqual(openCalls.ofLine(NUMBER, 'beta'), []);
});
