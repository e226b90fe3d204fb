// What a stranger sends must not harm a call: garbage, unknown methods, missing headers, oversize.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTargets, line, mobile, openHouse } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { openSipSocket } from '../kit/sip-socket.ts';
import { HANG_MS, until } from '../kit/until.ts';

const garbage = [
  '',
  '\0',
  '\r\n\r\n',
  'x'.repeat(60_000),
  'INVITE',
  'INVITE sip:a SIP/2.0\r\n',
  'INVITE sip:a SIP/2.0\r\n\r\n',
  'SIP/2.0 200 OK\r\n\r\n',
  'SIP/2.0 999999 OK\r\nVia: x\r\n\r\n',
  `OPTIONS sip:a SIP/2.0\r\n${'Via: SIP/2.0/UDP a\r\n'.repeat(1000)}\r\n`,
  `OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP ${';'.repeat(20_000)}\r\n\r\n`,
  `REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK\r\nFrom: "${'\\'.repeat(3000)}\r\nTo: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n\r\n`,
  `INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK\r\nFrom: <${'<'.repeat(5000)}\r\n\r\n`,
];

test('garbage and floods of it are dropped while a call goes on undisturbed', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  await using udp = await openSipSocket(t, { remote: house.server.sip });
  const phone = await house.telephone(line, { scenario: 'uas-answer', pauseMs: 100 });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 1500 });
  await phone.waitForMessage((m) => m.start.startsWith('ACK'), HANG_MS, 'the ACK');
  for (let round = 0; round < 20; round++) {
    for (const text of garbage) await udp.send(text);
  }
  for (const text of garbage.slice(3)) {
    await using tcp = await openSipSocket(t, { remote: house.server.sip, transport: 'tcp' });
    await tcp.send(text);
  }
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
  assert.equal((await fetch(`${house.server.http}/healthz`)).status, 200);
});

test('a stranger who knows no tags cannot end or change a call of others', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  await using stranger = await openSipSocket(t, { remote: house.server.sip });
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 800 });
  await phone.waitForMessage((m) => m.start.startsWith('ACK'), HANG_MS, 'the ACK');
  const invite = phone.messages().find((m) => m.method === 'INVITE')!;
  for (const [i, [method, status]] of (
    [
      ['BYE', 481],
      ['INVITE', 481],
      ['UPDATE', 481],
      ['CANCEL', 481],
    ] as const
  ).entries()) {
    await stranger.send(
      [
        `${method} sip:${house.server.sip} SIP/2.0`,
        `Via: SIP/2.0/UDP ${stranger.address};branch=z9hG4bKstranger${i}`,
        `From: <sip:x@x>;tag=guess`,
        `To: ${invite.header('from').replace(/tag=.*/, 'tag=guess')}`,
        `Call-ID: ${invite.header('call-id')}`,
        `CSeq: ${10 + i} ${method}`,
        'Max-Forwards: 70',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    await stranger.waitForStatus(status, HANG_MS, method);
  }
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
});

test('a connection that sends a message without end is closed', async (t) => {
  const house = await openHouse(t);
  await using tcp = await openSipSocket(t, { remote: house.server.sip, transport: 'tcp' });
  const head = `OPTIONS sip:${house.server.sip} SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n`;
  await tcp.send(`${head}Content-Length: 100000\r\n\r\n`);
  await tcp.waitForStatus(513);
  await until(
    () => (tcp.isOpen ? undefined : true),
    HANG_MS,
    () => 'the connection to be closed',
  );
});
