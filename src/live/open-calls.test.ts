import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import { eventsOf } from '../calls/call-event.ts';
import type { E164 } from '../numbers/e164.ts';
import { OpenCalls } from './open-calls.ts';

const A = '33123456789' as E164;
const B = '33123456790' as E164;
const T0 = 1_700_000_000_000;

const call = (callref: string, account = A): CallIdentity => ({
  callref,
  dref: '0123456789abcdef0123456789abcdef',
  drefReplace: '',
  sessionId: '',
  isAcd: false,
  redirectingNumber: '',
  account,
  caller: '33612345678',
  callee: account,
  sipCallId: 'x@host',
});

const event = (type: CallEvent['type'], at: number, callref = 'call-0001', account = A) =>
  eventsOf([call(callref, account)], type, at, type === 'RELEASE' ? 'normal' : undefined);

const line = (i: number) => `331${String(i % 2000).padStart(8, '0')}` as E164;

describe('the open calls', () => {
  it('stay those of the customer whose line it was at SETUP, also a while after their end', () => {
    let customer = 'acme';
    const open = new OpenCalls({ customerOf: () => customer });
    open.record(event('SETUP', T0));
    customer = 'beta';
    open.record(event('SETUP', T0 + 1, 'call-0002'));
    assert.deepEqual(
      ['acme', 'beta'].map((each) => open.ofLine(A, each).map(({ callref }) => callref)),
      [['call-0001'], ['call-0002']],
    );
    open.record(event('RELEASE', T0 + 2));
    assert.equal(open.customerOf('call-0001'), 'acme');
    for (let i = 0; i < 1001; i++) {
      open.record(event('SETUP', T0 + 3, `later-${i}`));
      open.record(event('RELEASE', T0 + 4, `later-${i}`));
    }
    assert.equal(open.customerOf('call-0001'), undefined);
  });

  it('show a call as it stands after each of its events, and not after its end', () => {
    const open = new OpenCalls();
    const [ringing] = open.record(event('SETUP', T0));
    assert.deepEqual(ringing, {
      callref: 'call-0001',
      dref: '0123456789abcdef0123456789abcdef',
      account: A,
      caller: '33612345678',
      callee: A,
      state: 'SETUP',
      setupAt: '2023-11-14T22:13:20.000Z',
      connectAt: null,
      releaseAt: null,
      cause: null,
    });
    assert.deepEqual(open.ofLine(A), [ringing]);

    const [talking] = open.record(event('CONNECT', T0 + 1000));
    assert.deepEqual(talking, {
      ...ringing,
      state: 'CONNECT',
      connectAt: '2023-11-14T22:13:21.000Z',
    });
    assert.deepEqual(open.ofLine(A), [talking]);

    const [over] = open.record(event('RELEASE', T0 + 9000));
    assert.deepEqual(over, {
      ...talking,
      state: 'RELEASE',
      releaseAt: '2023-11-14T22:13:29.000Z',
      cause: 'normal',
    });
    assert.deepEqual(open.ofLine(A), []);
    assert.equal(open.size, 0);
  });

  it('are kept by line, the oldest first, and a call between two lines counts for each', () => {
    const open = new OpenCalls();
    open.record(eventsOf([call('one-to-b-1'), call('one-to-b-2', B)], 'SETUP', T0));
    open.record(event('SETUP', T0 + 1, 'later-00'));
    open.record(event('CONNECT', T0 + 2, 'one-to-b-1'));
    const refs = (number: E164) =>
      open.ofLine(number).map(({ callref, state }) => [callref, state]);
    assert.deepEqual(refs(A), [
      ['one-to-b-1', 'CONNECT'],
      ['later-00', 'SETUP'],
    ]);
    assert.deepEqual(refs(B), [['one-to-b-2', 'SETUP']]);
    assert.equal(open.size, 3);
  });

  it('present what recovery ends, from the times known or else the event, and keep nothing of it', () => {
    const open = new OpenCalls({
      earlier: (callref) =>
        callref === 'answered' ? { setupAt: T0 - 9000, connectAt: T0 - 5000 } : undefined,
    });
    const [answered, unknown] = open.record([
      ...event('RELEASE', T0, 'answered'),
      ...event('RELEASE', T0, 'unknown0'),
    ]);
    assert.deepEqual(
      [answered?.setupAt, answered?.connectAt, answered?.releaseAt, answered?.cause],
      [
        '2023-11-14T22:13:11.000Z',
        '2023-11-14T22:13:15.000Z',
        '2023-11-14T22:13:20.000Z',
        'normal',
      ],
    );
    assert.deepEqual(
      [unknown?.setupAt, unknown?.connectAt, unknown?.releaseAt, unknown?.state],
      ['2023-11-14T22:13:20.000Z', null, '2023-11-14T22:13:20.000Z', 'RELEASE'],
    );
    const [connected] = open.record(event('CONNECT', T0, 'unknown1'));
    assert.deepEqual(
      [connected?.setupAt, connected?.connectAt, connected?.state],
      ['2023-11-14T22:13:20.000Z', '2023-11-14T22:13:20.000Z', 'CONNECT'],
    );
    assert.equal(open.size, 0);
    assert.deepEqual(open.ofLine(A), []);
  });

  it('count a call once, whatever is told twice', () => {
    const open = new OpenCalls();
    const first = open.record(event('SETUP', T0));
    assert.deepEqual(open.record(event('SETUP', T0 + 5)), first);
    assert.equal(open.size, 1);
    open.record(event('RELEASE', T0 + 6));
    open.record(event('RELEASE', T0 + 7));
    assert.equal(open.size, 0);
  });

  it('hold nothing after 20,000 calls on 2,000 lines', () => {
    const open = new OpenCalls();
    for (let i = 0; i < 20_000; i++) open.record(event('SETUP', T0, `call-${i}`, line(i)));
    assert.equal(open.size, 20_000);
    assert.equal(open.ofLine(line(7)).length, 10);
    for (let i = 0; i < 20_000; i++) open.record(event('RELEASE', T0, `call-${i}`, line(i)));
    assert.equal(open.size, 0);
    assert.deepEqual(open.ofLine(line(7)), []);
  });
});
