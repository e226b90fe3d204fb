// INVITEs from a raw socket to an endpoint, time driven by hand: what repeats, what crosses, and that nothing is
// left behind (RFC 3261, 9, 12, 13). The other way: outgoing-invite.test.ts.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { SipEndpoint } from '../endpoint.ts';
import type { ManualTimers } from '../manual-timers.ts';
import { request } from '../message/samples.ts';
import { header, headers, Peer, sip } from '../test-peer.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import { Pair } from './test-kit.ts';

let pair: Pair;
let timers: ManualTimers;
let endpoint: SipEndpoint;
let peer: Peer;
let to: Pair['to'];
let told: string[];
let incoming: IncomingInvite | undefined;

beforeEach(async () => {
  pair = await Pair.open();
  ({ timers, endpoint, peer, to, told } = pair);
  incoming = undefined;
  endpoint.users = {
    onInvite(each, source) {
      incoming = endpoint.acceptInvite(each, source);
      incoming.onCancel = () => {
        told.push('cancelled');
        incoming!.reject(487);
        endpoint.forget(incoming!.dialog);
      };
      incoming.onAck = () => told.push('ack');
      incoming.onNoAck = () => told.push('no ack');
      incoming.dialog.handlers = {
        onBye: () => told.push('bye'),
        onReinvite: () => told.push('reinvite'),
        onRequest: () => told.push('request'),
      };
    },
  };
});

afterEach(async () => {
  if (incoming) endpoint.forget(incoming.dialog);
  await pair.close();
});

let branch = 0;
function invite(
  changes: Record<string, string | readonly string[] | null> = {},
  method = 'INVITE',
): string {
  return request(`${method} sip:33123456789@127.0.0.1 SIP/2.0`, {
    Via: `SIP/2.0/UDP 127.0.0.9:${peer.port};branch=z9hG4bKi${branch++};rport`,
    Contact: `<sip:peer@127.0.0.9:${peer.port}>`,
    ...changes,
  });
}

/** Sends an INVITE and lets it ring; returns it and the 180. */
async function ring(
  changes: Record<string, string | readonly string[] | null> = {},
): Promise<[string, string]> {
  const text = invite(changes);
  peer.send(text, to);
  await peer.settled(to);
  incoming!.provisional(180);
  return [text, await peer.next('SIP/2.0 180')];
}

/** An in-dialogue request of the peer to what it called. */
function within(
  method: string,
  ringing: string,
  cseq: number,
  changes: Record<string, string> = {},
): string {
  return invite(
    {
      From: header(ringing, 'From'),
      To: header(ringing, 'To'),
      CSeq: `${cseq} ${method}`,
      ...changes,
    },
    method,
  );
}

test('our 2xx is repeated from T1 up to T2 until its ACK, and then no more', async () => {
  const [text, ringing] = await ring();
  incoming!.accept([['contact', '<sip:127.0.0.1>']], 'v=0');
  const ok = await peer.next('SIP/2.0 200');
  assert.equal(header(ok, 'To'), header(ringing, 'To'));
  timers.advance(7500);
  const again = await peer.settled(to);
  assert.deepEqual(again, [ok, ok, ok, ok]);
  peer.send(text, to);
  assert.deepEqual(await peer.settled(to), [], 'a repeated INVITE behind the 2xx is absorbed');
  peer.send(within('ACK', ringing, 2), to);
  await peer.settled(to);
  assert.deepEqual(told, [], 'an ACK with another CSeq is not the one');
  peer.send(within('ACK', ringing, 1), to);
  peer.send(within('ACK', ringing, 1), to);
  await peer.settled(to);
  assert.deepEqual(told, ['ack']);
  timers.advance(40_000);
  assert.deepEqual(await peer.settled(to), []);
  assert.deepEqual(told, ['ack']);
});

test('a 2xx that is never acknowledged is given up after 64*T1', async () => {
  await ring();
  incoming!.accept([], '');
  timers.advance(31_999);
  assert.deepEqual(told, []);
  assert.equal((await peer.settled(to)).length, 11);
  timers.advance(1);
  assert.deepEqual(told, ['no ack']);
  timers.advance(20_000);
  assert.deepEqual(await peer.settled(to), []);
});

test('a CANCEL is answered 200 with our tag and ends the INVITE with 487, whose ACK is absorbed', async () => {
  const [text, ringing] = await ring();
  const cancel = text
    .replace('INVITE sip', 'CANCEL sip')
    .replace('CSeq: 1 INVITE', 'CSeq: 1 CANCEL');
  peer.send(cancel, to);
  peer.send(cancel, to);
  const answers = [await peer.next(), await peer.next(), await peer.next()].map((each) => [
    each.slice(8, 11),
    header(each, 'CSeq'),
    header(each, 'To'),
  ]);
  const tagged = header(ringing, 'To');
  assert.deepEqual(answers, [
    ['200', '1 CANCEL', tagged],
    ['487', '1 INVITE', tagged],
    ['200', '1 CANCEL', tagged],
  ]);
  assert.deepEqual(told, ['cancelled']);
  peer.send(
    text
      .replace('INVITE sip', 'ACK sip')
      .replace('CSeq: 1 INVITE', 'CSeq: 1 ACK')
      .replace(/To: .*/, `To: ${tagged}`),
    to,
  );
  await peer.settled(to);
  timers.advance(500);
  assert.deepEqual(await peer.settled(to), []);
});

