// Calls that software places, over real SIP, with the journal and the time in the test's hand: whatever crosses on the
// wire or fails on disk, each call has one SETUP, at most one CONNECT, one RELEASE, and nothing is left.

// oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins hold only what a test needs

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { SipAuthenticator } from '../sip/authentication.ts';
import { SipEndpoint } from '../sip/endpoint.ts';
import { ManualTimers } from '../sip/manual-timers.ts';
import { request } from '../sip/message/samples.ts';
import { answer, header, Peer } from '../sip/test-peer.ts';
import { Calls } from './calls.ts';
import { audioAddress, inactiveAnswer } from './sdp.ts';

const number = '33123456789' as E164;
const line = { number, title: 'Desk', customer: '', autoAnswer: false } as Line;
const other = { number: '33987654321' as E164, title: '', customer: '' } as Line;

let timers: ManualTimers;
let endpoint: SipEndpoint;
let calls: Calls;
let startAgain: () => void;
/** The way to the outside. */
let trunk: Peer;
let phones: Peer[];
/** Which phones are registered on which line. */
let registered: Map<string, Peer[]>;
let to: { host: string; port: number };
/** What was asked to be kept, `SETUP`, `RELEASE normal`, …, whether it could be or not. */
let events: string[];
let faults: unknown[];
/** Commits that wait while `held` is set. */
let held: boolean;
let waiting: { type: string; resolve: () => void; reject: (error: Error) => void }[];
let unhandled: unknown[];
const onUnhandled = (error: unknown): void => void unhandled.push(error);

beforeEach(async () => {
  timers = new ManualTimers();
  [events, faults, waiting, unhandled, held] = [[], [], [], [], false];
  process.on('unhandledRejection', onUnhandled);
  trunk = await Peer.open('127.0.0.11');
  phones = [await Peer.open('127.0.0.12'), await Peer.open('127.0.0.13')];
  registered = new Map([[number, [phones[0]!]]]);
  endpoint = await SipEndpoint.open({
    host: '127.0.0.1',
    port: 0,
    timers,
    product: 'Carillon/test',
    onDropped() {},
    onFault: (error) => faults.push(error),
  });
  to = { host: '127.0.0.1', port: endpoint.port };
  const registrar = {
    terminalsOf: (n: E164) =>
      (registered.get(n) ?? []).map((p) => ({ contact: `sip:phone@${p.host}:${p.port}`, p })),
    hopOf: ({ p }: { p: Peer }) => {
      return { to: { transport: 'udp', host: p.host, port: p.port }, fixed: null };
    },
  };
  startAgain = () => {
    calls = new Calls({
      endpoint,
      authenticator: new SipAuthenticator({
        realm: 'carillon',
        algorithms: ['MD5'],
        ha1Of: () => undefined,
        now: () => timers.now(),
      }),
      registrar: registrar as unknown as Registrar,
      directory: {
        byNumber: (n) => [line, other].find((each) => each.number === n),
        byShort: () => undefined,
      },
      journal: {
        record(list) {
          const what = list
            .map((e) => {
              const whose = e.call.account === number ? '' : ' other';
              return `${e.type}${whose}${e.cause ? ` ${e.cause}` : ''}`;
            })
            .join(', ');
          if (what === '') return held ? wait('wire') : Promise.resolve();
          events.push(what);
          if (!held) return Promise.resolve();
          return wait(what);
        },
      },
      routing: { country: 'FR' },
      outsides: [{ transport: 'udp', host: trunk.host, port: trunk.port }],
      ringTimeoutMs: 60_000,
      longestCallMs: 3_600_000,
      onFault: (error) => faults.push(error),
    });
  };
  startAgain();
  endpoint.users = { onInvite: (each, source) => calls.onInvite(each, source) };
});

afterEach(async () => {
  for (const each of waiting.splice(0)) each.resolve();
  await quiet();
  for (let i = 0; i < 8; i++) {
    timers.advance(40_000);
    await quiet();
  }
  const left = { ...endpoint.sizes, sessions: calls.size, timers: timers.waiting };
  await calls.stop(0);
  for (const each of [trunk, ...phones]) each.close();
  await endpoint.close();
  process.off('unhandledRejection', onUnhandled);
  assert.deepEqual(left, { dialogs: 0, transactions: 0, sessions: 0, timers: 0 });
  assert.deepEqual(unhandled, []);
});

