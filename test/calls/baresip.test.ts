// baresip, a telephone that real people use: it registers, is called, dials, holds and hangs up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registeredBaresip, startBaresip } from '../kit/baresip.ts';
import {
  assertTargets,
  expectedTargets,
  line,
  mobile,
  openHouse,
  otherLine,
  password,
} from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { HANG_MS } from '../kit/until.ts';

for (const transport of ['udp', 'tcp'] as const) {
  test(`baresip registers over ${transport}, is called, answers, and the caller hangs up`, async (t) => {
    if (!requirePeer(t, 'sipp', 'baresip')) return;
    const house = await openHouse(t);
    const registrar = house.server.sip;
    await using phone = await registeredBaresip(t, {
      user: line,
      password,
      registrar,
      transport,
      answerMode: 'manual',
    });
    const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 300 });
    await phone.waitFor('CALL_INCOMING');
    await phone.accept();
    await phone.waitFor('CALL_ESTABLISHED');
    await caller.succeeds();
    await phone.waitFor('CALL_CLOSED');
    await house.settled(1);
    assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
  });
}

test('baresip refuses a call: busy', async (t) => {
  if (!requirePeer(t, 'sipp', 'baresip')) return;
  const house = await openHouse(t);
  await using phone = await registeredBaresip(t, {
    user: line,
    password,
    registrar: house.server.sip,
    answerMode: 'manual',
  });
  const caller = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '486' } });
  await phone.waitFor('CALL_INCOMING');
  await phone.hangup();
  await caller.succeeds();
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'busy');
});

test('baresip calls baresip: it dials, the other answers, holds, takes back and hangs up', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const house = await openHouse(t);
  const registrar = house.server.sip;
  await using one = await registeredBaresip(t, { user: line, password, registrar });
  await using two = await registeredBaresip(t, {
    user: otherLine,
    password,
    registrar,
    answerMode: 'manual',
  });
  await one.dial(`sip:0123456790@${registrar}`);
  await two.waitFor('CALL_INCOMING');
  await two.accept();
  await Promise.all([one.waitFor('CALL_ESTABLISHED'), two.waitFor('CALL_ESTABLISHED')]);
  await two.hold();
  await one.child.waitForOutput(
    /INVITE sip:[^\n]+\r\n(?:[^\n]+\r\n)*CSeq: \d+ INVITE[\s\S]*?a=sendonly/,
    HANG_MS,
  );
  await two.resume();
  await one.hangup();
  await Promise.all([one.waitFor('CALL_CLOSED'), two.waitFor('CALL_CLOSED')]);
  await house.settled(2);
  const types = ['SETUP', 'CONNECT', 'RELEASE'];
  for (const account of [line, otherLine]) {
    assert.deepEqual(
      house.receiver.targets().filter((target) => target.includes(`account=${account}`)),
      expectedTargets(account, line, otherLine, types),
    );
  }
});

test('a wrong password: baresip is told so and is not registered', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const house = await openHouse(t);
  const registrar = house.server.sip;
  await using phone = await startBaresip(t, { user: line, password: 'wrong', registrar });
  // Its event can come before the control port listens: its own words tell in any case.
  await phone.child.waitForOutput(/reg: sip:\S+ 401 Unauthorized/, HANG_MS);
});
