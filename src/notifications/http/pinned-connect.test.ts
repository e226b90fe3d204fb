import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { makeSelfSigned } from '../../web/self-signed.ts';
import { systemClock } from '../clock.ts';
import { TargetRefused } from './pinned-connect.ts';
import { failureOfError } from '../send-failure.ts';
import { anything, connectionsDuring, listenOn, names, pinned, strict } from './target-test-kit.ts';
import { HandClock, portOf, Signal } from '../test-kit.ts';

const second = { policy: strict({ allow: ['127.0.0.2/32'] }) };

describe('the addresses of a name', () => {
  it('are used where they are allowed, and never where they are not', async () => {
    await using ours = await listenOn(['127.0.0.2']);
    await using canary = await listenOn(['127.0.0.1'], ours.port);
    const answers = ['127.0.0.1', '::1', '127.0.0.2', '10.0.0.1'];
    await using agent = pinned({ ...second, lookUp: names({ 'mixed.test': answers }) });
    const begun = await connectionsDuring(async () => {
      assert.equal((await agent.get(`http://mixed.test:${ours.port}/`)).result, 204);
    });
    assert.equal(begun, 1);
    await canary.counted();
    assert.equal(canary.connections, 0);
  });

  it('are named in the error where all are refused, the first with its class', async () => {
    await using agent = pinned({ lookUp: names({ 'in.test': ['10.0.0.1', '127.0.0.1'] }) });
    const { error } = await agent.get('http://in.test/');
    assert.ok(error instanceof TargetRefused);
    assert.equal(error.code, 'CARILLON_TARGET_REFUSED');
    assert.equal(error.class, 'private');
    assert.equal(error.address, '10.0.0.1');
    assert.equal(
      error.message,
      'Notifications may not go to in.test (10.0.0.1, private). The operator can allow it with ' +
        '--notify-allow 10.0.0.1/32.',
    );
    const literal = await agent.get('http://[::ffff:127.0.0.1]/');
    assert.match(literal.error!.message, /go to ::ffff:7f00:1 \(loopback\)\. .*7f00:1\/128\.$/);
  });

  it('are tried in order until one answers', async () => {
    await using ours = await listenOn(['127.0.0.4']);
    const answers = ['127.0.0.3', '127.0.0.2', '127.0.0.4', '127.0.0.5'];
    await using agent = pinned({ policy: anything, lookUp: names({ 'some.test': answers }) });
    const begun = await connectionsDuring(async () => {
      assert.equal((await agent.get(`http://some.test:${ours.port}/`)).result, 204);
    });
    assert.equal(begun, 3);
  });

  it('are tried ten at most, of a thousand', async () => {
    const port = await freePort();
    const allowed = Array.from({ length: 500 }, (_, n) => `127.1.${n >> 8}.${n & 255}`);
    const answers = allowed.flatMap((address, n) => [`10.0.${n >> 8}.${n & 255}`, address]);
    const policy = strict({ allow: ['127.1.0.0/16'] });
    await using agent = pinned({ policy, lookUp: names({ 'many.test': answers }) });
    const begun = await connectionsDuring(async () => {
      const { error } = await agent.get(`http://many.test:${port}/`);
      assert.ok(error instanceof AggregateError);
      assert.equal(failureOfError(error, 'many.test').class, 'refused');
    });
    assert.equal(begun, 10);
  });

  it('may be none', async () => {
    await using agent = pinned({ lookUp: names({ 'empty.test': [] }) });
    assert.equal((await agent.get('http://empty.test/')).result, 'ENOTFOUND');
  });

  it('are not looked up again while a connection is kept', async () => {
    const keep = 'HTTP/1.1 204 Ours\r\n\r\n';
    await using ours = await listenOn(['127.0.0.2'], 0, keep);
    const lookUp = names({ 'kept.test': ['127.0.0.2'] });
    await using agent = pinned({ ...second, lookUp });
    for (let round = 0; round < 3; round++) {
      assert.equal((await agent.get(`http://kept.test:${ours.port}/`)).result, 204);
    }
    assert.deepEqual(lookUp.asked, ['kept.test']);
    assert.equal(ours.connections, 1);
  });
});

describe('a name whose address is refused', () => {
  for (const several of [false, true]) {
    it(`${several ? 'hides' : 'tells'} the address where there ${several ? 'are several customers' : 'is one customer'}, and the log has it`, async () => {
      const told: unknown[] = [];
      const lookUp = names({ 'intranet.test': ['127.0.0.9'] });
      const policy = { ...strict(), discreet: () => several };
      await using agent = pinned({ policy, lookUp, onRefused: (refused) => told.push(refused) });
      const { error } = await agent.get('http://intranet.test/');
      assert.ok(error instanceof TargetRefused);
      assert.equal(error.message.includes('127.0.0.9'), !several);
      assert.equal(
        failureOfError(error, 'intranet.test').address,
        several ? undefined : '127.0.0.9',
      );
      assert.deepEqual(told, [{ host: 'intranet.test', address: '127.0.0.9', class: 'loopback' }]);
    });
  }
});

