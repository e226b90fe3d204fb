import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { explainSourceIp } from './explain-source-ip.ts';
import { createSourceIpMatcher } from './source-ip-match.ts';

type Match = 'whole' | 'search';

const OWN = '192.168.1.20';

function explain(pattern: string, match: Match = 'whole', own = OWN, asked?: string) {
  return explainSourceIp({ pattern, match }, own, asked);
}

/** The codes of the warnings, where nothing is known of who asks. */
function codes(pattern: string, match: Match = 'whole'): string[] {
  return explain(pattern, match, '').warnings.map(({ code }) => code);
}

/** The suggestion or example of the warning with that code. */
function valueOf(code: string, pattern: string, match: Match = 'whole') {
  const warning = explain(pattern, match, '').warnings.find((each) => each.code === code);
  return warning?.values?.['suggestion'] ?? warning?.values?.['example'];
}

test('an empty pattern is unset: nobody is let in without the password', () => {
  assert.deepEqual(explain('', 'whole', OWN, '10.0.0.1'), {
    state: 'unset',
    error: null,
    yours: { address: OWN, verdict: 'unset' },
    asked: { address: '10.0.0.1', verdict: 'unset' },
    accepts: [],
    refuses: [],
    warnings: [],
  });
});

test('an invalid pattern has the reason of the engine, and no examples', () => {
  assert.deepEqual(explain('a)|(.*', 'whole', OWN, 'x'), {
    state: 'invalid',
    error: 'error parsing regexp: unexpected ): `a)|(.*`',
    yours: { address: OWN, verdict: 'invalid' },
    asked: { address: 'x', verdict: 'no-address' },
    accepts: [],
    refuses: [],
    warnings: [],
  });
  assert.match(explain('x{1000}'.repeat(2)).error ?? '', /repeats more than 1000 times/);
  const long = explain(`${'x'.repeat(512)}y`);
  assert.deepEqual(
    [long.state, long.error],
    ['invalid', 'it has 513 characters: write at most 512'],
  );
});

test('the verdict on an address is that of a request from it, in any way of writing', () => {
  const table: [asked: string, address: string, verdict: string][] = [
    ['10.0.0.1', '10.0.0.1', 'accepted'],
    [' ::ffff:10.0.0.1 ', '10.0.0.1', 'accepted'],
    ['10.0.0.2', '10.0.0.2', 'no-match'],
    ['2001:DB8:0::1', '2001:db8::1', 'no-match'],
    ['', '', 'no-address'],
    ['10.0.0', '10.0.0', 'no-address'],
    ['crm.example', 'crm.example', 'no-address'],
  ];
  for (const [asked, address, verdict] of table) {
    const explained = explain('10\\.0\\.0\\.1', 'whole', asked, asked);
    assert.deepEqual(explained.asked, { address, verdict }, asked);
    assert.deepEqual(explained.yours, { address, verdict }, asked);
  }
  assert.equal(explain('x').asked, null);
});

test('what is accepted and refused is shown near the pattern, as a request would be judged', () => {
  const patterns: [string, Match, accepts: string[], refuses: string[]][] = [
    ['192.168.1.1', 'whole', ['192.168.1.1'], ['192.168.1.2', '192.168.1.0', '192.168.2.1']],
    ['10\\.0\\.0\\.(17|23)', 'whole', ['10.0.0.17', '10.0.0.23'], ['10.0.0.1']],
    ['10\\.0\\.0\\.17|172.16.0.9', 'whole', ['10.0.0.17', '172.16.0.9'], ['10.0.0.18']],
    [
      '192\\.168\\.1\\..*',
      'whole',
      ['192.168.1.1', '192.168.1.42'],
      ['192.168.2.1', '192.168.10.1'],
    ],
    ['192.168.1..*', 'whole', ['192.168.1.1', '192.168.10.1'], ['192.168.2.1']],
    ['^10\\.1\\.', 'search', ['10.1.1.1', '10.1.1.10'], ['110.1.1.1', '10.10.1.1']],
    ['10.0.0.1', 'search', ['10.0.0.1', '110.0.0.1', '10.0.0.199'], ['10.0.0.2']],
    ['2001:db8:.*', 'whole', ['2001:db8::1'], ['8.8.8.8', '::1']],
    ['.*', 'whole', ['127.0.0.1', '8.8.8.8', '::1', OWN], []],
    ['nobody', 'whole', [], ['127.0.0.1', '8.8.8.8', OWN]],
  ];
  const { matches } = createSourceIpMatcher();
  for (const [pattern, match, accepts, refuses] of patterns) {
    const explained = explain(pattern, match);
    for (const address of accepts)
      assert.ok(explained.accepts.includes(address), `${pattern} ${address}`);
    for (const address of refuses)
      assert.ok(explained.refuses.includes(address), `${pattern} ${address}`);
    for (const [list, verdict] of [
      [explained.accepts, 'accepted'],
      [explained.refuses, 'no-match'],
    ] as const) {
      assert.ok(list.length <= 8 && new Set(list).size === list.length, pattern);
      const line = { sourceIp: pattern, sourceIpMatch: match };
      for (const address of list)
        assert.equal(matches(line, address), verdict, `${pattern} ${address}`);
    }
    assert.deepEqual(explain(pattern, match), explained);
  }
});

