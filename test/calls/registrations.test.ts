// Terminals register, refresh, ask, leave and expire; what was registered survives a restart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line, openHouse, password } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal, tryToRegister } from '../kit/register.ts';
import { openSipSocket } from '../kit/sip-socket.ts';
import { startSipp } from '../kit/sipp.ts';
import { HANG_MS, until } from '../kit/until.ts';

test('terminals come, are listed with the time that they have left, and go', async (t) => {
  const house = await openHouse(t);
  const server = house.server.sip;
  await using socket = await openSipSocket(t, { remote: server });
  const wanted = { server, number: line, password };
  const first = await tryToRegister(socket, { ...wanted, contact: '127.0.0.1:6001', expires: 60 });
  assert.equal(first.status, 200);
  assert.match(first.header('contact'), /127\.0\.0\.1:6001>;expires=60$/);
  const second = await tryToRegister(socket, {
    ...wanted,
    contact: '127.0.0.1:6002',
    expires: 600,
  });
  assert.equal(second.headers('contact').length, 2);
  const refreshed = await tryToRegister(socket, {
    ...wanted,
    contact: '127.0.0.1:6001',
    expires: 900,
  });
  assert.deepEqual(
    refreshed
      .headers('contact')
      .map((each) => /:(\d+)>;expires=(\d+)/.exec(each)!.slice(1).join(' '))
      .sort(),
    ['6001 900', '6002 600'],
  );
  const left = await tryToRegister(socket, { ...wanted, contact: '127.0.0.1:6001', expires: 0 });
  assert.equal(left.headers('contact').length, 1);
  const gone = await tryToRegister(socket, { ...wanted, contact: '*', expires: 0 });
  assert.equal(gone.status, 200);
  assert.equal(gone.headers('contact').length, 0);
});

test('a registration that is not refreshed ends by itself', async (t) => {
  const house = await openHouse(t);
  const wanted = { server: house.server.sip, number: line, password, contact: '127.0.0.1:6001' };
  await registerTerminal(t, { ...wanted, expires: 1 });
  await using socket = await openSipSocket(t, { remote: house.server.sip });
  await until(
    async () => {
      // A REGISTER that removes a contact which is not there asks what is.
      const answer = await tryToRegister(socket, {
        ...wanted,
        contact: '127.0.0.1:7000',
        expires: 0,
      });
      return answer.headers('contact').length === 0 || undefined;
    },
    HANG_MS,
    () => 'the registration to expire',
  );
});

test('an unknown line and a wrong password get the same answer', async (t) => {
  const house = await openHouse(t);
  await using socket = await openSipSocket(t, { remote: house.server.sip });
  const answers: string[] = [];
  for (const [number, secret] of [
    [line, 'wrong'],
    ['33100000000', password],
    ["' or 1=1", password],
  ] as const) {
    const wanted = {
      server: house.server.sip,
      number,
      password: secret,
      contact: 'sip:x@127.0.0.1:6001',
    };
    const answer = await tryToRegister(socket, { ...wanted, number: encodeURIComponent(number) });
    answers.push(
      `${answer.start}|${answer.header('www-authenticate').replace(/nonce="[^"]+"/, '')}`,
    );
  }
  assert.match(answers[0]!, /^SIP\/2\.0 401 Unauthorized\|Digest realm="carillon"/);
  assert.deepEqual(new Set(answers).size, 1);
});

test('SIPp registers with its own Digest', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const sipp = await startSipp(t, {
    scenario: 'register',
    remote: house.server.sip,
    caller: line,
    dial: line,
    password,
  });
  await sipp.succeeds();
});

test('registrations survive a restart, and a call reaches the telephone after it', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  await house.server.restart();
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 50 });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
});

test('a new password drops the terminals that registered with the old one, at once', async (t) => {
  const house = await openHouse(t);
  const wanted = { server: house.server.sip, number: line, password, contact: '127.0.0.1:6001' };
  await registerTerminal(t, wanted);
  await house.server.run('line', 'set', line, '--password', 'another-password');
  await using socket = await openSipSocket(t, { remote: house.server.sip });
  assert.equal((await tryToRegister(socket, wanted)).status, 401);
  const contact = '127.0.0.1:6002';
  const answer = await tryToRegister(socket, { ...wanted, password: 'another-password', contact });
  assert.equal(answer.headers('contact').length, 1);
});
