import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { makeSelfSigned } from './self-signed.ts';
import { openTls, selfSignedTls, type Tls, TlsFileError } from './tls.ts';

const dayMs = 86_400_000;
const now = new Date();
const nextYear = new Date(now.getTime() + 365 * dayMs);

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-tls-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function serialOf(cert: string): string {
  return new X509Certificate(cert).serialNumber;
}

/** A server that says hello to whom the handshake succeeded with. */
async function listen(t: TestContext, tls: Tls): Promise<number> {
  const server = tls.makeServer((socket) => {
    socket.on('error', () => {});
    socket.end('hello');
  });
  t.after(() => server.close());
  t.after(() => tls.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

interface Visit {
  readonly serial: string;
  readonly authorized: boolean;
  readonly protocol: string | null;
  readonly text: string;
}

async function visit(port: number, options: ConnectionOptions = {}): Promise<Visit> {
  const socket: TLSSocket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...options,
  });
  await once(socket, 'secureConnect');
  const { authorized } = socket;
  const protocol = socket.getProtocol();
  const serial = socket.getPeerX509Certificate()!.serialNumber;
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return { serial, authorized, protocol, text };
}

/** Certificate and key in two files, with what openTls told about them. */
function opened(t: TestContext, pair = makeSelfSigned(now, nextYear)) {
  const directory = temporary(t);
  const certFile = join(directory, 'cert.pem');
  const keyFile = join(directory, 'key.pem');
  writeFileSync(certFile, pair.cert);
  writeFileSync(keyFile, pair.key);
  const reloads: Date[] = [];
  const faults: string[] = [];
  const tls = openTls({
    certFile,
    keyFile,
    onReload: (validTo) => reloads.push(validTo),
    onFault: (error) => faults.push(error.message),
    // The tests look themselves.
    everyMs: 1_000_000,
  });
  return { directory, certFile, keyFile, pair, tls, reloads, faults };
}

/** Two looks agree on a change before it is taken. */
async function settle(tls: Tls): Promise<void> {
  await tls.look();
  await tls.look();
}

test("the sandbox's certificate is accepted for this machine's names by who is given it", async (t) => {
  const directory = temporary(t);
  const port = await listen(t, selfSignedTls(directory));
  const ca = readFileSync(join(directory, 'tls-cert.pem'));
  for (const servername of ['localhost', '']) {
    const options = { ca, rejectUnauthorized: true, servername };
    const { authorized, text, protocol } = await visit(port, options);
    assert.deepEqual([authorized, text, protocol], [true, 'hello', 'TLSv1.3']);
  }
  await assert.rejects(
    visit(port, { ca, rejectUnauthorized: true, servername: 'example.org' }),
    /ERR_TLS_CERT_ALTNAME_INVALID|altnames/,
  );
  const certificate = new X509Certificate(ca);
  assert.equal(certificate.ca, false);
  assert.equal(certificate.checkIP('::1'), '::1');
  assert.equal(certificate.verify(certificate.publicKey), true);
});

test('OpenSSL reads the certificate strictly and finds no fault', (t) => {
  const file = join(temporary(t), 'cert.pem');
  writeFileSync(file, makeSelfSigned(now, nextYear).cert);
  let version: string;
  try {
    version = execFileSync('openssl', ['version'], { encoding: 'utf8' });
  } catch {
    t.skip('openssl is not installed');
    return;
  }
  const purpose = ['-x509_strict', '-purpose', 'sslserver', '-CAfile', file, file];
  const said = execFileSync('openssl', ['verify', ...purpose], { encoding: 'utf8' });
  assert.match(said, /: OK\n$/, version);
});

test('dates behind 2049 are written in the longer form', () => {
  const { cert } = makeSelfSigned(now, new Date('2051-02-03T04:05:06Z'));
  assert.equal(
    new Date(new X509Certificate(cert).validTo).toISOString(),
    '2051-02-03T04:05:06.000Z',
  );
});

