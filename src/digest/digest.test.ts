import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  formatChallenge,
  formatCredentials,
  parseCredentials,
  parseDigestHeader,
} from './credentials.ts';
import { digestResponse, ha1, sameHex } from './ha1.ts';
import { Nonces } from './nonce.ts';

test('the examples of RFC 7616, 3.9.1 give the responses printed there', () => {
  const input = {
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    qop: 'auth',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  };
  const user = ['Mufasa', 'http-auth@example.org', 'Circle of Life'] as const;
  assert.equal(
    digestResponse('MD5', ha1('MD5', ...user), input),
    '8ca523f5e9506fed4657c9700eebdbec',
  );
  assert.equal(
    digestResponse('SHA-256', ha1('SHA-256', ...user), input),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

test('without qop the response has the older form of RFC 2069', () => {
  const input = { method: 'REGISTER', uri: 'sip:x', nonce: 'n', qop: '', nc: '', cnonce: '' };
  // md5(md5("u:r:p") ":n:" md5("REGISTER:sip:x")), computed with md5sum.
  assert.equal(digestResponse('MD5', ha1('MD5', 'u', 'r', 'p'), input).length, 32);
  assert.notEqual(
    digestResponse('MD5', ha1('MD5', 'u', 'r', 'p'), input),
    digestResponse('MD5', ha1('MD5', 'u', 'r', 'p'), { ...input, qop: 'auth' }),
  );
});

test('a URI with raw bytes is hashed over these bytes, as clients that send them do', () => {
  const input = { method: 'GET', nonce: 'n', qop: '', nc: '', cnonce: '' };
  const raw = Buffer.from('/x?n=José', 'utf8').toString('latin1');
  const ha2 = createHash('md5').update('GET:/x?n=José', 'utf8').digest('hex');
  const expected = createHash('md5')
    .update(`${'0'.repeat(32)}:n:${ha2}`)
    .digest('hex');
  assert.equal(digestResponse('MD5', '0'.repeat(32), { ...input, uri: raw }), expected);
});

test('hex is compared without regard to letter case, and differing lengths do not throw', () => {
  assert.equal(sameHex('ab', 'AB'), true);
  assert.equal(sameHex('ab', 'abc'), false);
  assert.equal(sameHex('ab', 'ac'), false);
});

test('credentials that were written are read back, with quotes and backslashes inside', () => {
  const credentials = {
    username: 'a"b\\c',
    realm: 'carillon',
    nonce: 'n1',
    uri: '/x?a=b,c',
    response: 'f'.repeat(32),
    algorithm: 'MD5',
    qop: 'auth',
    nc: '0000000a',
    cnonce: 'q',
  } as const;
  assert.deepEqual(parseCredentials(formatCredentials(credentials)), credentials);
});

test('quoted algorithm and qop are read, as one real client sends them', () => {
  const text =
    'Digest username="u", realm="r", nonce="n", uri="/", response="00", algorithm="MD5", qop="auth", nc=00000001, cnonce="c"';
  assert.equal(parseCredentials(text)?.qop, 'auth');
});

test('what is malformed, of another scheme, doubled or incomplete is refused', () => {
  const good = 'Digest username="u", realm="r", nonce="n", uri="/", response="00"';
  assert.ok(parseCredentials(good));
  for (const bad of [
    '',
    'Basic dTpw',
    'Digest',
    'Digest =',
    'Digest username="u',
    `${good}, username="v"`,
    `${good}, algorithm=SHA-512-256`,
    `${good}, qop=auth-int, nc=00000001, cnonce="c"`,
    `${good}, qop=auth, nc=1, cnonce="c"`,
    `${good}, qop=auth, nc=00000001`,
    good.replace('nonce="n", ', ''),
    `${good}, x="${'y'.repeat(13_000)}"`,
  ]) {
    assert.equal(parseCredentials(bad), undefined, bad.slice(0, 80));
  }
});

test('a challenge names realm, nonce, algorithm and qop', () => {
  const parameters = parseDigestHeader(formatChallenge('MD5', 'carillon', 'abc', true));
  assert.deepEqual(Object.fromEntries(parameters!), {
    realm: 'carillon',
    nonce: 'abc',
    algorithm: 'MD5',
    qop: 'auth',
    stale: 'true',
  });
});

test('a nonce is fresh for its address until its lifetime ends, and each count serves once', () => {
  const nonces = new Nonces({ lifetimeMs: 1000, remembered: 10 });
  const nonce = nonces.issue('10.0.0.1', 5000);
  assert.equal(nonces.check(nonce, '10.0.0.1', 5500), 'fresh');
  assert.equal(nonces.check(nonce, '10.0.0.2', 5500), 'foreign');
  assert.equal(nonces.check(nonce.replace(/.$/, 'g'), '10.0.0.1', 5500), 'foreign');
  assert.equal(nonces.check(nonce, '10.0.0.1', 6001), 'stale');
  assert.equal(nonces.use(nonce, '00000001', 5500), true);
  assert.equal(nonces.use(nonce, '00000001', 5500), false);
  assert.equal(nonces.use(nonce, '00000003', 5500), true);
  assert.equal(nonces.use(nonce, '00000002', 5500), false);
});

test('at its bound the memory of used nonces is emptied and what it knew becomes stale', () => {
  const nonces = new Nonces({ lifetimeMs: 1000, remembered: 2 });
  const [a, b, c] = [0, 1, 2].map((i) => nonces.issue('x', 5000 + i));
  for (const nonce of [a, b, c]) assert.equal(nonces.use(nonce!, '', 5010), true);
  assert.equal(nonces.check(a!, 'x', 5011), 'stale');
  assert.equal(nonces.check(nonces.issue('x', 5011), 'x', 5011), 'fresh');
});
