import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { HandClock, OK, portOf, rawReceiver, sender, Signal } from './test-kit.ts';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server that keeps what it receives, with bodies. */
async function httpReceiver(host = '127.0.0.1') {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { method, url, headers } = request;
        received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
        response.end('taken');
      });
  }).listen(0, host);
  await once(server, 'listening');
  const port = portOf(server.address());
  return {
    received,
    port,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The answer to one request, written by `answer`. */
async function answerTo(answer: (socket: Socket) => void, clock?: HandClock) {
  await using receiver = await rawReceiver(answer);
  await using out = sender(clock ? { clock } : {});
  return await out.get(`http://127.0.0.1:${receiver.port}/x`);
}

const withBody = (body: Buffer | string) => (socket: Socket) => {
  const bytes = Buffer.from(body);
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
  socket.write(bytes);
};

describe('a request with content', () => {
  it('is a POST of these very bytes, to the target as it is written', async () => {
    await using server = await httpReceiver();
    await using out = sender();
    const bodies = ['{"caller":"anonymous"}', 'a=1&b=é%20😀', '', 'x'.repeat(300_000)];
    for (const body of bodies) {
      const result = await out.send({
        url: `${server.origin}/a/../b?x='y'`,
        content: { type: 'application/json', body },
      });
      assert.equal(result.failure, null);
      assert.equal(result.answer, 'taken');
    }
    for (const [i, { method, url, headers, body }] of server.received.entries()) {
      assert.equal(method, 'POST');
      assert.equal(url, "/a/../b?x='y'");
      assert.equal(body, bodies[i]);
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['content-length'], String(Buffer.byteLength(bodies[i]!)));
      assert.equal(headers['transfer-encoding'], undefined);
      assert.equal(headers['expect'], undefined);
    }
  });

  it('is signed over its body, one without over its target, with the id and the second of the try', async () => {
    await using server = await httpReceiver();
    const clock = new HandClock();
    await using out = sender({ clock });
    clock.advance(1999);
    const asked: unknown[] = [];
    const sign = (...all: [string, number, string]) => {
      asked.push(all);
      return 'v1,c2lnbmF0dXJl v1,b2xk';
    };
    const url = `${server.origin}/n?type=SETUP&caller=a%20b#part`;
    await out.send({ url, id: 'call-9-2', sign });
    await out.send({ url, id: 'call-9-3', sign, content: { type: 'text/plain', body: 'é' } });
    await out.send({ url: server.origin, id: 'call-9-4', sign });
    await out.send({ url });
    assert.deepEqual(asked, [
      ['call-9-2', 1_700_000_001, '/n?type=SETUP&caller=a%20b'],
      ['call-9-3', 1_700_000_001, 'é'],
      ['call-9-4', 1_700_000_001, '/'],
    ]);
    assert.deepEqual(
      server.received.map(({ headers }) => headers['webhook-signature']),
      [...Array(3).fill('v1,c2lnbmF0dXJl v1,b2xk'), undefined],
    );
    assert.deepEqual(
      server.received.map(({ headers }) => headers['webhook-timestamp']),
      Array(4).fill('1700000001'),
    );
  });
});

describe('the address of a try', () => {
  it('is that of its connection, also of one that was kept, and by IPv6', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      await using server = await httpReceiver(host);
      await using out = sender();
      const shown = host === '::1' ? `[::1]:${server.port}` : `127.0.0.1:${server.port}`;
      for (let i = 0; i < 5; i++) {
        assert.equal((await out.get(`${server.origin}/x`)).address, shown);
      }
    }
  });

  it('is each its own where several connections work at a time', async () => {
    await using a = await httpReceiver();
    await using b = await httpReceiver();
    await using out = sender();
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, i) => out.get(`${(i % 2 ? a : b).origin}/x`)),
    );
    for (const [i, { address }] of results.entries()) {
      assert.equal(address, `127.0.0.1:${(i % 2 ? a : b).port}`);
    }
  });

  it('is known where the connection failed, was refused us, or broke, and not without one', async () => {
    await using receiver = await rawReceiver((socket) => socket.destroy());
    const gone = await rawReceiver(() => {});
    await gone[Symbol.asyncDispose]();
    await using out = sender();
    const broke = await out.get(`http://127.0.0.1:${receiver.port}/x`);
    assert.deepEqual([broke.address, broke.sent], [`127.0.0.1:${receiver.port}`, true]);
    const refused = await out.get(`http://127.0.0.1:${gone.port}/x`);
    assert.deepEqual([refused.address, refused.sent], [`127.0.0.1:${gone.port}`, false]);
    const forbidden = await out.get('http://169.254.169.254/x');
    assert.deepEqual([forbidden.failure, forbidden.sent], ['target-refused', false]);
    assert.match(forbidden.address!, /^169\.254\.169\.254/);
    const unknown = await out.get('http://no-such-name.invalid/x');
    assert.deepEqual([unknown.address, unknown.sent], [null, false]);
  });
});