/** Everything that was under way is dealt with. Returns what reached each peer meanwhile. */
async function quiet(): Promise<string[][]> {
  const first = await Promise.all([trunk, ...phones].map((each) => each.settled(to)));
  const second = await Promise.all([trunk, ...phones].map((each) => each.settled(to)));
  return first.map((list, i) => [...list, ...second[i]!]);
}

/** Start lines in short: `BYE`, `200 INVITE`. */
function short(list: readonly string[]): string[] {
  return list.map((each) => {
    const words = each.split(' ');
    return words[0] === 'SIP/2.0' ? `${words[1]} ${header(each, 'CSeq').split(' ')[1]}` : words[0]!;
  });
}

function wait(type: string): Promise<void> {
  return new Promise((resolve, reject) => waiting.push({ type, resolve, reject }));
}

/** A description of speech at a port. */
function sdp(port: number, more = ''): string {
  return `v=0\r\no=- 7 7 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n${more}`;
}

function bodyOf(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

let counter = 0;
/** A request of a peer's in the dialogue of the INVITE that it got. */
function from(peer: Peer, method: string, got: string, tag: string, cseq = 1, body = ''): string {
  const to = header(got, 'To');
  return request(
    `${method} sip:127.0.0.1 SIP/2.0`,
    {
      Via: `SIP/2.0/UDP ${peer.host}:${peer.port};branch=z9hG4bKm${counter++};rport`,
      From: to.includes(';tag=') ? to : `${to};tag=${tag}`,
      To: header(got, 'From'),
      'Call-ID': header(got, 'Call-ID'),
      CSeq: `${cseq} ${method}`,
      Contact: `<sip:phone@${peer.host}:${peer.port}>`,
    },
    body,
  );
}

function say(peer: Peer, invite: string, status: string, tag: string, body = ''): void {
  const contact = `Contact: <sip:phone@${peer.host}:${peer.port}>`;
  peer.send(answer(invite, status, tag, [contact, 'Content-Type: application/sdp'], body), to);
}

/** The line's telephone rings. */
async function placed(callee = '0612345678'): Promise<string> {
  const result = await calls.placeCall({ line: number, callee, calleeName: 'Alice' });
  assert.ok(result.ok);
  const invite = await phones[0]!.next('INVITE');
  say(phones[0]!, invite, '180 Ringing', 'f');
  await quiet();
  return invite;
}

/** The line's telephone is picked up, and the callee's is asked. */
async function pickedUp(
  callee?: string,
  offer = sdp(5000),
): Promise<{ first: string; ack: string }> {
  const first = await placed(callee);
  say(phones[0]!, first, '200 OK', 'f', offer);
  const ack = await phones[0]!.next('ACK');
  return { first, ack };
}

/** Both talk. */
async function talking(): Promise<{ first: string; second: string }> {
  const { first } = await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  await quiet();
  return { first, second };
}

async function answerByes(...peers: Peer[]): Promise<void> {
  for (const peer of peers) peer.send(answer(await peer.next('BYE'), '200 OK'), to);
}

test('the line rings as the callee, waits inactive, the callee is offered its description, both talk', async () => {
  const { first, ack } = await pickedUp();
  assert.match(header(first, 'From'), /^"Alice" <sip:33612345678@127\.0\.0\.1>;tag=/);
  assert.equal(bodyOf(first), '');
  assert.match(bodyOf(ack), /m=audio 9 RTP\/AVP 8 101\r\n/);
  assert.match(bodyOf(ack), /a=inactive\r\n$/);
  const second = await trunk.next('INVITE');
  assert.match(header(second, 'From'), /^"?Desk"? <sip:33123456789@127\.0\.0\.1>;tag=/);
  assert.equal(bodyOf(second), sdp(5000));
  say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(again), sdp(6000));
  assert.equal(header(again, 'Call-ID'), header(first, 'Call-ID'));
  say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  assert.deepEqual(short((await quiet())[0]!), [], 'the same answer: the callee is left alone');
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await trunk.next('SIP/2.0 200');
  await answerByes(phones[0]!);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('an answer that moved: the callee is re-invited with it', async () => {
  await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  say(phones[0]!, again, '200 OK', 'f', sdp(5002));
  const told = await trunk.next('INVITE');
  assert.equal(bodyOf(told), sdp(5002));
  say(trunk, told, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  phones[0]!.send(from(phones[0]!, 'BYE', again, 'f'), to);
  await answerByes(trunk);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('early media whose answer moved, and the same description in the 200: the callee still learns it', async () => {
  await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '183 Session Progress', 's', sdp(6000));
  const early = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(early), sdp(6000));
  say(phones[0]!, early, '200 OK', 'f', sdp(5002));
  await phones[0]!.next('ACK');
  say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const told = await trunk.next('INVITE');
  assert.equal(bodyOf(told), sdp(5002));
  say(trunk, told, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await answerByes(phones[0]!);
});

test('early media that is refused is tried again when the callee answers', async () => {
  for (const status of ['488 Not Acceptable Here', '491 Request Pending']) {
    await pickedUp();
    const second = await trunk.next('INVITE');
    say(trunk, second, '183 Session Progress', 's', sdp(6000));
    say(phones[0]!, await phones[0]!.next('INVITE'), status, 'f');
    await quiet();
    say(trunk, second, '183 Session Progress', 's', sdp(6000));
    assert.deepEqual(short((await quiet())[1]!), [], 'not asked again and again');
    say(trunk, second, '200 OK', 's', sdp(6000));
    await trunk.next('ACK');
    await quietTimers(4000);
    const again = await phones[0]!.next('INVITE');
    assert.equal(bodyOf(again), sdp(6000));
    say(phones[0]!, again, '200 OK', 'f', sdp(5000));
    await phones[0]!.next('ACK');
    trunk.send(from(trunk, 'BYE', second, 's'), to);
    await answerByes(phones[0]!);
  }
  assert.deepEqual(events.slice(0, 3), ['SETUP', 'CONNECT', 'RELEASE normal']);
});

/** Lets time pass on a quiet wire, without taking what came. */
async function quietTimers(ms: number): Promise<void> {
  await trunk.settled(to);
  timers.advance(ms);
}

test('early media, then two other descriptions while the first re-INVITE is out: the last wins', async () => {
  await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '183 Session Progress', 's', sdp(6000));
  const early = await phones[0]!.next('INVITE');
  say(trunk, second, '183 Session Progress', 's', sdp(6002));
  say(trunk, second, '200 OK', 's', sdp(6004));
  await trunk.next('ACK');
  assert.deepEqual(short((await quiet())[1]!), [], 'one at a time');
  say(phones[0]!, early, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  const last = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(last), sdp(6004));
  say(phones[0]!, last, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await answerByes(phones[0]!);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('the join refused by the first party: 491 is tried again, 488 and silence end the call', async () => {
  for (const status of ['491', '488', 'ringing', 'silence']) {
    events = [];
    await pickedUp();
    const second = await trunk.next('INVITE');
    say(trunk, second, '200 OK', 's', sdp(6000));
    await trunk.next('ACK');
    const again = await phones[0]!.next('INVITE');
    if (status === '491') {
      say(phones[0]!, again, '491 Request Pending', 'f');
      await quiet();
      timers.advance(4000);
      say(phones[0]!, await phones[0]!.next('INVITE'), '200 OK', 'f', sdp(5000));
      await phones[0]!.next('ACK');
      trunk.send(from(trunk, 'BYE', second, 's'), to);
      await answerByes(phones[0]!);
      assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
      continue;
    }
    if (status === '488') say(phones[0]!, again, '488 Not Acceptable Here', 'f');
    if (status === 'ringing') say(phones[0]!, again, '180 Ringing', 'f');
    if (status !== '488') await quiet();
    if (status === 'ringing') {
      timers.advance(60_000);
      const cancel = await phones[0]!.next('CANCEL');
      phones[0]!.send(answer(cancel, '200 OK', 'f'), to);
      say(phones[0]!, again, '487 Request Terminated', 'f');
    }
    if (status === 'silence') timers.advance(32_000);
    await answerByes(phones[0]!, trunk);
    await quiet();
    assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE failed'], status);
  }
});

test('a re-INVITE of a party while ours is out gets 491; afterwards it is carried', async () => {
  await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  trunk.send(from(trunk, 'INVITE', second, 's', 1, sdp(6002)), to);
  const [toTrunk, toPhone] = (await quiet()).map(short);
  assert.deepEqual(toTrunk, ['491 INVITE']);
  assert.deepEqual(toPhone, []);
  say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  trunk.send(from(trunk, 'INVITE', second, 's', 2, sdp(6002)), to);
  const carried = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(carried), sdp(6002));
  say(phones[0]!, carried, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  await trunk.next('SIP/2.0 200');
  trunk.send(from(trunk, 'ACK', second, 's', 2), to);
  trunk.send(from(trunk, 'BYE', second, 's', 3), to);
  await answerByes(phones[0]!);
});

test('hung up while a re-INVITE of ours only rings: cancelled, nothing is left', async () => {
  await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '200 OK', 's', sdp(6000));
  await trunk.next('ACK');
  const again = await phones[0]!.next('INVITE');
  say(phones[0]!, again, '180 Ringing', 'f');
  await quiet();
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  assert.deepEqual((await quiet()).map(short), [['200 BYE'], ['CANCEL', 'BYE'], []]);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a callee whose answer says nothing ends the call, one that said it early is joined', async () => {
  await pickedUp();
  say(trunk, await trunk.next('INVITE'), '200 OK', 's');
  await answerByes(phones[0]!, trunk);
  await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '183 Session Progress', 's', sdp(6000));
  say(phones[0]!, await phones[0]!.next('INVITE'), '200 OK', 'f', sdp(5000));
  await quiet();
  say(trunk, second, '200 OK', 's');
  await trunk.next('ACK');
  assert.deepEqual((await quiet()).map(short), [[], [], []]);
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await answerByes(phones[0]!);
  assert.deepEqual(events.slice(0, 3), ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('two telephones picked up at once: the second is hung up on, the callee called once', async () => {
  registered.set(number, [...phones]);
  const result = await calls.placeCall({ line: number, callee: '0612345678', calleeName: '' });
  assert.ok(result.ok);
  const [one, two] = [await phones[0]!.next('INVITE'), await phones[1]!.next('INVITE')];
  say(phones[0]!, one, '200 OK', 'f', sdp(5000));
  say(phones[1]!, two, '200 OK', 'g', sdp(5100));
  const [toTrunk, ...toPhones] = (await quiet()).map(short);
  assert.deepEqual(toTrunk, ['INVITE']);
  assert.deepEqual(toPhones.map((list) => list.join(' ')).toSorted(), ['ACK', 'ACK BYE']);
  // Whoever won hangs up.
  const [winner, got, tag] =
    toPhones[0]!.length === 1
      ? ([phones[0]!, one, 'f'] as const)
      : ([phones[1]!, two, 'g'] as const);
  winner.send(from(winner, 'BYE', got, tag), to);
  await winner.next('SIP/2.0 200');
  assert.deepEqual(events, ['SETUP', 'RELEASE cancelled']);
});

test('the first party hangs up at each stage', async () => {
  // Picked up, the callee not yet asked: what a crash would have to end is being committed.
  const first = await placed();
  held = true;
  say(phones[0]!, first, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
  await quiet();
  held = false;
  for (const each of waiting.splice(0)) each.resolve();
  assert.deepEqual(short((await quiet())[0]!), [], 'the callee never hears of it');
  assert.deepEqual(events, ['SETUP', 'RELEASE cancelled']);
  // The callee rings.
  events = [];
  const { first: ringing } = await pickedUp();
  const second = await trunk.next('INVITE');
  say(trunk, second, '180 Ringing', 's');
  await quiet();
  phones[0]!.send(from(phones[0]!, 'BYE', ringing, 'f'), to);
  assert.deepEqual((await quiet()).map(short), [['CANCEL'], ['200 BYE'], []]);
  // The CANCEL crosses his 200.
  say(trunk, second, '200 OK', 's', sdp(6000));
  assert.deepEqual(short((await quiet())[0]!), ['ACK', 'BYE']);
  assert.deepEqual(events, ['SETUP', 'RELEASE cancelled']);
  // CONNECT is being committed.
  events = [];
  const { first: late } = await pickedUp();
  const third = await trunk.next('INVITE');
  held = true;
  say(trunk, third, '200 OK', 's', sdp(6000));
  await trunk.settled(to);
  phones[0]!.send(from(phones[0]!, 'BYE', late, 'f'), to);
  assert.deepEqual((await quiet()).map(short), [[], [], []]);
  held = false;
  waiting.shift()!.resolve();
  assert.deepEqual((await quiet()).map(short), [['ACK', 'BYE'], ['200 BYE'], []]);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a callee who hangs up right behind his answer', async () => {
  await pickedUp();
  const second = await trunk.next('INVITE');
  held = true;
  say(trunk, second, '200 OK', 's', sdp(6000));
  trunk.send(from(trunk, 'BYE', second, 's'), to);
  await quiet();
  held = false;
  waiting.shift()!.resolve();
  assert.deepEqual((await quiet()).map(short), [['ACK', '200 BYE'], ['BYE'], []]);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('nobody picks up; the 200 crosses our CANCEL, or comes while RELEASE is being committed', async () => {
  const first = await placed();
  timers.advance(60_000);
  phones[0]!.send(answer(await phones[0]!.next('CANCEL'), '200 OK', 'f'), to);
  say(phones[0]!, first, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  await answerByes(phones[0]!);
  const again = await placed();
  held = true;
  timers.advance(60_000);
  say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  assert.deepEqual((await quiet()).map(short), [[], ['ACK', 'BYE'], []]);
  waiting.shift()!.resolve();
  await quiet();
  assert.deepEqual(events, ['SETUP', 'RELEASE no-answer', 'SETUP', 'RELEASE no-answer']);
});

test('the callee is busy, refuses, is silent: the first party gets a BYE that says so', async () => {
  for (const [status, cause] of [
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'refused'],
    ['404 Not Found', 'not-found'],
    ['', 'no-answer'],
  ] as const) {
    events = [];
    await pickedUp();
    const second = await trunk.next('INVITE');
    say(trunk, second, status || '180 Ringing', 's');
    await quiet().then(([, toPhone]) => {
      if (status !== '') assert.match(header(toPhone![0]!, 'Reason'), /^SIP;cause=\d{3}$/);
    });
    if (status === '') {
      timers.advance(60_000);
      await answerByes(phones[0]!);
      await trunk.next('CANCEL');
    }
    assert.deepEqual(events, ['SETUP', `RELEASE ${cause}`]);
  }
});

test('a telephone that is declined ends it; one without audio to offer is hung up on', async () => {
  say(phones[0]!, await placed(), '603 Decline', 'f');
  await quiet();
  assert.deepEqual(events, ['SETUP', 'RELEASE refused']);
  for (const offer of ['', 'nonsense', 'v=0\r\nm=video 5 RTP/AVP 96\r\n', sdp(0)]) {
    events = [];
    await pickedUp(undefined, offer);
    await answerByes(phones[0]!);
    assert.deepEqual(events, ['SETUP', 'RELEASE failed']);
    assert.deepEqual(short((await quiet())[0]!), []);
  }
});

test('the callee is a line: a call of its own, SETUP, CONNECT and RELEASE once each', async () => {
  registered.set(other.number, [phones[1]!]);
  const { first } = await pickedUp(other.number);
  const second = await phones[1]!.next('INVITE');
  say(phones[1]!, second, '200 OK', 's', sdp(6000));
  await phones[1]!.next('ACK');
  say(phones[0]!, await phones[0]!.next('INVITE'), '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
  await answerByes(phones[1]!);
  assert.deepEqual(events, [
    'SETUP',
    'SETUP other',
    'CONNECT, CONNECT other',
    'RELEASE normal, RELEASE other normal',
  ]);
});

test('the callee is a line whose SETUP is being committed when the first party hangs up, or cannot be kept', async () => {
  registered.set(other.number, [phones[1]!]);
  for (const fails of [false, true]) {
    events = [];
    const first = await placed(other.number);
    held = true;
    say(phones[0]!, first, '200 OK', 'f', sdp(5000));
    await phones[0]!.next('ACK');
    if (!fails) phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
    await quiet();
    held = false;
    for (const each of waiting.splice(0)) {
      if (fails) each.reject(new Error('disk full'));
      else each.resolve();
    }
    const [, , toOther] = await quiet();
    assert.deepEqual(toOther, []);
    assert.deepEqual(
      events,
      fails
        ? ['SETUP', 'SETUP other', 'RELEASE failed']
        : ['SETUP', 'SETUP other', 'RELEASE cancelled', 'RELEASE other cancelled'],
    );
  }
  assert.equal(faults.length, 1);
});

test('the callee is a line without telephones: SETUP and RELEASE of both', async () => {
  await pickedUp(other.number);
  await answerByes(phones[0]!);
  assert.deepEqual(events, [
    'SETUP',
    'SETUP other',
    'RELEASE no-terminal, RELEASE other no-terminal',
  ]);
});

test('the callee line with two telephones: no early media, the first answer wins', async () => {
  const third = await Peer.open('127.0.0.14');
  phones.push(third);
  registered.set(other.number, [phones[1]!, third]);
  await pickedUp(other.number);
  const [one, two] = [await phones[1]!.next('INVITE'), await third.next('INVITE')];
  say(phones[1]!, one, '183 Session Progress', 's', sdp(6000));
  say(third, two, '180 Ringing', 't');
  assert.deepEqual(short((await quiet())[1]!), []);
  held = true;
  say(phones[1]!, one, '200 OK', 's', sdp(6000));
  await phones[1]!.settled(to);
  say(third, two, '200 OK', 't', sdp(7000));
  assert.deepEqual(short((await quiet())[3]!), ['ACK', 'BYE']);
  held = false;
  waiting.shift()!.resolve();
  await phones[1]!.next('ACK');
  const again = await phones[0]!.next('INVITE');
  assert.equal(bodyOf(again), sdp(6000));
  say(phones[0]!, again, '200 OK', 'f', sdp(5000));
  await phones[0]!.next('ACK');
  phones[1]!.send(from(phones[1]!, 'BYE', one, 's'), to);
  await answerByes(phones[0]!);
});

test('what cannot be kept: SETUP, CONNECT, RELEASE', async () => {
  held = true;
  const result = calls.placeCall({ line: number, callee: '0612345678', calleeName: '' });
  waiting.shift()!.reject(new Error('disk full'));
  assert.deepEqual(await result.then((r) => !r.ok && r.reason), 'not-kept');
  assert.deepEqual((await quiet()).map(short), [[], [], []]);
  assert.deepEqual(events, ['SETUP']);
  held = false;
  events = [];
  await pickedUp();
  const second = await trunk.next('INVITE');
  held = true;
  say(trunk, second, '200 OK', 's', sdp(6000));
  await quiet();
  waiting.shift()!.reject(new Error('disk full'));
  await quiet();
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE failed']);
  waiting.shift()!.reject(new Error('disk full'));
  assert.deepEqual((await quiet()).map(short), [['BYE'], ['BYE'], []]);
  assert.equal(calls.size, 0);
  assert.equal(faults.length, 3);
});

test('the server stops in each state: SETUP and RELEASE once, on the wire at once', async () => {
  const stages: (() => Promise<void>)[] = [
    async () => void (await placed()),
    async () => void (await pickedUp()),
    async () => {
      await pickedUp();
      say(trunk, await trunk.next('INVITE'), '180 Ringing', 's');
      await quiet();
    },
    async () => void (await talking()),
  ];
  for (const stage of stages) {
    events = [];
    await stage();
    await quiet();
    await calls.stop(0);
    await quiet();
    assert.equal(events[0], 'SETUP');
    assert.equal(events.at(-1), 'RELEASE server-stopped');
    assert.equal(events.filter((each) => each.startsWith('RELEASE')).length, 1);
    assert.equal(calls.size, 0);
    startAgain();
  }
});

test('the server stops while SETUP is being committed: nothing rings', async () => {
  held = true;
  const result = calls.placeCall({ line: number, callee: '0612345678', calleeName: '' });
  const stopped = calls.stop(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  held = false;
  waiting.shift()!.resolve();
  await result;
  await stopped;
  assert.deepEqual((await quiet()).map(short), [[], [], []]);
  assert.deepEqual(events, ['SETUP', 'RELEASE server-stopped']);
});

test('an answer with all on hold: one audio section, everything else refused', () => {
  const lf =
    'v=0\nm=audio 0 RTP/AVP 0\nm=video 5 RTP/AVP 96\na=rtpmap:96 H264\nm=audio 7 RTP/AVP 8\na=rtpmap:8 PCMA/8000\na=sendonly\n';
  assert.equal(
    inactiveAnswer(lf, '::1'),
    [
      'v=0',
      'o=- 1 1 IN IP6 ::1',
      's=-',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'm=audio 0 RTP/AVP 0',
      'm=video 0 RTP/AVP 96',
      'm=audio 9 RTP/AVP 8',
      'a=rtpmap:8 PCMA/8000',
      'a=inactive',
      '',
    ].join('\r\n'),
  );
  for (const none of [
    '',
    'm=',
    'm=audio',
    'm=audio 0',
    'a=rtpmap:1',
    'm=video 1 x',
    '\0'.repeat(9),
  ]) {
    assert.equal(inactiveAnswer(none, 'h'), undefined, none);
  }
  const long = `m=audio 7 RTP/AVP 8\r\n${'a=rtpmap:8 PCMA/8000\r\n'.repeat(3000)}`;
  assert.ok(inactiveAnswer(long, 'h'));
  assert.equal(audioAddress(sdp(5)), '127.0.0.9:5');
  assert.equal(audioAddress('v=0\nm=audio 7 x\nc=IN IP4 1.2.3.4\n'), '1.2.3.4:7');
});
