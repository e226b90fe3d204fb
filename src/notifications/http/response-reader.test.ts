import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { portOf, seededRandom } from '../test-kit.ts';
import { HttpError } from './http-error.ts';
import type { ResponseHead } from './response-head.ts';
import { ResponseReader } from './response-reader.ts';

interface Heard {
  heads: ResponseHead[];
  body: string;
  ends: boolean[];
  error: string | undefined;
}

/** What a reader makes of an answer that comes in these pieces; `closes`: the other side closes behind it. */
function heardOf(pieces: readonly Buffer[], closes = false): Heard {
  const heard: Heard = { heads: [], body: '', ends: [], error: undefined };
  const reader = new ResponseReader({
    onHead: (head) => heard.heads.push(head),
    onBody: (bytes) => (heard.body += Buffer.from(bytes).toString('latin1')),
    onEnd: (reusable) => heard.ends.push(reusable),
  });
  // As a connection reads: into one buffer, which the next piece overwrites.
  const buffer = Buffer.alloc(65_536);
  reader.expect();
  try {
    for (const piece of pieces) {
      buffer.fill(0x2a);
      piece.copy(buffer);
      reader.read(buffer, piece.length);
    }
    if (closes) reader.end();
  } catch (error) {
    assert.ok(error instanceof HttpError);
    heard.error = error.code === 'not-http' ? error.message : error.code;
  }
  return heard;
}

const heardOfText = (text: string, closes = false) =>
  heardOf([Buffer.from(text, 'latin1')], closes);

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** An answer; its status, body, whether the connection can be used again; whether it needs the other side's end. */
const ANSWERS: [text: string, status: number, body: string, reusable: boolean, closes?: boolean][] =
  [
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK', 200, 'OK', true],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 200, '', true],
    ['HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', 200, '', true],
    ['HTTP/1.1 999 Odd\r\ncontent-length:1\t\r\n\r\nx', 999, 'x', true],
    ['HTTP/1.1 204 No Content\r\n\r\n', 204, '', true],
    ['HTTP/1.1 304 X\r\nContent-Length: 50\r\n\r\n', 304, '', true],
    ['HTTP/1.1 200 OK\nContent-Length: 2\n\nOK', 200, 'OK', true],
    ['HTTP/1.1 200 OK\nContent-Length: 2\r\n\nOK', 200, 'OK', true],
    ['\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK', 200, 'OK', true],
    ['\r\n\r\n\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK', 200, 'OK', true],
    [
      'HTTP/1.0 200 X\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      200,
      '',
      false,
    ],
    [`${CHUNKED}0000000000000002\r\nOK\r\n0\r\n\r\n`, 200, 'OK', true],
    ['HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nOK', 200, 'OK', false],
    [
      'HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: a , close\r\nContent-Length: 0\r\n\r\n',
      200,
      '',
      false,
    ],
    ['HTTP/1.1 200 OK\r\nConnection: x-close\r\nContent-Length: 0\r\n\r\n', 200, '', true],
    ['HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK', 200, 'OK', false],
    ['HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nOK', 200, 'OK', true],
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK and more', 200, 'OK', false],
    ['HTTP/1.1 204 X\r\n\r\nmore', 204, '', false],
    ['HTTP/1.1 200 OK\r\n\r\nuntil the end', 200, 'until the end', false, true],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc', 200, 'abc', false, true],
    [`${CHUNKED}2\r\nOK\r\n0\r\n\r\n`, 200, 'OK', true],
    [
      `${CHUNKED}002;a="b"\r\nOK\r\na \r\n0123456789\r\n0\r\nX: y\r\n\r\n`,
      200,
      'OK0123456789',
      true,
    ],
    [`${CHUNKED}2\nOK\n0\n\n`, 200, 'OK', true],
    [`${CHUNKED}0\r\n\r\nmore`, 200, '', false],
    [
      'HTTP/1.1 200 X\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
      200,
      'x',
      true,
    ],
    [
      'HTTP/1.1 200 X\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
      200,
      'x',
      false,
    ],
    ['HTTP/1.1 200 X\r\nContent-Length:\r\n 2\r\nX: a\r\n\tb\r\n\r\nOK', 200, 'OK', true],
    [
      'HTTP/1.1 103 Hints\r\nContent-Length: 7\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx',
      404,
      'x',
      true,
    ],
    ['HTTP/1.1 200 \xe9\xff\r\nX-\x7e!#: \x80\r\nContent-Length: 1\r\n\r\n\0', 200, '\0', true],
  ];

