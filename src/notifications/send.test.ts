import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { HandClock, OK, portOf, rawReceiver, sender, Signal } from './test-kit.ts';

describe('the request on the wire', () => {
  it('has the path and query byte for byte as expanded', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    await using out = sender();
    const targets = [
      '/',
      '/?',
      '/a?',
      '/a/../b/./c',
      '/../..',
      '//a//b',
      "/it's?q='x'",
      '/%zz%2e%2E%41?p=%zz&q=%',
      '/!"$&\'()*+,-.:;<>=@[]\\^`{|}~?q=!"$\'()*+,-.:;<>@[]\\^`{|}~?/&',
      '/a?b=c?d=e&&f',
      '/http://elsewhere/x',
      `/${'x'.repeat(8000)}`,
    ];
    for (const target of targets) {
      const result = await out.get(`http://127.0.0.1:${receiver.port}${target}`);
      assert.equal(result.error, null);
    }
    assert.deepEqual(
      receiver.heads.map((head) => head.split('\r\n')[0]),
      targets.map((target) => `GET ${target} HTTP/1.1`),
    );
  });

  it('has a / where the URL has no path', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    await using out = sender();
    await out.get(`http://127.0.0.1:${receiver.port}?a=b#c`);
    assert.match(receiver.heads[0]!, /^GET \/\?a=b HTTP/);
  });

  it('carries id, time, number of the try and who asks, and nothing more', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    const clock = new HandClock();
    await using out = sender({ clock });
    clock.advance(1999);
    await out.get(`http://127.0.0.1:${receiver.port}/x`, 3);
    assert.deepEqual(receiver.heads[0]!.split('\r\n').slice(1).sort(), [
      'Accept: */*',
      'Connection: keep-alive',
      `Host: 127.0.0.1:${receiver.port}`,
      'User-Agent: Carillon/1.2.3',
      'Webhook-Attempt: 3',
      'Webhook-Id: call-0001-1',
      'Webhook-Timestamp: 1700000001',
    ]);
  });

  it('carries user-info as Basic credentials, percent-decoded, and not in the target', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    await using out = sender();
    const credentials: [userInfo: string, pair: string][] = [
      ['user:p%40ss', 'user:p@ss'],
      ['user', 'user:'],
      ['u:a:b', 'u:a:b'],
      ['u%C3%A9:%zz', 'ué:%zz'],
      ['a@b:c', 'a@b:c'],
    ];
    for (const [userInfo] of credentials) {
      await out.get(`http://${userInfo}@127.0.0.1:${receiver.port}/x`);
    }
    assert.deepEqual(
      receiver.heads.map((head) => {
        assert.match(head, /^GET \/x HTTP/);
        const encoded = /Authorization: Basic (\S+)/.exec(head)?.[1] ?? '';
        return Buffer.from(encoded, 'base64').toString();
      }),
      credentials.map(([, pair]) => pair),
    );
  });

  it('reuses connections', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    await using out = sender();
    for (let i = 0; i < 20; i++) await out.get(`http://127.0.0.1:${receiver.port}/x`);
    assert.equal(receiver.connections, 1);
  });

  it('goes to a receiver that closes behind each answer without saying so', async () => {
    for (const close of ['end', 'reset']) {
      await using receiver = await rawReceiver((socket) => {
        if (close === 'end') socket.end(OK);
        else socket.write(OK, () => socket.resetAndDestroy());
      });
      await using out = sender();
      for (let i = 0; i < 50; i++) {
        const { error } = await out.get(`http://127.0.0.1:${receiver.port}/x`);
        assert.equal(error, null, `request ${i}, ${close}`);
      }
      assert.equal(receiver.connections, 50);
    }
  });

  it('does not take a connection on which something came behind the answer', async () => {
    await using receiver = await rawReceiver((socket) => {
      socket.write(OK, () => socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'));
    });
    await using out = sender();
    for (let i = 0; i < 20; i++) {
      assert.equal((await out.get(`http://127.0.0.1:${receiver.port}/x`)).status, 200);
    }
  });

  it('has no line that an id or a type brings along', async () => {
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    await using out = sender();
    const url = `http://127.0.0.1:${receiver.port}/x`;
    for (const bad of ['a\r\nX-Evil: 1', 'a\u010d\u010aX-Evil: 1', 'a\0', 'é']) {
      assert.equal((await out.send({ url, id: bad })).failure, 'bad-url');
      const content = { type: bad, body: '' };
      assert.equal((await out.send({ url, content })).failure, 'bad-url');
    }
    assert.equal(receiver.heads.length, 0);
  });

  it('that cannot be signed is a failure like any other', async () => {
    const clock = new HandClock();
    await using out = sender({ clock });
    const { failure, sent } = await out.send({
      url: 'http://127.0.0.1:9/x',
      sign() {
        throw new Error('no key');
      },
    });
    assert.deepEqual([failure, sent, clock.waiting], ['bad-answer', false, 0]);
  });
});

