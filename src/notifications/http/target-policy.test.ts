import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTargetPolicy, sameAddress } from './target-policy.ts';
import type { TargetClass, TargetPolicyOptions } from './target-policy.ts';

function judge(address: string, options: Partial<TargetPolicyOptions> = {}): string {
  const policy = createTargetPolicy({
    allow: [],
    sandbox: false,
    severalCustomers: () => false,
    ...options,
  });
  const verdict = policy.check(address);
  return verdict.allowed ? 'allowed' : verdict.class;
}

const several = { severalCustomers: () => true };

const PUBLIC =
  '1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 ' +
  '169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 ' +
  '192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15 ' +
  '2000:: 2001:200:: 2001:4860:4860::8888 2a00:1450::5efe 2003:: 3ffe:ffff:: 2a00::1:5efe:7f00:1 ' +
  '::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 2a00::5efe:8.8.8.8';

const PRIVATE =
  '10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 ' +
  'fc00:: fd00::2 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 192.0.2.1 198.51.100.1 203.0.113.255 ' +
  '2001:db8::1 3fff:fff::1 ::ffff:10.0.0.1 64:ff9b::192.168.0.1';

const REFUSED: Record<Exclude<TargetClass, 'private'>, string> = {
  loopback:
    '127.0.0.0 127.0.0.1 127.255.255.255 ::1 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1 ::FFFF:7F00:1 ' +
    '0:0:0:0:0:ffff:7f00:1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1:: ' +
    '2001:0:808:808::80ff:fffe 2a00::5efe:127.0.0.1 2a00::200:5efe:7f00:1 fe80::5efe:7f00:1',
  'link-local': '169.254.0.0 169.254.255.255 fe80:: febf:ffff::1 ::ffff:169.254.1.1 2002:a9fe:1::',
  metadata:
    '169.254.169.254 169.254.170.2 169.254.170.23 169.254.42.42 169.254.0.23 fd00:a9fe:a9fe::1 ' +
    '100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 ' +
    'fd20:ce::254 fd00:42::42 fe80::a9fe:a9fe ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe ' +
    '2002:a9fe:a9fe:: 2002:a83f:8110::1 ::169.254.169.254',
  cgnat: '100.64.0.0 100.127.255.255 ::ffff:100.64.0.1 64:ff9b::100.64.0.1',
  multicast: '224.0.0.0 239.255.255.255 ff00:: ff02::1 ffff::',
  unspecified: '0.0.0.0 0.255.255.255 :: ::ffff:0.0.0.0 64:ff9b::',
  reserved:
    '192.0.0.8 192.88.99.1 198.18.0.0 198.19.255.255 240.0.0.0 255.255.255.255 2001:2::1 2001:10::1 ' +
    '2001:1ff:ffff::1 fec0::1 100::1 5f00::1 4000:: ::ffff:0:127.0.0.1 64:ff9b:0:1::1 64:ff9b:2::1',
  translated:
    '64:ff9b:1:: 64:ff9b:1:ffff::8.8.8.8 2002:808:808:: 2001:0:808:808::f7f7:f7f7 ::8.8.8.8 ::101:101',
};

describe('an address', () => {
  it('that is public is allowed, also as IPv6 that stands for it', () => {
    for (const address of PUBLIC.split(' '))
      assert.equal(judge(address, several), 'allowed', address);
  });

  it('of a private network is allowed with one customer only', () => {
    let count = 1;
    const policy = createTargetPolicy({
      allow: [],
      sandbox: false,
      severalCustomers: () => count > 1,
    });
    for (const address of PRIVATE.split(' ')) {
      count = 1;
      assert.deepEqual(policy.check(address), { allowed: true }, address);
      count = 2;
      assert.deepEqual(policy.check(address), { allowed: false, class: 'private' }, address);
    }
  });

  for (const [name, addresses] of Object.entries(REFUSED)) {
    it(`that is ${name} is refused, however written and with one customer too`, () => {
      for (const address of addresses.split(' ')) assert.equal(judge(address), name, address);
    });
  }

  it('of loopback is allowed in the sandbox, and nothing else is in addition', () => {
    const sandbox = { sandbox: true };
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      assert.equal(judge(address, { ...sandbox, ...several }), 'allowed', address);
    }
    assert.equal(judge('0.0.0.0', sandbox), 'unspecified');
    assert.equal(judge('169.254.169.254', sandbox), 'metadata');
    assert.equal(judge('10.0.0.1', { ...sandbox, ...several }), 'private');
    assert.equal(judge('::127.0.0.1', sandbox), 'translated');
    assert.equal(judge('2002:7f00:1::', sandbox), 'translated');
  });

  it('with a zone is refused, whatever the list says', () => {
    const allow = ['::/0', 'fe80::/10'];
    for (const address of ['fe80::1%eth0', '::1%lo', '2a00::1%1', '8.8.8.8%eth0']) {
      assert.equal(judge(address, { allow }), 'link-local', address);
    }
  });

  it('that is none is refused, whatever the list says', () => {
    const allow = ['0.0.0.0/0', '::/0'];
    const texts =
      'localhost|127.1|0177.0.0.1|0x7f000001|2130706433|8.8.8.8 | 8.8.8.8|8.8.8|8.8.8.8.8|[::1]|:::|' +
      '::ffff:127.0.0.01|1::2::3|example.com|\u0668.8.8.8|';
    for (const text of texts.split('|')) assert.equal(judge(text, { allow }), 'reserved', text);
  });
});

