import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf } from './calls/call-event.ts';
import type { CallIdentity } from './calls/call-event.ts';
import { emptyLine } from './lines/line-input.ts';
import { createLiveNews } from './live-news.ts';
import type { LiveEvent } from './live/live-event.ts';
import { OpenCalls } from './live/open-calls.ts';
import { LiveStream } from './live/stream.ts';
import type { E164 } from './numbers/e164.ts';
import type { Attempt, Notification, NotificationRow, Store } from './store/store.ts';

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

const notification = (n: number, createdAt = 1000): Notification => ({
  seq: n,
  id: `call-0001-${n}`,
  callref: call.callref,
  account: NUMBER,
  type: 'SETUP',
  destination: 0,
  url: 'http://acme.example/?key=secret',
  contentType: '',
  body: '',
  createdAt,
});

const attempt = (at: number, status = 500): Attempt => ({
  at,
  ms: 1,
  status,
  error: null,
  failure: status === 200 ? null : 'status',
  address: null,
  answer: null,
});

/** The news over a customer that the test may change and reads that it answers. */
function openNews(getNotification: Store['getNotification']) {
  const house = { customer: 'acme' };
  const stream = new LiveStream({ epoch: 'e', onFault });
  const openCalls = new OpenCalls({ customerOf: () => house.customer });
  const live = createLiveNews({
    stream,
    openCalls,
    lines: { byNumber: () => ({ ...emptyLine(NUMBER), customer: house.customer }) },
    registrar: { terminalsOf: () => [] },
    store: { getNotification },
    onFault,
  });
  const follower = stream.follow(undefined, () => {});
  const told = (): LiveEvent[] => {
    const events: LiveEvent[] = [];
    for (let next = follower.next(); next?.kind === 'event'; next = follower.next()) {
      events.push(next.event);
    }
    return events;
  };
  return { house, live, openCalls, told };
}

/** `pending 500 500`: the state and each try's status. */
function shown(event: LiveEvent): string {
  assert.ok(event.type === 'notification');
  return [event.data.state, ...event.data.attempts.map(({ status }) => status)].join(' ');
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a call and its notifications are told to the customer whose line it was when it began', () => {
  const { house, live, openCalls, told } = openNews(() =>
    assert.fail('the first try needs no store'),
  );
  live.onCallEvents(eventsOf([call], 'SETUP', 1000));
  house.customer = 'beta';
  live.onAttempt(notification(1), attempt(1001, 200), 1, 'delivered');
  live.onCallEvents(eventsOf([call], 'RELEASE', 2000, 'normal'));
  assert.deepEqual(
    told().map(({ type, customer }) => `${type} ${customer}`),
    ['call acme', 'notification acme', 'call acme'],
  );
  assert.deepEqual(openCalls.ofLine(NUMBER, 'beta'), []);
});

test('each try is told once, with what was known after it, however late its row is read', async () => {
  const tries = [attempt(1001), attempt(2001), attempt(3001), attempt(4001, 200)];
  const row = (count: number, state: NotificationRow['state']): NotificationRow => ({
    ...notification(1),
    state,
    customer: 'acme',
    attempts: tries.slice(0, count),
  });
  const reads: ((row: NotificationRow) => void)[] = [];
  const { live, told } = openNews(() => new Promise((resolve) => reads.push(resolve)));
  live.onCallEvents(eventsOf([call], 'SETUP', 1000));
  told();
  live.onAttempt(notification(1), tries[0]!, 1, 'pending');
  assert.deepEqual(told().map(shown), ['pending 500']);
  live.onAttempt(notification(1), tries[1]!, 2, 'pending');
  live.onAttempt(notification(1), tries[2]!, 3, 'parked');
  // By now it was sent again and has arrived; the later read is answered first.
  const resent = live.resend(row(3, 'parked'), { resend: async () => ({ ok: true }) });
  reads[1]!(row(4, 'delivered'));
  await settle();
  live.onAttempt(notification(1), tries[3]!, 1, 'delivered');
  reads[2]!(row(4, 'delivered'));
  await settle();
  reads[0]!(row(4, 'delivered'));
  assert.equal((await resent).ok, true);
  await settle();
  assert.deepEqual(told().map(shown), [
    'pending 500 500',
    'parked 500 500 500',
    'pending 500 500 500',
    'delivered 500 500 500 200',
  ]);
});

test('what was tried before, here or in an earlier run, is told with all of its tries', async () => {
  const { live, told } = openNews(async () => ({
    ...notification(1),
    state: 'delivered',
    customer: 'acme',
    attempts: [attempt(1001, 200), attempt(1500, 200)],
  }));
  // Its call began before this run.
  live.onAttempt(notification(1), attempt(1500, 200), 1, 'delivered');
  await settle();
  assert.deepEqual(told().map(shown), ['delivered 200 200']);
  // Its call began here, and it was sent again at once, by a page or otherwise.
  live.onCallEvents(eventsOf([call], 'SETUP', 1000));
  live.onAttempt(notification(2), attempt(1001, 200), 1, 'delivered');
  live.onAttempt(notification(2), attempt(1500, 200), 1, 'delivered');
  await settle();
  assert.deepEqual(told().slice(1).map(shown), ['delivered 200', 'delivered 200 200']);
});

const noDisk = (): Promise<NotificationRow> => Promise.reject(new Error('no disk'));

test('a row that cannot be read is a fault, and what comes behind it is told', async () => {
  const faults: unknown[] = [];
  let answer = noDisk;
  const stream = new LiveStream({ epoch: 'e', onFault });
  const live = createLiveNews({
    stream,
    openCalls: new OpenCalls(),
    lines: { byNumber: () => undefined },
    registrar: { terminalsOf: () => [] },
    store: { getNotification: () => answer() },
    onFault: (error) => faults.push(error),
  });
  live.onAttempt(notification(1), attempt(1001), 1, 'pending');
  answer = async () => ({
    ...notification(1),
    state: 'pending',
    customer: 'acme',
    attempts: [attempt(1001), attempt(2001)],
  });
  live.onAttempt(notification(1), attempt(2001), 2, 'pending');
  await settle();
  assert.equal(faults.length, 1);
  assert.equal(stream.lastId, 'e-1');
});