describe('a try that takes too long', () => {
  it('for an answer ends after the timeout, and the connection is dropped', async () => {
    const clock = new HandClock();
    const gone = new Signal();
    let open = true;
    await using receiver = await rawReceiver((socket) =>
      socket.on('close', () => {
        open = false;
        gone.changed();
      }),
    );
    await using out = sender({ clock });
    const result = out.get(`http://127.0.0.1:${receiver.port}/x`);
    await receiver.received(1);
    clock.advance(5000);
    assert.deepEqual(await result, {
      at: 1_700_000_000_000,
      ms: 5000,
      status: null,
      error: 'The server did not answer within 5 s.',
      failure: 'timeout',
      address: `127.0.0.1:${receiver.port}`,
      answer: null,
      sent: true,
    });
    await gone.until(() => !open, 'the connection is dropped');
    assert.equal(clock.waiting, 0);
  });

  it('for the connection ends after the timeout, and nothing is sent when it comes late', async () => {
    let requests = 0;
    const tls = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
      requests++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(tls, 'listening');
    // In front of it, a server that lets nothing through before `release`: we stay connecting.
    const signal = new Signal();
    const arrived: Socket[] = [];
    const front = createServer((socket) => {
      socket.on('error', () => {}).pause();
      arrived.push(socket);
      signal.changed();
    }).listen(0, '127.0.0.1');
    await once(front, 'listening');
    const clock = new HandClock();
    const out = sender({ clock, ca: CERTIFICATE, timeoutMs: 60_000 });

    const result = out.get(`https://localhost:${portOf(front.address())}/x`);
    await signal.until(() => arrived.length === 1, 'the connection');
    clock.advance(60_000);
    assert.equal((await result).error, 'No connection to the server within 60 s.');
    assert.equal((await result).failure, 'timeout');

    const dropped = once(arrived[0]!, 'close');
    const requested = once(tls, 'request');
    const behind = connect(portOf(tls.address()), '127.0.0.1').on('error', () => {});
    arrived[0]!.pipe(behind).pipe(arrived[0]!);
    await Promise.race([dropped, requested]);
    assert.equal(requests, 0);

    await out.close();
    tls.closeAllConnections();
    for (const server of [front, tls]) {
      server.close();
      await once(server, 'close');
    }
  });

  it('for its body is judged by its status, since the receiver has acted', async () => {
    for (const status of [200, 500]) {
      const clock = new HandClock();
      await using receiver = await rawReceiver((socket) =>
        socket.write(`HTTP/1.1 ${status} X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`),
      );
      await using out = sender({ clock, timeoutMs: 2000 });
      const result = out.get(`http://127.0.0.1:${receiver.port}/x`);
      // The answer is in the kernel by now; a second exchange shows that it was read.
      await receiver.received(1);
      await using other = await rawReceiver((socket) => socket.write(OK));
      await out.get(`http://127.0.0.1:${other.port}/x`);
      clock.advance(2000);
      assert.equal((await result).status, status);
      assert.equal((await result).failure, status === 200 ? null : 'status');
    }
  });

  it('leaves no timer behind when it did not', async () => {
    const clock = new HandClock();
    await using receiver = await rawReceiver((socket) => socket.write(OK));
    await using out = sender({ clock });
    await out.get(`http://127.0.0.1:${receiver.port}/x`);
    assert.equal(clock.waiting, 0);
  });
});

