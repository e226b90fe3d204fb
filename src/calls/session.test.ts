// Whole calls over real SIP, with the journal and the time in the test's hand: whatever crosses on the
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
import { answer, header, headers, Peer } from '../sip/test-peer.ts';
import { Calls } from './calls.ts';

const number = '33123456789' as E164;
const line = { number, title: '', customer: '' } as Line;

let timers: ManualTimers;
let endpoint: SipEndpoint;
let calls: Calls;
let caller: Peer;
let phones: Peer[];
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
  caller = await Peer.open('127.0.0.11');
  phones = [await Peer.open('127.0.0.12'), await Peer.open('127.0.0.13')];
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
    terminalsOf: () => phones.map((p) => ({ contact: `sip:phone@${p.host}:${p.port}`, p })),
    hopOf: ({ p }: { p: Peer }) => {
      return { to: { transport: 'udp', host: p.host, port: p.port }, fixed: null };
    },
  };
  calls = new Calls({
    endpoint,
    authenticator: new SipAuthenticator({
      realm: 'carillon',
      algorithms: ['MD5'],
      ha1Of: () => undefined,
      now: () => timers.now(),
    }),
    registrar: registrar as unknown as Registrar,
    directory: { byNumber: (n) => (n === number ? line : undefined), byShort: () => undefined },
    journal: {
      record(list) {
        const what = list.map((e) => (e.cause ? `${e.type} ${e.cause}` : e.type)).join(', ');
        events.push(what);
        if (!held) return Promise.resolve();
        return new Promise((resolve, reject) => waiting.push({ type: what, resolve, reject }));
      },
    },
    routing: { country: 'FR' },
    outsides: [{ transport: 'udp', host: caller.host, port: caller.port }],
    ringTimeoutMs: 60_000,
    longestCallMs: 3_600_000,
    onFault: (error) => faults.push(error),
  });
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
  for (const each of [caller, ...phones]) each.close();
  await endpoint.close();
  process.off('unhandledRejection', onUnhandled);
  assert.deepEqual(left, { dialogs: 0, transactions: 0, sessions: 0, timers: 0 });
  assert.deepEqual(unhandled, []);
});

/** Everything that was under way is dealt with. Returns what reached each peer meanwhile. */
async function quiet(): Promise<string[][]> {
  const first = await Promise.all([caller, ...phones].map((each) => each.settled(to)));
  const second = await Promise.all([caller, ...phones].map((each) => each.settled(to)));
  return first.map((list, i) => [...list, ...second[i]!]);
}

/** Start lines in short: `BYE`, `200 INVITE`. */
function short(list: readonly string[]): string[] {
  return list.map((each) => {
    const words = each.split(' ');
    return words[0] === 'SIP/2.0' ? `${words[1]} ${header(each, 'CSeq').split(' ')[1]}` : words[0]!;
  });
}

let calling = 0;
function inviteText(changes: Record<string, string> = {}, body = 'v=0'): string {
  const id = `c${calling++}`;
  return request(
    `INVITE sip:${number}@127.0.0.1 SIP/2.0`,
    {
      Via: `SIP/2.0/UDP ${caller.host}:${caller.port};branch=z9hG4bK${id};rport`,
      From: '<sip:0612345678@trunk>;tag=caller',
      'Call-ID': id,
      Contact: `<sip:c@${caller.host}:${caller.port}>`,
      'Content-Type': 'application/sdp',
      ...changes,
    },
    body,
  );
}

/** A request of the caller's with the tags of an answer that he got. */
function fromCaller(method: string, got: string, cseq: number): string {
  return request(`${method} sip:127.0.0.1 SIP/2.0`, {
    Via: `SIP/2.0/UDP ${caller.host}:${caller.port};branch=z9hG4bKq${calling++};rport`,
    From: header(got, 'From'),
    To: header(got, 'To'),
    'Call-ID': header(got, 'Call-ID'),
    CSeq: `${cseq} ${method}`,
    Contact: `<sip:c@${caller.host}:${caller.port}>`,
  });
}

/** A request of a phone's in the dialogue of the INVITE that it got. */
function fromPhone(method: string, got: string, phone: Peer, tag: string, cseq: number): string {
  return request(`${method} sip:127.0.0.1 SIP/2.0`, {
    Via: `SIP/2.0/UDP ${phone.host}:${phone.port};branch=z9hG4bKp${calling++};rport`,
    From: `${header(got, 'To')};tag=${tag}`,
    To: header(got, 'From'),
    'Call-ID': header(got, 'Call-ID'),
    CSeq: `${cseq} ${method}`,
    Contact: `<sip:phone@${phone.host}:${phone.port}>`,
  });
}