test('a pattern with which nothing is wrong has no warning', () => {
  for (const [pattern, match] of [
    ['192.168.1.1', 'whole'],
    ['192.168.1.1|10.0.0.7', 'whole'],
    ['^192\\.168\\.1\\.1$', 'whole'],
    ['192\\.168\\.1\\..*', 'whole'],
    ['192\\.168\\.1\\.\\d+', 'whole'],
    ['10\\.0\\.0\\.[1-9]{1,2}', 'whole'],
    ['10\\.0\\.0\\.(17|23)', 'whole'],
    ['2001:db8:.*', 'whole'],
    ['^10\\.1\\.', 'search'],
    ['^(10\\.1\\.|10\\.2\\.)', 'search'],
  ] as const) {
    assert.deepEqual(codes(pattern, match), [], `${pattern} ${match}`);
  }
});

test('a pattern that strangers match is said to accept everybody, and nothing else', () => {
  for (const pattern of ['.*', '.+', '\\d+\\.\\d+\\.\\d+\\.\\d+', '10.0.0.1|.*', '[0-9a-f:.]*']) {
    assert.deepEqual(codes(pattern), ['source-ip-accepts-all'], pattern);
  }
  assert.deepEqual(codes('[0-9]', 'search'), ['source-ip-accepts-all']);
  assert.deepEqual(codes('8.8.8.8'), []);
});

test('your own address is missed only where it is known', () => {
  const missed = explain('10.0.0.1').warnings;
  assert.deepEqual(
    missed.map(({ code, values }) => ({ code, values })),
    [{ code: 'source-ip-not-yours', values: { address: OWN } }],
  );
  assert.deepEqual(explain('10.0.0.1', 'whole', '').warnings, []);
  assert.deepEqual(explain('10.0.0.1', 'whole', 'unknown').warnings, []);
  assert.deepEqual(explain('10.0.0.1', 'whole', '::ffff:10.0.0.1').warnings, []);
});

test('a pattern that accepts none of very many addresses is told of', () => {
  for (const pattern of ['^abc$', 'nobody', '10\\.0\\.0\\.256']) {
    assert.deepEqual(codes(pattern), ['source-ip-accepts-none'], pattern);
  }
  // Its addresses are no examples near the text: they are found among all second bytes.
  assert.deepEqual(codes('172\\.(1[6-9]|2\\d|3[01])\\.\\d+\\.\\d+'), []);
  // What is told of otherwise is told once.
  assert.deepEqual(codes('192.168.0.0/16'), ['source-ip-looks-like-cidr']);
});

test('a bare dot is told of where it lets somebody in, with an example and the right pattern', () => {
  assert.deepEqual(codes('192.168.1..*'), ['source-ip-unescaped-dot']);
  const [warning] = explain('192.168.1..*', 'whole', '').warnings;
  assert.deepEqual(warning?.values, {
    example: '192.168.10.1',
    suggestion: '192\\.168\\.1\\..*',
  });
  assert.equal(valueOf('source-ip-unescaped-dot', '^192.168.1.', 'search'), '^192\\.168\\.1\\.');
});

test('a search that finds the pattern in the middle is told of, with an example', () => {
  assert.deepEqual(codes('10\\.1\\.', 'search'), ['source-ip-search']);
  assert.equal(valueOf('source-ip-search', '10\\.1\\.', 'search'), '110.1.1.1');
  assert.ok(codes('^10\\.1\\.|10\\.2\\.', 'search').includes('source-ip-search'));
});

