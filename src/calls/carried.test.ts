// What the server carries between the two sides of a call from the outside, and what it keeps to itself.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { answer, header, headers } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import { cancelOf, IncomingStage, ok } from './incoming-test-kit.ts';
import { from, openWires, short } from './test-kit.ts';
import type { Address } from './test-kit.ts';

let stage: IncomingStage;
let caller: Peer;
let phones: Peer[];
let to: Address;

beforeEach(async () => {
  stage = new IncomingStage(await openWires());
  ({ outside: caller, phones, to } = stage);
});

afterEach(() => stage.close());

test('an answer with malformed routes connects the call and harms nothing', async () => {
  const [, invite] = await stage.ringing();
  phones[0]!.send(
    ok(invite, phones[0]!, 'p0').replace(
      'Contact:',
      'Record-Route: <sip:x\r\nRecord-Route: "\r\nContact:',
    ),
    to,
  );
  const got = await caller.next('SIP/2.0 200');
  caller.send(stage.fromCaller('ACK', got, 1), to);
  caller.send(stage.fromCaller('BYE', got, 2), to);
  await phones[0]!.next('BYE');
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('an offer in the 200: the answer of the ACK is carried', async () => {
  const [, invite] = await stage.ringing({}, '');
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  const got = await caller.next('SIP/2.0 200');
  assert.deepEqual(short((await stage.quiet())[1]!), []);
  caller.send(
    stage
      .fromCaller('ACK', got, 1)
      .replace('Content-Length: 0\r\n\r\n', 'Content-Length: 6\r\n\r\nanswer'),
    to,
  );
  assert.match(await phones[0]!.next('ACK'), /\r\n\r\nanswer$/);
  caller.send(stage.fromCaller('BYE', got, 2), to);
  await phones[0]!.next('BYE');
});

test('a re-INVITE is carried; glare gets 491; a BYE ends what is under way', async () => {
  const { got, invite } = await stage.talking();
  caller.send(stage.fromCaller('INVITE', got, 2), to);
  const carried = await phones[0]!.next('INVITE');
  assert.match(header(carried, 'To'), /;tag=p0$/);
  phones[0]!.send(answer(carried, '180 Ringing'), to);
  phones[0]!.send(from(phones[0]!, 'INVITE', invite, 'p0'), to);
  assert.deepEqual(short((await stage.quiet())[1]!), ['491 INVITE']);
  caller.send(stage.fromCaller('BYE', got, 3), to);
  const [toCaller, toPhone] = (await stage.quiet()).map(short);
  assert.deepEqual(toCaller!.toSorted(), ['200 BYE', '487 INVITE']);
  assert.deepEqual(toPhone!.toSorted(), ['BYE', 'CANCEL']);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a re-INVITE that is only rung is given up after a minute, and the call goes on', async () => {
  const { got } = await stage.talking();
  caller.send(stage.fromCaller('INVITE', got, 2), to);
  const carried = await phones[0]!.next('INVITE');
  phones[0]!.send(answer(carried, '180 Ringing'), to);
  await stage.quiet();
  stage.timers.advance(60_000);
  const cancel = await phones[0]!.next('CANCEL');
  phones[0]!.send(answer(cancel, '200 OK'), to);
  phones[0]!.send(answer(carried, '487 Request Terminated'), to);
  await caller.next('SIP/2.0 487');
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT']);
  caller.send(stage.fromCaller('BYE', got, 3), to);
  await phones[0]!.next('BYE');
});

test('a side that knows the call no more ends it', async () => {
  const { got } = await stage.talking();
  caller.send(stage.fromCaller('INFO', got, 2), to);
  phones[0]!.send(answer(await phones[0]!.next('INFO'), '481 No'), to);
  assert.deepEqual(short((await stage.quiet())[0]!), ['481 INFO', 'BYE']);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('a hidden caller leaves no trace at the phones', async () => {
  const hidden = {
    Privacy: 'id',
    'P-Asserted-Identity': '<sip:0612345678@trunk>',
    Organization: 'ACME',
    Subject: 'it is me',
  };
  const [text, invite] = await stage.ringing(hidden);
  assert.match(header(invite, 'From'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
  assert.deepEqual(headers(invite, 'Privacy'), ['id']);
  assert.doesNotMatch(invite, /612345678|ACME|it is me|trunk|127\.0\.0\.11/);
  assert.equal(header(invite, 'Max-Forwards'), '69');
  caller.send(cancelOf(text), to);
  await caller.next('SIP/2.0 487');
});
