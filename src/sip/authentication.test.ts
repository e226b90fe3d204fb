// Digest for SIP, both ways: what is let in, what is challenged, and what an answer gives away.

// oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins hold only what a test needs

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCredentials, parseDigestHeader } from '../digest/credentials.ts';
import { digestResponse, ha1 } from '../digest/ha1.ts';
import type { DigestAlgorithm } from '../digest/ha1.ts';
import { answerChallenge, SipAuthenticator } from './authentication.ts';
import type { Authentication } from './authentication.ts';
import { responseTo, SipRequest } from './message/message.ts';
import type { Hop } from './transport/hop.ts';

const phone: Hop = { transport: 'udp', host: '192.0.2.7', port: 5060 };

function server(algorithms: readonly DigestAlgorithm[] = ['MD5']) {
  const clock = { now: 1_800_000_000_000 };
  const authenticator = new SipAuthenticator({
    realm: 'carillon',
    algorithms,
    ha1Of: (user, a) => (user === '33123456789' ? ha1(a, user, 'carillon', 'secret') : undefined),
    now: () => clock.now,
  });
  return { authenticator, clock };
}

function register(): SipRequest {
  return new SipRequest('REGISTER', 'sip:carillon.example')
    .add('via', 'SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1')
    .add('from', '<sip:a@b>;tag=1')
    .add('to', '<sip:a@b>')
    .add('call-id', 'x')
    .add('cseq', '1 REGISTER');
}

function nonceOf(result: Authentication, line = 0): string {
  assert.ok(!result.ok);
  return parseDigestHeader(result.lines[line]![1])!.get('nonce')!;
}

function signed(
  nonce: string,
  changes: {
    user?: string;
    password?: string;
    nc?: string;
    algorithm?: DigestAlgorithm;
    qop?: string;
    method?: string;
  } = {},
): SipRequest {
  const {
    user = '33123456789',
    password = 'secret',
    nc = '00000001',
    algorithm = 'MD5',
    qop = 'auth',
  } = changes;
  const request = register();
  const input = {
    method: changes.method ?? 'REGISTER',
    uri: request.uri,
    nonce,
    qop,
    nc,
    cnonce: 'c',
  };
  const response = digestResponse(algorithm, ha1(algorithm, user, 'carillon', password), input);
  request.add(
    'authorization',
    formatCredentials({ ...input, username: user, realm: 'carillon', response, algorithm }),
  );
  return request;
}

/** A challenge with its nonce taken out, to be compared. */
function shape(result: Authentication): unknown {
  assert.ok(!result.ok);
  return result.lines.map(([name, value]) => [name, value.replace(/nonce="[0-9a-f]+"/, 'nonce')]);
}

test('the right password is let in, once for each count of a nonce', () => {
  const { authenticator } = server();
  const nonce = nonceOf(authenticator.check(register(), phone));
  assert.deepEqual(authenticator.check(signed(nonce), phone), { ok: true, user: '33123456789' });
  const replayed = authenticator.check(signed(nonce), phone);
  assert.ok(!replayed.ok && !replayed.guessed);
  assert.match(replayed.lines[0]![1], /stale=true/);
  assert.ok(authenticator.check(signed(nonce, { nc: '00000002' }), phone).ok);
  assert.ok(!authenticator.check(signed(nonce, { nc: '00000001' }), phone).ok);
});

test('an unknown user and a wrong password get the same answer, fresh nonce or stale', () => {
  const { authenticator, clock } = server();
  const nonce = nonceOf(authenticator.check(register(), phone));
  for (const late of [0, 400_000]) {
    clock.now += late;
    const wrong = authenticator.check(signed(nonce, { password: 'guess' }), phone);
    const unknown = authenticator.check(signed(nonce, { user: '33999999999' }), phone);
    assert.deepEqual(shape(wrong), shape(unknown));
    assert.deepEqual(shape(wrong), shape(authenticator.check(register(), phone)));
    assert.ok(!wrong.ok && !unknown.ok && wrong.guessed && unknown.guessed);
  }
});

