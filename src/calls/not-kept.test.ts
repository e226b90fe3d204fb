// A disk that cannot be written, while calls come from the outside: a call that cannot be kept does not begin,
// one that goes on is ended on the wire all the same.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { header } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import { cancelOf, IncomingStage, ok } from './incoming-test-kit.ts';
import { NUMBER, openWires, short } from './test-kit.ts';
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

test('a SETUP that cannot be kept: the caller is refused, nothing rings, no RELEASE; a CANCEL changes nothing', async () => {
  stage.held = true;
  const text = stage.inviteText();
  caller.send(text, to);
  caller.send(cancelOf(text), to);
  await stage.quiet();
  stage.waiting.shift()!.reject(new Error('disk full'));
  const [toCaller, ...toPhones] = await stage.quiet();
  assert.deepEqual(short(toCaller!), ['503 INVITE']);
  assert.equal(header(toCaller![0]!, 'Retry-After'), '10');
  assert.deepEqual(toPhones, [[], []]);
  assert.deepEqual(stage.events, ['SETUP']);
  assert.equal(stage.faults.length, 1);
});

test('a CONNECT that cannot be kept: the caller is refused, the callee hung up on, no BYE to the caller', async () => {
  const [, invite] = await stage.ringing();
  stage.held = true;
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  await stage.quiet();
  stage.held = false;
  stage.waiting.shift()!.reject(new Error('disk full'));
  const [toCaller, toFirst, toOther] = (await stage.quiet()).map(short);
  assert.deepEqual(toCaller, ['500 INVITE']);
  assert.deepEqual(toFirst, ['ACK', 'BYE']);
  assert.deepEqual(toOther, ['CANCEL']);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('a RELEASE that cannot be kept still ends the call on the wire', async () => {
  const { got } = await stage.talking();
  stage.held = true;
  caller.send(stage.fromCaller('BYE', got, 2), to);
  await stage.quiet();
  stage.waiting.shift()!.reject(new Error('disk full'));
  assert.deepEqual((await stage.quiet()).map(short), [['200 BYE'], ['BYE'], []]);
  assert.equal(stage.calls.size, 0);
  // It is kept when the disk can be written again; once.
  stage.calls.setCanKeep(true);
  stage.waiting.shift()!.resolve();
  await stage.quiet();
  stage.calls.setCanKeep(true);
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal', 'RELEASE normal']);
});

test('while nothing can be kept new callers get 503 with Retry-After and no event; calls that go on are served', async () => {
  const { got } = await stage.talking();
  stage.calls.setCanKeep(false);
  caller.send(stage.inviteText(), to);
  const [[refusal]] = (await stage.quiet()) as [[string]];
  assert.deepEqual(short([refusal]), ['503 INVITE']);
  assert.equal(header(refusal, 'Retry-After'), '10');
  const asked = { line: NUMBER, callee: '0612345678', calleeName: '' };
  assert.equal(stage.calls.checkPlaceCall(asked)?.reason, 'not-kept');
  caller.send(stage.fromCaller('BYE', got, 2), to);
  assert.deepEqual((await stage.quiet()).map(short), [['200 BYE'], ['BYE'], []]);
  stage.calls.setCanKeep(true);
  assert.equal(stage.calls.checkPlaceCall(asked), undefined);
  caller.send(stage.inviteText(), to);
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal', 'SETUP']);
});
