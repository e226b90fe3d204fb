// The kit's own proof: registering against SIPp as a registrar, the bad network between two SIPps, and
// the customer's HTTP server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePeer } from './peer.ts';
import { startReceiver } from './receiver.ts';
import { registerTerminal } from './register.ts';
import { openSipSocket } from './sip-socket.ts';
import { startSipp } from './sipp.ts';
import { byNumber, byStart, startUdpRelay } from './udp-proxy.ts';
import { sipText } from './wire.ts';

for (const transport of ['udp', 'tcp'] as const) {
  void test(`SIPp as registrar accepts the kit's Digest over ${transport}`, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    await using registrar = await startSipp(t, {
      scenario: 'uas-registrar',
      transport,
      fill: { USER: '33123456789', PASSWORD: 'secret' },
    });
    await registrar.waitUntilReady();
    const answer = await registerTerminal(t, {
      server: registrar.address,
      number: '33123456789',
      password: 'secret',
      contact: '127.0.0.9:5060',
      transport,
    });
    assert.match(answer.header('Contact'), /^<sip:33123456789@127\.0\.0\.9:5060/);
  });
}

void test('SIPp as registrar refuses a wrong password, and the kit says so', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  await using registrar = await startSipp(t, {
    scenario: 'uas-registrar',
    fill: { USER: '33123456789', PASSWORD: 'other' },
  });
  await registrar.waitUntilReady();
  await assert.rejects(
    registerTerminal(t, {
      server: registrar.address,
      number: '33123456789',
      password: 'secret',
      contact: '127.0.0.9:5060',
    }),
    /got: SIP\/2\.0 403/,
  );
});

void test('SIPp registers with the scenario register', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  await using registrar = await startSipp(t, {
    scenario: 'uas-registrar',
    fill: { USER: '33123456789', PASSWORD: 'secret' },
  });
  await registrar.waitUntilReady();
  await using phone = await startSipp(t, {
    scenario: 'register',
    remote: registrar.address,
    dial: '33123456789',
    password: 'secret',
  });
  await phone.succeeds();
});

void test('a relay loses, repeats and delays what its plan says, and a call goes through all the same', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  await using called = await startSipp(t, { scenario: 'uas-answer', calls: 2 });
  await called.waitUntilReady();
  await using relay = await startUdpRelay(t, {
    server: called.address,
    toServer: byStart(/^INVITE/, 'drop', 1),
    toPeer: byNumber({ twice: [1] }),
  });
  await using calling = await startSipp(t, {
    scenario: 'uac-call',
    remote: relay.peerSide,
    rport: true,
    dial: '33123456789',
  });
  await calling.succeeds();
  assert.equal(calling.messages().filter((one) => one.start.startsWith('INVITE')).length, 2);
  assert.equal(called.messages().filter((one) => one.start.startsWith('INVITE')).length, 1);
  assert.equal(calling.messages().filter((one) => one.status === 180).length, 2);
  await called.stop();
});

void test('a late packet changes places with the one after it', async (t) => {
  await using server = await openSipSocket(t);
  await using relay = await startUdpRelay(t, {
    server: server.address,
    toServer: byNumber({ late: [1] }),
  });
  await using peer = await openSipSocket(t, { remote: relay.peerSide });
  for (const n of [1, 2]) await peer.send(sipText([`OPTIONS sip:${n} SIP/2.0`]));
  await server.waitFor((one) => one.uri === 'sip:1', 2_000, 'the late one');
  const order = server.received.map((one) => one.uri);
  assert.deepEqual(order, ['sip:2', 'sip:1']);
  await server.send(sipText(['SIP/2.0 200 OK']), relay.serverSide);
  await peer.waitForStatus(200);
});

void test('the receiver keeps the target byte for byte and answers as it is told', async (t) => {
  await using receiver = await startReceiver(t, {
    answer: (_, n) => (n === 1 ? { status: 503, body: 'not yet' } : undefined),
  });
  const first = await fetch(`${receiver.url}/n.php?account=33123456789&who=a%20b`);
  assert.equal(first.status, 503);
  assert.equal(await first.text(), 'not yet');
  assert.equal((await fetch(`${receiver.url}/2`)).status, 200);
  const [request] = await receiver.waitForCount(2);
  assert.equal(request?.target, '/n.php?account=33123456789&who=a%20b');
  assert.equal(request?.query.get('who'), 'a b');
});

void test('a wait that fails says what had come instead', async (t) => {
  await using receiver = await startReceiver(t);
  await fetch(`${receiver.url}/only-one`);
  await assert.rejects(receiver.waitForCount(2, 50), /waited 50 ms for 2 requests.*only-one/s);
});
