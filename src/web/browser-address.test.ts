import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressForBrowsers } from './browser-address.ts';

const http = { host: '127.0.0.1', port: 8080 };
const https = { host: '192.0.2.7', port: 443 };

test('browsers are sent to HTTPS where it is on, but for the sandbox, whose certificate they distrust', () => {
  const both = { address: http, httpsAddress: https };
  assert.equal(addressForBrowsers(both, { sandbox: false }), 'https://192.0.2.7:443');
  assert.equal(addressForBrowsers(both, { sandbox: true }), 'http://127.0.0.1:8080');
  const plain = { address: http, httpsAddress: undefined };
  assert.equal(addressForBrowsers(plain, { sandbox: false }), 'http://127.0.0.1:8080');
});

test('where every address is listened on, a browser on this machine takes loopback', () => {
  for (const [host, url] of [
    ['0.0.0.0', 'http://127.0.0.1:8080'],
    ['::', 'http://[::1]:8080'],
    ['::1', 'http://[::1]:8080'],
  ] as const) {
    const web = { address: { host, port: 8080 }, httpsAddress: undefined };
    assert.equal(addressForBrowsers(web, { sandbox: false }), url);
  }
});
