// INVITEs from an endpoint to a raw socket, time driven by hand: what repeats, what crosses, and that nothing is
// left behind (RFC 3261, 9, 12, 13). The other way: incoming-invite.test.ts.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { SipEndpoint } from '../endpoint.ts';
import type { ManualTimers } from '../manual-timers.ts';
import { answer, header, headers } from '../test-peer.ts';
import type { Peer } from '../test-peer.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import { Pair } from './test-kit.ts';

let pair: Pair;
let timers: ManualTimers;
let endpoint: SipEndpoint;
let peer: Peer;
let to: Pair['to'];
let told: string[];

beforeEach(async () => {
  pair = await Pair.open();
  ({ timers, endpoint, peer, to, told } = pair);
});

afterEach(() => pair.close());

function call(): OutgoingInvite {
  const made = endpoint.invite(
    {
      uri: `sip:peer@127.0.0.9:${peer.port}`,
      to: { transport: 'udp', host: '127.0.0.9', port: peer.port },
      localParty: '<sip:us@127.0.0.1>',
      remoteParty: '<sip:peer@127.0.0.9>',
      fixedHop: null,
      lines: [],
      body: '',
      maxForwards: 70,
    },
    {
      onProvisional: (response) => told.push(String(response.status)),
      onAnswer: (_response, dialog) => {
        told.push('answered');
        made.ack();
        endpoint.forget(dialog);
      },
      onFailure: (failure) =>
        told.push(typeof failure === 'string' ? failure : String(failure.status)),
    },
  );
  made.start();
  return made;
}

const contact = (): string => `Contact: <sip:peer@127.0.0.9:${peer.port}>`;

test('each repeated 2xx gets the same ACK; routes are reversed for the caller', async () => {
  call();
  const sent = await peer.next('INVITE');
  const routes = ['Record-Route: <sip:p1;lr>', `Record-Route: <sip:127.0.0.9:${peer.port};lr>`];
  const ok = answer(sent, '200 OK', 'one', [contact(), ...routes]);
  peer.send(ok, to);
  peer.send(ok, to);
  const acks = [await peer.next('ACK'), await peer.next('ACK')];
  assert.equal(acks[0], acks[1]);
  assert.notEqual(header(acks[0]!, 'Via'), header(sent, 'Via'));
  assert.equal(header(acks[0]!, 'CSeq'), '1 ACK');
  assert.deepEqual(headers(acks[0]!, 'Route'), [`<sip:127.0.0.9:${peer.port};lr>`, '<sip:p1;lr>']);
  assert.deepEqual(told, ['answered']);
});

test('a second callee that answers too is acknowledged each time and hung up on once', async () => {
  call();
  const sent = await peer.next('INVITE');
  peer.send(answer(sent, '200 OK', 'one', [contact()]), to);
  await peer.next('ACK');
  const second = answer(sent, '200 OK', 'two', [contact()]);
  peer.send(second, to);
  peer.send(second, to);
  const came = await peer.settled(to);
  assert.deepEqual(
    came.map((each) => `${each.split(' ')[0]} ${/tag=(\w+)/.exec(header(each, 'To'))![1]}`),
    ['ACK two', 'BYE two', 'ACK two'],
  );
  assert.deepEqual(told, ['answered']);
});

test('a CANCEL waits for a provisional response, and gives up 64*T1 behind it', async () => {
  const made = call();
  const sent = await peer.next('INVITE');
  made.cancel('SIP;cause=200');
  assert.deepEqual(await peer.settled(to), []);
  peer.send(answer(sent, '100 Trying'), to);
  const cancel = await peer.next('CANCEL');
  assert.equal(header(cancel, 'Via'), header(sent, 'Via'));
  assert.equal(header(cancel, 'Reason'), 'SIP;cause=200');
  peer.send(answer(sent, '180 Ringing', 'one'), to);
  peer.send(answer(cancel, '200 OK', 'one'), to);
  assert.deepEqual(await peer.settled(to), [], 'one CANCEL is enough');
  timers.advance(31_999);
  assert.deepEqual(told, []);
  timers.advance(1);
  assert.deepEqual(told, ['timeout']);
});

test('a 487 behind our CANCEL is acknowledged with the branch of the INVITE', async () => {
  const made = call();
  const sent = await peer.next('INVITE');
  peer.send(answer(sent, '180 Ringing', 'one'), to);
  await peer.settled(to);
  made.cancel();
  peer.send(answer(await peer.next('CANCEL'), '200 OK', 'one'), to);
  peer.send(answer(sent, '487 Request Terminated', 'one'), to);
  const ack = await peer.next('ACK');
  assert.equal(header(ack, 'Via'), header(sent, 'Via'));
  assert.deepEqual(told, ['180', '487']);
});

test('a 200 that crosses our CANCEL is acknowledged and ended with BYE, and counts as no answer', async () => {
  const made = call();
  const sent = await peer.next('INVITE');
  peer.send(answer(sent, '180 Ringing', 'one'), to);
  await peer.settled(to);
  made.cancel();
  await peer.next('CANCEL');
  const ok = answer(sent, '200 OK', 'one', [contact()]);
  peer.send(ok, to);
  peer.send(ok, to);
  const came = await peer.settled(to);
  assert.deepEqual(
    came.map((each) => each.split(' ')[0]),
    ['ACK', 'BYE', 'ACK'],
  );
  assert.equal(header(came[1]!, 'CSeq'), '2 BYE');
  assert.deepEqual(told, ['180', 'timeout']);
});

test('responses that are not for us or cannot be read are dropped', async () => {
  call();
  const sent = await peer.next('INVITE');
  const ok = answer(sent, '200 OK', 'one', [contact()]);
  const bad = [
    ok.replace(/branch=\w+/, 'branch=z9hG4bKguess'),
    ok.replace(/Via: .*\r\n/, (via) => via + via),
    ok.replace(/Via: .*\r\n/, (via) => via.replace('\r\n', ', SIP/2.0/UDP x;branch=z9hG4bKx\r\n')),
    ok.replace(/To: .*\r\n/, 'To: "<sip:x\r\n'),
    ok.replace('1 INVITE', '1 BYE'),
    ok.replace(/Call-ID: .*\r\n/, ''),
  ];
  for (const each of bad) peer.send(each, to);
  assert.deepEqual(await peer.settled(to), []);
  assert.deepEqual(told, []);
  peer.send(answer(sent, '486 Busy Here', 'one'), to);
  await peer.next('ACK');
  assert.deepEqual(told, ['486']);
});

test('a malformed Record-Route in an answer does not keep the call from being acknowledged', async () => {
  call();
  const sent = await peer.next('INVITE');
  peer.send(
    answer(sent, '200 OK', 'one', [contact(), 'Record-Route: <sip:, "', 'Record-Route: x y']),
    to,
  );
  assert.deepEqual(headers(await peer.next('ACK'), 'Route'), []);
});
