// Messages cut out of a TCP stream, alone and over real connections; and where answers go.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { ManualTimers } from '../manual-timers.ts';
import { request } from '../message/samples.ts';
import { header, Peer } from '../test-peer.ts';
import { TransactionLayer } from '../transaction/layer.ts';
import { Framing, largestMessage } from './framing.ts';

const message = request('INFO sip:a@b SIP/2.0', {}, 'body\r\n\r\nwith empty lines');

function frames(framing: Framing): string[] {
  const found: string[] = [];
  for (;;) {
    const frame = framing.next();
    if (frame.kind === 'incomplete') return found;
    found.push(
      frame.kind === 'message' ? frame.text : frame.kind === 'broken' ? frame.reason : 'ping',
    );
    if (frame.kind === 'broken') return found;
  }
}

test('a message that is split at any byte comes whole', () => {
  for (let at = 0; at <= message.length; at++) {
    const framing = new Framing();
    framing.push(message.slice(0, at));
    const early = frames(framing);
    framing.push(message.slice(at));
    assert.deepEqual([...early, ...frames(framing)], [message], `split at ${at}`);
  }
});

test('several messages in one chunk come one by one, and a trickle byte by byte', () => {
  const framing = new Framing();
  framing.push(message + message + message.slice(0, 50));
  assert.deepEqual(frames(framing), [message, message]);
  framing.push(message.slice(50));
  assert.deepEqual(frames(framing), [message]);
  for (const c of message + message) {
    framing.push(c);
    if (frames(framing).length > 0) assert.equal(c, message.at(-1));
  }
});

test('a keep-alive is told from empty lines ahead of a message', () => {
  const framing = new Framing();
  framing.push('\r\n');
  assert.deepEqual(frames(framing), []);
  framing.push('\r\n');
  assert.deepEqual(frames(framing), ['ping']);
  framing.push(`\r\n${message}\r\n\r\n${message}`);
  assert.deepEqual(frames(framing), [message, 'ping', message]);
});

test('the length is found in compact form, with space around it, and folded', () => {
  for (const written of ['l: 2', 'CONTENT-LENGTH\t : \t2 ', 'Content-Length:\r\n 2', 'l:2']) {
    const framing = new Framing();
    framing.push(`INFO sip:a SIP/2.0\r\n${written}\r\nX: 1\r\n\r\nab`);
    assert.equal(frames(framing)[0]?.slice(-2), 'ab', written);
  }
});

test('no length, no number as length, a negative one: the stream cannot be followed', () => {
  for (const line of ['X: 1', 'Content-Length: x', 'Content-Length: -5', 'X-Content-Length: 3']) {
    const framing = new Framing();
    framing.push(`INFO sip:a SIP/2.0\r\n${line}\r\n\r\n`);
    assert.deepEqual(frames(framing), ['no length'], line);
  }
});

test('too large a message is refused as soon as its length is known, endless headers at the limit', () => {
  const declared = new Framing();
  declared.push(`INFO sip:a SIP/2.0\r\nl: ${largestMessage}\r\n\r\n`);
  assert.deepEqual(frames(declared), ['too large']);
  const endless = new Framing();
  endless.push('X'.repeat(largestMessage));
  assert.deepEqual(frames(endless), []);
  endless.push('X');
  assert.deepEqual(frames(endless), ['too large']);
});

test('a body that trickles in a byte at a time costs no search for each byte', () => {
  const text = `INFO sip:a SIP/2.0\r\nl: 60000\r\n\r\n${'x'.repeat(60_000)}`;
  const framing = new Framing();
  const start = process.cpuUsage().user;
  let found = 0;
  for (const c of text) {
    framing.push(c);
    found += frames(framing).length;
  }
  assert.equal(found, 1);
  assert.ok(process.cpuUsage().user - start < 1_000_000, 'more than a second of CPU');
});

const seen: string[] = [];
let layer: TransactionLayer;
const requests = { branch: 0 };

before(async () => {
  layer = await TransactionLayer.open({
    transport: { host: '127.0.0.1', port: 0, onDropped() {} },
    timers: new ManualTimers(),
    onRequest: (each, source) => {
      seen.push(each.method);
      layer.replyStateless(each, source, 200);
    },
    onAck() {},
    onFault: (error) => {
      throw error;
    },
  });
});
after(() => layer.close());