test('the right password with a nonce that is too old is told so', () => {
  const { authenticator, clock } = server();
  const nonce = nonceOf(authenticator.check(register(), phone));
  clock.now += 300_001;
  const result = authenticator.check(signed(nonce), phone);
  assert.ok(!result.ok && !result.guessed);
  assert.match(result.lines[0]![1], /stale=true/);
});

test('a nonce of another server, of another address, or of nobody proves nothing', () => {
  const { authenticator } = server();
  const nonce = nonceOf(authenticator.check(register(), phone));
  const elsewhere = { ...phone, host: '192.0.2.8' };
  const foreign = nonceOf(server().authenticator.check(register(), phone));
  const results = [
    authenticator.check(signed(nonce), elsewhere),
    authenticator.check(signed(foreign), phone),
    authenticator.check(signed('0'.repeat(50)), phone),
    authenticator.check(signed(''), phone),
  ];
  for (const result of results) assert.ok(!result.ok && !result.guessed);
});

test('a response for another method is worth nothing', () => {
  const { authenticator } = server();
  const nonce = nonceOf(authenticator.check(register(), phone));
  assert.ok(!authenticator.check(signed(nonce, { method: 'INVITE' }), phone).ok);
});

test('SHA-256 is offered and taken only where it was asked for', () => {
  const only = server().authenticator;
  const first = only.check(register(), phone);
  assert.ok(!first.ok && first.lines.length === 1);
  assert.ok(!only.check(signed(nonceOf(first), { algorithm: 'SHA-256' }), phone).ok);
  const both = server(['SHA-256', 'MD5']).authenticator;
  const offer = both.check(register(), phone);
  assert.ok(!offer.ok);
  assert.deepEqual(
    offer.lines.map(([, value]) => /algorithm=([^,]+)/.exec(value)![1]),
    ['SHA-256', 'MD5'],
  );
  assert.ok(both.check(signed(nonceOf(offer), { algorithm: 'SHA-256' }), phone).ok);
});

test('credentials of an unknown scheme or realm are as none', () => {
  const { authenticator } = server();
  const odd = register().add('authorization', 'NoOneKnowsThisScheme opaque-data=here');
  const result = authenticator.check(odd, phone);
  assert.ok(!result.ok && !result.guessed);
});

test('as client we answer 401 and 407 with what the server takes, and nothing that we cannot', () => {
  const own = { user: '33123456789', secret: { password: 'secret' } };
  for (const algorithms of [['MD5'], ['SHA-256'], ['SHA-256', 'MD5']] as const) {
    const { authenticator } = server(algorithms);
    const request = register();
    const challenge = responseTo(request, 401);
    const result = authenticator.check(request, phone);
    assert.ok(!result.ok);
    for (const [name, value] of result.lines) challenge.add(name, value);
    const lines = answerChallenge(request, challenge, own);
    assert.equal(lines?.[0]?.[0], 'authorization');
    request.add(lines[0][0], lines[0][1]);
    assert.ok(authenticator.check(request, phone).ok, algorithms.join());
  }
  const proxy = responseTo(register(), 407).add(
    'proxy-authenticate',
    'Digest realm="r", nonce="n"',
  );
  assert.equal(answerChallenge(register(), proxy as never, own)?.[0]?.[0], 'proxy-authorization');
  const hashed = { user: 'u', secret: { ha1Md5: 'a'.repeat(32) } };
  const sha = responseTo(register(), 401).add(
    'www-authenticate',
    'Digest realm="r", nonce="n", algorithm=SHA-256',
  );
  assert.equal(answerChallenge(register(), sha as never, hashed), undefined);
  const basic = responseTo(register(), 401).add('www-authenticate', 'Basic realm="r"');
  assert.equal(answerChallenge(register(), basic as never, own), undefined);
});
