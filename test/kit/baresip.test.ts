// The kit's own proof: baresip against a bare socket that plays the registrar, and two baresips that
// talk to each other, without the server between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBaresip } from './baresip.ts';
import { requirePeer } from './peer.ts';
import { digestCredentials, digestParameters } from './register.ts';
import { openSipSocket, type ReceivedMessage } from './sip-socket.ts';
import { parameter, sipText } from './wire.ts';

function answer(to: ReceivedMessage, status: string, ...more: string[]): string {
  const same = ['From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${to.header(name)}`);
  const via = `Via: ${to.header('Via').replace(/;rport\b/, `;rport=${to.from.split(':')[1]}`)}`;
  return sipText([`SIP/2.0 ${status}`, via, `To: ${to.header('To')};tag=kit`, ...same, ...more]);
}

void test('baresip registers, and its Digest is the one that the kit computes', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  await using registrar = await openSipSocket(t);
  await using phone = await startBaresip(t, {
    user: '33123456789',
    password: 'secret',
    registrar: registrar.address,
  });
  const first = await registrar.waitForRequest('REGISTER', 5_000);
  const challenge = 'Digest realm="carillon", nonce="n0nce", algorithm=MD5';
  await registrar.send(
    answer(first, '401 Unauthorized', `WWW-Authenticate: ${challenge}`),
    first.from,
  );
  const second = await registrar.waitForRequest('REGISTER', 5_000);
  const given = digestParameters(second.header('Authorization'));
  const expected = digestCredentials(challenge, {
    method: 'REGISTER',
    uri: given['uri'] ?? '',
    user: '33123456789',
    password: 'secret',
  });
  assert.equal(given['response'], digestParameters(expected)['response']);
  const contact = second.header('Contact');
  await registrar.send(answer(second, '200 OK', `Contact: ${contact};expires=60`), second.from);
  await phone.waitUntilRegistered();
  assert.equal(parameter(second.header('From'), 'tag').length > 0, true);
});

void test('two baresips: one rings, is accepted, is put on hold, taken back and hung up', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const off = { registrar: '127.0.0.1:9', registerSeconds: 0 };
  await using called = await startBaresip(t, { ...off, user: '33123456789', answerMode: 'manual' });
  await using calling = await startBaresip(t, { ...off, user: '33123456790' });
  await calling.dial(`sip:33123456789@${called.address}`);
  await called.waitFor('CALL_INCOMING');
  await calling.waitFor('CALL_RINGING');
  await called.accept();
  await calling.waitFor('CALL_ESTABLISHED');
  await called.waitFor('CALL_ESTABLISHED');
  assert.match(await calling.listcalls(), /Active calls \(1\)/);
  await calling.hold();
  await called.child.waitForOutput(/a=sendonly/, 3_000);
  await calling.resume();
  await called.child.waitForOutput(/a=sendonly[\s\S]*a=sendrecv/, 3_000);
  await called.hangup();
  const closed = await calling.waitFor('CALL_CLOSED');
  t.diagnostic(`closed: ${closed.param}`);
});

void test('a baresip with a sound file hangs up at its end', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const off = { registrar: '127.0.0.1:9', registerSeconds: 0, audioSeconds: 1 };
  await using called = await startBaresip(t, { ...off, user: '33123456789' });
  await using calling = await startBaresip(t, { ...off, user: '33123456790' });
  await calling.dial(`sip:33123456789@${called.address}`);
  await calling.waitFor('CALL_ESTABLISHED');
  await calling.waitFor('CALL_CLOSED');
});

void test('a baresip that refuses ends the call at the caller', async (t) => {
  if (!requirePeer(t, 'baresip')) return;
  const off = { registrar: '127.0.0.1:9', registerSeconds: 0 };
  await using called = await startBaresip(t, { ...off, user: '33123456789', answerMode: 'manual' });
  await using calling = await startBaresip(t, { ...off, user: '33123456790' });
  await calling.dial(`sip:33123456789@${called.address}`);
  await called.waitFor('CALL_INCOMING');
  await called.hangup();
  const closed = await calling.waitFor('CALL_CLOSED');
  assert.match(closed.param, /486|Busy|Rejected/i);
});