test('a CANCEL with another branch, from another host, or behind the answer changes nothing', async () => {
  const [text] = await ring();
  const cancel = text
    .replace('INVITE sip', 'CANCEL sip')
    .replace('CSeq: 1 INVITE', 'CSeq: 1 CANCEL');
  peer.send(cancel.replace(/z9hG4bKi\d+/, 'z9hG4bKother'), to);
  assert.equal((await peer.next()).slice(8, 11), '481');
  const stranger = await Peer.open('127.0.0.8');
  stranger.send(cancel, to);
  assert.equal((await stranger.next()).slice(8, 11), '481');
  stranger.close();
  assert.deepEqual(told, []);
  incoming!.accept([], '');
  await peer.next('SIP/2.0 200');
  peer.send(cancel, to);
  assert.equal(header(await peer.next('SIP/2.0 200'), 'CSeq'), '1 CANCEL');
  assert.deepEqual(told, []);
});

test('requests in the dialogue: tags must fit, CSeq must rise, and behind the end it is 481', async () => {
  const [, ringing] = await ring();
  incoming!.accept([], '');
  peer.send(within('ACK', ringing, 1), to);
  const status = async (text: string): Promise<string> => {
    await peer.settled(to);
    peer.send(text, to);
    return (await peer.next('SIP/2.0')).slice(8, 11);
  };
  assert.equal(await status(within('INFO', ringing, 1)), '500');
  assert.equal(await status(within('BYE', ringing, 5, { From: '<sip:x@y>;tag=guess' })), '481');
  assert.equal(await status(within('BYE', ringing, 5, { To: '<sip:x@y>;tag=guess' })), '481');
  assert.equal(await status(within('BYE', ringing, 5, { 'Call-ID': 'guess' })), '481');
  assert.equal(await status(within('OPTIONS', ringing, 3)), '200');
  assert.equal(await status(within('UPDATE', ringing, 2)), '500');
  assert.equal(await status(within('REGISTER', ringing, 9)), '400');
  assert.deepEqual(told, ['ack']);
  endpoint.forget(incoming!.dialog);
  assert.equal(await status(within('BYE', ringing, 10)), '481');
});

test('one INVITE that comes on two ways is one call', async () => {
  await ring();
  peer.send(invite(), to);
  assert.equal((await peer.next('SIP/2.0 4')).slice(8, 11), '482');
  incoming!.reject(486);
});

test('the route set: in order for the called side, and repeated in our answers', async () => {
  const routes = [`<sip:127.0.0.9:${peer.port};lr>, <sip:p2;lr>`, '<sip:p3;lr>', 'nonsense"'];
  await ring({ 'Record-Route': routes, Contact: '<sip:far@192.0.2.99>' });
  incoming!.accept([], '');
  assert.deepEqual(headers(await peer.next('SIP/2.0 200'), 'Record-Route'), routes);
  void endpoint.request(incoming!.dialog, 'BYE');
  const bye = await peer.next('BYE');
  assert.match(bye, /^BYE sip:far@192\.0\.2\.99 SIP/);
  assert.deepEqual(headers(bye, 'Route'), [
    `<sip:127.0.0.9:${peer.port};lr>`,
    '<sip:p2;lr>',
    '<sip:p3;lr>',
  ]);
  assert.equal(header(bye, 'CSeq'), '1 BYE');
});

test('a display name that looks like a tag stays as it was', async () => {
  await ring({ From: '"x;tag=no" <sip:a@b;tag=no>;tag=yes' });
  incoming!.accept([], '');
  void endpoint.request(incoming!.dialog, 'BYE');
  assert.equal(header(await peer.next('BYE'), 'To'), '"x;tag=no" <sip:a@b;tag=no>;tag=yes');
});

test('what belongs to no dialogue is answered so and keeps nothing', async () => {
  for (const method of ['BYE', 'UPDATE', 'INFO']) {
    peer.send(invite({}, method), to);
    assert.equal((await peer.next('SIP/2.0')).slice(8, 11), '481', method);
  }
  peer.send(
    sip([
      'ACK sip:x SIP/2.0',
      'Via: SIP/2.0/UDP x;branch=z9hG4bKs',
      'From: <sip:a@b>;tag=1',
      'To: <sip:b@c>;tag=2',
      'Call-ID: s',
      'CSeq: 1 ACK',
    ]),
    to,
  );
  assert.deepEqual(await peer.settled(to), []);
  assert.equal(endpoint.sizes.transactions, 0);
});