describe('a connection that ends at another address', () => {
  for (const scheme of ['http', 'https']) {
    it(`is dropped before a byte is sent over it (${scheme})`, async () => {
      // Linux leads 0.0.0.0 to 127.0.0.1; the operator named the one and not the other.
      await using canary = await listenOn(['127.0.0.1']);
      await using agent = pinned({ policy: strict({ allow: ['0.0.0.0/32'] }) });
      const { error } = await agent.get(`${scheme}://0.0.0.0:${canary.port}/`);
      assert.ok(error instanceof TargetRefused);
      assert.equal(error.class, 'loopback');
      assert.equal(error.address, '127.0.0.1');
      await canary.counted();
      assert.equal(canary.connections, 1);
      assert.equal(canary.spoken, 0);
    });
  }
});

describe('TLS', () => {
  it('is for the name of the URL, whatever the address', async () => {
    await using server = await tlsServer();
    const { port, ca, asked } = server;
    const lookUp = names({
      localhost: ['127.0.0.2'],
      'localhost.': ['127.0.0.2'],
      'other.test': ['127.0.0.2'],
    });
    await using trusting = pinned({ ...second, lookUp, ca });
    await using untrusting = pinned({ ...second, lookUp });
    assert.equal((await trusting.get(`https://localhost:${port}/`)).result, 200);
    assert.equal((await trusting.get(`https://localhost.:${port}/`)).result, 200);
    assert.deepEqual(asked, ['localhost', 'localhost']);

    const wrongName = 'ERR_TLS_CERT_ALTNAME_INVALID';
    assert.equal((await trusting.get(`https://other.test:${port}/`)).result, wrongName);
    assert.equal((await trusting.get(`https://127.0.0.2:${port}/`)).result, wrongName);
    const untrusted = await untrusting.get(`https://localhost:${port}/`);
    assert.equal(failureOfError(untrusted.error, 'x').class, 'certificate');
  });

  it('is gone on with at the next connection, for an hour at most', async () => {
    const { key, cert } = makeSelfSigned(new Date(), new Date(Date.now() + 86_400_000));
    const resumed: boolean[] = [];
    const server = createTlsServer({ key, cert }, (_request, response) => {
      response.setHeader('Connection', 'close').end();
    });
    server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    server.listen(0, '127.0.0.2');
    await once(server, 'listening');
    const clock = new HandClock();
    const lookUp = names({ localhost: ['127.0.0.2'] });
    await using agent = pinned({ ...second, clock, lookUp, ca: cert });
    const url = `https://localhost:${portOf(server.address())}/`;
    for (const minutes of [0, 30, 29, 2]) {
      clock.advance(minutes * 60_000);
      await agent.get(url);
    }
    server.close();
    await once(server, 'close');
    assert.deepEqual(resumed, [false, true, true, false]);
  });

  it('accepts a certificate for a literal address, and names no server then', async () => {
    await using server = await tlsServer('127.0.0.1');
    const policy = strict({ allow: ['127.0.0.1/32'] });
    await using agent = pinned({ policy, ca: server.ca });
    assert.equal((await agent.get(`https://127.0.0.1:${server.port}/`)).result, 200);
    assert.deepEqual(server.asked, [false]);
  });
});