test('spaces, commas, CIDR and wildcards are told of, with the pattern that was meant', () => {
  const table: [pattern: string, code: string, suggestion: string][] = [
    [' 10.0.0.1', 'source-ip-spaces', '10\\.0\\.0\\.1'],
    ['10.0.0.1 | 10\\.0\\.0\\.2', 'source-ip-spaces', '10\\.0\\.0\\.1|10\\.0\\.0\\.2'],
    ['10.0.0.1 10.0.0.2', 'source-ip-spaces', '10\\.0\\.0\\.1|10\\.0\\.0\\.2'],
    ['10\\.0\\.0\\. .*', 'source-ip-spaces', '10\\.0\\.0\\..*'],
    ['10.0.0.1,10.0.0.2', 'source-ip-comma', '10\\.0\\.0\\.1|10\\.0\\.0\\.2'],
    ['10.0.0.1;10.0.0.2', 'source-ip-comma', '10\\.0\\.0\\.1|10\\.0\\.0\\.2'],
    ['192.168.1.0/24', 'source-ip-looks-like-cidr', '192\\.168\\.1\\.\\d+'],
    ['192\\.168\\.1\\.0/24', 'source-ip-looks-like-cidr', '192\\.168\\.1\\.\\d+'],
    ['10.0.0.0/8|1.2.3.4', 'source-ip-looks-like-cidr', '10\\.\\d+\\.\\d+\\.\\d+|1.2.3.4'],
    ['192.168.1.*', 'source-ip-wildcard', '192\\.168\\.1\\.\\d+'],
    ['^192\\.168\\.1\\.*$', 'source-ip-wildcard', '^192\\.168\\.1\\.\\d+$'],
    ['192.168.*.*', 'source-ip-wildcard', '192\\.168\\.\\d+\\.\\d+'],
    ['192.168.*', 'source-ip-wildcard', '192\\.168\\.\\d+\\.\\d+'],
    ['*.1.1.1', 'source-ip-wildcard', '\\d+\\.1\\.1\\.1'],
    ['10.0.0.1|192.168.1.*', 'source-ip-wildcard', '10.0.0.1|192\\.168\\.1\\.\\d+'],
  ];
  for (const [pattern, code, suggestion] of table) {
    assert.equal(valueOf(code, pattern), suggestion, pattern);
    // What is suggested needs no other suggestion.
    assert.deepEqual(codes(suggestion), [], suggestion);
  }
});

test('the pattern suggested for a network accepts exactly its addresses', () => {
  const { matches } = createSourceIpMatcher();
  const networks = ['10.0.0.16/28', '10.0.0.0/25', '10.0.0.200/29', '10.0.0.9/32', '10.0.0.77/26'];
  for (const network of networks) {
    const suggestion = String(valueOf('source-ip-looks-like-cidr', network));
    const [address = '', bits = ''] = network.split('/');
    const size = 2 ** (32 - Number(bits));
    const first = Math.floor(Number(address.split('.')[3]) / size) * size;
    for (let byte = 0; byte < 256; byte++) {
      const line = { sourceIp: suggestion, sourceIpMatch: 'whole' } as const;
      const isIn = byte >= first && byte < first + size;
      const verdict = matches(line, `10.0.0.${byte}`);
      assert.equal(verdict === 'accepted', isIn, `${network} ${suggestion} ${byte}`);
    }
  }
  assert.equal(
    valueOf('source-ip-looks-like-cidr', '172.20.1.2/12'),
    '172\\.(1[6-9]|2\\d|3[0-1])\\.\\d+\\.\\d+',
  );
  assert.equal(valueOf('source-ip-looks-like-cidr', '10.0.0.0/33'), undefined);
  assert.equal(valueOf('source-ip-looks-like-cidr', '10.0.0.256/24'), undefined);
});

test('hostile patterns are explained in milliseconds', () => {
  const begun = performance.now();
  for (const pattern of [
    'x{1000}',
    '(([0-9.])+)+$x',
    '.*'.repeat(256),
    '(.?){30}'.repeat(30),
    '1.'.repeat(256),
    '|'.repeat(512),
    '*.'.repeat(1024),
    `${'1'.repeat(511)}/`,
    ' '.repeat(2048),
  ]) {
    explain(pattern, 'search', OWN, OWN);
  }
  assert.ok(performance.now() - begun < 1500);
});
