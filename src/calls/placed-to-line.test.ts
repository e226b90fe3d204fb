// A placed call whose callee is a line of this server: a call of its own, with its own events.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Peer } from '../sip/test-peer.ts';
import { bodyOf, OTHER, PlacedStage, sdp } from './placed-test-kit.ts';
import { from, openWires, short } from './test-kit.ts';
import type { Address } from './test-kit.ts';

let stage: PlacedStage;
let phones: Peer[];
let to: Address;

beforeEach(async () => {
  stage = new PlacedStage(await openWires());
  ({ phones, to } = stage);
});

afterEach(() => stage.close());

test('the callee is a line: a call of its own, SETUP, CONNECT and RELEASE once each', async () => {
  stage.registered.set(OTHER.number, [phones[1]!]);
  const { first } = await stage.pickedUp(OTHER.number);
  const second = await phones[1]!.next('INVITE');
  stage.say(phones[1]!, second, '200 OK', 's', sdp(6000));
  await phones[1]!.next('ACK');
  stage.say(phones[0]!, await phones[0]!.next('INVITE'), '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
  await stage.answerByes(phones[1]!);
  assert.deepEqual(stage.events, [
    'SETUP',
    'SETUP other',
    'CONNECT, CONNECT other',
    'RELEASE normal, RELEASE other normal',
  ]);
});

test('the callee is a line whose SETUP is being committed when the first party hangs up, or cannot be kept', async () => {
  stage.registered.set(OTHER.number, [phones[1]!]);
  for (const fails of [false, true]) {
    stage.events = [];
    const first = await stage.placed(OTHER.number);
    stage.held = true;
    stage.say(phones[0]!, first, '200 OK', 'f', sdp(5000));
    await phones[0]!.next('ACK');
    if (!fails) phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
    await stage.quiet();
    stage.held = false;
    for (const each of stage.waiting.splice(0)) {
      if (fails) each.reject(new Error('disk full'));
      else each.resolve();
    }
    const [, , toOther] = await stage.quiet();
    assert.deepEqual(toOther, []);
    assert.deepEqual(
      stage.events,
      fails
        ? ['SETUP', 'SETUP other', 'RELEASE failed']
        : ['SETUP', 'SETUP other', 'RELEASE cancelled, RELEASE other cancelled'],
    );
  }
  assert.equal(stage.faults.length, 1);
});

test('the callee is a line without telephones: SETUP and RELEASE of both', async () => {
  await stage.pickedUp(OTHER.number);
  await stage.answerByes(phones[0]!);
  assert.deepEqual(stage.events, [
    'SETUP',
    'SETUP other',
    'RELEASE no-terminal, RELEASE other no-terminal',
  ]);
});

test('the callee line with two telephones: no early media, the first answer wins', async () => {
  const third = await Peer.open('127.0.0.14');
  phones.push(third);
  stage.registered.set(OTHER.number, [phones[1]!, third]);
  await stage.pickedUp(OTHER.number);
  const [one, two] = [await phones[1]!.next('INVITE'), await third.next('INVITE')];
  stage.say(phones[1]!, one, '183 Session Progress', 's', sdp(6000));
  stage.say(third, two, '180 Ringing', 't');
  assert.deepEqual(short((await stage.quiet())[1]!), []);
  stage.held = true;
  stage.say(phones[1]!, one, '200 OK', 's', sdp(6000));
  await phones[1]!.settled(to);
  stage.say(third, two, '200 OK', 't', sdp(7000));
  assert.deepEqual(short((await stage.quiet())[3]!), ['ACK', 'BYE']);
  stage.held = false;
  stage.waiting.shift()!.resolve();
  await phones[1]!.next('ACK');
  const again = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(again), sdp(6000));
  stage.say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  phones[1]!.send(from(phones[1]!, 'BYE', one, 's'), to);
  await stage.answerByes(phones[0]!);
});