test("the sandbox's certificate stays over restarts, its key for its user alone", (t) => {
  const directory = temporary(t);
  const read = (): string => readFileSync(join(directory, 'tls-cert.pem'), 'utf8');
  selfSignedTls(directory, now);
  const first = read();
  assert.equal(statSync(join(directory, 'tls-key.pem')).mode & 0o777, 0o600);
  selfSignedTls(directory, new Date(now.getTime() + 334 * dayMs));
  assert.equal(read(), first);
  selfSignedTls(directory, new Date(now.getTime() + 336 * dayMs));
  assert.notEqual(read(), first);
});

test("the sandbox makes a new pair where the kept one is broken or another's", (t) => {
  const directory = temporary(t);
  const other = makeSelfSigned(now, nextYear);
  for (const [file, text] of [
    ['tls-cert.pem', 'nonsense'],
    ['tls-key.pem', ''],
    ['tls-key.pem', other.key],
  ] as const) {
    selfSignedTls(directory);
    const before = readFileSync(join(directory, 'tls-cert.pem'), 'utf8');
    writeFileSync(join(directory, file), text);
    selfSignedTls(directory);
    const after = readFileSync(join(directory, 'tls-cert.pem'), 'utf8');
    assert.notEqual(after, before);
    const key = readFileSync(join(directory, 'tls-key.pem'), 'utf8');
    openTls({
      certFile: join(directory, 'tls-cert.pem'),
      keyFile: join(directory, 'tls-key.pem'),
      onReload: () => {},
      onFault: assert.fail,
    }).close();
    assert.notEqual(key, other.key);
  }
});

