// Calls that a line makes: to the outside in every form that programs and people dial, to another
// line, to a short number; and callers who are not who they say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertTargets,
  expectedTargets,
  line,
  mobile,
  openHouse,
  otherLine,
} from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { openSipSocket } from '../kit/sip-socket.ts';
import { sipText } from '../kit/wire.ts';

test('a line calls the outside: it proves itself, and From is its number whatever it wrote', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  await house.server.run('line', 'set', line, '--title', 'Café "Zoé"');
  const far = await house.outsideTelephone({ scenario: 'uas-answer' });
  const caller = await house.callFromLine(line, {
    scenario: 'uac-call-auth',
    dial: '0612345678',
    caller: '33999999999',
    user: line,
    name: 'Somebody Else',
    pauseMs: 50,
  });
  await Promise.all([caller.succeeds(), far.succeeds()]);
  const [call] = await house.settled(1);
  assert.equal(call?.['caller'], line);
  assertTargets(house.receiver, house.expected(line, mobile, 'SETUP', 'CONNECT', 'RELEASE'));
  const invite = far.messages().find((m) => m.method === 'INVITE')!;
  assert.equal(invite.uri, `sip:${mobile}@${house.outside}`);
  const from = Buffer.from(invite.header('from'), 'latin1').toString('utf8');
  assert.match(from, /^"Café \\"Zoé\\"" <sip:33123456789@/);
  assert.ok(!invite.raw.toString('latin1').includes('33999999999'));
});

test('numbers reach the outside in one form, emergency and service numbers as dialled', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const forms: [string, string][] = [
    ['33612345678', mobile],
    ['+33612345678', mobile],
    ['0033612345678', mobile],
    ['0612345678', mobile],
    ['033612345678', mobile],
    ['%2B33612345678', mobile],
    ['06.12.34.56.78', mobile],
    ['0049301234567', '49301234567'],
    ['112', '112'],
    ['15', '15'],
    ['3900', '3900'],
    ['118218', '118218'],
    ['1023', '1023'],
  ];
  const fill = { STATUS: '486', CHALLENGE: '401' };
  const far = await house.outsideTelephone({ scenario: 'uas-final', calls: forms.length, fill });
  for (const [dial] of forms) {
    const caller = await house.callFromLine(line, { scenario: 'uac-expect-auth', dial, fill });
    await caller.succeeds();
  }
  await far.succeeds();
  const calls = await house.settled(forms.length);
  assert.deepEqual(
    calls.map((call) => call['callee']),
    forms.map(([, callee]) => callee),
  );
  const invites = far.messages().filter((m) => m.method === 'INVITE' && m.status === 0);
  assert.deepEqual(
    invites.map((m) => m.uri),
    forms.map(([, callee]) => `sip:${callee}@${house.outside}`),
  );
});

test('a line calls a short number: two calls with one dref, each line is notified', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  await house.server.run('line', 'set', otherLine, '--short', '42');
  const phone = await house.telephone(otherLine, { scenario: 'uas-answer' });
  const caller = await house.callFromLine(line, {
    scenario: 'uac-call-auth',
    dial: '42',
    pauseMs: 50,
  });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  const [one, two] = await house.settled(2);
  assert.equal(one?.['dref'], two?.['dref']);
  assert.notEqual(one?.['callref'], two?.['callref']);
  const types = ['SETUP', 'CONNECT', 'RELEASE'];
  const seen = house.receiver.targets();
  for (const account of [line, otherLine]) {
    assert.deepEqual(
      seen.filter((target) => target.includes(`account=${account}`)),
      expectedTargets(account, line, otherLine, types),
    );
  }
  assert.equal(seen.length, 6);
});

test('a line hides its number: the other line sees anonymous, its own software sees who calls', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(otherLine, { scenario: 'uas-answer' });
  const caller = await house.callFromLine(line, {
    scenario: 'uac-call-auth',
    dial: otherLine,
    extraHeaders: 'Privacy: id',
  });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(2);
  const setups = house.receiver.targets().filter((target) => target.endsWith('SETUP'));
  assert.deepEqual(setups.sort(), [
    ...expectedTargets(line, line, otherLine, ['SETUP']),
    ...expectedTargets(otherLine, 'anonymous', otherLine, ['SETUP']),
  ]);
  const invite = phone.messages().find((m) => m.method === 'INVITE')!;
  assert.ok(!invite.raw.toString('latin1').includes(line));
});

test('without the right password there is no call, and nobody learns which lines exist', async (t) => {
  const house = await openHouse(t);
  await using stranger = await openSipSocket(t, { remote: house.server.sip });
  const invite = (user: string, more: string[] = []): string =>
    sipText([
      `INVITE sip:${mobile}@${house.server.sip} SIP/2.0`,
      `Via: SIP/2.0/UDP ${stranger.address};branch=z9hG4bK${user}${more.length}`,
      `From: <sip:${user}@x>;tag=a`,
      `To: <sip:${mobile}@x>`,
      `Call-ID: ${user}${more.length}`,
      'CSeq: 1 INVITE',
      `Contact: <sip:${user}@${stranger.address}>`,
      'Max-Forwards: 70',
      ...more,
    ]);
  const answers: string[] = [];
  for (const user of [line, '33100000000']) {
    await stranger.send(invite(user));
    const challenge = await stranger.waitForStatus(401);
    const nonce = /nonce="([^"]+)"/.exec(challenge.header('www-authenticate'))?.[1];
    const wrong = `Digest username="${user}", realm="carillon", nonce="${nonce}", uri="sip:x", response="${'0'.repeat(32)}"`;
    await stranger.send(invite(user, [`Authorization: ${wrong}`]));
    const answer = await stranger.waitForStatus(401);
    answers.push(
      `${answer.start} ${answer.header('www-authenticate').replace(/nonce="[^"]+"/, '')}`,
    );
  }
  assert.equal(answers[0], answers[1]);
  assert.deepEqual(await house.server.json('call', 'list'), []);
});

test('the outside is busy, refuses or does not know the number: the line is told so', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const outcomes = [
    ['486', 'busy'],
    ['603', 'refused'],
    ['404', 'not-found'],
    ['503', 'failed'],
  ] as const;
  for (const [status] of outcomes) {
    const far = await house.outsideTelephone({ scenario: 'uas-final', fill: { STATUS: status } });
    const seen = status === '503' ? '500' : status;
    const fill = { STATUS: seen, CHALLENGE: '401' };
    const caller = await house.callFromLine(line, {
      scenario: 'uac-expect-auth',
      dial: mobile,
      fill,
    });
    await Promise.all([caller.succeeds(), far.succeeds()]);
  }
  const calls = await house.settled(outcomes.length);
  assert.deepEqual(
    calls.map((call) => call['cause']),
    outcomes.map(([, cause]) => cause),
  );
});

test('where no outside is configured, and for what is no number, the caller is refused at once', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t, { closed: true });
  for (const [dial, status] of [
    [mobile, '404'],
    ['77', '404'],
    ['hello', '484'],
    [line, '403'],
  ] as const) {
    const fill = { STATUS: status, CHALLENGE: '401' };
    const caller = await house.callFromLine(line, { scenario: 'uac-expect-auth', dial, fill });
    await caller.succeeds();
  }
  assert.deepEqual(await house.server.json('call', 'list'), []);
});