describe('a server that cannot be asked', () => {
  it('is reported as refusing where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server.address());
    server.close();
    await once(server, 'close');
    await using out = sender();
    const result = await out.get(`http://127.0.0.1:${port}/x`);
    assert.equal(result.failure, 'refused');
    assert.equal(result.error, `The server 127.0.0.1:${port} refused the connection.`);
    assert.equal(result.status, null);
  });

  it('is reported as not found where its name is unknown', async () => {
    await using out = sender();
    const result = await out.get('http://no-such-name.invalid/x');
    assert.equal(result.failure, 'name-not-found');
    assert.equal(result.error, 'The name of the server no-such-name.invalid was not found.');
  });

  it('is reported as a bad URL where the text is none', async () => {
    const clock = new HandClock();
    await using out = sender({ clock });
    for (const url of [
      '',
      'nonsense',
      'http:///x',
      'http://h:99999/',
      'http://h/\u20ac',
      'http://h/a b',
    ]) {
      assert.equal((await out.get(url)).failure, 'bad-url', url);
    }
    assert.equal(clock.waiting, 0);
  });

  it('is reported with its certificate where that is not trusted or of another name', async () => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
      response.end('OK');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server.address());
    const strict = sender();
    const trusting = sender({ ca: CERTIFICATE });

    const unknown = await strict.get(`https://localhost:${port}/x`);
    assert.equal(unknown.failure, 'certificate');
    assert.match(
      unknown.error!,
      /^The certificate of the server localhost:\d+ is not accepted: .*self.signed/,
    );
    assert.equal((await trusting.get(`https://127.0.0.1:${port}/x`)).failure, 'certificate');
    assert.equal((await trusting.get(`https://localhost:${port}/x`)).error, null);

    await strict.close();
    await trusting.close();
    server.close();
    await once(server, 'close');
  });

  it('is reported where it speaks plain HTTP on a port for https', async () => {
    const server = createServer((socket) => {
      socket
        .on('error', () => {})
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const out = sender();
    const result = await out.get(`https://127.0.0.1:${portOf(server.address())}/x`);
    assert.equal(result.failure, 'certificate');
    assert.match(result.error!, /speaks no TLS/);
    await out.close();
    server.close();
    await once(server, 'close');
  });
});

describe('a sender that is closed', () => {
  it('ends what is in flight, and what comes later, as stopped, and leaves no connection', async () => {
    await using receiver = await rawReceiver(() => {});
    const out = sender();
    const url = `http://127.0.0.1:${receiver.port}/x`;
    const waiting = out.get(url);
    await receiver.received(1);
    await out.close();
    assert.equal((await waiting).failure, 'stopped');
    assert.equal((await out.get(url)).failure, 'stopped');
    await out.close();
  });

  it('also drops a connection that is not made yet', async () => {
    // It takes the connection and never agrees on TLS.
    const signal = new Signal();
    const arrived: Socket[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume();
      arrived.push(socket);
      signal.changed();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const out = sender({ timeoutMs: 60_000 });
    const waiting = out.get(`https://127.0.0.1:${portOf(server.address())}/x`);
    await signal.until(() => arrived.length === 1, 'the connection');
    const gone = once(arrived[0]!, 'close', { signal: AbortSignal.timeout(10_000) });
    await out.close();
    assert.equal((await waiting).failure, 'stopped');
    await gone;
    server.close();
    await once(server, 'close');
  });
});

// Self-signed for localhost, valid until 2126; it protects nothing.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZ1qrfX4Do7fcZRv1
+K3mK/SqnWygHOUIi6Q0hPI+gdqhRANCAARnyFn5cZylXip/a/HrA/TdkEh6kWoc
fV26TDdXo5T+QZJDukMTGfw68Ls58G3oi/ocJvR1hVCDDTmAOQbEApzI
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUKGfJVY2AaR9msgRjBu6ErPHLjkAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA3MDQyMVoYDzIxMjYxMDMw
MDcwNDIxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARnyFn5cZylXip/a/HrA/TdkEh6kWocfV26TDdXo5T+QZJDukMTGfw6
8Ls58G3oi/ocJvR1hVCDDTmAOQbEApzIo2kwZzAdBgNVHQ4EFgQU22tOLi9RTAp/
04j7K3vgf/R3Fc0wHwYDVR0jBBgwFoAU22tOLi9RTAp/04j7K3vgf/R3Fc0wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAMw8Vzzo22lG5hpp6JLVENrgJyrlym4E8WFNrwzKvH7uAiEAzy2xmKzL
QsmSIlS356yB7M8QWFie5zYLbJTJBa/qJ8s=
-----END CERTIFICATE-----`;