/** A connection that collects what comes. */
async function dial(): Promise<{
  socket: Socket;
  read: (pattern: RegExp) => Promise<string>;
  ended: Promise<unknown>;
}> {
  const socket = connect({ host: '127.0.0.1', port: layer.transport.port });
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
  return {
    socket,
    ended: once(socket, 'end'),
    async read(pattern) {
      while (!pattern.test(text)) await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
      const found = text;
      text = '';
      return found;
    },
  };
}

function options(lines: Record<string, string> = {}): string {
  const via = `SIP/2.0/TCP 10.9.8.7:5060;branch=z9hG4bKt${requests.branch++}`;
  return request('OPTIONS sip:a@b SIP/2.0', { Via: via, ...lines });
}

test('over TCP answers come back on the connection, pings are answered, and split requests too', async () => {
  const { socket, read } = await dial();
  socket.write('\r\n\r\n');
  assert.equal(await read(/\r\n/), '\r\n');
  const both = options() + options();
  socket.write(both.slice(0, 300));
  await new Promise((resolve) => setImmediate(resolve));
  socket.write(both.slice(300));
  const answers = await read(/200 OK[^]*200 OK[^]*\r\n\r\n/);
  assert.match(
    answers,
    /Via: SIP\/2\.0\/TCP 10\.9\.8\.7:5060;branch=z9hG4bKt\d+;received=127\.0\.0\.1\r\n/,
  );
  socket.destroy();
});

test('an oversize message is answered 513, closed, and its body is never understood', async () => {
  const { socket, read, ended } = await dial();
  seen.length = 0;
  const head = options().replace('Content-Length: 0', 'Content-Length: 99999');
  socket.write(head + options());
  assert.match(await read(/\r\n\r\n/), /^SIP\/2\.0 513 Message Too Large\r\n/);
  socket.write(options() + options());
  await ended;
  const other = await dial();
  other.socket.write(options());
  await other.read(/200 OK/);
  other.socket.destroy();
  assert.deepEqual(seen, ['OPTIONS'], 'the other connection is served, and only that');
});

test('a request without Content-Length over TCP is answered 400 and the connection closed', async () => {
  const { socket, read, ended } = await dial();
  socket.write(options().replace(/Content-Length.*\r\n/, ''));
  assert.match(await read(/\r\n\r\n/), /^SIP\/2\.0 400 Missing Content-Length header\r\n/);
  await ended;
});

test('all who wait for a connection that fails are told', async () => {
  const failed = new Promise<number>((resolve) => {
    let count = 0;
    const to = { transport: 'tcp', host: '127.0.0.1', port: 1 } as const;
    for (let i = 0; i < 3; i++)
      layer.transport.send('x', to, () => ++count === 3 && resolve(count));
  });
  assert.equal(await failed, 3);
});

test('with rport the answer goes to the source port, and Via says where it came from', async () => {
  const peer = await Peer.open('127.0.0.2');
  const via = 'SIP/2.0/UDP phone.example.com:9;rport;branch=z9hG4bKr1;received=6.6.6.6';
  peer.send(request('OPTIONS sip:a@b SIP/2.0', { Via: via }), {
    host: '127.0.0.1',
    port: layer.transport.port,
  });
  const answer = await peer.next('SIP/2.0 200');
  assert.equal(
    header(answer, 'Via'),
    `SIP/2.0/UDP phone.example.com:9;rport=${peer.port};branch=z9hG4bKr1;received=127.0.0.2`,
  );
  peer.close();
});

test('without rport the answer goes to the source address at the port of Via', async () => {
  const [sender, listener] = [await Peer.open('127.0.0.2'), await Peer.open('127.0.0.2')];
  const via = `SIP/2.0/UDP 10.1.2.3:${listener.port};branch=z9hG4bKr2`;
  sender.send(request('OPTIONS sip:a@b SIP/2.0', { Via: via }), {
    host: '127.0.0.1',
    port: layer.transport.port,
  });
  const answer = await listener.next('SIP/2.0 200');
  assert.equal(header(answer, 'Via'), `${via};received=127.0.0.2`);
  sender.close();
  listener.close();
});

test('a datagram beyond the limit is answered 513', async () => {
  const peer = await Peer.open('127.0.0.2');
  const via = 'SIP/2.0/UDP 127.0.0.2;rport;branch=z9hG4bKbig';
  const text = request('OPTIONS sip:a@b SIP/2.0', { Via: via }, 'x'.repeat(40_000));
  peer.send(text, { host: '127.0.0.1', port: layer.transport.port });
  await peer.next('SIP/2.0 513');
  peer.close();
});
