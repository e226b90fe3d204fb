import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { HttpDigest } from './http-digest.ts';
import type { DigestCheck } from './http-digest.ts';

// A client of its own: nothing of src/digest, so that one mistake cannot be made on both sides.

type Hash = 'md5' | 'sha256';
const hex = (hash: Hash, text: string): string => createHash(hash).update(text).digest('hex');

const line = '33123456789';
const target = '/makecall.html?ACCOUNT=33123456789&CALLEE=33612345678';

interface Client {
  readonly hash: Hash;
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
  /** What is hashed, and what is written. */
  readonly uri: string;
  readonly method: string;
  readonly nc: number;
  readonly qop: boolean;
  /** The algorithm as the client writes it; empty leaves it out. */
  readonly algorithm: string;
}

function authorization(nonce: string, change: Partial<Client> = {}): string {
  const hash = change.hash ?? 'sha256';
  const c: Client = {
    hash,
    user: line,
    password: 'sandbox',
    realm: 'carillon',
    nonce,
    uri: target,
    method: 'GET',
    nc: 1,
    qop: true,
    algorithm: hash === 'md5' ? 'MD5' : 'SHA-256',
    ...change,
  };
  const count = c.nc.toString(16).padStart(8, '0');
  const first = hex(hash, `${c.user}:${c.realm}:${c.password}`);
  const second = hex(hash, `${c.method}:${c.uri}`);
  const between = c.qop ? `${c.nonce}:${count}:0a4f113b:auth` : c.nonce;
  const response = hex(hash, `${first}:${between}:${second}`);
  const parts = [
    `username="${c.user}"`,
    `realm="${c.realm}"`,
    `nonce="${c.nonce}"`,
    `uri="${c.uri}"`,
    ...(c.algorithm === '' ? [] : [`algorithm=${c.algorithm}`]),
    ...(c.qop ? ['qop=auth', `nc=${count}`, 'cnonce="0a4f113b"'] : []),
    `response="${response}"`,
  ];
  return `Digest ${parts.join(', ')}`;
}

/** The one nonce of a refusal. */
function nonceOf(answer: DigestCheck): string {
  assert.ok(!answer.ok);
  const nonces = answer.challenges.map((one) => /nonce="([^"]+)"/.exec(one)?.[1]);
  assert.equal(new Set(nonces).size, 1, 'one nonce in both challenges');
  return nonces[0]!;
}

/** A server with one line, at a time of the test's choosing. */
function server() {
  let now = 1_000_000;
  const digest = new HttpDigest('carillon', () => now);
  const asked: string[] = [];
  const check = (
    header: string | undefined,
    more: {
      client?: string;
      method?: string;
      target?: string;
      rawTarget?: string;
      user?: string;
    } = {},
  ): DigestCheck =>
    digest.check(
      {
        method: 'GET',
        target,
        rawTarget: more.target ?? target,
        client: '192.0.2.1',
        authorization: header,
        ...more,
      },
      more.user ?? line,
      (algorithm) => {
        asked.push(algorithm);
        if ((more.user ?? line) !== line) return undefined;
        return hex(algorithm === 'MD5' ? 'md5' : 'sha256', `${line}:carillon:sandbox`);
      },
    );
  return {
    check,
    asked,
    nonce: () => nonceOf(check(undefined)),
    pass: (ms: number) => (now += ms),
  };
}

function refusal(answer: DigestCheck): { text: string; stale: boolean } {
  assert.ok(!answer.ok);
  const stale = answer.challenges.map((one) => one.includes('stale=true'));
  assert.equal(new Set(stale).size, 1);
  return { text: answer.text, stale: stale[0]! };
}

test('without credentials two challenges are given, MD5 first, with one nonce', () => {
  const answer = server().check(undefined);
  assert.ok(!answer.ok);
  const [first, second, ...more] = answer.challenges;
  assert.match(first!, /^Digest realm="carillon", nonce="\w+", algorithm=MD5, qop="auth"$/);
  assert.match(second!, /^Digest realm="carillon", nonce="\w+", algorithm=SHA-256, qop="auth"$/);
  assert.equal(more.length, 0);
  assert.match(answer.text, /^Authentication is needed/);
  assert.notEqual(server().nonce(), server().nonce());
});

test('both algorithms are accepted, and those forms of them that clients send', () => {
  const forms: Partial<Client>[] = [
    { hash: 'sha256' },
    { hash: 'md5' },
    { hash: 'md5', algorithm: '' },
    { hash: 'md5', algorithm: 'md5' },
    { hash: 'md5', algorithm: '"MD5"' },
    { hash: 'md5', qop: false },
    { hash: 'sha256', qop: false },
  ];
  for (const form of forms) {
    const { check, nonce } = server();
    assert.deepEqual(check(authorization(nonce(), form)), { ok: true }, JSON.stringify(form));
  }
});

test('the target may be signed as it was sent or as HTTP wants it, and no other way', () => {
  const rawTarget = '/makecall.html?ACCOUNT=33123456789&CALLEE_NAME=Jean Paul';
  const encoded = rawTarget.replace(' ', '%20');
  const given = { target: encoded, rawTarget };
  for (const uri of [rawTarget, encoded]) {
    const { check, nonce } = server();
    assert.deepEqual(check(authorization(nonce(), { uri }), given), { ok: true });
  }
  for (const uri of ['/makecall.html', '/', `${encoded}&X=1`, `http://h${encoded}`]) {
    const { check, nonce } = server();
    const { text, stale } = refusal(check(authorization(nonce(), { uri }), given));
    assert.match(text, /sign the whole request target, query included/);
    assert.equal(stale, false);
  }
});

