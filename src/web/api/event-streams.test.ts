import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Principal } from '../../access/principal.ts';
import { LiveStream } from '../../live/stream.ts';
import type { E164 } from '../../numbers/e164.ts';
import { EventStreams, STREAM_LIMITS } from './event-streams.ts';
import type { Reader, StreamLimits } from './event-streams.ts';

const ours = '33123456789' as E164;
const theirs = '33123456790' as E164;

function manager(customer: string): Principal {
  return { kind: 'user', id: customer, name: customer, role: 'manager', customer, lines: [] };
}

function readerOf(principal: Principal): Reader {
  return { principal, session: 'hash', renewed: () => principal };
}

/** A stream over a real connection: what was received, waited for by its text. */
async function connect(
  t: TestContext,
  streams: EventStreams,
  { after, reader = readerOf(manager('a')) }: { after?: string; reader?: Reader } = {},
) {
  const server = createServer((_request, response) => streams.open(response, reader, after));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve) => {
    get({ port, host: '127.0.0.1', agent: false }, resolve);
  });
  let text = '';
  let wake: (() => void) | undefined;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    wake?.();
  });
  const closed = new Promise<void>((resolve) => {
    response.on('error', () => {});
    response.once('close', resolve);
  });
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(text)) await new Promise<void>((resolve) => (wake = resolve));
    return text;
  };
  return { response, until, closed, text: () => text };
}

function stream(keep = 100): LiveStream {
  return new LiveStream({ epoch: 'e', keep, onFault: (error) => assert.fail(String(error)) });
}

function happen(live: LiveStream, line: E164, customer = line === ours ? 'a' : 'b'): void {
  live.publish({ type: 'line', line, customer, data: { line, change: 'changed' } });
}

test('a fresh reader learns where to resume from, then what happens', async (t) => {
  const live = stream();
  const reader = await connect(t, new EventStreams(live));
  assert.match(String(reader.response.headers['content-type']), /^text\/event-stream/);
  assert.equal(reader.response.headers['cache-control'], 'no-store');
  assert.match(await reader.until(/event: ready\n/), /^: .*\nretry: 2000\n\n/);
  assert.match(await reader.until(/ready\nid: .*\ndata/), /event: ready\nid: e-0\n/);
  happen(live, ours);
  const text = await reader.until(/event: line\n[^]*\n\n/);
  assert.match(text, /event: line\nid: e-1\ndata: {"line":"33123456789","change":"changed"}\n\n$/);
});

test("nobody is told of another customer's line, neither now nor when he resumes", async (t) => {
  const live = stream();
  const streams = new EventStreams(live);
  happen(live, theirs);
  const reader = await connect(t, streams, { after: 'e-0' });
  await reader.until(/ready/);
  happen(live, theirs);
  happen(live, ours);
  const text = await reader.until(/event: line\n/);
  assert.ok(!text.includes(theirs));
});

test('who comes back gets what he missed, and only that', async (t) => {
  const live = stream();
  for (let i = 0; i < 5; i++) happen(live, ours);
  const reader = await connect(t, new EventStreams(live), { after: 'e-3' });
  const text = await reader.until(/ready/);
  assert.deepEqual(
    [...text.matchAll(/^id: (.*)$/gm)].map((m) => m[1]),
    ['e-4', 'e-5', 'e-5'],
  );
});

test('who comes back too late is told to read all again', async (t) => {
  const live = stream(3);
  for (let i = 0; i < 9; i++) happen(live, ours);
  const streams = new EventStreams(live);
  for (const after of ['e-2', 'other-8', 'nonsense', 'e-10', '']) {
    const reader = await connect(t, streams, { after });
    const text = await reader.until(/ready/);
    assert.match(text, /event: reset\nid: e-9\n/, after);
  }
});

/** The server's side learns of a close a moment after or before the reader's. */
async function sizeIs(streams: EventStreams, size: number): Promise<void> {
  while (streams.size !== size) await new Promise((resolve) => setImmediate(resolve));
}

function within(limits: Partial<StreamLimits>): StreamLimits {
  return { ...STREAM_LIMITS, ...limits };
}

test('a reader who does not read is cut off, and the others are not', async (t) => {
  const live = stream(10_000);
  const streams = new EventStreams(live, within({ behind: 300_000 }));
  const slow = await connect(t, streams);
  const quick = await connect(t, streams);
  await slow.until(/ready/);
  await quick.until(/ready/);
  slow.response.pause();
  // Enough to fill what the system itself holds for a connection.
  const line = { line: ours, customer: 'a', type: 'line' } as const;
  for (let i = 0; streams.size === 2; i++) {
    const data = { line: `${ours}${'.'.repeat(50_000)}`, change: 'changed' } as const;
    live.publish({ ...line, data });
    assert.ok(i < 1000, 'a reader who does not read is never cut off');
    await new Promise((resolve) => setImmediate(resolve));
  }
  happen(live, ours);
  await quick.until(/"line":"33123456789"/);
  assert.equal(streams.size, 1);
});

test('the wait for what was missed is no falling behind', async (t) => {
  const live = stream(1000);
  for (let i = 0; i < 500; i++) happen(live, ours);
  const reader = await connect(t, new EventStreams(live, within({ behind: 1000 })), {
    after: 'e-0',
  });
  const text = await reader.until(/ready/);
  assert.equal([...text.matchAll(/^event: line$/gm)].length, 500);
});

test('a stream too many is refused, of one reader and of all', async (t) => {
  const streams = new EventStreams(stream(), within({ total: 3, each: 2 }));
  const reader = (name: string) => ({ reader: readerOf(manager(name)) });
  const first = await connect(t, streams, reader('a'));
  await connect(t, streams, reader('a'));
  assert.throws(() => streams.checkRoom(manager('a')), { status: 429, code: 'too-many-streams' });
  streams.checkRoom(manager('b'));
  await connect(t, streams, reader('b'));
  assert.throws(() => streams.checkRoom(manager('c')), { status: 503 });
  first.response.destroy();
  await sizeIs(streams, 2);
  streams.checkRoom(manager('a'));
});

test('a stream ends when its reader is told to go, and at a keep-alive when he is nobody any more', async (t) => {
  const streams = new EventStreams(stream(), within({ keepAliveMs: 10 }));
  const gone = await connect(t, streams, {
    reader: { ...readerOf(manager('a')), session: 'gone' },
  });
  let now: Principal | undefined = manager('a');
  const expiring = await connect(t, streams, {
    reader: { principal: manager('a'), session: 'kept', renewed: () => now },
  });
  await expiring.until(/: keep-alive\nid: e-0\n\n/);
  streams.end(({ session }) => session === 'gone');
  await gone.closed;
  await sizeIs(streams, 1);
  now = undefined;
  await expiring.closed;
  await sizeIs(streams, 0);
});

test('rights that change count from the next keep-alive on', async (t) => {
  const live = stream();
  let now = manager('a');
  const streams = new EventStreams(live, within({ keepAliveMs: 10 }));
  const reader = await connect(t, streams, {
    reader: { principal: now, session: 'kept', renewed: () => now },
  });
  await reader.until(/ready/);
  now = manager('b');
  await reader.until(/keep-alive/);
  happen(live, ours);
  happen(live, theirs);
  assert.doesNotMatch(await reader.until(/event: line/), new RegExp(`"line":"${ours}"`));
});