describe('what is kept of an answer', () => {
  const euro = '€'; // three bytes
  const cases: [title: string, body: Buffer | string, kept: string | null][] = [
    ['all of a short one', 'OK', 'OK'],
    ['nothing where there is none', '', null],
    ['all of one with 2,048 bytes', 'x'.repeat(2048), 'x'.repeat(2048)],
    ['the first 2,048 bytes of a longer one', 'x'.repeat(5000), 'x'.repeat(2048)],
    ['no part of a character that is cut', euro.repeat(1000), euro.repeat(682)],
    ['no part of a character that ends too early', Buffer.from('abc€').subarray(0, 5), 'abc'],
    ['something readable of bytes that are no text', Buffer.from([0xff, 0x41, 0xc3, 0x28]), '�A�('],
    ['also a zero byte', 'a\0b', 'a\0b'],
  ];
  for (const [title, body, kept] of cases) {
    it(`is ${title}`, async () => {
      const result = await answerTo(withBody(body));
      assert.equal(result.failure, null);
      assert.equal(result.answer, kept);
    });
  }

  it('is the same however the network cuts it', async () => {
    const body = Buffer.from('é€😀'.repeat(300));
    const result = await answerTo((socket) => {
      socket.setNoDelay(true);
      socket.write('HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (const byte of body) socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]));
      socket.write('0\r\n\r\n');
    });
    assert.equal(result.status, 500);
    const kept = result.answer!;
    assert.ok(Buffer.byteLength(kept) <= 2048 && Buffer.byteLength(kept) > 2044);
    assert.ok(body.toString().startsWith(kept));
  });

  it('is what had come where its end never does', async () => {
    const clock = new HandClock();
    await using receiver = await rawReceiver((socket) =>
      socket.write('HTTP/1.1 503 No\r\nContent-Length: 1000\r\n\r\nsorry'),
    );
    await using out = sender({ clock });
    const result = out.get(`http://127.0.0.1:${receiver.port}/x`);
    await read(receiver.port);
    clock.advance(1000);
    assert.equal((await result).answer, 'sorry');
    assert.equal((await result).status, 503);
    assert.equal(clock.waiting, 0);
  });
});

/** Ends when what a receiver has written before is read: a whole exchange with it came behind. */
async function read(port: number): Promise<void> {
  await using other = sender();
  await using echo = await rawReceiver((socket) => socket.write(OK));
  for (let i = 0; i < 5; i++) await other.get(`http://127.0.0.1:${echo.port}/${port}`);
}

describe('the time of a try', () => {
  it('is what the request says, and otherwise the sender', async () => {
    const clock = new HandClock();
    const done = new Signal();
    await using receiver = await rawReceiver(() => {});
    await using out = sender({ clock, timeoutMs: 5000 });
    const url = `http://127.0.0.1:${receiver.port}/x`;
    const ended: string[] = [];
    for (const timeoutMs of [700, 30_000, undefined]) {
      void out.send({ url, ...(timeoutMs && { timeoutMs }) }).then(({ ms, error, failure }) => {
        ended.push(`${ms} ${failure} ${error}`);
        done.changed();
      });
    }
    await receiver.received(3);
    for (const [i, ms] of [700, 4300, 25_000].entries()) {
      clock.advance(ms - 1);
      assert.equal(ended.length, i);
      clock.advance(1);
      await done.until(() => ended.length === i + 1, 'the end');
    }
    assert.deepEqual(ended, [
      '700 timeout The server did not answer within 0.7 s.',
      '5000 timeout The server did not answer within 5 s.',
      '30000 timeout The server did not answer within 30 s.',
    ]);
    assert.equal(clock.waiting, 0);
  });

  it('goes on for a second once the status is known, or for less where it has less', async () => {
    for (const [timeoutMs, ms] of [
      [5000, 1000],
      [400, 400],
    ] as const) {
      const clock = new HandClock();
      await using receiver = await rawReceiver((socket) =>
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'),
      );
      await using out = sender({ clock });
      let ended = false;
      const result = out
        .send({ url: `http://127.0.0.1:${receiver.port}/x`, timeoutMs })
        .finally(() => (ended = true));
      await read(receiver.port);
      clock.advance(ms - 1);
      await read(receiver.port);
      assert.equal(ended, false);
      clock.advance(1);
      const { status, failure, answer, ms: took } = await result;
      assert.deepEqual([status, failure, answer, took], [200, null, 'x', ms]);
    }
  });
});

describe('a wish of the receiver', () => {
  it('to be asked later is told with a failure, and with nothing else', async () => {
    for (const [status, header, ms] of [
      ['503 No', 'Retry-After: 120\r\n', 120_000],
      ['429 Slow', 'Retry-After: Tue, 14 Nov 2023 22:13:50 GMT\r\n', 30_000],
      [
        '503 No',
        'Date: Wed, 01 Jan 2020 00:00:00 GMT\r\nRetry-After: Wed, 01 Jan 2020 00:00:09 GMT\r\n',
        9000,
      ],
      ['302 X', 'Location: /y\r\nRetry-After: 1\r\n', 1000],
      ['503 No', 'Retry-After: -5\r\n', undefined],
      ['503 No', 'Retry-After: 5\r\nRetry-After: 6\r\n', 5000],
      ['503 No', '', undefined],
      ['200 OK', 'Retry-After: 120\r\n', undefined],
    ] as const) {
      const result = await answerTo(
        (socket) => socket.write(`HTTP/1.1 ${status}\r\n${header}Content-Length: 0\r\n\r\n`),
        new HandClock(),
      );
      assert.equal(result.retryAfterMs, ms, `${status} ${header}`);
    }
  });
});
