import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { leftIn, outboxWith, SECOND } from './outbox-test-kit.ts';
import { event, number, OK, portOf, rawReceiver, sender } from './test-kit.ts';

type Answer = (socket: Socket) => void;

const text =
  (answer: string): Answer =>
  (socket) =>
    void socket.write(answer, 'latin1');
const thenEnd =
  (answer: string): Answer =>
  (socket) =>
    void socket.end(answer, 'latin1');

/** Writes the same again and again, as fast as it is taken. */
const endless =
  (first: string, again: string): Answer =>
  (socket) => {
    socket.write(first);
    const block = again.repeat(Math.ceil(16_384 / again.length));
    const more = () => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', more);
    more();
  };

/** Writes one byte at a time and never ends. */
const trickle =
  (first: string, again: string, everyMs = 5): Answer =>
  (socket) => {
    socket.setNoDelay(true).write(first);
    const timer = setInterval(() => socket.write(again), everyMs);
    socket.on('close', () => clearInterval(timer));
  };

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const bomb = gzipSync(Buffer.alloc(30_000_000));

/** What a receiver writes once it has a request; the failure that it is, null for success, and the status. */
const RECEIVERS: [title: string, answer: Answer, failure: string | null, status: number | null][] =
  [
    ['writes bytes that are nothing', text('\x00\xff\x16\x03\x01\x00'), 'bad-answer', null],
    ['writes a page without a head', thenEnd('<html>hello</html>'), 'bad-answer', null],
    ['speaks SMTP', text('220 mail.example ESMTP\r\n'), 'bad-answer', null],
    ['answers in HTTP/0.9', thenEnd('OK'), 'bad-answer', null],
    ['answers in HTTP/2', text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 'bad-answer', null],
    ['has a status of two digits', text('HTTP/1.1 20 OK\r\n\r\n'), 'bad-answer', null],
    ['has a status that is no number', text('HTTP/1.1 abc OK\r\n\r\n'), 'bad-answer', null],
    ['stops within the status line', text('HTTP/1.1 20'), 'timeout', null],
    ['ends within the status line', thenEnd('HTTP/1.1 20'), 'bad-answer', null],
    ['stops within a header', text('HTTP/1.1 200 OK\r\nContent-Le'), 'timeout', null],
    ['never answers', () => {}, 'timeout', null],
    ['closes at once', (socket) => void socket.destroy(), 'bad-answer', null],
    ['resets at once', (socket) => void socket.resetAndDestroy(), 'bad-answer', null],
    ['has headers without end', endless('HTTP/1.1 200 OK\r\n', 'X-A: b\r\n'), 'bad-answer', null],
    ['has one header without end', endless('HTTP/1.1 200 OK\r\nX-A: ', 'b'), 'bad-answer', null],
    ['has a reason without end', endless('HTTP/1.1 200 ', 'b'), 'timeout|bad-answer', null],
    ['trickles its headers', trickle('HTTP/1.1 200 OK\r\nX-A: ', 'b'), 'timeout', null],
    ['announces without end', endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n'), 'bad-answer', null],
    ['announces at leisure', trickle('', 'HTTP/1.1 102 Processing\r\n\r\n', 50), 'timeout', null],
    ['tells to go on unasked', text(`HTTP/1.1 100 Continue\r\n\r\n${OK}`), 'bad-answer|', 200],
    ['has a header without a name', text('HTTP/1.1 200 OK\r\n: x\r\n\r\n'), 'bad-answer', null],
    ['has a zero byte in a header', text('HTTP/1.1 200 OK\r\nA: \0\r\n\r\n'), 'bad-answer', null],
    [
      'says too short a length',
      text('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK and more'),
      null,
      200,
    ],
    ['says too long a length', text('HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nOK'), null, 200],
    [
      'says too long a length, and closes',
      thenEnd('HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nOK'),
      null,
      200,
    ],
    [
      'says a negative length',
      text('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'),
      'bad-answer',
      null,
    ],
    [
      'says no number as length',
      text('HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n'),
      'bad-answer',
      null,
    ],
    [
      'says a length beyond all numbers',
      text(`HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(30)}\r\n\r\n`),
      'bad-answer',
      null,
    ],
    [
      'says two lengths',
      text('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nOKK'),
      'bad-answer',
      null,
    ],
    [
      'says a length and chunks',
      text(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n',
      ),
      'bad-answer|',
      200,
    ],
    ['has chunks of no size', text(`${CHUNKED}zz\r\nOK\r\n0\r\n\r\n`), null, 200],
    ['has chunks beyond all sizes', text(`${CHUNKED}${'F'.repeat(40)}\r\nOK`), null, 200],
    ['has chunks that never end', text(`${CHUNKED}2\r\nOK\r\n`), null, 200],
    ['has a chunk with remarks without end', endless(`${CHUNKED}2;`, 'x'), null, 200],
    ['has trailers without end', endless(`${CHUNKED}0\r\n`, 'X-A: b\r\n'), null, 200],
    ['trickles its body', trickle('HTTP/1.1 200 OK\r\n\r\n', 'x'), null, 200],
    ['has a body without end', endless('HTTP/1.1 200 OK\r\n\r\n', 'x'), null, 200],
    ['refuses with a body without end', endless('HTTP/1.1 500 No\r\n\r\n', 'x'), 'status', 500],
    [
      'sends a compressed bomb',
      (socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`,
        );
        socket.write(bomb);
      },
      null,
      200,
    ],
    ['answers twice', text(`${OK}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`), null, 200],
  ];

describe('a receiver that', () => {
  for (const [title, answer, failure, status] of RECEIVERS) {
    it(`${title} costs one try and no more`, async () => {
      let good = false;
      await using receiver = await rawReceiver((socket) => {
        if (good) socket.write(OK);
        else answer(socket);
      });
      await using out = sender({ timeoutMs: 400 });
      const url = `http://127.0.0.1:${receiver.port}/x`;
      const result = await out.get(url);
      const allowed = failure === null ? [null] : failure.split('|').map((code) => code || null);
      assert.ok(allowed.includes(result.failure), `${result.failure}: ${result.error}`);
      if (result.failure === 'bad-answer' || result.failure === 'timeout') {
        assert.equal(result.status, null);
        assert.match(result.error!, /^[\x20-\x7e]{10,300}$/);
      } else {
        assert.equal(result.status, status);
      }
      assert.ok(result.ms < 5000, `${result.ms} ms`);
      assert.ok((result.answer ?? '').length <= 2048);
      assert.ok(result.sent);
      // Nothing of it is left that the next request would take for its answer.
      good = true;
      for (let i = 0; i < 3; i++) {
        const next = await out.get(url);
        assert.deepEqual([next.status, next.answer], [200, 'OK'], next.error ?? '');
      }
    });
  }

  it('closes early is judged by how far its answer came, at each byte of it', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
    const whole = `${head}OK`;
    for (let bytes = 0; bytes <= whole.length; bytes++) {
      await using receiver = await rawReceiver(thenEnd(whole.slice(0, bytes)));
      await using out = sender({ timeoutMs: 2000 });
      const { failure, status } = await out.get(`http://127.0.0.1:${receiver.port}/x`);
      const expected = bytes < head.length ? ['bad-answer', null] : [null, 200];
      assert.deepEqual([failure, status], expected, `after ${bytes} bytes`);
    }
  });

  it('sends a compressed answer has its bytes kept as they are', async () => {
    await using receiver = await rawReceiver((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`,
      );
      socket.write(bomb);
    });
    await using out = sender();
    const { answer } = await out.get(`http://127.0.0.1:${receiver.port}/x`);
    assert.ok(answer!.startsWith('\x1f\ufffd\b'));
  });

  it('answers before it has the request is heard, or is a bad answer, and nothing hangs', async () => {
    const body = 'x'.repeat(8_000_000);
    for (const content of [undefined, { type: 'text/plain', body }]) {
      // It reads nothing of the body, and answers when it has seen the first bytes.
      await using receiver = await rawReceiver((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK');
        socket.pause();
      });
      await using out = sender({ timeoutMs: 2000 });
      const url = `http://127.0.0.1:${receiver.port}/x`;
      const result = await out.send({ url, ...(content && { content }) });
      assert.deepEqual([result.status, result.failure, result.answer], [200, null, 'OK']);
    }
  });

  it('speaks before it is asked is a bad answer, not one to the request', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.write(OK.repeat(3));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server.address());
    const out = sender({ timeoutMs: 500 });
    for (let i = 0; i < 5; i++) {
      const { failure } = await out.get(`http://127.0.0.1:${port}/x`);
      assert.ok(failure === null || failure === 'bad-answer', failure ?? '');
    }
    await out.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
});

