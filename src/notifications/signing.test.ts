import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { makeSecret, secretBytes, sign, signingKey } from './signing.ts';

// The test vector of the specification's own libraries (standard-webhooks, "sign function works").
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  content: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

function keyOf(secret: string) {
  const bytes = secretBytes(secret);
  assert.ok(bytes, `${secret} is a secret`);
  return signingKey(bytes);
}

/** The base64 of so many bytes. */
const of = (length: number): string => Buffer.alloc(length, 7).toString('base64');

test('the published test vector is signed as published', () => {
  const { secret, id, timestamp, content, signature } = VECTOR;
  assert.equal(sign([keyOf(secret)], id, timestamp, content), signature);
});

test('several keys sign one after the other, with a space between', () => {
  const { secret, id, timestamp, content, signature } = VECTOR;
  const other = keyOf(makeSecret());
  const both = sign([keyOf(secret), other], id, timestamp, content);
  assert.equal(both, `${signature} ${sign([other], id, timestamp, content)}`);
});

test('id, time and content are all signed, and the content as UTF-8', (t) => {
  const script = [
    'import base64, hashlib, hmac, json, sys',
    'for case in json.load(sys.stdin):',
    '    key = base64.b64decode(case["secret"].removeprefix("whsec_"))',
    "    signed = f\"{case['id']}.{case['timestamp']}.{case['content']}\".encode(\"utf-8\")",
    '    print("v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode())',
  ].join('\n');
  const contents = ['', '{"é":"😀"}', '/notify?caller=33612345678&type=SETUP', 'x'.repeat(100_000)];
  const cases = contents.map((content, n) => ({
    secret: makeSecret(),
    id: `call-000${n}-1`,
    timestamp: 1_700_000_000 + n,
    content,
  }));
  const python = spawnSync('python3', ['-c', script], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
  });
  if (python.error) {
    assert.notEqual(process.env['CARILLON_REQUIRE_PEERS'], '1', 'python3 not found');
    return t.skip('python3 not found: apt-get install python3');
  }
  assert.equal(python.status, 0, python.stderr);
  const ours = cases.map(({ secret, id, timestamp, content }) =>
    sign([keyOf(secret)], id, timestamp, content),
  );
  assert.deepEqual(python.stdout.trim().split('\n'), ours);
});

test('a secret of ours has 32 bytes, and is another one each time', () => {
  const [one, two] = [makeSecret(), makeSecret()];
  assert.match(one, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(secretBytes(one)?.length, 32);
  assert.notEqual(one, two);
});

test('a secret is whsec_ and the base64 of 24 to 64 bytes, and nothing else', () => {
  for (const length of [24, 25, 32, 64]) {
    assert.equal(secretBytes(`whsec_${of(length)}`)?.length, length);
  }
  // Without the padding, as some tools print it.
  assert.equal(secretBytes(`whsec_${of(25).replace(/=+$/, '')}`)?.length, 25);
  const wrong = [
    '',
    'whsec_',
    of(32),
    `whsk_${of(32)}`,
    `WHSEC_${of(32)}`,
    `whsec_${of(23)}`,
    `whsec_${of(65)}`,
    `whsec_${of(32)} `,
    `whsec_${of(32)}=`,
    `whsec_${of(30)}\n`,
    `whsec_*${of(30)}`,
    `whsec_${of(32).replace('H', '-')}`,
    // Bits behind the last byte, which Node's decoder would drop.
    `whsec_${of(25).replace('w==', 'x==')}`,
  ];
  for (const text of wrong) assert.equal(secretBytes(text), undefined, JSON.stringify(text));
});