function cancelOf(text: string): string {
  const [head] = text.split('\r\n\r\n');
  return `${head!
    .replace('INVITE sip', 'CANCEL sip')
    .replace('1 INVITE', '1 CANCEL')
    .replace(/Content-Length: \d+/, 'Content-Length: 0')}\r\n\r\n`;
}

function ok(invite: string, phone: Peer, tag: string): string {
  return answer(invite, '200 OK', tag, [`Contact: <sip:phone@${phone.host}:${phone.port}>`], 'v=0');
}

/** Rings both phones; returns the caller's INVITE and theirs. */
async function ringing(
  changes: Record<string, string> = {},
  body = 'v=0',
): Promise<[string, string, string]> {
  const text = inviteText(changes, body);
  caller.send(text, to);
  const invites = [await phones[0]!.next('INVITE'), await phones[1]!.next('INVITE')] as const;
  for (const [i, each] of invites.entries())
    phones[i]!.send(answer(each, '180 Ringing', `p${i}`), to);
  await caller.next('SIP/2.0 180');
  return [text, ...invites];
}

/** A call that talks: the first phone answered, the caller acknowledged. */
async function talking(): Promise<{ got: string; invite: string }> {
  const [, invite, other] = await ringing();
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  const got = await caller.next('SIP/2.0 200');
  caller.send(fromCaller('ACK', got, 1), to);
  const cancel = await phones[1]!.next('CANCEL');
  assert.match(header(cancel, 'Reason'), /cause=200/);
  phones[1]!.send(answer(cancel, '200 OK', 'p1'), to);
  phones[1]!.send(answer(other, '487 Request Terminated', 'p1'), to);
  await quiet();
  return { got, invite };
}