describe('an answer', () => {
  for (const [text, status, body, reusable, closes] of ANSWERS) {
    it(`${JSON.stringify(text)} is read as it is meant, in one piece and in any others`, () => {
      const bytes = Buffer.from(text, 'latin1');
      const random = seededRandom(7);
      const cuts = (): Buffer[] => {
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const next = at + 1 + Math.floor(random() * 12);
          pieces.push(bytes.subarray(at, next));
          at = next;
        }
        return pieces;
      };
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      for (const pieces of [[bytes], single, ...Array.from({ length: 30 }, cuts)]) {
        const heard = heardOf(pieces, closes);
        assert.equal(heard.error, undefined);
        assert.deepEqual(
          heard.heads.map((head) => head.status),
          [status],
        );
        assert.equal(heard.body, body);
        // What follows an answer in a piece of its own is the connection's matter.
        assert.equal(heard.ends.length, 1);
        if (pieces.length === 1) assert.deepEqual(heard.ends, [reusable]);
      }
    });
  }

  it('is read as Node reads it', async () => {
    for (const [text, status, body, , closes] of ANSWERS) {
      // Node takes no bare LF, no blank lines in front, and nothing behind; it will not have two opinions on
      // the length, no line that goes on, and no blank behind the size of a chunk.
      if (/^\r\n|[^\r]\n|more$|Length: 5\r|\r\n[ \t]|a \r/.test(text)) continue;
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket);
        socket
          .on('error', () => {})
          .once('data', () => {
            if (closes) socket.end(text, 'latin1');
            else socket.write(text, 'latin1');
          });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const request = get({ port: portOf(server.address()), host: '127.0.0.1', agent: false });
      const node = await new Promise((resolve) => {
        request.on('error', resolve).on('response', (response) => {
          let read = '';
          response.setEncoding('latin1').on('data', (piece: string) => (read += piece));
          response.on('error', resolve).on('end', () => {
            resolve({ status: response.statusCode, body: read });
          });
        });
      });
      request.destroy();
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
      assert.deepEqual(node, { status, body }, JSON.stringify(text));
    }
  });

  const BROKEN: [text: string, error: RegExp][] = [
    ['220 mail ESMTP\r\n', /^it does not begin with HTTP\/1$/],
    ['\x16\x03', /^it does not begin/],
    ['HTTP/2 200\r\n\r\n', /^it does not begin/],
    ['HTTP/1.1 20 OK\r\n\r\n', /^it does not begin with a status$/],
    ['HTTP/1.1 099 OK\r\n\r\n', /^it does not begin with a status$/],
    ['HTTP/1.1 2000 OK\r\n\r\n', /^it does not begin with a status$/],
    ['HTTP/1.1  200 OK\r\n\r\n', /^it does not begin with a status$/],
    ['HTTP/1.1 101 X\r\n\r\n', /^it switches to another protocol$/],
    ['HTTP/1.1 100 X\r\n\r\n'.repeat(21), /^no end of 1xx$/],
    ['HTTP/1.1 200 X\r\nA: b\rc\r\n\r\n', /^control characters/],
    ['HTTP/1.1 200 X\r\nA: \0\r\n\r\n', /^control characters/],
    ['HTTP/1.1 200 X\r\nA\r\nB: c\r\n\r\n', /^a header without a colon$/],
    ['HTTP/1.1 200 X\r\n: c\r\n\r\n', /^a header whose name is none$/],
    ['HTTP/1.1 200 X\r\nContent-Length : 1\r\n\r\n', /^a header whose name is none$/],
    ['HTTP/1.1 200 X\r\nContent-Length: +1\r\n\r\n', /^its Content-Length is none$/],
    [
      'HTTP/1.1 200 X\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      /^its Content-Length is none$/,
    ],
    [`HTTP/1.1 200 X\r\nContent-Length: ${'9'.repeat(16)}\r\n\r\n`, /^its Content-Length is none$/],
    [`HTTP/1.1 200 X\r\nA: ${'b'.repeat(16_384)}`, /^head-too-long$/],
    [`HTTP/1.1 200 X\r\nA: ${'b'.repeat(16_384)}\r\n\r\n`, /^head-too-long$/],
    ['\r\n'.repeat(8193), /^head-too-long$/],
    [`${CHUNKED}\r\n`, /^a chunk has no size$/],
    [`${CHUNKED}-1\r\n`, /^a chunk has no size$/],
    [`${CHUNKED}${'f'.repeat(13)}\r\n`, /^a chunk has no size$/],
    [`${CHUNKED}1\r\nxx\r\n`, /^a chunk is longer than it says$/],
    [`${CHUNKED}1;${'x'.repeat(16_384)}`, /^head-too-long$/],
    [`${CHUNKED}0\r\n${'X: y\r\n'.repeat(3000)}`, /^head-too-long$/],
  ];
  for (const [text, error] of BROKEN) {
    it(`${JSON.stringify(text.slice(0, 60))} is none`, () => {
      assert.match(heardOfText(text).error ?? 'nothing wrong', error);
    });
  }

  it('that the other side breaks off is not complete, wherever it stops', () => {
    for (const whole of [ANSWERS[0]![0], `${CHUNKED}2\r\nOK\r\n0\r\n\r\n`]) {
      for (let length = 0; length < whole.length; length++) {
        const { error, ends } = heardOfText(whole.slice(0, length), true);
        assert.equal(error, 'closed-early', `after ${length} bytes`);
        assert.deepEqual(ends, []);
      }
      assert.equal(heardOfText(whole, true).error, undefined);
    }
  });

  it('says where a redirect leads, how long to wait, and how long the connection stays', () => {
    const [head] = heardOfText(
      'HTTP/1.1 503 X\r\nLOCATION: /a\r\nLocation: /b\r\nretry-after:  7 \r\n' +
        'Date: Mon, 23 Nov 2026 10:00:00 GMT\r\nKeep-Alive: max=3, timeout=5\r\n' +
        'Content-Length: 0\r\n\r\n',
    ).heads;
    assert.deepEqual(head, {
      status: 503,
      body: 0,
      keepAlive: true,
      keepAliveSeconds: 5,
      location: '/a',
      retryAfter: '7',
      date: 'Mon, 23 Nov 2026 10:00:00 GMT',
    });
  });

  it('of chance bytes is an answer, an error, or not complete, and nothing else', () => {
    const random = seededRandom(33);
    const words = [
      'HTTP/1.1 ',
      '200',
      ' OK',
      '\r\n',
      '\n',
      '\r',
      ':',
      ' ',
      'Content-Length: ',
      '5',
      '0',
    ];
    words.push(
      'Transfer-Encoding: chunked',
      'a',
      '\0',
      '\xff',
      ';',
      'HTTP/1.0 404 X\r\n',
      '\r\n\r\n',
    );
    let answers = 0;
    for (let round = 0; round < 20_000; round++) {
      let text = random() < 0.8 ? 'HTTP/1.1 200 OK\r\n' : '';
      for (let left = Math.floor(random() * 12); left > 0; left--) {
        text += words[Math.floor(random() * words.length)];
      }
      const bytes = Buffer.from(text, 'latin1');
      const at = Math.floor(random() * bytes.length);
      const whole = heardOf([bytes], true);
      const cut = heardOf([bytes.subarray(0, at), bytes.subarray(at)], true);
      assert.equal(cut.body, whole.body, JSON.stringify(text));
      assert.deepEqual(cut.heads, whole.heads, JSON.stringify(text));
      assert.equal(cut.error === undefined, whole.error === undefined, JSON.stringify(text));
      assert.ok(whole.ends.length <= 1);
      assert.ok(whole.ends.length === 0 || whole.heads.length === 1);
      if (whole.ends.length === 1) answers++;
    }
    assert.ok(answers > 1000, `${answers} answers`);
  });
});
