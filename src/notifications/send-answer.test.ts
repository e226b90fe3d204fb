import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { OK, rawReceiver, sender, Signal } from './test-kit.ts';

describe('the answer', () => {
  const outcomes: [title: string, answer: string, status: number | null, error: RegExp | null][] = [
    ['200', OK, 200, null],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 204, null],
    ['299', 'HTTP/1.1 299 X\r\nContent-Length: 0\r\n\r\n', 299, null],
    ['200 behind a 103', `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}`, 200, null],
    ['304', 'HTTP/1.1 304 Not Modified\r\n\r\n', 304, /^The server answered 304\.$/],
    ['404', 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n', 404, /^The server answered 404\.$/],
    ['503', 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', 503, /^The server answered 503\.$/],
  ];
  for (const [title, answer, status, error] of outcomes) {
    it(`${title} ${error ? 'is a failure' : 'is success'}`, async () => {
      await using receiver = await rawReceiver((socket) => socket.write(answer));
      await using out = sender();
      const result = await out.get(`http://127.0.0.1:${receiver.port}/x`);
      assert.equal(result.status, status);
      if (error) assert.match(result.error ?? '', error);
      else assert.equal(result.error, null);
      assert.equal(result.failure, error ? 'status' : null);
    });
  }

  it('that redirects is a failure that says where to, and is not followed', async () => {
    await using target = await rawReceiver((socket) => socket.write(OK));
    await using out = sender();
    for (const status of [301, 302, 303, 307, 308]) {
      await using receiver = await rawReceiver((socket) =>
        socket.write(
          `HTTP/1.1 ${status} X\r\nLocation: http://u:secret@127.0.0.1:${target.port}/y\r\n` +
            'Content-Length: 0\r\n\r\n',
        ),
      );
      const result = await out.get(`http://127.0.0.1:${receiver.port}/x`);
      assert.equal(result.failure, 'redirect');
      assert.equal(result.status, status);
      assert.match(
        result.error!,
        new RegExp(`answered ${status}, a redirect to http://\\*\\*\\*@127`),
      );
      assert.doesNotMatch(result.error!, /secret/);
    }
    assert.equal(target.heads.length, 0);
  });

  it('with a hostile Location gives one short printable line', async () => {
    await using receiver = await rawReceiver((socket) =>
      socket.write(
        `HTTP/1.1 302 X\r\nLocation: /\x1b[31m\xff${'y'.repeat(5000)}\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    await using out = sender();
    const { error } = await out.get(`http://127.0.0.1:${receiver.port}/x`);
    assert.match(error!, /^[\x20-\x7e]{1,400}$/);
  });

  const broken: [title: string, answer: (socket: Socket) => void, error: RegExp][] = [
    ['is none: the connection is closed', (socket) => socket.end(), /closed the connection/],
    [
      'is none: the connection is reset',
      (socket) => socket.resetAndDestroy(),
      /closed the connection/,
    ],
    [
      'is only announced',
      (socket) => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'),
      /closed the connection/,
    ],
    ['is garbage', (socket) => socket.write('\x16\x03\x01 what?\r\n\r\n'), /not valid HTTP/],
    ['is of another protocol', (socket) => socket.end('220 mail ESMTP\r\n'), /not valid HTTP/],
    [
      'is half a status line',
      (socket) => socket.end('HTTP/1.1 20'),
      /closed the connection|not valid HTTP/,
    ],
    [
      'ends within its headers',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nA: b\r\n'),
      /closed the connection|not valid HTTP/,
    ],
    [
      'has endless headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const more = () => {
          while (!socket.destroyed && socket.write(`X-${'y'.repeat(1000)}: z\r\n`));
        };
        socket.on('drain', more);
        more();
      },
      /too long|not valid HTTP/,
    ],
    [
      'switches the protocol',
      (socket) => socket.write('HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      /not valid HTTP/,
    ],
  ];
  for (const [title, answer, error] of broken) {
    it(`that ${title} is a failure without status`, async () => {
      await using receiver = await rawReceiver(answer);
      await using out = sender();
      const result = await out.get(`http://127.0.0.1:${receiver.port}/x`);
      assert.equal(result.failure, 'bad-answer', result.error ?? '');
      assert.equal(result.status, null);
      assert.match(result.error!, error);
    });
  }

  it('that breaks off within its body is judged by its status', async () => {
    for (const status of [200, 500]) {
      await using receiver = await rawReceiver((socket) =>
        socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: 100\r\n\r\nhalf`),
      );
      await using out = sender();
      const result = await out.get(`http://127.0.0.1:${receiver.port}/x`);
      assert.equal(result.status, status);
      assert.equal(result.failure, status === 200 ? null : 'status');
    }
  });

  it('with a long body is read to 64 kB, then the connection is dropped', async () => {
    let written = 0;
    const closed = new Signal();
    let open = true;
    await using receiver = await rawReceiver((socket) => {
      socket.on('close', () => {
        open = false;
        closed.changed();
      });
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16_384))) written += 16_384;
      };
      socket.on('drain', more);
      more();
    });
    await using out = sender();
    const result = await out.get(`http://127.0.0.1:${receiver.port}/x`);
    assert.equal(result.error, null);
    assert.equal(result.status, 200);
    await closed.until(() => !open, 'the connection is dropped');
    assert.ok(written < 20_000_000, `${written} bytes were written`);
  });
});
