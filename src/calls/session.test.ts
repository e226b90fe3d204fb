// Whole calls from the outside over real SIP: whatever crosses on the wire, each call has one SETUP, at most one
// CONNECT, one RELEASE, and nothing is left. What the sides say to one another: carried.test.ts. A disk that
// fails: not-kept.test.ts.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { answer } from '../sip/test-peer.ts';
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

test('answered, then the caller hangs up', async () => {
  const { got } = await stage.talking();
  caller.send(stage.fromCaller('BYE', got, 2), to);
  const bye = await phones[0]!.next('BYE');
  phones[0]!.send(answer(bye, '200 OK'), to);
  assert.deepEqual(short((await stage.quiet())[0]!), ['200 BYE']);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('both sides hang up at once: each gets its 200', async () => {
  const { got, invite } = await stage.talking();
  stage.held = true;
  caller.send(stage.fromCaller('BYE', got, 2), to);
  phones[0]!.send(from(phones[0]!, 'BYE', invite, 'p0'), to);
  assert.deepEqual(
    (await stage.quiet()).map(short),
    [[], [], []],
    'nothing leaves ahead of the commit',
  );
  stage.waiting.shift()!.resolve();
  assert.deepEqual((await stage.quiet()).map(short), [['200 BYE'], ['200 BYE'], []]);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('the second of two answers is acknowledged and hung up on', async () => {
  const [, first, second] = await stage.ringing();
  stage.held = true;
  phones[0]!.send(ok(first, phones[0]!, 'p0'), to);
  await phones[0]!.settled(to);
  phones[1]!.send(ok(second, phones[1]!, 'p1'), to);
  assert.deepEqual((await stage.quiet()).map(short), [[], [], ['ACK', 'BYE']]);
  assert.equal(stage.waiting.length, 1);
  stage.held = false;
  stage.waiting.shift()!.resolve();
  const [toCaller, toFirst] = await stage.quiet();
  assert.deepEqual(short(toFirst!), ['ACK']);
  assert.deepEqual(short(toCaller!), ['200 INVITE']);
  caller.send(stage.fromCaller('BYE', toCaller![0]!, 2), to);
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('an answer while RELEASE is being committed is too late: no CONNECT', async () => {
  const [text, invite] = await stage.ringing();
  stage.held = true;
  caller.send(cancelOf(text), to);
  await caller.next('SIP/2.0 200');
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  assert.deepEqual(short((await stage.quiet())[1]!), ['ACK', 'BYE']);
  stage.waiting.shift()!.resolve();
  const [toCaller, , toOther] = await stage.quiet();
  assert.deepEqual(short(toCaller!), ['487 INVITE']);
  assert.deepEqual(short(toOther!), ['CANCEL']);
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE cancelled']);
});

test('a CANCEL while CONNECT is being committed is too late: the caller gets 200', async () => {
  const [text, invite] = await stage.ringing();
  stage.held = true;
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  await phones[0]!.settled(to);
  caller.send(cancelOf(text), to);
  await stage.quiet();
  stage.held = false;
  stage.waiting.shift()!.resolve();
  const got = await caller.next('SIP/2.0 200');
  caller.send(stage.fromCaller('ACK', got, 1), to);
  caller.send(stage.fromCaller('BYE', got, 2), to);
  await phones[0]!.next('BYE');
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a callee who hangs up right behind his answer: CONNECT first, and a BYE once the caller acknowledged', async () => {
  const [, invite] = await stage.ringing();
  stage.held = true;
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  phones[0]!.send(from(phones[0]!, 'BYE', invite, 'p0'), to);
  await stage.quiet();
  stage.held = false;
  stage.waiting.shift()!.resolve();
  const got = await caller.next('SIP/2.0 200');
  const [toCaller, toPhone] = await stage.quiet();
  assert.deepEqual(short(toPhone!), ['ACK', '200 BYE']);
  assert.deepEqual(short(toCaller!), []);
  caller.send(stage.fromCaller('ACK', got, 1), to);
  await caller.next('BYE');
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a caller who hangs up in place of his ACK is not waited for', async () => {
  const [, invite] = await stage.ringing();
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  const got = await caller.next('SIP/2.0 200');
  phones[0]!.send(from(phones[0]!, 'BYE', invite, 'p0'), to);
  await stage.quiet();
  caller.send(stage.fromCaller('BYE', got, 2), to);
  assert.deepEqual(short((await stage.quiet())[0]!), ['200 BYE']);
  assert.equal(stage.calls.size, 0);
  stage.timers.advance(1000);
  assert.deepEqual(
    (await stage.quiet()).map((list) => short(list).filter((each) => each === '200 INVITE')),
    [[], [], []],
  );
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a caller who never acknowledges: both sides are hung up on after 64*T1', async () => {
  const [, invite] = await stage.ringing();
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  await caller.next('SIP/2.0 200');
  await stage.quiet();
  stage.timers.advance(32_000);
  await caller.next('BYE');
  await phones[0]!.next('BYE');
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('a CANCEL while SETUP is being committed: nothing rings, SETUP and RELEASE in order', async () => {
  stage.held = true;
  const text = stage.inviteText();
  caller.send(text, to);
  caller.send(cancelOf(text), to);
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP']);
  stage.held = false;
  stage.waiting.shift()!.resolve();
  const [toCaller, ...toPhones] = await stage.quiet();
  assert.deepEqual(short(toCaller!), ['487 INVITE']);
  assert.deepEqual(toPhones, [[], []]);
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE cancelled']);
});

test('nobody answers: after the ring time the caller gets 480 and all phones a CANCEL', async () => {
  await stage.ringing();
  stage.timers.advance(60_000);
  assert.deepEqual((await stage.quiet()).map(short), [['480 INVITE'], ['CANCEL'], ['CANCEL']]);
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE no-answer']);
});

test('one phone busy, one gone: busy is told; a decline stops the others', async () => {
  const [, first, second] = await stage.ringing();
  phones[0]!.send(answer(first, '404 Not Found', 'p0'), to);
  assert.deepEqual(short((await stage.quiet())[0]!), []);
  phones[1]!.send(answer(second, '486 Busy Here', 'p1'), to);
  assert.deepEqual(short((await stage.quiet())[0]!), ['486 INVITE']);
  const [, third] = await stage.ringing();
  phones[0]!.send(answer(third, '603 Decline', 'p0'), to);
  assert.deepEqual((await stage.quiet()).map(short), [['603 INVITE'], ['ACK'], ['CANCEL']]);
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE busy', 'SETUP', 'RELEASE refused']);
});