test('answered, then the caller hangs up', async () => {
  const { got } = await talking();
  caller.send(fromCaller('BYE', got, 2), to);
  const bye = await phones[0]!.next('BYE');
  phones[0]!.send(answer(bye, '200 OK'), to);
  assert.deepEqual(short((await quiet())[0]!), ['200 BYE']);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('both sides hang up at once: each gets its 200', async () => {
  const { got, invite } = await talking();
  held = true;
  caller.send(fromCaller('BYE', got, 2), to);
  phones[0]!.send(fromPhone('BYE', invite, phones[0]!, 'p0', 1), to);
  assert.deepEqual((await quiet()).map(short), [[], [], []], 'nothing leaves ahead of the commit');
  waiting[0]!.resolve();
  assert.deepEqual((await quiet()).map(short), [['200 BYE'], ['200 BYE'], []]);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('the second of two answers is acknowledged and hung up on', async () => {
  const [, first, second] = await ringing();
  held = true;
  phones[0]!.send(ok(first, phones[0]!, 'p0'), to);
  await phones[0]!.settled(to);
  phones[1]!.send(ok(second, phones[1]!, 'p1'), to);
  assert.deepEqual((await quiet()).map(short), [[], [], ['ACK', 'BYE']]);
  assert.equal(waiting.length, 1);
  held = false;
  waiting.shift()!.resolve();
  const [toCaller, toFirst] = await quiet();
  assert.deepEqual(short(toFirst!), ['ACK']);
  assert.deepEqual(short(toCaller!), ['200 INVITE']);
  caller.send(fromCaller('BYE', toCaller![0]!, 2), to);
  await quiet();
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('an answer while RELEASE is being committed is too late: no CONNECT', async () => {
  const [text, invite] = await ringing();
  held = true;
  caller.send(cancelOf(text), to);
  await caller.next('SIP/2.0 200');
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  assert.deepEqual(short((await quiet())[1]!), ['ACK', 'BYE']);
  waiting.shift()!.resolve();
  const [toCaller, , toOther] = await quiet();
  assert.deepEqual(short(toCaller!), ['487 INVITE']);
  assert.deepEqual(short(toOther!), ['CANCEL']);
  assert.deepEqual(events, ['SETUP', 'RELEASE cancelled']);
});

test('a CANCEL while CONNECT is being committed is too late: the caller gets 200', async () => {
  const [text, invite] = await ringing();
  held = true;
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  await phones[0]!.settled(to);
  caller.send(cancelOf(text), to);
  await quiet();
  held = false;
  waiting.shift()!.resolve();
  const got = await caller.next('SIP/2.0 200');
  caller.send(fromCaller('ACK', got, 1), to);
  caller.send(fromCaller('BYE', got, 2), to);
  await phones[0]!.next('BYE');
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a callee who hangs up right behind his answer: CONNECT first, and a BYE once the caller acknowledged', async () => {
  const [, invite] = await ringing();
  held = true;
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  phones[0]!.send(fromPhone('BYE', invite, phones[0]!, 'p0', 1), to);
  await quiet();
  held = false;
  waiting.shift()!.resolve();
  const got = await caller.next('SIP/2.0 200');
  const [toCaller, toPhone] = await quiet();
  assert.deepEqual(short(toPhone!), ['ACK', '200 BYE']);
  assert.deepEqual(short(toCaller!), []);
  caller.send(fromCaller('ACK', got, 1), to);
  await caller.next('BYE');
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a caller who hangs up in place of his ACK is not waited for', async () => {
  const [, invite] = await ringing();
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  const got = await caller.next('SIP/2.0 200');
  phones[0]!.send(fromPhone('BYE', invite, phones[0]!, 'p0', 1), to);
  await quiet();
  caller.send(fromCaller('BYE', got, 2), to);
  assert.deepEqual(short((await quiet())[0]!), ['200 BYE']);
  assert.equal(calls.size, 0);
  timers.advance(1000);
  assert.deepEqual(
    (await quiet()).map((list) => short(list).filter((each) => each === '200 INVITE')),
    [[], [], []],
  );
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a caller who never acknowledges: both sides are hung up on after 64*T1', async () => {
  const [, invite] = await ringing();
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  await caller.next('SIP/2.0 200');
  await quiet();
  timers.advance(32_000);
  await caller.next('BYE');
  await phones[0]!.next('BYE');
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('a CANCEL while SETUP is being committed: nothing rings, SETUP and RELEASE in order', async () => {
  held = true;
  const text = inviteText();
  caller.send(text, to);
  caller.send(cancelOf(text), to);
  await quiet();
  assert.deepEqual(events, ['SETUP']);
  held = false;
  waiting.shift()!.resolve();
  const [toCaller, ...toPhones] = await quiet();
  assert.deepEqual(short(toCaller!), ['487 INVITE']);
  assert.deepEqual(toPhones, [[], []]);
  assert.deepEqual(events, ['SETUP', 'RELEASE cancelled']);
});

test('a SETUP that cannot be kept: the caller is refused, nothing rings, no RELEASE; a CANCEL changes nothing', async () => {
  held = true;
  const text = inviteText();
  caller.send(text, to);
  caller.send(cancelOf(text), to);
  await quiet();
  waiting.shift()!.reject(new Error('disk full'));
  const [toCaller, ...toPhones] = await quiet();
  assert.deepEqual(short(toCaller!), ['503 INVITE']);
  assert.equal(header(toCaller![0]!, 'Retry-After'), '10');
  assert.deepEqual(toPhones, [[], []]);
  assert.deepEqual(events, ['SETUP']);
  assert.equal(faults.length, 1);
});

test('a CONNECT that cannot be kept: the caller is refused, the callee hung up on, no BYE to the caller', async () => {
  const [, invite] = await ringing();
  held = true;
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  await quiet();
  held = false;
  waiting.shift()!.reject(new Error('disk full'));
  const [toCaller, toFirst, toOther] = (await quiet()).map(short);
  assert.deepEqual(toCaller, ['500 INVITE']);
  assert.deepEqual(toFirst, ['ACK', 'BYE']);
  assert.deepEqual(toOther, ['CANCEL']);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('a RELEASE that cannot be kept still ends the call on the wire', async () => {
  const { got } = await talking();
  held = true;
  caller.send(fromCaller('BYE', got, 2), to);
  await quiet();
  waiting.shift()!.reject(new Error('disk full'));
  assert.deepEqual((await quiet()).map(short), [['200 BYE'], ['BYE'], []]);
  assert.equal(calls.size, 0);
  // It is kept when the disk can be written again; once.
  calls.setCanKeep(true);
  waiting.shift()!.resolve();
  await quiet();
  calls.setCanKeep(true);
  await quiet();
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal', 'RELEASE normal']);
});

test('while nothing can be kept new callers get 503 with Retry-After and no event; calls that go on are served', async () => {
  const { got } = await talking();
  calls.setCanKeep(false);
  caller.send(inviteText(), to);
  const [[refusal]] = (await quiet()) as [[string]];
  assert.deepEqual(short([refusal]), ['503 INVITE']);
  assert.equal(header(refusal, 'Retry-After'), '10');
  const asked = { line: number, callee: '0612345678', calleeName: '' };
  assert.equal(calls.checkPlaceCall(asked)?.reason, 'not-kept');
  caller.send(fromCaller('BYE', got, 2), to);
  assert.deepEqual((await quiet()).map(short), [['200 BYE'], ['BYE'], []]);
  calls.setCanKeep(true);
  assert.equal(calls.checkPlaceCall(asked), undefined);
  caller.send(inviteText(), to);
  await quiet();
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal', 'SETUP']);
});

test('nobody answers: after the ring time the caller gets 480 and all phones a CANCEL', async () => {
  await ringing();
  timers.advance(60_000);
  assert.deepEqual((await quiet()).map(short), [['480 INVITE'], ['CANCEL'], ['CANCEL']]);
  assert.deepEqual(events, ['SETUP', 'RELEASE no-answer']);
});

test('one phone busy, one gone: busy is told; a decline stops the others', async () => {
  const [, first, second] = await ringing();
  phones[0]!.send(answer(first, '404 Not Found', 'p0'), to);
  assert.deepEqual(short((await quiet())[0]!), []);
  phones[1]!.send(answer(second, '486 Busy Here', 'p1'), to);
  assert.deepEqual(short((await quiet())[0]!), ['486 INVITE']);
  const [, third] = await ringing();
  phones[0]!.send(answer(third, '603 Decline', 'p0'), to);
  assert.deepEqual((await quiet()).map(short), [['603 INVITE'], ['ACK'], ['CANCEL']]);
  assert.deepEqual(events, ['SETUP', 'RELEASE busy', 'SETUP', 'RELEASE refused']);
});

test('an answer with malformed routes connects the call and harms nothing', async () => {
  const [, invite] = await ringing();
  phones[0]!.send(
    ok(invite, phones[0]!, 'p0').replace(
      'Contact:',
      'Record-Route: <sip:x\r\nRecord-Route: "\r\nContact:',
    ),
    to,
  );
  const got = await caller.next('SIP/2.0 200');
  caller.send(fromCaller('ACK', got, 1), to);
  caller.send(fromCaller('BYE', got, 2), to);
  await phones[0]!.next('BYE');
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('an offer in the 200: the answer of the ACK is carried', async () => {
  const [, invite] = await ringing({}, '');
  phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
  const got = await caller.next('SIP/2.0 200');
  assert.deepEqual(short((await quiet())[1]!), []);
  caller.send(
    fromCaller('ACK', got, 1).replace(
      'Content-Length: 0\r\n\r\n',
      'Content-Length: 6\r\n\r\nanswer',
    ),
    to,
  );
  assert.match(await phones[0]!.next('ACK'), /\r\n\r\nanswer$/);
  caller.send(fromCaller('BYE', got, 2), to);
  await phones[0]!.next('BYE');
});

test('a re-INVITE is carried; glare gets 491; a BYE ends what is under way', async () => {
  const { got, invite } = await talking();
  caller.send(fromCaller('INVITE', got, 2), to);
  const carried = await phones[0]!.next('INVITE');
  assert.match(header(carried, 'To'), /;tag=p0$/);
  phones[0]!.send(answer(carried, '180 Ringing'), to);
  phones[0]!.send(fromPhone('INVITE', invite, phones[0]!, 'p0', 1), to);
  assert.deepEqual(short((await quiet())[1]!), ['491 INVITE']);
  caller.send(fromCaller('BYE', got, 3), to);
  const [toCaller, toPhone] = (await quiet()).map(short);
  assert.deepEqual(toCaller!.toSorted(), ['200 BYE', '487 INVITE']);
  assert.deepEqual(toPhone!.toSorted(), ['BYE', 'CANCEL']);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE normal']);
});

test('a re-INVITE that is only rung is given up after a minute, and the call goes on', async () => {
  const { got } = await talking();
  caller.send(fromCaller('INVITE', got, 2), to);
  const carried = await phones[0]!.next('INVITE');
  phones[0]!.send(answer(carried, '180 Ringing'), to);
  await quiet();
  timers.advance(60_000);
  const cancel = await phones[0]!.next('CANCEL');
  phones[0]!.send(answer(cancel, '200 OK'), to);
  phones[0]!.send(answer(carried, '487 Request Terminated'), to);
  await caller.next('SIP/2.0 487');
  assert.deepEqual(events, ['SETUP', 'CONNECT']);
  caller.send(fromCaller('BYE', got, 3), to);
  await phones[0]!.next('BYE');
});

test('a side that knows the call no more ends it', async () => {
  const { got } = await talking();
  caller.send(fromCaller('INFO', got, 2), to);
  phones[0]!.send(answer(await phones[0]!.next('INFO'), '481 No'), to);
  assert.deepEqual(short((await quiet())[0]!), ['481 INFO', 'BYE']);
  assert.deepEqual(events, ['SETUP', 'CONNECT', 'RELEASE failed']);
});

test('a hidden caller leaves no trace at the phones', async () => {
  const hidden = {
    Privacy: 'id',
    'P-Asserted-Identity': '<sip:0612345678@trunk>',
    Organization: 'ACME',
    Subject: 'it is me',
  };
  const [text, invite] = await ringing(hidden);
  assert.match(header(invite, 'From'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
  assert.deepEqual(headers(invite, 'Privacy'), ['id']);
  assert.doesNotMatch(invite, /612345678|ACME|it is me|trunk|127\.0\.0\.11/);
  assert.equal(header(invite, 'Max-Forwards'), '69');
  caller.send(cancelOf(text), to);
  await caller.next('SIP/2.0 487');
});
