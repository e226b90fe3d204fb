// What is said within a call reaches the other side: hold and resume by re-INVITE from either side,
// keys by INFO, UPDATE; and what cannot be carried is refused without harm to the call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTargets, line, mobile, openHouse } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal } from '../kit/register.ts';
import { openSipSocket } from '../kit/sip-socket.ts';
import { HANG_MS } from '../kit/until.ts';
import { sipText } from '../kit/wire.ts';

for (const { title, phone, caller } of [
  { title: 'the caller holds and takes back', phone: 'uas-held', caller: 'uac-hold' },
  { title: 'the telephone holds and takes back', phone: 'uas-hold', caller: 'uac-held' },
]) {
  test(title, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    const house = await openHouse(t);
    const called = await house.telephone(line, { scenario: phone, pauseMs: 50 });
    const calling = await house.callFromOutside({ scenario: caller, pauseMs: 300 });
    await Promise.all([calling.succeeds(), called.succeeds()]);
    await house.settled(1);
    assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
  });
}

const isRequest = (method: string) => (m: { method: string; status: number }) =>
  m.method === method && m.status === 0;

test('INFO and UPDATE go through with their bodies and answers; REFER is refused', async (t) => {
  const house = await openHouse(t);
  const [outsideHost, outsidePort] = house.outside.split(':');
  await using far = await openSipSocket(t, {
    remote: house.server.sip,
    host: outsideHost!,
    port: Number(outsidePort),
  });
  await using phone = await openSipSocket(t, { remote: house.server.sip });
  const contact = `sip:${line}@${phone.address}`;
  await registerTerminal(t, {
    server: house.server.sip,
    number: line,
    password: 'a-line-password',
    contact,
  });
  const head = (
    method: string,
    cseq: number,
    to: string,
    uri = `sip:${line}@${house.server.sip}`,
  ) => [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${far.address};branch=z9hG4bK${method}${cseq}`,
    `From: <sip:${mobile}@x>;tag=far`,
    `To: ${to}`,
    'Call-ID: hold-1',
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:${mobile}@${far.address}>`,
    'Max-Forwards: 70',
  ];
  const answer = (
    to: { header(n: string): string; headers(n: string): string[] },
    status: string,
    body = '',
  ) =>
    sipText(
      [
        `SIP/2.0 ${status}`,
        ...to.headers('via').map((via) => `Via: ${via}`),
        `From: ${to.header('from')}`,
        `To: ${to.header('to').includes('tag=') ? to.header('to') : `${to.header('to')};tag=phone`}`,
        `Call-ID: ${to.header('call-id')}`,
        `CSeq: ${to.header('cseq')}`,
        `Contact: <${contact}>`,
      ],
      body,
    );
  await far.send(
    sipText([...head('INVITE', 1, `<sip:${line}@x>`), 'Content-Type: application/sdp'], 'v=0\r\n'),
  );
  const invite = await phone.waitFor(isRequest('INVITE'), HANG_MS, 'the INVITE');
  assert.equal(invite.body, 'v=0\r\n');
  await phone.send(answer(invite, '200 OK', 'v=0\r\ns=phone\r\n'));
  await phone.waitFor(isRequest('ACK'), HANG_MS, 'the ACK');
  const ok = await far.waitForStatus(200, HANG_MS, 'INVITE');
  const target = /<([^>]+)>/.exec(ok.header('contact'))![1]!;
  const to = ok.header('to');
  await far.send(sipText(head('ACK', 1, to, target)));

  const keys = [...head('INFO', 2, to, target), 'Content-Type: application/dtmf-relay'];
  await far.send(sipText(keys, 'Signal=5\r\nDuration=160\r\n'));
  const info = await phone.waitFor(isRequest('INFO'), HANG_MS, 'the INFO');
  assert.equal(info.body, 'Signal=5\r\nDuration=160\r\n');
  assert.equal(info.header('content-type'), 'application/dtmf-relay');
  await phone.send(answer(info, '415 Unsupported Media Type'));
  await far.waitForStatus(415, HANG_MS, 'INFO');

  await far.send(
    sipText(
      [...head('UPDATE', 3, to, target), 'Content-Type: application/sdp'],
      'v=0\r\ns=new\r\n',
    ),
  );
  const update = await phone.waitFor(isRequest('UPDATE'), HANG_MS, 'the UPDATE');
  await phone.send(answer(update, '200 OK', 'v=0\r\ns=agreed\r\n'));
  const updated = await far.waitForStatus(200, HANG_MS, 'UPDATE');
  assert.equal(updated.body, 'v=0\r\ns=agreed\r\n');

  await far.send(sipText(head('REFER', 4, to, target)));
  const refused = await far.waitForStatus(405, HANG_MS, 'REFER');
  assert.match(refused.header('allow'), /INVITE/);
  await far.send(sipText(head('OPTIONS', 5, to, target)));
  await far.waitForStatus(200, HANG_MS, 'OPTIONS');

  await far.send(sipText(head('BYE', 6, to, target)));
  const bye = await phone.waitFor(isRequest('BYE'), HANG_MS, 'the BYE');
  await phone.send(answer(bye, '200 OK'));
  await far.waitForStatus(200, HANG_MS, 'BYE');
  await far.send(sipText(head('BYE', 7, to, target)));
  await far.waitForStatus(481, HANG_MS, 'BYE');
  await house.settled(1);
});
