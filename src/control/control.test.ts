import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test, type TestContext } from 'node:test';
import { createLog } from '../watch/log.ts';
import type { NamedCommands } from './commands.ts';
import { connectControl } from './control-client.ts';
import { type ControlLimits, type ControlServer, startControlServer } from './control-server.ts';

const open: ControlServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

function dataDirectory(t: TestContext, length = 0): string {
  const root = mkdtempSync(join(tmpdir(), 'carillon-control-'));
  t.after(() => rmSync(root, { recursive: true }));
  if (length === 0) return root;
  const directory = join(root, 'x'.repeat(length - root.length - 1));
  mkdirSync(directory);
  return directory;
}

const listsLines: NamedCommands = { 'line.list': async () => ({ ok: true, result: [] }) };

async function start(
  directory: string,
  commands: NamedCommands = listsLines,
  limits: Partial<ControlLimits> = {},
): Promise<ControlServer> {
  const server = await startControlServer(directory, commands, createLog('silent'), limits);
  open.push(server);
  return server;
}

async function raw(directory: string): Promise<Socket> {
  const socket = createConnection(join(directory, 'control.sock'));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

interface Reply {
  readonly id: unknown;
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error?: string;
}

/** Unlike events.once, also where an error comes first: a write may meet the server's end. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Everything the server says until it disconnects. */
async function untilClosed(socket: Socket): Promise<Reply[]> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await closed(socket);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line): Reply => JSON.parse(line));
}

async function reply(socket: Socket): Promise<Reply> {
  const [chunk]: Buffer[] = await once(socket, 'data');
  return JSON.parse(String(chunk));
}

test('a command reaches the server and its reply comes back', async (t) => {
  const directory = dataDirectory(t);
  let given: unknown;
  const commands: NamedCommands = {
    'line.remove': async (args) => {
      given = args;
      return { ok: true, result: { number: 'é' } };
    },
    'line.add': async () => ({ ok: false, error: 'no such number', status: 2 }),
  };
  await start(directory, commands);
  const client = await connectControl(directory);
  assert.ok(client);
  assert.deepEqual(await client.request('line.remove', { number: '33é' }), {
    ok: true,
    result: { number: 'é' },
  });
  assert.deepEqual(given, { number: '33é' });
  assert.deepEqual(await client.request('line.add', {}), {
    ok: false,
    error: 'no such number',
    status: 2,
  });
  client.close();
});

test('only the owner may reach the socket', async (t) => {
  const directory = dataDirectory(t);
  await start(directory);
  assert.equal(statSync(join(directory, 'control.sock')).mode & 0o777, 0o600);
});

test(
  'a data directory with a path of 150 bytes is served',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const directory = dataDirectory(t, 150);
    assert.equal(Buffer.byteLength(directory), 150);
    const server = await start(directory);
    assert.equal(statSync(join(directory, 'control.sock')).mode & 0o777, 0o600);
    const client = await connectControl(directory);
    assert.deepEqual(await client?.request('line.list', {}), { ok: true, result: [] });
    client?.close();
    await server.close();
    open.pop();
    assert.equal(existsSync(join(directory, 'control.sock')), false);
    assert.equal(await connectControl(directory), undefined);
  },
);

test('where no server runs there is nothing to connect to', async (t) => {
  const directory = dataDirectory(t);
  assert.equal(await connectControl(directory), undefined);
  assert.equal(await connectControl(join(directory, 'missing')), undefined);
  assert.equal(await connectControl(join(directory, 'missing', 'x'.repeat(150))), undefined);
  writeFileSync(join(directory, 'file'), '');
  assert.equal(await connectControl(join(directory, 'file')), undefined);
});

test('the socket that a killed server left is replaced', async (t) => {
  const directory = dataDirectory(t);
  const path = join(directory, 'control.sock');
  // A socket file whose listener is gone: another name keeps it while the listener removes its own.
  const dead = createServer().listen(join(directory, 'dead.sock'));
  await once(dead, 'listening');
  renameSync(join(directory, 'dead.sock'), path);
  dead.close();
  await once(dead, 'close');
  assert.ok(existsSync(path));
  assert.equal(await connectControl(directory), undefined);

  await start(directory);
  const client = await connectControl(directory);
  assert.deepEqual(await client?.request('line.list', {}), { ok: true, result: [] });
  client?.close();
});

