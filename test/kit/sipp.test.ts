// The kit's own proof: SIPp callers against SIPp telephones, without the server between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePeer } from './peer.ts';
import { openSipSocket } from './sip-socket.ts';
import { fillIn, readTrace } from './sipp-files.ts';
import { startSipp, type SippOptions } from './sipp.ts';
import { sipText } from './wire.ts';

interface Pair {
  readonly title: string;
  readonly caller: Partial<SippOptions> & { scenario: string };
  readonly phone: Partial<SippOptions> & { scenario: string };
}

const pairs: Pair[] = [
  {
    title: 'a call is answered and hung up by the caller',
    caller: { scenario: 'uac-call' },
    phone: { scenario: 'uas-answer' },
  },
  {
    title: 'a call over TCP is answered and hung up by the caller',
    caller: { scenario: 'uac-call', transport: 'tcp' },
    phone: { scenario: 'uas-answer', transport: 'tcp' },
  },
  {
    title: 'the telephone hangs up',
    caller: { scenario: 'uac-hungup' },
    phone: { scenario: 'uas-hangup', pauseMs: 50 },
  },
  {
    title: 'a busy telephone answers 486',
    caller: { scenario: 'uac-expect' },
    phone: { scenario: 'uas-final' },
  },
  {
    title: 'a telephone refuses with 603',
    caller: { scenario: 'uac-expect', fill: { STATUS: '603' } },
    phone: { scenario: 'uas-final', fill: { STATUS: '603', REASON: 'Decline' } },
  },
  {
    title: 'a caller gives up while it rings',
    caller: { scenario: 'uac-cancel', pauseMs: 50 },
    phone: { scenario: 'uas-ring-cancel' },
  },
  {
    title: 'a caller holds and takes back',
    caller: { scenario: 'uac-hold', pauseMs: 50 },
    phone: { scenario: 'uas-held' },
  },
  {
    title: 'a telephone holds and takes back',
    caller: { scenario: 'uac-held', pauseMs: 200 },
    phone: { scenario: 'uas-hold', pauseMs: 20 },
  },
  {
    title: 'an offer comes late, in the 200',
    caller: { scenario: 'uac-delayed-offer' },
    phone: { scenario: 'uas-answer' },
  },
];

for (const { title, caller, phone } of pairs) {
  void test(`SIPp against SIPp: ${title}`, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    await using called = await startSipp(t, phone);
    await called.waitUntilReady();
    await using calling = await startSipp(t, {
      ...caller,
      remote: called.address,
      dial: '33123456789',
      caller: '33612345678',
    });
    await calling.succeeds();
    await called.succeeds();
  });
}

void test('SIPp fails at once, and says why, on an answer that its scenario does not expect', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  await using called = await startSipp(t, { scenario: 'uas-final' });
  await called.waitUntilReady();
  const remote = called.address;
  await using calling = await startSipp(t, { scenario: 'uac-call', remote, dial: '1' });
  await assert.rejects(calling.succeeds(2_000), /unexpected message.*486 Busy Here/s);
});

void test('a telephone that is told to stop without the expected Reason fails', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  await using called = await startSipp(t, {
    scenario: 'uas-ring-cancel',
    fill: { CHECK: 'true', REASON_RE: 'cause=200' },
  });
  await called.waitUntilReady();
  const remote = called.address;
  await using calling = await startSipp(t, { scenario: 'uac-cancel', remote, dial: '1' });
  await assert.rejects(called.succeeds(5_000), /not as the scenario says/);
  await calling.stop();
});

void test('the trace gives back the bytes of each message, with headers as the scenario filled them', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  await using called = await startSipp(t, { scenario: 'uas-answer' });
  await called.waitUntilReady();
  await using calling = await startSipp(t, {
    scenario: 'uac-call',
    remote: called.address,
    dial: '33123456789',
    caller: 'anonymous',
    fromHost: 'anonymous.invalid',
    extraHeaders: 'Privacy: id',
  });
  await calling.succeeds();
  await called.succeeds();
  const sent = calling.messages();
  const methods = sent.map((one) => `${one.direction} ${one.status || ''}${one.method}`);
  assert.deepEqual(methods, [
    'sent INVITE',
    'received 180INVITE',
    'received 200INVITE',
    'sent ACK',
    'sent BYE',
    'received 200BYE',
  ]);
  const [invite] = sent;
  assert.ok(invite);
  assert.equal(invite.uri, `sip:33123456789@${called.address}`);
  assert.match(invite.header('From'), /^"SIPp" <sip:anonymous@anonymous\.invalid>;tag=/);
  assert.equal(invite.header('Privacy'), 'id');
  assert.equal(Buffer.byteLength(invite.body), Number(invite.header('Content-Length')));
  assert.deepEqual(called.messages()[0]?.raw, invite.raw);
});

void test('a place without a value takes its default, and a line with only an empty place goes', () => {
  assert.equal(fillIn('a @X=1@\n  @EXTRA=@\nb @Y=q r@', { Y: 'z' }), 'a 1\nb z');
});

void test('a trace that is still being written gives only its complete messages', () => {
  const ruler = '-'.repeat(47);
  const one = (size: number): string =>
    `${ruler} 2026-01-01 10:00:00.000001\nUDP message sent (${size} bytes):\n\nBYE sip:a SIP/2.0\r\n\r\n\n`;
  assert.equal(readTrace(Buffer.from(one(21) + one(99))).length, 1);
});

for (const { what, behind } of [
  { what: 'a CANCEL that comes again is no surprise', behind: ['CANCEL', 'ACK'] },
  { what: 'a BYE in place of the ACK is one', behind: ['CANCEL', 'BYE'] },
]) {
  void test(`SIPp has sent two messages in answer to a CANCEL: ${what}`, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    await using called = await startSipp(t, { scenario: 'uas-ring-cancel' });
    await called.waitUntilReady();
    await using caller = await openSipSocket(t, { remote: called.address });
    const send = (method: string): Promise<void> =>
      caller.send(
        sipText([
          `${method} sip:1@${called.address} SIP/2.0`,
          `Via: SIP/2.0/UDP ${caller.address};branch=z9hG4bK1`,
          'From: <sip:a@b>;tag=1',
          'To: <sip:1@b>',
          'Call-ID: again',
          `CSeq: 1 ${method}`,
        ]),
      );
    await send('INVITE');
    await caller.waitForStatus(180);
    await send('CANCEL');
    await caller.waitForStatus(487);
    for (const method of behind) await send(method);
    if (behind.includes('ACK')) await called.succeeds();
    else await assert.rejects(called.succeeds(), /unexpected message\).*unexpected BYE/s);
  });
}
