// Calls that software places, with real telephones: baresip and SIPp as the line's telephone and as the
// callee; every way such a call can end; and speech that flows once both are joined.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { registeredBaresip } from '../kit/baresip.ts';
import {
  assertTargets,
  expectedTargets,
  line,
  mobile,
  openHouse,
  otherLine,
  password,
} from '../kit/house.ts';
import type { House } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { openSipSocket } from '../kit/sip-socket.ts';
import { HANG_MS, Inbox, until } from '../kit/until.ts';
import { sipText } from '../kit/wire.ts';

/** Asks for a call as a program at an accepted address does; gives the CALLREF. */
async function makecall(house: House, callee = mobile, more = ''): Promise<string> {
  await house.server.run('line', 'set', line, '--source-ip', '127.0.0.1');
  const url = `${house.server.http}/makecall.html?ACCOUNT=${line}&CALLEE=${callee}${more}`;
  const answer = await fetch(url);
  const body = await answer.text();
  assert.equal(`${answer.status} ${body}`, '200 OK');
  return answer.headers.get('x-carillon-callref') ?? '';
}

test('baresip is the telephone, SIPp the callee: the name is shown, speech flows after the join', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const house = await openHouse(t);
  await using phone = await registeredBaresip(t, {
    user: line,
    password,
    registrar: house.server.sip,
    audioSeconds: 10,
    answerMode: 'manual',
  });
  // The callee: a bare socket at the outside's address, with a real port for speech.
  const [host, port] = house.outside.split(':');
  await using far = await openSipSocket(t, {
    remote: house.server.sip,
    host: host!,
    port: Number(port),
  });
  const speech = createSocket('udp4');
  t.after(() => speech.close());
  const heard = new Inbox<number>((bytes) => `${bytes} bytes`);
  speech.on('message', (packet) => heard.push(packet.length));
  speech.bind(0, host);
  await once(speech, 'listening');

  const callref = await makecall(house, '0612345678', '&CALLEE_NAME=Alice%20%22A%22');
  await phone.waitFor('CALL_INCOMING');
  assert.match(phone.child.stdout, /From: "Alice \\"A\\"" <sip:33612345678@/);
  assert.equal(far.received.length, 0, 'the callee was called before the line was picked up');
  await phone.accept();
  const invite = await far.waitFor((m) => m.start.startsWith('INVITE'), HANG_MS, 'the INVITE');
  assert.match(invite.header('from'), /<sip:33123456789@/);
  assert.match(invite.body, /m=audio [1-9]/);
  const answer = (status: string, body = ''): string =>
    sipText(
      [
        `SIP/2.0 ${status}`,
        ...invite.headers('via').map((via) => `Via: ${via}`),
        `From: ${invite.header('from')}`,
        `To: ${invite.header('to')};tag=far`,
        `Call-ID: ${invite.header('call-id')}`,
        `CSeq: ${invite.header('cseq')}`,
        `Contact: <sip:${mobile}@${far.address}>`,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ],
      body,
    );
  const sdp = [
    'v=0',
    `o=- 7 7 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${speech.address().port} RTP/AVP 8 0`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');
  await far.send(answer('183 Session Progress', sdp));
  // Early media: the telephone is told where the callee's speech is before he answers.
  await heard.count(5, HANG_MS, 'speech to the early media');
  await far.send(answer('200 OK', sdp));
  await far.waitFor((m) => m.start.startsWith('ACK'), HANG_MS, 'the ACK');
  await house.receiver.waitForCount(2);
  const before = heard.all.length;
  await heard.count(before + 20, HANG_MS, 'speech after the join');
  await phone.hangup();
  const bye = await far.waitFor((m) => m.start.startsWith('BYE'), HANG_MS, 'the BYE');
  await far.send(
    sipText([
      'SIP/2.0 200 OK',
      ...bye.headers('via').map((via) => `Via: ${via}`),
      `From: ${bye.header('from')}`,
      `To: ${bye.header('to')}`,
      `Call-ID: ${bye.header('call-id')}`,
      `CSeq: ${bye.header('cseq')}`,
    ]),
  );
  const [call] = await house.settled(1);
  assert.equal(call?.['callref'], callref);
  assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('SIPp is the telephone, baresip on another line the callee: two calls, each line is notified', async (t) => {
  if (!requirePeer(t, 'sipp', 'baresip')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-placed', pauseMs: 100 });
  await using callee = await registeredBaresip(t, {
    user: otherLine,
    password,
    registrar: house.server.sip,
    answerMode: 'manual',
  });
  await makecall(house, otherLine);
  await callee.waitFor('CALL_INCOMING');
  await callee.accept();
  await callee.waitFor('CALL_ESTABLISHED');
  await house.receiver.waitForCount(4);
  await callee.hangup();
  await phone.succeeds();
  const [one, two] = await house.settled(2);
  assert.equal(one?.['dref'], two?.['dref']);
  const types = ['SETUP', 'CONNECT', 'RELEASE'];
  for (const account of [line, otherLine]) {
    assert.deepEqual(
      house.receiver.targets().filter((target) => target.includes(`account=${account}`)),
      expectedTargets(account, line, otherLine, types),
    );
  }
});

test('two baresips on two lines: once joined, each hears the other', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const house = await openHouse(t);
  const common = { password, registrar: house.server.sip, audioSeconds: 20 };
  await using one = await registeredBaresip(t, { user: line, ...common });
  await using two = await registeredBaresip(t, { user: otherLine, ...common });
  await makecall(house, otherLine);
  for (const phone of [one, two]) {
    await until(
      async () => {
        // Its own count of packets that it received from the other side.
        const shown = await phone.command('audio_debug');
        return Number(/rcvd=(\d+)/.exec(shown)?.[1] ?? 0) >= 20 || undefined;
      },
      HANG_MS,
      () => `${phone.child.title} to hear the other`,
    );
  }
  await one.hangup();
  const calls = await house.settled(2);
  assert.ok(calls.every((call) => call['cause'] === 'normal'));
});

test('nobody picks up: the telephone is told to stop, SETUP and RELEASE', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t, { args: ['--ring-timeout', '1'] });
  const phone = await house.telephone(line, { scenario: 'uas-ring-cancel' });
  await makecall(house);
  await phone.succeeds();
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'no-answer');
  assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'RELEASE'));
});

