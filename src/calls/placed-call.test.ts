// Calls that software places, over real SIP: whatever crosses on the wire or fails on disk, each call has one
// SETUP, at most one CONNECT, one RELEASE, and nothing is left. How the two parties come to hear one another:
// placed-media.test.ts. A callee on a line of ours: placed-to-line.test.ts.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { answer, header } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import { bodyOf, PlacedStage, sdp } from './placed-test-kit.ts';
import { from, NUMBER, openWires, short } from './test-kit.ts';
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

test('the line rings as the callee, waits inactive, the callee is offered its description, both talk', async () => {
  const { first, ack } = await stage.pickedUp();
  assert.match(header(first, 'From'), /^"Alice" <sip:33612345678@127\.0\.0\.1>;tag=/);
  assert.equal(bodyOf(first), '');
  assert.match(bodyOf(ack), /m=audio 9 RTP\/AVP 8 101\r\n/);
  assert.match(bodyOf(ack), /a=inactive\r\n$/);
  const second = await trunk.next('INVITE');
  assert.match(header(second, 'From'), /^"?Desk"? <sip:33123456789@127\.0\.0\.1>;tag=/);
  assert.equal(bodyOf(second), sdp(5000));
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(again), sdp(6000));
  assert.equal(header(again, 'Call-ID'), header(first, 'Call-ID'));
  stage.say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  assert.deepEqual(
    short((await stage.quiet())[0]!),
    [],
    'the same answer: the callee is left alone',
  );
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await trunk.next('SIP/2.0 200');
  await stage.answerByes(phones[0]!);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('two telephones picked up at once: the second is hung up on, the callee called once', async () => {
  stage.registered.set(NUMBER, [...phones]);
  const result = await stage.calls.placeCall({
    line: NUMBER,
    callee: '0612345678',
    calleeName: '',
  });
  assert.ok(result.ok);
  const [one, two] = [await phones[0]!.next('INVITE'), await phones[1]!.next('INVITE')];
  stage.say(phones[0]!, one, '200 OK', 'f', sdp(5000));
  stage.say(phones[1]!, two, '200 OK', 'g', sdp(5100));
  const [toTrunk, ...toPhones] = (await stage.quiet()).map(short);
  assert.deepEqual(toTrunk, ['INVITE']);
  assert.deepEqual(toPhones.map((list) => list.join(' ')).toSorted(), ['ACK', 'ACK BYE']);
  // Whoever won hangs up.
  const [winner, got, tag] =
    toPhones[0]!.length === 1
      ? ([phones[0]!, one, 'f'] as const)
      : ([phones[1]!, two, 'g'] as const);
  winner.send(from(winner, 'BYE', got, tag), to);
  await winner.next('SIP/2.0 200');
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE cancelled']);
});

test('the first party hangs up at each stage', async () => {
  // Picked up, the callee not yet asked: what a crash would have to end is being committed.
  const first = await stage.placed();
  stage.held = true;
  stage.say(phones[0]!, first, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
  await stage.quiet();
  stage.held = false;
  for (const each of stage.waiting.splice(0)) each.resolve();
  assert.deepEqual(short((await stage.quiet())[0]!), [], 'the callee never hears of it');
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE cancelled']);
  // The callee rings.
  stage.events = [];
  const { first: ringing } = await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.say(trunk, second, '180 Ringing', 's');
  await stage.quiet();
  phones[0]!.send(from(phones[0]!, 'BYE', ringing, 'f'), to);
  assert.deepEqual((await stage.quiet()).map(short), [['CANCEL'], ['200 BYE'], []]);
  // The CANCEL crosses his 200.
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  assert.deepEqual(short((await stage.quiet())[0]!), ['ACK', 'BYE']);
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE cancelled']);
  // CONNECT is being committed.
  stage.events = [];
  const { first: late } = await stage.pickedUp();
  const third = await trunk.next('INVITE');
  stage.held = true;
  stage.say(trunk, third, '200 OK', 's', sdp(6000));
  await trunk.settled(to);
  phones[0]!.send(from(phones[0]!, 'BYE', late, 'f'), to);
  assert.deepEqual((await stage.quiet()).map(short), [[], [], []]);
  stage.held = false;
  stage.waiting.shift()!.resolve();
  assert.deepEqual((await stage.quiet()).map(short), [['ACK', 'BYE'], ['200 BYE'], []]);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a callee who hangs up right behind his answer', async () => {
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.held = true;
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await stage.quiet();
  stage.held = false;
  stage.waiting.shift()!.resolve();
  assert.deepEqual((await stage.quiet()).map(short), [['ACK', '200 BYE'], ['BYE'], []]);
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('nobody picks up; the 200 crosses our CANCEL, or comes while RELEASE is being committed', async () => {
  const first = await stage.placed();
  stage.timers.advance(60_000);
  phones[0]!.send(answer(await phones[0]!.next('CANCEL'), '200 OK', 'f'), to);
  stage.say(phones[0]!, first, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  await stage.answerByes(phones[0]!);
  const again = await stage.placed();
  stage.held = true;
  stage.timers.advance(60_000);
  stage.say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  assert.deepEqual((await stage.quiet()).map(short), [[], ['ACK', 'BYE'], []]);
  stage.waiting.shift()!.resolve();
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE no-answer', 'SETUP', 'RELEASE no-answer']);
});

test('the callee is busy, refuses, is silent: the first party gets a BYE that says so', async () => {
  for (const [status, cause] of [
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'refused'],
    ['404 Not Found', 'not-found'],
    ['', 'no-answer'],
  ] as const) {
    stage.events = [];
    await stage.pickedUp();
    const second = await trunk.next('INVITE');
    stage.say(trunk, second, status || '180 Ringing', 's');
    await stage.quiet().then(([, toPhone]) => {
      if (status !== '') assert.match(header(toPhone![0]!, 'Reason'), /^SIP;cause=\d{3}$/);
    });
    if (status === '') {
      stage.timers.advance(60_000);
      await stage.answerByes(phones[0]!);
      await trunk.next('CANCEL');
    }
    assert.deepEqual(stage.events, ['SETUP', `RELEASE ${cause}`]);
  }
});

test('a telephone that is declined ends it; one without audio to offer is hung up on', async () => {
  stage.say(phones[0]!, await stage.placed(), '603 Decline', 'f');
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE refused']);
  for (const offer of ['', 'nonsense', 'v=0\r\nm=video 5 RTP/AVP 96\r\n', sdp(0)]) {
    stage.events = [];
    await stage.pickedUp(undefined, offer);
    await stage.answerByes(phones[0]!);
    assert.deepEqual(stage.events, ['SETUP', 'RELEASE failed']);
    assert.deepEqual(short((await stage.quiet())[0]!), []);
  }
});

test('what cannot be kept: SETUP, CONNECT, RELEASE', async () => {
  stage.held = true;
  const result = stage.calls.placeCall({ line: NUMBER, callee: '0612345678', calleeName: '' });
  stage.waiting.shift()!.reject(new Error('disk full'));
  assert.deepEqual(await result.then((r) => !r.ok && r.reason), 'not-kept');
  assert.deepEqual((await stage.quiet()).map(short), [[], [], []]);
  assert.deepEqual(stage.events, ['SETUP']);
  stage.held = false;
  stage.events = [];
  await stage.pickedUp();
  const second = await trunk.next('INVITE');
  stage.held = true;
  stage.say(trunk, second, '200 OK', 's', sdp(6000));
  await stage.quiet();
  stage.waiting.shift()!.reject(new Error('disk full'));
  await stage.quiet();
  assert.deepEqual(stage.events, ['SETUP', 'CONNECT', 'RELEASE failed']);
  stage.waiting.shift()!.reject(new Error('disk full'));
  assert.deepEqual((await stage.quiet()).map(short), [['BYE'], ['BYE'], []]);
  assert.equal(stage.calls.size, 0);
  assert.equal(stage.faults.length, 3);
});

test('the server stops in each state: SETUP and RELEASE once, on the wire at once', async () => {
  const states: (() => Promise<void>)[] = [
    async () => void (await stage.placed()),
    async () => void (await stage.pickedUp()),
    async () => {
      await stage.pickedUp();
      stage.say(trunk, await trunk.next('INVITE'), '180 Ringing', 's');
      await stage.quiet();
    },
    async () => void (await stage.talking()),
  ];
  const stopped: Promise<void>[] = [];
  for (const state of states) {
    stage.events = [];
    await state();
    await stage.quiet();
    // Nobody answers here: how long a stop waits for that is the story of open-ends.test.ts.
    stopped.push(stage.calls.stop(0));
    while (stage.calls.size > 0) await stage.quiet();
    await stage.quiet();
    assert.equal(stage.events[0], 'SETUP');
    assert.equal(stage.events.at(-1), 'RELEASE server-stopped');
    assert.equal(stage.events.filter((each) => each.startsWith('RELEASE')).length, 1);
    stage.startAgain();
  }
  await Promise.all(stopped);
});

test('the server stops while SETUP is being committed: nothing rings', async () => {
  stage.held = true;
  const result = stage.calls.placeCall({ line: NUMBER, callee: '0612345678', calleeName: '' });
  const stopped = stage.calls.stop(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  stage.held = false;
  stage.waiting.shift()!.resolve();
  await result;
  await stopped;
  assert.deepEqual((await stage.quiet()).map(short), [[], [], []]);
  assert.deepEqual(stage.events, ['SETUP', 'RELEASE server-stopped']);
});