test('credentials for one call cannot place another', () => {
  const { check, nonce } = server();
  const header = authorization(nonce());
  const other = target.replace('CALLEE=33612345678', 'CALLEE=33899000000');
  assert.equal(check(header, { target: other }).ok, false);
  assert.equal(check(header, { method: 'POST' }).ok, false);
  assert.equal(check(header.replace('33612345678', '33899000000'), { target: other }).ok, false);
  assert.deepEqual(check(header), { ok: true });
});

test('a wrong password, user or line is refused with one and the same text', () => {
  const table: [change: Partial<Client>, user: string][] = [
    [{ password: 'wrong' }, line],
    [{ password: '' }, line],
    [{ user: '33123456790' }, line],
    [{ user: '' }, line],
    [{ user: '33999999999' }, '33999999999'],
    [{ password: 'wrong', hash: 'md5' }, line],
  ];
  for (const [change, user] of table) {
    const { check, nonce, asked } = server();
    const answer = refusal(check(authorization(nonce(), change), { user }));
    assert.match(answer.text, /^Wrong user or password/);
    assert.equal(answer.stale, false);
    assert.equal(asked.length, 1, 'an unknown line costs the same look-up and hash');
  }
});

test('who knows the password of another line is not let in to this one', () => {
  const { check, nonce } = server();
  const own = authorization(nonce());
  assert.equal(check(own, { user: '33123456790' }).ok, false);
  const renamed = own.replace(`username="${line}"`, 'username="33123456790"');
  assert.equal(check(renamed).ok, false, 'a user other than the line, with its password');
});

test('no response passes for a line that does not exist', () => {
  const { check, nonce } = server();
  // The HA1 that the server computes with in place of a missing one.
  for (const [hash, algorithm, size] of [
    ['md5', 'MD5', 32],
    ['sha256', 'SHA-256', 64],
  ] as const) {
    const value = nonce();
    const response = hex(
      hash,
      `${'0'.repeat(size)}:${value}:00000001:c:auth:${hex(hash, `GET:${target}`)}`,
    );
    const header = `Digest username="1", realm="carillon", nonce="${value}", uri="${target}", algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="c", response="${response}"`;
    assert.equal(check(header, { user: '1' }).ok, false);
  }
});

test('a count serves once, a higher one serves again, and a replay is told stale', () => {
  const { check, nonce } = server();
  const value = nonce();
  assert.equal(check(authorization(value)).ok, true);
  assert.deepEqual(refusal(check(authorization(value))), {
    text: 'The nonce is old or was used: send the request again with the new one',
    stale: true,
  });
  assert.equal(check(authorization(value, { nc: 2 })).ok, true);
  assert.equal(check(authorization(value, { nc: 0x10 })).ok, true);
  assert.equal(check(authorization(value, { nc: 3 })).ok, false);
  assert.equal(check(authorization(value, { nc: 0x10, hash: 'md5' })).ok, false, 'the other hash');
  assert.equal(check(authorization(value, { qop: false })).ok, false, 'the older form');
});

test('who fails uses no count up', () => {
  const { check, nonce } = server();
  const value = nonce();
  assert.equal(check(authorization(value, { password: 'wrong', nc: 0xffffffff })).ok, false);
  assert.equal(check(authorization(value)).ok, true);
});

test('an old nonce is stale for who knows the password, and wrong for who does not', () => {
  const { check, nonce, pass } = server();
  const value = nonce();
  pass(300_001);
  assert.equal(refusal(check(authorization(value, { password: 'wrong' }))).stale, false);
  const answer = check(authorization(value));
  assert.equal(refusal(answer).stale, true);
  assert.equal(check(authorization(nonceOf(answer))).ok, true);
});

test('a nonce given to another address, or made up, serves nobody', () => {
  const { check, nonce } = server();
  const value = nonce();
  assert.equal(check(authorization(value), { client: '192.0.2.2' }).ok, false);
  for (const made of ['x', value.slice(1), `${value}0`, '0'.repeat(50), server().nonce()]) {
    const known = refusal(check(authorization(made)));
    assert.equal(known.stale, true, 'a client of before the restart tries again');
    const wrong = refusal(check(authorization(made, { password: 'wrong' })));
    assert.equal(wrong.stale, false, 'a wrong password is not asked to try again');
  }
});

test('what is no Digest of ours is refused, and the text says what to do', () => {
  const { check, nonce } = server();
  const good = authorization(nonce());
  const table: [header: string, says: RegExp][] = [
    ['', /cannot be read/],
    [
      'Basic MzMxMjM0NTY3ODk6c2FuZGJveA==',
      /^Basic authentication is not accepted: use HTTP Digest/,
    ],
    ['basic', /^Basic/],
    ['Bearer abc', /cannot be read/],
    ['Digest', /cannot be read/],
    ['Digest username="', /cannot be read/],
    [good.replace('SHA-256', 'SHA-512-256'), /cannot be read/],
    [good.replace('qop=auth', 'qop=auth-int'), /cannot be read/],
    [`${good}, nc=00000002`, /cannot be read/],
    [good.replace(/response="\w+"/, 'response=""'), /cannot be read/],
    [good.replace(/response="\w+"/, 'response="é"'), /^Wrong/],
    [authorization(nonce(), { realm: 'other' }), /another realm/],
    [`Digest ${'a=b, '.repeat(5000)}`, /cannot be read/],
  ];
  for (const [header, says] of table) {
    assert.match(refusal(check(header)).text, says, header.slice(0, 80));
  }
  assert.equal(check(good).ok, true);
});

test('ten thousand requests without credentials are answered, and leave nothing behind', () => {
  const { check, nonce } = server();
  const value = nonce();
  for (let n = 0; n < 10_000; n++) assert.equal(check(undefined).ok, false);
  assert.equal(check(authorization(value)).ok, true, 'a nonce of before still serves');
});