for (const { status, cause } of [
  { status: '486', cause: 'busy' },
  { status: '603', cause: 'refused' },
  { status: '404', cause: 'not-found' },
]) {
  test(`the callee answers ${status}: the telephone is hung up on, SETUP and RELEASE`, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    const house = await openHouse(t);
    const phone = await house.telephone(line, { scenario: 'uas-placed-failed' });
    const far = await house.outsideTelephone({ scenario: 'uas-final', fill: { STATUS: status } });
    await makecall(house);
    await Promise.all([phone.succeeds(), far.succeeds()]);
    const [call] = await house.settled(1);
    assert.equal(call?.['cause'], cause);
    assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'RELEASE'));
  });
}

test('the callee does not answer in time: he is told to stop, and the telephone is hung up on', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t, { args: ['--ring-timeout', '1'] });
  const phone = await house.telephone(line, { scenario: 'uas-placed-failed' });
  const far = await house.outsideTelephone({ scenario: 'uas-ring-cancel' });
  await makecall(house);
  await Promise.all([phone.succeeds(), far.succeeds()]);
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'no-answer');
});

test('whoever picked up hangs up while the callee rings: the callee is told to stop', async (t) => {
  if (!requirePeer(t, 'sipp', 'baresip')) return;
  const house = await openHouse(t);
  const registrar = house.server.sip;
  await using phone = await registeredBaresip(t, {
    user: line,
    password,
    registrar,
    answerMode: 'auto',
  });
  const far = await house.outsideTelephone({ scenario: 'uas-ring-cancel' });
  await makecall(house);
  await far.waitForMessage((m) => m.start.startsWith('INVITE'), HANG_MS, 'the INVITE');
  await phone.hangup();
  await far.succeeds();
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'cancelled');
  assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'RELEASE'));
});

test('the callee hangs up', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-placed' });
  const far = await house.outsideTelephone({ scenario: 'uas-hangup', pauseMs: 300 });
  await makecall(house);
  await Promise.all([phone.succeeds(), far.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('two telephones ring, one is picked up, the other stops; auto-answer headers where they are set', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  await house.server.run('line', 'set', line, '--auto-answer', 'on');
  const slow = await house.telephone(line, {
    scenario: 'uas-ring-cancel',
    fill: { CHECK: 'true', REASON_RE: 'Call completed elsewhere' },
  });
  const quick = await house.telephone(line, { scenario: 'uas-placed', pauseMs: 100 });
  const far = await house.outsideTelephone({ scenario: 'uas-hangup', pauseMs: 300 });
  await makecall(house);
  await Promise.all([slow.succeeds(), quick.succeeds(), far.succeeds()]);
  await house.settled(1);
  const [invite] = quick.messages().filter((m) => m.method === 'INVITE');
  assert.match(invite!.header('call-info'), /answer-after=0/);
  assert.equal(invite!.body, '');
});

test('killed while the callee rings, the next start hangs up and silences, one RELEASE', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-placed-failed' });
  const far = await house.outsideTelephone({ scenario: 'uas-ring-cancel' });
  await makecall(house);
  await far.waitForMessage((m) => m.status === 180, HANG_MS, 'ringing');
  await house.delivered(1);
  await house.server.kill9();
  await house.server.start();
  await Promise.all([phone.succeeds(), far.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'RELEASE'));
});
