import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { answers, client, exchange, open, statuses } from './front-test-kit.ts';

const close = 'Host: h\r\nConnection: close\r\n\r\n';
const keep = 'Host: h\r\n\r\n';
/** A request line of so many bytes, nearly all raw. */
function rawLine(length: number): string {
  return `GET /${'é'.repeat(length - 14)} HTTP/1.1`;
}

/** A head of so many bytes, without its last empty line. */
function headOf(size: number): string {
  const start = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n';
  const lines = Array.from({ length: 8 }, (_, n) => `X-${n}: ${'x'.repeat(4000)}\r\n`).join('');
  return `${start}${lines}Y: ${'y'.repeat(size - start.length - lines.length - 3)}`;
}

// A failure shows as a wait that does not end.
const deadline = { timeout: 20_000 };

test(
  'raw spaces, UTF-8 and Latin-1 reach the server encoded, and raw beside it',
  deadline,
  async (t) => {
    const site = await open(t);
    const utf8 = Buffer.from('José Müller', 'utf8').toString('latin1');
    const table: [raw: string, url: string][] = [
      ['/makecall.html?A=1', '/makecall.html?A=1'],
      ['/?N=Jean Paul  II', '/?N=Jean%20Paul%20%20II'],
      [`/?N=${utf8}`, '/?N=Jos%C3%A9%20M%C3%BCller'],
      ['/?N=José', '/?N=Jos%E9'],
      ['/?N=100%&M=%41"<>\\^`{|}', '/?N=100%&M=%41%22%3C%3E%5C%5E%60%7B%7C%7D'],
      ['/?N=a\tb\u0000\u007f', '/?N=a%09b%00%7F'],
      ['/? HTTP/1.1', '/?%20HTTP/1.1'],
      ['http://other:80/a b?c', '/a%20b?c'],
      ['HTTPS://other', '/'],
      ['http://other?c', '/?c'],
      ['*', '*'],
    ];
    for (const [raw, url] of table) {
      const text = await exchange(t, site.port, `OPTIONS ${raw} HTTP/1.1\r\n${close}`);
      assert.match(text, /^HTTP\/1\.1 200 OK\r\n/, raw);
      assert.deepEqual(site.seen.pop(), { method: 'OPTIONS', url, raw, body: '' });
    }
  },
);

test('a request split at any byte is the same request', deadline, async (t) => {
  const site = await open(t);
  const text = `POST /a b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyzGET /c d HTTP/1.1\r\n${close}`;
  const expected = [
    { method: 'POST', url: '/a%20b', raw: '/a b', body: 'xyz' },
    { method: 'GET', url: '/c%20d', raw: '/c d', body: '' },
  ];
  for (let at = 1; at < text.length; at++) {
    const one = await client(t, site.port);
    await one.write(text.slice(0, at));
    await turn();
    await one.write(text.slice(at));
    assert.equal(answers(await one.closed), 2, `split at ${at}`);
    assert.deepEqual(site.seen.splice(0), expected, `split at ${at}`);
  }
  const dripped = await client(t, site.port);
  for (const byte of text) await dripped.write(byte);
  assert.equal(answers(await dripped.closed), 2);
  assert.deepEqual(site.seen, expected);
});

test(
  'a request line of 8 kB is served, all of it raw UTF-8, and a longer one is 414',
  deadline,
  async (t) => {
    const site = await open(t);
    assert.equal(rawLine(8192).length, 8192);
    const longest = await exchange(t, site.port, `${rawLine(8192)}\r\n${close}`);
    assert.match(longest, /^HTTP\/1\.1 200/);
    assert.equal(site.seen[0]!.url.length, 1 + 3 * 8178);
    const longer = await exchange(t, site.port, `${rawLine(8193)}\r\n${close}`);
    assert.match(longer, /^HTTP\/1\.1 414 .*Content-Type: text\/plain.*longer than 8192 bytes$/s);
    const endless = await exchange(t, site.port, `GET /${'a'.repeat(100_000)}`);
    assert.match(endless, /^HTTP\/1\.1 414 /);
    assert.equal(site.seen.length, 1);
  },
);