describe('an outbox with all kinds of bad receivers', () => {
  it('ends what is for them, in order, and serves a good one beside them', async () => {
    const receivers = await Promise.all(RECEIVERS.map(([, answer]) => rawReceiver(answer)));
    await using good = await rawReceiver((socket) => socket.write(OK));
    await using box = await outboxWith({
      policy: { windowMs: 0, timeoutMs: 400 },
      line: {},
      lineOf: (account) => ({
        notificationUrl: `http://127.0.0.1:${Number(account) - 33_120_000_000}/_CALLREF_/_N_TYPE_`,
      }),
    });
    const ports = [good.port, ...receivers.map(({ port }) => port)];
    for (const port of ports) {
      const call = { callref: `call-${port}`, account: number(String(33_120_000_000 + port)) };
      box.happen(event('SETUP', call), event('CONNECT', call), event('RELEASE', call));
    }
    assert.equal(await box.outbox.flush(20 * SECOND), true);
    for (const [i, port] of ports.entries()) {
      const states = [1, 2, 3].map((n) => box.store.row(`call-${port}-${n}`).state);
      const parked = states.indexOf('parked');
      assert.ok(!states.includes('pending'));
      assert.ok(parked < 0 || states.slice(parked).every((state) => state === 'parked'));
      if (i === 0) assert.deepEqual(states, ['delivered', 'delivered', 'delivered']);
    }
    assert.equal(leftIn(box.outbox), 0);
    for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
  });
});