describe('the time that connecting may take', () => {
  it('covers looking the name up, and an answer that comes too late connects nowhere', async () => {
    const clock = new HandClock();
    const answer = Promise.withResolvers<{ address: string }[]>();
    await using agent = pinned({ ...second, clock, lookUp: () => answer.promise, timeoutMs: 5000 });
    const begun = await connectionsDuring(async () => {
      const waiting = agent.get('http://slow.test/');
      await new Promise(setImmediate);
      clock.advance(5000);
      assert.equal((await waiting).result, 'connect-timeout');
      answer.resolve([{ address: '127.0.0.2' }]);
      await new Promise(setImmediate);
    });
    assert.equal(begun, 0);
    assert.equal(clock.waiting, 0);
  });

  it('covers TLS, and drops the connection', async () => {
    const clock = new HandClock();
    await using silent = await silentServer();
    await using agent = pinned({ ...second, clock, timeoutMs: 5000 });
    const waiting = agent.get(`https://127.0.0.2:${silent.port}/`);
    const socket = await silent.arrived();
    const gone = once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
    clock.advance(4999);
    clock.advance(1);
    assert.equal((await waiting).result, 'connect-timeout');
    await gone;
    assert.equal(clock.waiting, 0);
  });

  it('is shared among the addresses, so that one that hangs leaves some for the next', async () => {
    await using hanging = await serverThatHangs('127.0.0.3');
    await using ours = await listenOn(['127.0.0.2'], hanging.port);
    const clock = new HandClock();
    const begins = new Signal();
    let begun = 0;
    const lookUp = names({ 'two.test': ['127.0.0.3', '127.0.0.2'] });
    // Its limit is set when a connection begins: the timer of the whole, and that of the share.
    const watched = {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      setTimer(run: () => void, ms: number) {
        begun++;
        begins.changed();
        return clock.setTimer(run, ms);
      },
    };
    await using agent = pinned({ policy: anything, clock: watched, lookUp, timeoutMs: 6000 });
    const waiting = agent.get(`http://two.test:${ours.port}/`);
    await begins.until(() => begun === 2, 'the first connection begins');
    clock.advance(2999);
    assert.equal(ours.connections, 0);
    clock.advance(1);
    assert.equal((await waiting).result, 204);
    assert.equal(clock.waiting, 0);
  });

  it('leaves no timer behind where the connection was made or refused', async () => {
    const clock = new HandClock();
    await using ours = await listenOn(['127.0.0.2']);
    const lookUp = names({ 'two.test': ['127.0.0.3', '127.0.0.2'] });
    await using agent = pinned({ policy: strict({ allow: ['127.0.0.2/31'] }), clock, lookUp });
    assert.equal((await agent.get(`http://two.test:${ours.port}/`)).result, 204);
    assert.equal((await agent.get(`http://127.0.0.2:${ours.port}/`)).result, 204);
    assert.equal((await agent.get('http://127.0.0.1/')).result, 'loopback');
    assert.equal((await agent.get('http://none.test/')).result, 'ENOTFOUND');
    assert.equal(clock.waiting, 0);
  });
});

describe('a connector that is closed', () => {
  it('drops what it is connecting, and connects no more', async () => {
    const clock = new HandClock();
    await using silent = await silentServer();
    await using agent = pinned({ ...second, clock, lookUp: neverAnswers });
    const waiting = [agent.get(`https://127.0.0.2:${silent.port}/`), agent.get('http://x.test/')];
    const socket = await silent.arrived();
    const gone = once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
    agent.close();
    for (const each of waiting) assert.equal((await each).result, 'stopped');
    await gone;
    const begun = await connectionsDuring(async () => {
      const later = await agent.get(`http://127.0.0.2:${silent.port}/`);
      assert.equal(later.result, 'stopped');
    });
    assert.equal(begun, 0);
    assert.equal(clock.waiting, 0);
  });

  it('leaves alone what is connected', async () => {
    await using ours = await listenOn(['127.0.0.2'], 0, 'HTTP/1.1 204 Ours\r\n\r\n');
    await using agent = pinned({ ...second, clock: systemClock });
    assert.equal((await agent.get(`http://127.0.0.2:${ours.port}/`)).result, 204);
    agent.close();
    assert.equal((await agent.get(`http://127.0.0.2:${ours.port}/`)).result, 204);
    assert.equal(ours.connections, 1);
  });
});

const neverAnswers = () => new Promise<never>(() => {});

async function freePort(): Promise<number> {
  const listener = await listenOn(['127.0.0.1']);
  await listener[Symbol.asyncDispose]();
  return listener.port;
}

/** HTTPS with a certificate for localhost, 127.0.0.1 and ::1; `asked`: the server names of its clients. */
async function tlsServer(host = '127.0.0.2') {
  const { key, cert } = makeSelfSigned(new Date(), new Date(Date.now() + 86_400_000));
  const asked: (string | false | null)[] = [];
  const server = createTlsServer({ key, cert }, (_request, response) => response.end());
  server.on('secureConnection', (socket) => asked.push(socket.servername));
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    ca: cert,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Takes connections on 127.0.0.2 and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const signal = new Signal();
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    sockets.push(socket);
    signal.changed();
  }).listen(0, '127.0.0.2');
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    async arrived() {
      await signal.until(() => sockets.length > 0, 'a connection');
      return sockets[0]!;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port on which connecting neither succeeds nor fails: its queue is full, and nobody takes from it. */
async function serverThatHangs(host: string) {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: workerData, backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`,
    { eval: true, workerData: host },
  );
  const [port]: unknown[] = await once(worker, 'message');
  assert.ok(typeof port === 'number');
  const filling = [connect(port, host), connect(port, host)];
  for (const socket of filling)
    await once(
      socket.on('error', () => {}),
      'connect',
    );
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of filling) socket.destroy();
      await worker.terminate();
    },
  };
}