describe("the operator's list", () => {
  it('allows what it names, whatever the class, and nothing beside it', () => {
    for (const [name, addresses] of Object.entries(REFUSED)) {
      for (const address of addresses.split(' ')) {
        const allow = [`${address}/${address.includes(':') ? 128 : 32}`];
        assert.equal(judge(address, { allow, ...several }), 'allowed', address);
        assert.notEqual(judge('10.9.8.7', { allow, ...several }), 'allowed', name);
      }
    }
  });

  it('names by the bits of its prefix, on any boundary', () => {
    const cases: [block: string, inside: string, outside: string][] = [
      ['127.0.0.2/32', '127.0.0.2', '127.0.0.1'],
      ['127.0.0.2/31', '127.0.0.3', '127.0.0.1'],
      ['10.1.2.3/8', '10.255.0.0', '127.10.0.0'],
      ['10.128.0.0/9', '10.128.0.0', '10.127.255.255'],
      ['127.0.0.0/25', '127.0.0.127', '127.0.0.128'],
      ['fd00::/8', 'fd12::1', 'fc12::1'],
      ['fd00:0:0:8000::/49', 'fd00::ffff:0:0:0:1', 'fd01::1'],
      ['FD00:0:0:0:4::/66', 'fd00::7:0:0:1', 'fd00::4000:0:0:1'],
      ['::1/128', '::1', '::2'],
      ['::ffff:127.0.0.0/120', '127.0.0.9', '127.0.1.0'],
      ['::ffff:7f00:2/128', '127.0.0.2', '127.0.0.3'],
    ];
    for (const [block, inside, outside] of cases) {
      assert.equal(
        judge(inside, { allow: [block], ...several }),
        'allowed',
        `${inside} in ${block}`,
      );
      assert.notEqual(
        judge(outside, { allow: [block], ...several }),
        'allowed',
        `${outside} in ${block}`,
      );
    }
  });

  it('opens IPv4 and what is mapped to it by IPv4 blocks alone', () => {
    assert.equal(judge('127.0.0.1', { allow: ['::/0'] }), 'loopback');
    assert.equal(judge('::ffff:127.0.0.1', { allow: ['::/0'] }), 'loopback');
    assert.equal(judge('::ffff:127.0.0.1', { allow: ['127.0.0.0/8'] }), 'allowed');
    assert.equal(judge('::1', { allow: ['0.0.0.0/0'] }), 'loopback');
    assert.equal(judge('64:ff9b::7f00:1', { allow: ['127.0.0.0/8'] }), 'loopback');
  });

  it('opens an address of metadata by a block of that address alone', () => {
    assert.equal(judge('169.254.169.254', { allow: ['169.254.169.254/32'] }), 'allowed');
    assert.equal(judge('fd00:ec2::254', { allow: ['fd00:ec2::254/128'] }), 'allowed');
    assert.equal(judge('169.254.1.1', { allow: ['169.254.0.0/16'] }), 'allowed');
    for (const allow of [['169.254.0.0/16'], ['169.254.169.254/31'], ['0.0.0.0/0']]) {
      assert.equal(judge('169.254.169.254', { allow }), 'metadata', String(allow));
    }
    assert.equal(judge('100.100.100.200', { allow: ['100.64.0.0/10'] }), 'metadata');
    assert.equal(judge('fd00:ec2::254', { allow: ['fc00::/7'] }), 'metadata');
  });

  it('is refused as a whole for a block that is none', () => {
    for (const block of [
      '',
      '10.0.0.0',
      '10.0.0.0/33',
      '::/129',
      '10/8',
      'x/8',
      '::1%lo/128',
      '1.2.3.4/-1',
    ]) {
      assert.throws(() => judge('8.8.8.8', { allow: [block] }), /no address block; write/, block);
    }
  });
});

describe('two addresses', () => {
  it('are the same however written, and an IPv4-mapped one is its IPv4 address', () => {
    assert.ok(sameAddress('::ffff:127.0.0.1', '127.0.0.1'));
    assert.ok(sameAddress('2A00:0:0::1', '2a00::1'));
    assert.ok(!sameAddress('127.0.0.1', '127.0.0.2'));
    assert.ok(!sameAddress('::1', '127.0.0.1'));
    assert.ok(!sameAddress('x', 'x'));
  });
});