test('two servers on two directories do not meet, also with long paths', async (t) => {
  for (const length of [0, 150]) {
    const [one, two] = [dataDirectory(t, length), dataDirectory(t, length)];
    await start(one, { 'line.remove': async () => ({ ok: true, result: 'one' }) });
    await start(two, { 'line.remove': async () => ({ ok: true, result: 'two' }) });
    for (const [directory, name] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      const client = await connectControl(directory);
      const answer: unknown = await client?.request('line.remove', {});
      assert.deepEqual(answer, { ok: true, result: name });
      client?.close();
    }
  }
});

test('several requests in one chunk, and one in many, are answered in order', async (t) => {
  const directory = dataDirectory(t);
  await start(directory);
  const socket = await raw(directory);
  const all = untilClosed(socket);
  const request = '{"id":7,"command":"line.list"}\n';
  socket.write(request + request + request.slice(0, 9));
  for (const letter of request.slice(9)) socket.write(letter);
  socket.end();
  const answer = { id: 7, ok: true, result: [] };
  assert.deepEqual(await all, [answer, answer, answer]);
});

test('what is no request is answered with what to write, and the next request is served', async (t) => {
  const directory = dataDirectory(t);
  await start(directory);
  const table: [line: string, says: RegExp][] = [
    ['', /not JSON; write \{"id"/],
    ['{', /not JSON/],
    ['GET / HTTP/1.1', /not JSON/],
    ['\u0000\u0001', /not JSON/],
    ['[]', /no JSON object/],
    ['null', /no JSON object/],
    ['"line.list"', /no JSON object/],
    ['{"command":"line.list"}', /id must be/],
    ['{"id":{},"command":"line.list"}', /id must be/],
    ['{"id":1}', /command must be a text/],
    ['{"id":1,"command":"line.list","args":[]}', /args must be an object/],
    ['{"id":1,"command":"line.lost"}', /there is no command "line\.lost"/],
    ['{"id":1,"command":"constructor"}', /there is no command "constructor"/],
    ['{"id":1,"command":"__proto__"}', /there is no command "__proto__"/],
  ];
  const socket = await raw(directory);
  for (const [line, says] of table) {
    socket.write(`${line}\n`);
    const answer = await reply(socket);
    assert.equal(answer.ok, false, line);
    assert.match(answer.error ?? '', says);
  }
  socket.write('{"id":"last","command":"line.list"}\n');
  assert.deepEqual(await reply(socket), { id: 'last', ok: true, result: [] });
  socket.destroy();
});

test('a line without end is refused at the limit and its client disconnected', async (t) => {
  const directory = dataDirectory(t);
  await start(directory, listsLines, { lineBytes: 10_000 });
  const socket = await raw(directory);
  const all = untilClosed(socket);
  socket.write(`{"id":1,"command":"line.list","args":{"x":"${'x'.repeat(9900)}"}}\n`);
  socket.write('y'.repeat(500_000));
  const [first, second, ...rest] = await all;
  assert.equal(first?.ok, true);
  assert.match(second?.error ?? '', /at most 10000 bytes/);
  assert.deepEqual(rest, []);
});

test('half a request holds its place for the idle time only, also when it drips', async (t) => {
  const directory = dataDirectory(t);
  await start(directory, listsLines, { idleMs: 60 });
  const silent = await raw(directory);
  const dripping = await raw(directory);
  const drip = setInterval(() => dripping.write(' '), 10);
  t.after(() => clearInterval(drip));
  silent.write('{"id":1,');
  assert.deepEqual(await Promise.all([untilClosed(silent), untilClosed(dripping)]), [[], []]);
});

test('a command may take longer than the idle time', async (t) => {
  const directory = dataDirectory(t);
  const slow: NamedCommands = {
    simulate: () =>
      new Promise((resolve) => setTimeout(() => resolve({ ok: true, result: 'late' }), 150)),
  };
  await start(directory, slow, { idleMs: 30 });
  const client = await connectControl(directory);
  const answer: unknown = await client?.request('simulate', {});
  assert.deepEqual(answer, { ok: true, result: 'late' });
  client?.close();
});

test('one client too many is told so, and has a place when another leaves', async (t) => {
  const directory = dataDirectory(t);
  await start(directory, listsLines, { clients: 2 });
  const first = await raw(directory);
  const second = await raw(directory);
  const [answer] = await untilClosed(await raw(directory));
  assert.match(answer?.error ?? '', /serves 2 clients at once/);
  const client = await connectControl(directory);
  await assert.rejects(async () =>
    assert.equal((await client?.request('line.list', {}))?.ok, true),
  );
  first.destroy();
  second.destroy();
  // The server learns of it in its own time: ask until it has.
  for (;;) {
    const client = await connectControl(directory);
    const answer = await client?.request('line.list', {}).catch(() => undefined);
    client?.close();
    if (answer?.ok === true) break;
  }
});

test('a client that leaves in mid-command harms neither the command nor the others', async (t) => {
  const directory = dataDirectory(t);
  const began = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const commands: NamedCommands = {
    'line.add': async () => {
      began.resolve();
      await go.promise;
      finished.resolve();
      return { ok: true, result: 'x'.repeat(1_000_000) };
    },
    'line.list': async () => ({ ok: true, result: [] }),
  };
  await start(directory, commands);
  const leaving = await raw(directory);
  leaving.write('{"id":1,"command":"line.add"}\n');
  await began.promise;
  leaving.destroy();
  go.resolve();
  await finished.promise;
  const client = await connectControl(directory);
  assert.deepEqual(await client?.request('line.list', {}), { ok: true, result: [] });
  client?.close();
});

test('a command that throws is answered and logged, and the server goes on', async (t) => {
  const directory = dataDirectory(t);
  const lines: string[] = [];
  const log = createLog('error', { write: (line) => lines.push(line) });
  const commands: NamedCommands = {
    'line.add': () => Promise.reject(new Error('the disk is full')),
    'line.set': async () => ({ ok: true, result: 1n }),
    'line.list': async () => ({ ok: true, result: [] }),
  };
  open.push(await startControlServer(directory, commands, log));
  const client = await connectControl(directory);
  assert.ok(client);
  assert.deepEqual(await client.request('line.add', {}), {
    ok: false,
    error: 'the disk is full',
    status: 1,
  });
  assert.equal((await client.request('line.set', {})).ok, false);
  assert.equal((await client.request('line.list', {})).ok, true);
  client.close();
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /"command":"line\.add"/);
});