test('a head that is too large is 431, also while it is still coming', deadline, async (t) => {
  const site = await open(t);
  assert.match(await exchange(t, site.port, `${headOf(32_768)}\r\n\r\n`), /^HTTP\/1\.1 200 /);
  assert.match(await exchange(t, site.port, `${headOf(32_769)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  assert.match(await exchange(t, site.port, headOf(40_000)), /^HTTP\/1\.1 431 .*32768 bytes$/s);
  assert.equal(site.seen.length, 1);
});

test(
  'a client that stops in the middle of a head is answered 408 and closed',
  deadline,
  async (t) => {
    const site = await open(t, { times: { head: 50, linger: 50 } });
    for (const part of ['G', 'GET / HT', 'GET / HTTP/1.1\r\nHost: h\r\n', '\r']) {
      assert.match(
        await exchange(t, site.port, part),
        /^HTTP\/1\.1 408 .*did not come to its end$/s,
      );
    }
    const second = await client(t, site.port);
    await second.write(`GET / HTTP/1.1\r\n${keep}`);
    await second.until((text) => answers(text) === 1);
    await second.write('GET /second');
    assert.deepEqual(statuses(await second.closed), [200, 408]);
  },
);

test('bytes that drip do not prolong the time of a head', deadline, async (t) => {
  const site = await open(t, { times: { head: 100, linger: 10 } });
  const one = await client(t, site.port);
  await one.write('GET /');
  const drip = setInterval(() => one.socket.write('a'), 5);
  assert.match(await one.closed, /^HTTP\/1\.1 408 /);
  clearInterval(drip);
});

test('each request of a steady stream has the time of a head for itself', deadline, async (t) => {
  const site = await open(t, { times: { head: 300, linger: 10 } });
  const one = await client(t, site.port);
  const request = `GET / HTTP/1.1\r\n${keep}`;
  // Each write ends one request and begins the next, for longer than one head may take.
  await one.write(request.slice(0, 10));
  const started = performance.now();
  let sent = 0;
  while (performance.now() - started < 700) {
    await one.write(request.slice(10) + request.slice(0, 10));
    sent += 1;
    await one.until((text) => answers(text) === sent);
  }
  assert.ok(statuses(one.text()).every((status) => status === 200));
  // The last one never ends, and its time runs as well.
  assert.equal(statuses(await one.closed).at(-1), 408);
});

test('connections that send nothing are closed, a thousand as well as one', deadline, async (t) => {
  const site = await open(t, { times: { idle: 300 } });
  const clients = await Promise.all(Array.from({ length: 1000 }, () => client(t, site.port)));
  // Meanwhile others are served.
  assert.match(await exchange(t, site.port, `GET / HTTP/1.1\r\n${close}`), / 200 OK/);
  const texts = await Promise.all(clients.map(({ closed }) => closed));
  assert.ok(texts.every((text) => text === ''));
  assert.equal(await site.connections(), 0);
});

test('empty lines ahead of a request are let through and gain no time', deadline, async (t) => {
  const site = await open(t, { times: { idle: 200 } });
  assert.match(await exchange(t, site.port, `\r\n\r\nGET / HTTP/1.1\r\n${close}`), / 200 OK/);
  const one = await client(t, site.port);
  const drip = setInterval(() => one.socket.write('\r\n'), 10);
  assert.equal(await one.closed, '');
  clearInterval(drip);
});

test(
  'a connection kept alive is closed when the time of the server behind is over',
  deadline,
  async (t) => {
    const site = await open(t, { keepAliveMs: 50 });
    const one = await client(t, site.port);
    await one.write(`GET / HTTP/1.1\r\n${keep}`);
    assert.equal(answers(await one.closed), 1);
  },
);

test('a hundred requests on one connection, each with its own target', deadline, async (t) => {
  const site = await open(t);
  const one = await client(t, site.port);
  for (let n = 1; n <= 100; n++) {
    await one.write(`GET /a b?${n} HTTP/1.1\r\n${keep}`);
    await one.until((text) => answers(text) === n);
  }
  assert.deepEqual(
    site.seen.map(({ raw }) => raw),
    Array.from({ length: 100 }, (_, n) => `/a b?${n + 1}`),
  );
});

test('pipelined requests are answered in order, each with its own target', deadline, async (t) => {
  const site = await open(t, { handler: (_request, response, { raw }) => void response.end(raw) });
  const one = await client(t, site.port);
  const targets = Array.from({ length: 200 }, (_, n) => `/a ${n}.`);
  await one.write(targets.map((target) => `GET ${target} HTTP/1.1\r\n${keep}`).join(''));
  const text = await one.until((text) => answers(text) === 200 && text.endsWith('/a 199.'));
  assert.deepEqual(text.match(/\/a \d+\./g), targets);
});

test('a refusal waits for the answers to the requests ahead of it', deadline, async (t) => {
  const held: (() => void)[] = [];
  const site = await open(t, {
    times: { head: 50 },
    handler: (_request, response) => void held.push(() => response.end('first')),
  });
  for (const second of ['nonsense\r\n\r\n', 'GET /never ends']) {
    const one = await client(t, site.port);
    await one.write(`GET / HTTP/1.1\r\n${keep}${second}`);
    while (held.length === 0) await turn();
    // Time for the refusal to be due; were it sent now, it would stand ahead of the answer.
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.equal(one.text(), '');
    held.pop()!();
    const [first, refused] = statuses(await one.until((text) => answers(text) === 2));
    assert.equal(first, 200);
    assert.ok(refused === 400 || refused === 408);
  }
});

test(
  'after a refusal the connection is closed, though the client never closes it',
  deadline,
  async (t) => {
    const site = await open(t, { times: { linger: 50 } });
    const one = await client(t, site.port);
    one.socket.allowHalfOpen = true;
    const more = setInterval(() => one.socket.write('x'.repeat(10_000)), 5);
    await one.write('nonsense\r\n\r\n');
    assert.match(await one.closed, /^HTTP\/1\.1 400 /);
    clearInterval(more);
    while ((await site.connections()) > 0) await turn();
  },
);

test('bodies pass: by length, in chunks, behind 100-continue, and binary', deadline, async (t) => {
  const site = await open(t);
  const body = Buffer.from(Array.from({ length: 256 }, (_, n) => n)).toString('latin1');
  const post = (headers: string, body: string): Promise<string> =>
    exchange(
      t,
      site.port,
      `POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${headers}\r\n${body}`,
    );
  await post('Content-Length: 256\r\n', body);
  assert.equal(site.seen.pop()!.body, Buffer.from(body, 'latin1').toString());
  await post('Content-Length: 0\r\n', '');
  await post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n');
  assert.equal(site.seen.pop()!.body, 'abcde');
  const one = await client(t, site.port);
  await one.write(`POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n${close}`);
  await one.until((text) => text.includes('100 Continue\r\n\r\n'));
  await one.write('abc');
  assert.deepEqual(statuses(await one.closed), [100, 200]);
  assert.equal(site.seen.pop()!.body, 'abc');
});

test('a body in chunks ends the connection, so nothing can hide behind it', deadline, async (t) => {
  const site = await open(t);
  const chunked = `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
  const alone = await exchange(t, site.port, chunked);
  assert.match(alone, /^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n/is);
  const text = await exchange(t, site.port, `${chunked}GET /hidden HTTP/1.1\r\n${keep}`);
  // The parser behind may refuse the rest before the handler's answer.
  assert.equal(answers(text), 1);
  assert.ok(site.seen.every(({ url }) => url === '/'));
});

test(
  'an offer to upgrade that nobody takes is answered as the request it is',
  deadline,
  async (t) => {
    const site = await open(t);
    const upgrade =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n';
    const text = await exchange(t, site.port, `GET /a b HTTP/1.1\r\n${upgrade}${keep}`);
    assert.match(text, /^HTTP\/1\.1 200 OK/);
    assert.equal(site.seen[0]!.raw, '/a b');
  },
);

test(
  'HTTP/1.0 is served: closed behind the answer, or kept where it asks for that',
  deadline,
  async (t) => {
    const site = await open(t, {
      handler: (_request, response) => void response.setHeader('Content-Length', 2).end('OK'),
    });
    assert.match(
      await exchange(t, site.port, 'GET /a b HTTP/1.0\r\n\r\n'),
      /^HTTP\/1\.1 200 OK.*OK$/s,
    );
    const one = await client(t, site.port);
    for (const count of [1, 2]) {
      await one.write('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      await one.until((text) => answers(text) === count);
    }
    assert.deepEqual(
      site.seen.map(({ raw }) => raw),
      ['/a b', '/', '/'],
    );
  },
);

test('HEAD reaches the server as HEAD and gets no body', deadline, async (t) => {
  const site = await open(t);
  const text = await exchange(t, site.port, `HEAD / HTTP/1.1\r\n${close}`);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
  assert.equal(site.seen[0]!.method, 'HEAD');
});

test(
  'whatever two readers could understand differently is refused and reaches nobody',
  deadline,
  async (t) => {
    const site = await open(t, { times: { linger: 20 } });
    const hidden = `GET /hidden HTTP/1.1\r\n${keep}`;
    const post = (headers: string): string =>
      `POST / HTTP/1.1\r\nHost: h\r\n${headers}\r\n\r\n${hidden}`;
    const table: Record<string, string> = {
      'both lengths': post('Content-Length: 5\r\nTransfer-Encoding: chunked'),
      'both lengths, turned': post('Transfer-Encoding: chunked\r\nContent-Length: 5'),
      'two lengths': post('Content-Length: 5\r\nContent-Length: 6'),
      'the same length twice': post('Content-Length: 5\r\ncontent-length: 5'),
      'a list of lengths': post('Content-Length: 5, 5'),
      'a signed length': post('Content-Length: +5'),
      'a length in hex': post('Content-Length: 0x5'),
      'an empty length': post('Content-Length:'),
      'a length without end': post(`Content-Length: ${'9'.repeat(30)}`),
      'a space ahead of the colon': post('Content-Length : 5'),
      'a continued line': post('X: a\r\n Content-Length: 5'),
      'a continued length': post('Content-Length:\r\n 5'),
      'an unknown coding': post('Transfer-Encoding: xchunked'),
      'a coding that is hidden': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
      'a list of codings': post('Transfer-Encoding: gzip, chunked'),
      'a coding with a vertical tab': post('Transfer-Encoding: \u000bchunked'),
      'a coding in HTTP/1.0': post('Transfer-Encoding: chunked').replace('1.1', '1.0'),
      'a bare LF in a header': post('X: a\nTransfer-Encoding: chunked'),
      'a bare CR in a header': post('X: a\rTransfer-Encoding: chunked'),
      'a NUL in a header': post('X: a\u0000'),
      'a header without colon': post('X'),
      'two hosts': post('Host: other'),
      'bare LF line ends': `GET / HTTP/1.1\nHost: h\n\n${hidden}`,
      'bare LF line ends, in the headers only': 'GET / HTTP/1.1\r\nHost: h\n\n',
      'another expectation': post('Expect: something'),
      'no method': ` / HTTP/1.1\r\n${keep}${hidden}`,
      'a method in small letters': `get / HTTP/1.1\r\n${keep}${hidden}`,
      'no target': `GET HTTP/1.1\r\n${keep}${hidden}`,
      'no version': `GET /\r\n${keep}${hidden}`,
      'another version': `GET / HTTP/2.0\r\n${keep}${hidden}`,
      'a target that is a host': `CONNECT h:80 HTTP/1.1\r\n${keep}${hidden}`,
      'a relative target': `GET a HTTP/1.1\r\n${keep}${hidden}`,
      TLS: '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc',
    };
    for (const [what, text] of Object.entries(table)) {
      const answer = await exchange(t, site.port, text);
      const expected = what === 'another expectation' ? [417] : [400];
      assert.deepEqual(statuses(answer), expected, what);
      assert.deepEqual(site.seen, [], what);
    }
  },
);

test(
  'what only the parser behind refuses leaves no target to a later request',
  deadline,
  async (t) => {
    const site = await open(t);
    // An unknown method: Node answers 400 before any handler runs.
    const text = await exchange(t, site.port, `NONSENSE /hidden HTTP/1.1\r\n${keep}`);
    assert.deepEqual(statuses(text), [400]);
    assert.deepEqual(site.seen, []);
  },
);

test('a large answer waits for a slow reader, and arrives whole', deadline, async (t) => {
  const size = 64 * 1024 * 1024;
  const chunk = Buffer.alloc(65_536, 'x');
  const sent = { bytes: 0 };
  const site = await open(t, {
    handler: (_request, response) => {
      response.writeHead(200, { 'Content-Length': size });
      const more = (): void => {
        while (sent.bytes < size) {
          sent.bytes += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    },
  });
  const one = await client(t, site.port);
  one.socket.pause();
  await one.write(`GET / HTTP/1.1\r\n${close}`);
  // Until the writer got stuck.
  for (let before = -1; before !== sent.bytes || sent.bytes === 0;) {
    before = sent.bytes;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(sent.bytes < size / 2, `${sent.bytes} bytes were taken ahead of the reader`);
  one.socket.resume();
  const text = await one.closed;
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, size);
});

test('a large body waits for a slow handler, and arrives whole', deadline, async (t) => {
  const size = 16 * 1024 * 1024;
  const site = await open(t);
  const one = await client(t, site.port);
  await one.write(`POST / HTTP/1.1\r\nContent-Length: ${size}\r\n${close}`);
  await one.write(Buffer.alloc(size, 'y'));
  assert.match(await one.closed, /^HTTP\/1\.1 200/);
  assert.equal(site.seen[0]!.body.length, size);
});

test('a client that resets at any stage leaves nothing open', deadline, async (t) => {
  const held: (() => void)[] = [];
  const site = await open(t, {
    handler: (_request, response) => {
      response.write('part');
      held.push(() => response.end('x'.repeat(1_000_000)));
    },
  });
  for (const text of ['', 'GET /', `POST / HTTP/1.1\r\nContent-Length: 9\r\n${keep}abc`]) {
    const one = await client(t, site.port);
    await one.write(text);
    one.socket.resetAndDestroy();
  }
  const answered = await client(t, site.port);
  await answered.write(`GET / HTTP/1.1\r\n${keep}`);
  await answered.until((text) => text.includes('part'));
  answered.socket.resetAndDestroy();
  await once(answered.socket, 'close');
  held.forEach((end) => end());
  while ((await site.connections()) > 0) await turn();
});

test('the address of the client is known behind the front', deadline, async (t) => {
  const site = await open(t, {
    handler: ({ socket }, response) =>
      void response.end(`${socket.remoteAddress} ${socket.remotePort}`),
  });
  const one = await client(t, site.port);
  await one.write(`GET / HTTP/1.1\r\n${close}`);
  const { localPort } = one.socket;
  assert.ok((await one.closed).endsWith(`127.0.0.1 ${localPort}`));
});