test('TLS 1.1 is refused, and 1.2 is not', async (t) => {
  const port = await listen(t, opened(t).tls);
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  await assert.rejects(visit(port, old));
  assert.equal((await visit(port, { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
});

test('a client that speaks no TLS is cut off, and the next one is served', async (t) => {
  const port = await listen(t, opened(t).tls);
  const socket = connectPlain(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  assert.equal((await visit(port)).text, 'hello');
});

test('a pair that changed is taken for new connections, without a restart', async (t) => {
  const { tls, certFile, keyFile, pair, reloads, faults } = opened(t);
  const port = await listen(t, tls);
  assert.equal((await visit(port)).serial, serialOf(pair.cert));
  const until = new Date('2040-01-02T03:04:05Z');
  const next = makeSelfSigned(now, until);
  // As certbot does: the new file gets the name of the old one, the certificate first.
  writeFileSync(`${certFile}.new`, next.cert);
  renameSync(`${certFile}.new`, certFile);
  await tls.look();
  writeFileSync(`${keyFile}.new`, next.key);
  renameSync(`${keyFile}.new`, keyFile);
  await settle(tls);
  assert.equal((await visit(port)).serial, serialOf(next.cert));
  assert.deepEqual(reloads, [until]);
  assert.deepEqual(faults, [], 'a look between the two files is no fault');
  await settle(tls);
  assert.equal(reloads.length, 1, 'it is taken once');
});

test('a link that turns to another folder is seen, as Kubernetes turns it', async (t) => {
  const directory = temporary(t);
  const pairs = [makeSelfSigned(now, nextYear), makeSelfSigned(now, nextYear)] as const;
  for (const [index, pair] of pairs.entries()) {
    mkdirSync(join(directory, `${index}`));
    writeFileSync(join(directory, `${index}/cert.pem`), pair.cert);
    writeFileSync(join(directory, `${index}/key.pem`), pair.key);
  }
  symlinkSync('0', join(directory, 'data'));
  const tls = openTls({
    certFile: join(directory, 'data/cert.pem'),
    keyFile: join(directory, 'data/key.pem'),
    onReload: () => {},
    onFault: assert.fail,
  });
  const port = await listen(t, tls);
  symlinkSync('1', join(directory, 'data.new'));
  renameSync(join(directory, 'data.new'), join(directory, 'data'));
  await settle(tls);
  assert.equal((await visit(port)).serial, serialOf(pairs[1].cert));
});

test('a broken, foreign or missing new file is told once, and the old pair stays', async (t) => {
  const { tls, certFile, keyFile, pair, reloads, faults } = opened(t);
  const port = await listen(t, tls);
  const next = makeSelfSigned(now, nextYear);
  const breaks: [change: () => void, says: RegExp][] = [
    [() => writeFileSync(certFile, 'nonsense'), /^--tls-cert: .*holds no certificate/],
    [() => writeFileSync(certFile, next.cert), /^--tls-key: .*is not that of the certificate in/],
    [() => unlinkSync(keyFile), /^--tls-key: there is no file/],
  ];
  for (const [index, [change, says]] of breaks.entries()) {
    change();
    await settle(tls);
    await settle(tls);
    assert.equal(faults.length, index + 1);
    assert.match(faults[index]!, says);
    assert.equal((await visit(port)).serial, serialOf(pair.cert));
  }
  writeFileSync(keyFile, next.key);
  await settle(tls);
  assert.equal((await visit(port)).serial, serialOf(next.cert));
  assert.equal(reloads.length, 1);
});

test('the timer looks by itself', async (t) => {
  const { certFile, keyFile, directory } = opened(t);
  const { promise, resolve } = Promise.withResolvers<Date>();
  const tls = openTls({ certFile, keyFile, onReload: resolve, onFault: () => {}, everyMs: 5 });
  t.after(() => tls.close());
  const next = makeSelfSigned(now, nextYear);
  for (const [file, text] of [
    [keyFile, next.key],
    [certFile, next.cert],
  ] as const) {
    writeFileSync(join(directory, 'new'), text);
    renameSync(join(directory, 'new'), file);
  }
  // The timer does not keep a process alive, so something else has to while the test waits.
  const alive = setTimeout(() => assert.fail('no reload within 10 s'), 10_000);
  await promise;
  clearTimeout(alive);
});

test('a certificate out of date is served, and told', (t) => {
  const past = makeSelfSigned(now, new Date('2020-01-01T00:00:00Z'));
  const { tls, faults } = opened(t, past);
  tls.close();
  assert.match(faults.join(), /^the certificate in .* ended on 2020-01-01T00:00:00.000Z$/);
});

test('files that cannot be used are refused in one line that says what to change', (t) => {
  const { directory, certFile, keyFile, pair, tls } = opened(t);
  tls.close();
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const none = join(directory, 'none.pem');
  const unreadable = write('secret.pem', pair.key);
  chmodSync(unreadable, 0);
  const table: [certFile: string, keyFile: string, says: RegExp][] = [
    [none, keyFile, /^--tls-cert: there is no file .*none\.pem; write the path of a certificate/],
    [certFile, none, /^--tls-key: there is no file .*none\.pem; write the path of a private key/],
    [directory, keyFile, /^--tls-cert: cannot read .*EISDIR/],
    [write('empty.pem', ''), keyFile, /^--tls-cert: .*holds no certificate; write/],
    [keyFile, keyFile, /^--tls-cert: .*holds no certificate; write/],
    [certFile, certFile, /^--tls-key: .*holds no private key; write/],
    [
      certFile,
      write('other.pem', makeSelfSigned(now, nextYear).key),
      /^--tls-key: the key in .*other\.pem is not that of the certificate in .*cert\.pem; write/,
    ],
    [
      certFile,
      write(
        'locked.pem',
        '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
      ),
      /^--tls-key: the key in .* has a pass phrase; write it without \(openssl pkey/,
    ],
    ...(process.getuid?.() === 0
      ? []
      : [[certFile, unreadable, /^--tls-key: this user may not read/] as [string, string, RegExp]]),
  ];
  for (const [cert, key, says] of table) {
    assert.throws(
      () => openTls({ certFile: cert, keyFile: key, onReload: () => {}, onFault: () => {} }),
      (error) => {
        assert.ok(error instanceof TlsFileError);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  }
});