test('a client that does not read its replies is disconnected and fills no memory', async (t) => {
  const directory = dataDirectory(t);
  let answered = 0;
  const commands: NamedCommands = {
    'line.list': async () => {
      answered += 1;
      return { ok: true, result: 'x'.repeat(1_000_000) };
    },
  };
  await start(directory, commands, { idleMs: 100 });
  const socket = await raw(directory);
  socket.pause();
  socket.write('{"id":1,"command":"line.list"}\n'.repeat(1000));
  // Paused, it learns of the end only by writing.
  const write = setInterval(() => socket.write(' '), 10);
  await closed(socket);
  clearInterval(write);
  assert.ok(answered < 5, `${answered} replies were made`);
});

test('closing lets a running command finish and refuses new ones', async (t) => {
  const directory = dataDirectory(t);
  const began = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const commands: NamedCommands = {
    'line.add': async () => {
      began.resolve();
      await go.promise;
      return { ok: true, result: 'kept' };
    },
  };
  const server = await start(directory, commands);
  const idle = await raw(directory);
  const client = await connectControl(directory);
  const answer: Promise<unknown> | undefined = client?.request('line.add', {});
  await began.promise;
  const ended = server.close();
  await closed(idle);
  assert.equal(await connectControl(directory), undefined);
  go.resolve();
  assert.deepEqual(await answer, { ok: true, result: 'kept' });
  await ended;
  open.pop();
  await assert.rejects(async () => client?.request('line.list', {}), /ended before it answered/);
});

test('closing does not wait for a command that never ends', async (t) => {
  const directory = dataDirectory(t);
  const began = Promise.withResolvers<void>();
  const commands: NamedCommands = {
    simulate: () => {
      began.resolve();
      return new Promise(() => {});
    },
  };
  const server = await start(directory, commands, { closeMs: 50 });
  const client = await connectControl(directory);
  const answer = client?.request('simulate', {});
  const lost = assert.rejects(async () => answer, /the server ended before it answered/);
  await began.promise;
  await server.close();
  open.pop();
  await lost;
});
