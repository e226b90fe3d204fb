// Calls from the outside to a line, with SIPp as caller and as telephone: every way such a call can go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTargets, line, mobile, openHouse } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';

test("the guide's worked example, byte for byte", async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer', pauseMs: 100 });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 100 });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  const [call] = await house.settled(1);
  assertTargets(house.receiver, [
    '/notification.php?account=33123456789&caller=33612345678&callee=33123456789&type=SETUP',
    '/notification.php?account=33123456789&caller=33612345678&callee=33123456789&type=CONNECT',
    '/notification.php?account=33123456789&caller=33612345678&callee=33123456789&type=RELEASE',
  ]);
  assert.equal(call?.['cause'], 'normal');
  assert.match(String(call?.['callref']), /^[A-Za-z0-9_-]{8,40}$/);
  assert.match(String(call?.['dref']), /^[0-9a-f]{32}$/);
  // The description of the media went through untouched, byte for byte.
  const sent = caller.messages().find((m) => m.method === 'INVITE' && m.status === 0);
  const got = phone.messages().find((m) => m.method === 'INVITE');
  assert.equal(got?.body, sent?.body);
});

test('the same over TCP on both sides', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer', transport: 'tcp' });
  const caller = await house.callFromOutside({
    scenario: 'uac-call',
    transport: 'tcp',
    pauseMs: 50,
  });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('the telephone hangs up first', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-hangup', pauseMs: 50 });
  const caller = await house.callFromOutside({ scenario: 'uac-hungup' });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

for (const { title, status, reason, cause } of [
  { title: 'a busy telephone', status: '486', reason: 'Busy Here', cause: 'busy' },
  { title: 'a telephone that refuses', status: '603', reason: 'Decline', cause: 'refused' },
]) {
  test(`${title}: the caller gets ${status}, and the events are SETUP and RELEASE`, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    const house = await openHouse(t);
    const fill = { STATUS: status, REASON: reason };
    const phone = await house.telephone(line, { scenario: 'uas-final', fill });
    const caller = await house.callFromOutside({
      scenario: 'uac-expect',
      fill: { STATUS: status },
    });
    await Promise.all([caller.succeeds(), phone.succeeds()]);
    const [call] = await house.settled(1);
    assert.equal(call?.['cause'], cause);
    assert.equal(call?.['connectAt'], null);
    assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
  });
}

test('nobody answers: the telephone is told to stop, the caller gets 480', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t, { args: ['--ring-timeout', '1'] });
  const phone = await house.telephone(line, { scenario: 'uas-ring-cancel' });
  const caller = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '480' } });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'no-answer');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

test('the caller gives up while it rings', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-ring-cancel' });
  const caller = await house.callFromOutside({ scenario: 'uac-cancel', pauseMs: 50 });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'cancelled');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

test('no terminal is registered: 480, and both events', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const caller = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '480' } });
  await caller.succeeds();
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'no-terminal');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

test('two telephones ring: the first to answer wins, the other learns that it was answered', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const slow = await house.telephone(line, {
    scenario: 'uas-ring-cancel',
    fill: { CHECK: 'true', REASON_RE: 'SIP;cause=200;text="Call completed elsewhere"' },
  });
  const quick = await house.telephone(line, { scenario: 'uas-answer', pauseMs: 200 });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 100 });
  await Promise.all([caller.succeeds(), quick.succeeds(), slow.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('of two telephones one is busy: the other goes on ringing and answers', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const busy = await house.telephone(line, { scenario: 'uas-final' });
  const free = await house.telephone(line, { scenario: 'uas-answer', pauseMs: 200 });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 50 });
  await Promise.all([caller.succeeds(), free.succeeds(), busy.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('a hidden caller is anonymous everywhere, and an asserted identity goes no further', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const extraHeaders = `Privacy: id\r\nP-Asserted-Identity: <sip:${mobile}@example.org>`;
  const caller = await house.callFromOutside({ scenario: 'uac-call', extraHeaders });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected('anonymous', line, 'SETUP', 'CONNECT', 'RELEASE'));
  const [invite] = phone.messages().filter((m) => m.method === 'INVITE');
  assert.match(invite!.header('from'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>/);
  for (const message of phone.messages()) {
    assert.ok(!message.raw.toString('latin1').includes(mobile), 'the number reached the telephone');
  }
});

test('every keyword is replaced, on a call with no group and no transfer', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const template =
    '/n?a=_ACCOUNT_&c=_CALLER_&d=_CALLEE_&r=_CALLREF_&t=_N_TYPE_&v=_N_VERSION_&dr=_DREF_&dp=_DREF_REPLACE_&s=_SESSION_ID_&acd=_IS_ACD_&red=_REDIRECTING_NUMBER_&_TSMS_=_TSMS_';
  const house = await openHouse(t, { template });
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-call' });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  const [call] = await house.settled(1);
  const form =
    /^\/n\?a=33123456789&c=33612345678&d=33123456789&r=([\w-]{8,40})&t=(SETUP|CONNECT|RELEASE)&v=1&dr=([0-9a-f]{32})&dp=&s=&acd=0&red=&_TSMS_=(\d{13})$/;
  const seen = house.receiver.targets().map((target) => {
    const match = form.exec(target);
    assert.ok(match, target);
    assert.equal(match[1], call?.['callref']);
    assert.equal(match[3], call?.['dref']);
    assert.ok(Math.abs(Number(match[4]) - Date.now()) < 60_000);
    return match[2];
  });
  assert.deepEqual(seen, ['SETUP', 'CONNECT', 'RELEASE']);
});

test('a caller who offers nothing gets the offer of the telephone, and his answer reaches it', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-delayed-offer', pauseMs: 50 });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  const ack = phone.messages().find((m) => m.start.startsWith('ACK'));
  assert.match(ack?.body ?? '', /^v=0/);
});

test('the outside reaches lines only: no other number, no emergency number, no event', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  for (const dial of ['33698765432', '112', '101']) {
    const caller = await house.callFromOutside({
      scenario: 'uac-expect',
      dial,
      fill: { STATUS: '404' },
    });
    await caller.succeeds();
  }
  assert.deepEqual(await house.server.json('call', 'list'), []);
  assertTargets(house.receiver, []);
});
