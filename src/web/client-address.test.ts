import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAddress } from '../lines/source-ip-match.ts';
import { createClientAddress } from './client-address.ts';

test('an address has one form, whatever form it came in', () => {
  const table: [text: string, canonical: string | undefined][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:0207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::', '::'],
    ['', undefined],
    ['192.0.2', undefined],
    ['192.0.2.07', undefined],
    ['192.0.2.7 ', undefined],
    ['192.0.2.7\n', undefined],
    ['unknown', undefined],
    ['2001:db8::1::2', undefined],
  ];
  for (const [text, canonical] of table) assert.equal(canonicalAddress(text), canonical, text);
});

test('without listed proxies the header is never believed', () => {
  const addressOf = createClientAddress([]);
  assert.equal(addressOf('192.0.2.1', '10.0.0.1'), '192.0.2.1');
  assert.equal(addressOf('::ffff:127.0.0.1', '10.0.0.1'), '127.0.0.1');
  assert.equal(addressOf('fe80::1%lo', undefined), 'fe80::1');
  assert.equal(addressOf(undefined, '10.0.0.1'), '');
});

const addressOf = createClientAddress(['10.0.0.0/8', '2001:db8:ff::/48']);

test('behind listed proxies the client is the rightmost address that is no proxy', () => {
  const table: [peer: string, header: string | undefined, client: string][] = [
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['10.0.0.1', '192.0.2.1, 10.0.0.2,10.0.0.3', '192.0.2.1'],
    ['2001:DB8:FF::1', '2001:DB8::A, 10.0.0.3', '2001:db8::a'],
    ['10.0.0.1', '192.0.2.1:51234', '192.0.2.1'],
    ['10.0.0.1', '[2001:db8::a]:443', '2001:db8::a'],
    ['10.0.0.1', '[2001:db8::a]', '2001:db8::a'],
    ['10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
    ['10.0.0.1', '10.0.0.9, 10.0.0.8', '10.0.0.9'],
  ];
  for (const [peer, header, client] of table) {
    assert.equal(addressOf(peer, header), client, `${peer} ${header}`);
  }
});

test('a client cannot make itself another one', () => {
  const table: [peer: string, header: string, client: string, why: string][] = [
    ['192.0.2.1', '198.51.100.1', '192.0.2.1', 'not from a proxy'],
    ['192.0.2.1', '198.51.100.1, 10.0.0.1', '192.0.2.1', 'a proxy named by a stranger'],
    ['10.0.0.1', '198.51.100.1, 192.0.2.1', '192.0.2.1', 'an address written ahead'],
    ['10.0.0.1', '198.51.100.1, 10.0.0.2, 192.0.2.1', '192.0.2.1', 'a chain written ahead'],
    ['10.0.0.1', '198.51.100.1, 192.0.2.1, 10.0.0.2', '192.0.2.1', 'the same over two proxies'],
    ['10.0.0.1', '198.51.100.1,, 10.0.0.2', '10.0.0.2', 'an empty entry'],
    ['10.0.0.1', '198.51.100.1, unknown, 10.0.0.2', '10.0.0.2', 'garbage in between'],
    ['10.0.0.1', '198.51.100.1\t192.0.2.1', '10.0.0.1', 'two in one entry'],
    ['10.0.0.1', 'for=198.51.100.1', '10.0.0.1', 'another syntax'],
    ['10.0.0.1', '198.51.100.1%x', '10.0.0.1', 'a zone on IPv4, which has none'],
  ];
  for (const [peer, header, client, why] of table) {
    assert.equal(addressOf(peer, header), client, why);
  }
});

test('a block of mapped addresses holds the IPv4 addresses that it means', () => {
  const mapped = createClientAddress(['::ffff:10.0.0.0/104']);
  assert.equal(mapped('10.1.2.3', '192.0.2.1'), '192.0.2.1');
  assert.equal(mapped('11.1.2.3', '192.0.2.1'), '11.1.2.3');
});

test('a header as long as one may be costs milliseconds', () => {
  const started = performance.now();
  assert.equal(addressOf('10.0.0.1', '10.0.0.2,'.repeat(3600)), '10.0.0.1');
  assert.equal(addressOf('10.0.0.1', `192.0.2.1${',10.0.0.2'.repeat(3600)}`), '192.0.2.1');
  assert.ok(performance.now() - started < 500);
});
