import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { addPages } from './pages.ts';

const script = `console.log(${JSON.stringify('carillon '.repeat(500))});`;

async function serve(
  t: TestContext,
  built = true,
): Promise<{ app: FastifyInstance; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-pages-'));
  t.after(() => rmSync(folder, { recursive: true }));
  if (built) {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>one</title>');
    writeFileSync(join(folder, 'assets', 'index-Ab3_dE9x.js'), script);
    writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(join(folder, '.secret.txt'), 'secret');
    writeFileSync(join(folder, 'key.pem'), 'secret');
    symlinkSync('/etc/hostname', join(folder, 'hostname.txt'));
  }
  const app = fastify({ exposeHeadRoutes: false });
  app.get('/healthz', async () => 'OK');
  addPages(app, folder);
  t.after(() => app.close());
  return { app, folder };
}

test('the page loads from here and nowhere else, and is asked for anew each time', async (t) => {
  const { app } = await serve(t);
  const { statusCode, headers, body } = await app.inject('/');
  assert.equal(statusCode, 200);
  assert.match(body, /one/);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-cache');
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'; script-src 'self';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  const again = await app.inject({
    url: '/',
    headers: { 'if-none-match': String(headers['etag']) },
  });
  assert.equal(again.statusCode, 304);
});

test('what is named after its content may be kept for a year, and comes compressed', async (t) => {
  const { app } = await serve(t);
  const url = '/assets/index-Ab3_dE9x.js';
  const plain = await app.inject(url);
  assert.equal(plain.body, script);
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(plain.headers['content-encoding'], undefined);
  const br = await app.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } });
  assert.equal(br.headers['content-encoding'], 'br');
  assert.equal(brotliDecompressSync(br.rawPayload).toString(), script);
  const gz = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br;q=0' } });
  assert.equal(gz.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gz.rawPayload).toString(), script);
  assert.equal(gz.headers['vary'], 'Accept-Encoding');
});

test('HEAD answers as GET without the body', async (t) => {
  const { app } = await serve(t);
  for (const url of ['/', '/assets/index-Ab3_dE9x.js', '/icon.svg']) {
    const { statusCode, headers, body } = await app.inject({ method: 'HEAD', url });
    assert.equal(statusCode, 200, url);
    assert.equal(body, '');
    assert.ok(Number(headers['content-length']) > 10);
  }
});

test('nothing but the built files can be reached, however the path is written', async (t) => {
  const { app } = await serve(t);
  for (const url of [
    '/.secret.txt',
    '/%2esecret.txt',
    '/key.pem',
    '/hostname.txt',
    '/../package.json',
    '/assets/../index.html/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/',
    '/assets',
    '/index.html%00',
    '//etc/hostname',
    '/assets\\index.html',
    '/constructor',
    '/__proto__',
  ]) {
    const { statusCode, body } = await app.inject(url);
    assert.ok(statusCode === 404 || statusCode === 400, `${url}: ${statusCode}`);
    assert.doesNotMatch(body, /secret"|"name"/);
  }
  assert.equal((await app.inject({ method: 'POST', url: '/' })).statusCode, 404);
  assert.equal((await app.inject('/healthz')).body, 'OK');
});

test('pages that were never built say how to build them, and are there once they are', async (t) => {
  const { app, folder } = await serve(t, false);
  const before = await app.inject('/');
  assert.equal(before.statusCode, 503);
  assert.match(before.body, /npm run portal/);
  writeFileSync(join(folder, 'index.html'), 'first');
  assert.equal((await app.inject('/')).body, 'first');
  writeFileSync(join(folder, 'index.html'), 'second');
  utimesSync(join(folder, 'index.html'), 1, 1);
  assert.equal((await app.inject('/')).body, 'second');
});
