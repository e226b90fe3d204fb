import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { canonicalAddress, createSourceIpMatcher } from './source-ip-match.ts';

const { matches } = createSourceIpMatcher();

function verdict(sourceIp: string, address: string, sourceIpMatch: 'whole' | 'search' = 'whole') {
  return matches({ sourceIp, sourceIpMatch }, address);
}

/** The last bytes with which an address of `prefix` is accepted. */
function accepted(pattern: string, prefix: string, match: 'whole' | 'search' = 'whole'): number[] {
  return Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => verdict(pattern, `${prefix}${byte}`, match) === 'accepted',
  );
}

test('a whole match of an unanchored address with bare dots accepts that address only', () => {
  assert.deepEqual(accepted('192.168.1.1', '192.168.1.'), [1]);
  assert.deepEqual(accepted('10.0.0.1', '110.0.0.'), []);
  assert.deepEqual(accepted('10.0.0.1', '10.0.0.'), [1]);
  assert.deepEqual(accepted('^192\\.168\\.1\\.1$', '192.168.1.'), [1]);
  for (const address of ['192.168.11.1', '192.168.111.1', '19.216.8.1', '1192.168.1.1']) {
    assert.equal(verdict('192.168.1.1', address), 'no-match', address);
  }
});

test('a whole match tries each alternative to its end, in any order', () => {
  const pattern = '10.0.0.1|10.0.0.12|10\\.0\\.0\\.123';
  assert.deepEqual(accepted(pattern, '10.0.0.'), [1, 12, 123]);
  assert.deepEqual(accepted('^10.0.0.1|10.0.0.2$', '10.0.0.'), [1, 2]);
  assert.deepEqual(accepted('^10.0.0.1|10.0.0.2$', '110.0.0.'), []);
  assert.deepEqual(accepted('10.0.0.1?', '10.0.0.'), [1]);
});

test('a search accepts what a part of the address matches: a prefix, and more where it has no anchor', () => {
  assert.equal(verdict('^10\\.1\\.', '10.1.200.3', 'search'), 'accepted');
  assert.equal(verdict('^10\\.1\\.', '10.1.200.3', 'whole'), 'no-match');
  assert.equal(verdict('^10\\.1\\.', '110.1.200.3', 'search'), 'no-match');
  assert.equal(verdict('^10\\.1\\.', '10.11.200.3', 'search'), 'no-match');
  // 1, 10 to 19, 100 to 199: what the choice `whole` protects from.
  assert.equal(accepted('192.168.1.1', '192.168.1.', 'search').length, 111);
});

test('a search that finds a match of no characters accepts nobody', () => {
  for (const pattern of ['^10\\.1\\.|', '|^10\\.2\\.', 'x*', '^', '$', '()']) {
    assert.equal(verdict(pattern, '192.168.1.1', 'search'), 'no-match', pattern);
  }
  assert.equal(verdict('^10\\.1\\.|', '10.1.2.3', 'search'), 'accepted');
  assert.equal(verdict('.*', '192.168.1.1', 'search'), 'accepted');
});

test('an invalid pattern never accepts, nor one that would be valid in brackets', () => {
  const patterns = ['a)|(.*', '(', '*', '[0-9', '(?=10)', '(?<!1)0', '\\1', 'x{1000}'.repeat(2)];
  for (const pattern of patterns) {
    for (const match of ['whole', 'search'] as const) {
      assert.equal(verdict(pattern, '10.0.0.1', match), 'invalid', pattern);
      assert.equal(verdict(pattern, '10.0.0.1', match), 'invalid', `${pattern}, again`);
    }
  }
});

test('no pattern is unset, also for what is no address', () => {
  assert.equal(verdict('', '10.0.0.1'), 'unset');
  assert.equal(verdict('', '10.0.0.1', 'search'), 'unset');
  assert.equal(verdict('', 'unknown'), 'unset');
});

test('what is no address is not accepted, even by a pattern for everything', () => {
  const texts = [
    '',
    'unknown',
    '10.0.0',
    '010.0.0.1',
    '10.0.0.1:80',
    '[::1]',
    '10.0.0.1\n',
    '0x7f.1',
  ];
  for (const text of texts) {
    assert.equal(verdict('(?s).*', text), 'no-match', text);
    assert.equal(verdict('(?s).*', text, 'search'), 'no-match', text);
  }
});

test('an address is matched in its canonical form', () => {
  const table = [
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:255.255.255.254', '255.255.255.254'],
    ['2001:DB8:0:0::0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:0:10.0.0.1', '::ffff:0:a00:1'],
  ] as const;
  for (const [address, canonical] of table) {
    assert.equal(canonicalAddress(address), canonical);
    assert.equal(verdict(canonical.replaceAll('.', '\\.'), address), 'accepted', address);
  }
  assert.equal(verdict('::ffff:.*', '::ffff:10.0.0.1'), 'no-match');
});

test('a hostile pattern costs milliseconds', () => {
  const begun = performance.now();
  assert.equal(verdict('(([0-9.])+)+$x', '111.111.111.111'), 'no-match');
  assert.equal(verdict('([0-9.]*)*([0-9.]*)*y', '111.111.111.111', 'search'), 'no-match');
  assert.ok(performance.now() - begun < 1000);
});

test('more patterns than are kept are all answered rightly', () => {
  const matcher = createSourceIpMatcher();
  for (let round = 0; round < 2; round += 1) {
    for (let n = 0; n < 1500; n += 1) {
      const address = `10.0.${n >> 8}.${n & 255}`;
      const line = { sourceIp: address.replaceAll('.', '\\.'), sourceIpMatch: 'whole' } as const;
      assert.equal(matcher.matches(line, address), 'accepted');
      assert.equal(matcher.matches(line, '10.9.9.9'), 'no-match');
    }
  }
});
