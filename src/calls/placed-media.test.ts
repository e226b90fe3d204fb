// How the two parties of a placed call come to hear one another: descriptions that move, early media, and
// re-INVITEs that are refused, rung, or cross.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { answer } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import { bodyOf, PlacedStage, sdp } from './placed-test-kit.ts';
import { from, openWires, short } from './test-kit.ts';
import type { Address } from './test-kit.ts';

let stage: PlacedStage;
let trunk: Peer;
let phones: Peer[];
let to: Address;

beforeEach(async () => {
  stage = new PlacedStage(await openWires());
  ({ outside: trunk, phones, to } = stage);
});

afterEach(() => stage.close());

test('an answer that moved: the callee is re-invited with it', async () => {
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  stage.say(phones[0]!, again, '200 OK', 'f', sdp(5002));
  const told = await trunk.next('INVITE');
  assert.equal(bodyOf(told), sdp(5002));
  stage.say(trunk, told, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  phones[0]!.send(from(phones[0]!, 'BYE', again, 'f'), to);
  await stage.answerByes(trunk);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('early media whose answer moved, and the same description in the 200: the callee still learns it', async () => {
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '183 Session Progress', 's', sdp(6000));
  const early = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(early), sdp(6000));
  stage.say(phones[0]!, early, '200 OK', 'f', sdp(5002));
  await phones[0]!.next('ACK');
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const told = await trunk.next('INVITE');
  assert.equal(bodyOf(told), sdp(5002));
  stage.say(trunk, told, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await stage.answerByes(phones[0]!);
});

test('early media that is refused is tried again when the callee answers', async () => {
  for (const status of ['488 Not Acceptable Here', '491 Request Pending']) {
    await stage.pickedUp();
    const second = await trunk.next('INVITE');
    stage.say(trunk, second, '183 Session Progress', 's', sdp(6000));
    stage.say(phones[0]!, await phones[0]!.next('INVITE'), status, 'f');
    await stage.quiet();
    stage.say(trunk, second, '183 Session Progress', 's', sdp(6000));
    assert.deepEqual(short((await stage.quiet())[1]!), [], 'not asked again and again');
    stage.say(trunk, second, '200 OK', 's', sdp(6000));
    await trunk.next('ACK');
    await trunk.settled(to);
    stage.timers.advance(4000);
    const again = await phones[0]!.next('INVITE');
    assert.equal(bodyOf(again), sdp(6000));
    stage.say(phones[0]!, again, '200 OK', 'f', sdp(5000));
    await phones[0]!.next('ACK');
    trunk.send(from(trunk, 'BYE', second, 's'), to);
    await stage.answerByes(phones[0]!);
  }
  assert.deepEqual(stage.events.slice(0, 3), ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('early media, then two other descriptions while the first re-INVITE is out: the last wins', async () => {
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '183 Session Progress', 's', sdp(6000));
  const early = await phones[0]!.next('INVITE');
  stage.say(trunk, second, '183 Session Progress', 's', sdp(6002));
  stage.say(trunk, second, '200 OK', 's', sdp(6004));
  await trunk.next('ACK');
  assert.deepEqual(short((await stage.quiet())[1]!), [], 'one at a time');
  stage.say(phones[0]!, early, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  const last = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(last), sdp(6004));
  stage.say(phones[0]!, last, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await stage.answerByes(phones[0]!);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('the join refused by the first party: 491 is tried again, 488 and silence end the call', async () => {
  for (const status of ['491', '488', 'ringing', 'silence']) {
    stage.events = [];
    await stage.pickedUp();
    const second = await trunk.next('INVITE');
    stage.say(trunk, second, '200 OK', 's', sdp(6000));
    await trunk.next('ACK');
    const again = await phones[0]!.next('INVITE');
    if (status === '491') {
      stage.say(phones[0]!, again, '491 Request Pending', 'f');
      await stage.quiet();
      stage.timers.advance(4000);
      stage.say(phones[0]!, await phones[0]!.next('INVITE'), '200 OK', 'f', sdp(5000));
      await phones[0]!.next('ACK');
      trunk.send(from(trunk, 'BYE', second, 's'), to);
      await stage.answerByes(phones[0]!);
      assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
      continue;
    }
    if (status === '488') stage.say(phones[0]!, again, '488 Not Acceptable Here', 'f');
    if (status === 'ringing') stage.say(phones[0]!, again, '180 Ringing', 'f');
    if (status !== '488') await stage.quiet();
    if (status === 'ringing') {
      stage.timers.advance(60_000);
      const cancel = await phones[0]!.next('CANCEL');
      phones[0]!.send(answer(cancel, '200 OK', 'f'), to);
      stage.say(phones[0]!, again, '487 Request Terminated', 'f');
    }
    if (status === 'silence') stage.timers.advance(32_000);
    await stage.answerByes(phones[0]!, trunk);
    await stage.quiet();
    assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE failed'], status);
  }
});

test('a re-INVITE of a party while ours is out gets 491; afterwards it is carried', async () => {
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  trunk.send(from(trunk, 'INVITE', second, 's', 1, sdp(6002)), to);
  const [toTrunk, toPhone] = (await stage.quiet()).map(short);
  assert.deepEqual(toTrunk, ['491 INVITE']);
  assert.deepEqual(toPhone, []);
  stage.say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  trunk.send(from(trunk, 'INVITE', second, 's', 2, sdp(6002)), to);
  const carried = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(carried), sdp(6002));
  stage.say(phones[0]!, carried, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  await trunk.next('SIP/2.0 200');
  trunk.send(from(trunk, 'ACK', second, 's', 2), to);
  trunk.send(from(trunk, 'BYE', second, 's', 3), to);
  await stage.answerByes(phones[0]!);
});

test('hung up while a re-INVITE of ours only rings: cancelled, nothing is left', async () => {
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  stage.say(phones[0]!, again, '180 Ringing', 'f');
  await stage.quiet();
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  assert.deepEqual((await stage.quiet()).map(short), [['200 BYE'], ['CANCEL', 'BYE'], []]);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a callee whose answer says nothing ends the call, one that said it early is joined', async () => {
  await stage.pickedUp();
  stage.say(trunk, await trunk.next('INVITE'), '200 OK', 's');
  await stage.answerByes(phones[0]!, trunk);
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '183 Session Progress', 's', sdp(6000));
  stage.say(phones[0]!, await phones[0]!.next('INVITE'), '200 OK', 'f', sdp(5000));
  await stage.quiet();
  stage.say(trunk, second, '200 OK', 's');
  await trunk.next('ACK');
  assert.deepEqual((await stage.quiet()).map(short), [[], [], []]);
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await stage.answerByes(phones[0]!);
  assert.deepEqual(stage.events.slice(0, 3), ['SETUP', 'CONNECT', 'RELEASE failed']);
});
