import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { createClientAddress, createIsProxy } from './client-address.ts';
import { baseUrlOf, originOfRequest } from './request-origin.ts';

const proxies = {
  clientAddress: createClientAddress(['192.0.2.1/32']),
  isProxy: createIsProxy(['192.0.2.1/32']),
};

function request(
  remoteAddress: string,
  headers: Record<string, string>,
  encrypted = false,
): IncomingMessage {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is read of one
  return { headers, socket: { remoteAddress, encrypted } } as unknown as IncomingMessage;
}

test('the name that the client used is the name of its links', () => {
  const names: [string, string | undefined][] = [
    ['cti.example', 'cti.example'],
    ['cti.example:8443', 'cti.example'],
    ['192.0.2.7:8080', '192.0.2.7'],
    ['[2001:db8::7]:8080', '2001:db8::7'],
    ['', undefined],
    ['evil"><script>', undefined],
    ['a b', undefined],
    ['user@host', undefined],
    ['host/path', undefined],
    ['[x]', undefined],
  ];
  for (const [host, hostname] of names) {
    const origin = originOfRequest(request('198.51.100.1', { host }), proxies);
    assert.equal(origin.hostname, hostname, host);
    assert.equal(origin.host, hostname === undefined ? undefined : host);
  }
});

test('https is what came encrypted, or what a listed proxy says', () => {
  const said = { host: 'h', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'cti.example' };
  const direct = originOfRequest(request('198.51.100.1', said), proxies);
  assert.deepEqual([direct.encrypted, direct.host], [false, 'h']);
  const own = originOfRequest(request('198.51.100.1', { host: 'h' }, true), proxies);
  assert.equal(baseUrlOf(own, '127.0.0.1:8080'), 'https://h');
  const proxied = originOfRequest(request('192.0.2.1', said), proxies);
  assert.equal(baseUrlOf(proxied, '127.0.0.1:8080'), 'https://cti.example');
  // Behind one proxy stands what a client wrote itself.
  const chain = { host: 'h', 'x-forwarded-proto': 'https, http' };
  assert.equal(originOfRequest(request('::ffff:192.0.2.1', chain), proxies).encrypted, false);
});

test('without a usable name a link leads to where the server listens', () => {
  const origin = originOfRequest(request('198.51.100.1', { host: 'a b' }), proxies);
  assert.equal(baseUrlOf(origin, '127.0.0.1:8080'), 'http://127.0.0.1:8080');
});
