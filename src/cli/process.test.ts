// The real program in real processes: exit status, signals, and the launcher with an older Node.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const launcher = join(root, 'bin/carillon.js');
const main = join(root, 'src/cli/main.ts');
const oldNode = findOldNode();
const needsOldNode = { skip: oldNode === undefined && 'no Node older than 24.21 is installed' };

/** A Node on this machine that is too old to run the server. */
function findOldNode(): string | undefined {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter).concat('/usr/bin')) {
    const node = join(directory, 'node');
    if (!existsSync(node)) continue;
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < 24 || (major === 24 && minor < 21)) return node;
  }
  return undefined;
}

interface Program {
  readonly child: ChildProcess;
  /** The standard output's lines, as they come. */
  line(): Promise<string>;
  readonly ended: Promise<{ status: number | null; signal: string | null; err: string }>;
}

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-process-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function start(t: TestContext, node: string, argv: readonly string[], env = {}): Program {
  const child = spawn(node, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  return follow(child);
}

function follow(child: ChildProcess): Program {
  let out = '';
  let err = '';
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<Program['ended']>>();
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  child.stderr?.on('data', (chunk) => (err += String(chunk)));
  child.on('close', (status, signal) => resolve({ status, signal, err }));
  return {
    child,
    ended,
    async line() {
      while (!out.includes('\n')) {
        const more = await Promise.race([once(child.stdout!, 'data'), ended]);
        if (!Array.isArray(more)) assert.fail(`it ended without a line: ${more.err}`);
      }
      const [first = ''] = out.split('\n', 1);
      out = out.slice(first.length + 1);
      return first;
    },
  };
}

function serveOn(data: string, ...more: string[]): string[] {
  return ['serve', '--data', data, '--http', '127.0.0.1:0', '--sip', '127.0.0.1:0', ...more];
}

const READY = /^carillon ready http:\/\/127\.0\.0\.1:[1-9]\d* sip:127\.0\.0\.1:[1-9]\d*$/;

test('a server says that it is ready, and a signal ends it with status 0', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const server = start(t, process.execPath, [main, ...serveOn(temporary(t))]);
    assert.match(await server.line(), READY);
    server.child.kill(signal);
    // Twice at once, as a terminal and the launcher give it: still in order.
    server.child.kill(signal);
    assert.partialDeepStrictEqual(await server.ended, { status: 0, signal: null });
  }
});

test('a server cannot start twice on one data directory, and says so in one line', async (t) => {
  const data = temporary(t);
  const first = start(t, process.execPath, [main, ...serveOn(data)]);
  await first.line();
  const second = await start(t, process.execPath, [main, ...serveOn(data)]).ended;
  assert.equal(second.status, 1);
  assert.match(second.err, /^carillon serve: the data directory .* is held by another .*\n$/);
});

test('the commands reach a running server, and the sandbox simulates a call', async (t) => {
  const data = temporary(t);
  const server = start(t, process.execPath, [main, ...serveOn(data, '--sandbox')]);
  assert.match(await server.line(), READY);
  const simulate = ['simulate', '33612345678', '33123456789', '--answer-after', '0', '--talk', '0'];
  const call = start(t, process.execPath, [main, ...simulate, '--data', data]);
  const [, callref = ''] = /^callref=(\S+) result=answered$/.exec(await call.line()) ?? [];
  assert.notEqual(callref, '');
  assert.equal((await call.ended).status, 0);
  const list = ['notification', 'list', '--call', callref, '--data', data];
  const types = execFileSync(process.execPath, [main, ...list], { encoding: 'utf8' });
  assert.match(types, /SETUP[^]*CONNECT[^]*RELEASE/);
});

test('a second signal, not at once behind the first, ends a server that waits for its calls', async (t) => {
  const data = temporary(t);
  const server = start(t, process.execPath, [main, ...serveOn(data, '--sandbox')]);
  await server.line();
  const simulate = [
    'simulate',
    '33612345678',
    '33123456789',
    '--answer-after',
    '0',
    '--talk',
    '60',
  ];
  start(t, process.execPath, [main, ...simulate, '--data', data]);
  let line = '';
  while (!line.includes('type=CONNECT')) line = await server.line();
  const begun = performance.now();
  const insisting = setInterval(() => server.child.kill('SIGTERM'), 50);
  assert.partialDeepStrictEqual(await server.ended, { status: 1, signal: null });
  clearInterval(insisting);
  assert.ok(performance.now() - begun > 500);
});

test('commands that start together with the server, or with each other, are all done', async (t) => {
  const data = temporary(t);
  const password = ['--password', 'long enough', '--data', data];
  const server = start(t, process.execPath, [main, ...serveOn(data)]);
  const commands = ['33123456781', '33123456782', '33123456783'].map((number) =>
    start(t, process.execPath, [main, 'line', 'add', number, ...password]),
  );
  for (const { ended } of commands)
    assert.partialDeepStrictEqual(await ended, { status: 0, err: '' });
  assert.match(await server.line(), READY);
  const list = ['line', 'list', '--json', '--data', data];
  const lines: unknown = JSON.parse(execFileSync(process.execPath, [main, ...list]).toString());
  assert.ok(Array.isArray(lines));
  assert.equal(lines.length, 3);
});

test('the sandbox prints commands to copy, which name a directory of its own and its address', async (t) => {
  const data = join(temporary(t), "it's here");
  const server = start(t, process.execPath, [main, ...serveOn(data, '--sandbox')]);
  const lines: string[] = [];
  while (!lines.at(-1)?.startsWith('The requests')) lines.push(await server.line());
  const quoted = `'${data.replaceAll("'", "'\\''")}'`;
  const [simulate, list, curl] = lines.filter((line) => line.startsWith('  '));
  assert.deepEqual(
    [simulate, list],
    [
      `  npx carillon simulate 33612345678 33123456789 --data ${quoted}`,
      `  npx carillon notification list --data ${quoted}`,
    ],
  );
  const http = /http:\/\/\S+/.exec(lines[0] ?? '')?.[0];
  const url = `'${http}/makecall.html?ACCOUNT=33123456789&CALLEE=33612345678&CALLEE_NAME=Alice'`;
  assert.equal(curl, `  curl --digest -u 33123456789:sandbox ${url}`);
});

test('the sandbox serves HTTPS with a certificate of its own, and the ready line says where', async (t) => {
  const data = join(temporary(t), 'data');
  const argv = [main, ...serveOn(data, '--sandbox', '--https', '127.0.0.1:0')];
  const server = start(t, process.execPath, argv);
  const ready = /^(carillon ready .*) https:\/\/127\.0\.0\.1:([1-9]\d*)$/.exec(await server.line());
  assert.match(ready?.[1] ?? '', READY);
  const ca = readFileSync(join(data, 'tls-cert.pem'));
  const [answer] = await once(get(`https://localhost:${ready![2]}/healthz`, { ca }), 'response');
  assert.equal(answer.statusCode, 200);
  answer.resume();
  server.child.kill();
  assert.equal((await server.ended).status, 0);
});

test('a certificate that is not there, or not whole, is told in one line', async (t) => {
  const directory = temporary(t);
  const file = join(directory, 'nonsense.pem');
  writeFileSync(file, 'nonsense');
  const https = ['--https', '127.0.0.1:0', '--tls-cert'];
  const cases: [more: string[], status: number, says: RegExp][] = [
    [[...https, file], 2, /^carillon serve: --https: [^\n]*--tls-key FILE\n$/],
    [[...https, file, '--tls-key', file], 1, /^carillon serve: --tls-cert: [^\n]*\n$/],
    [
      [...https, 'none.pem', '--tls-key', file],
      1,
      /^carillon serve: --tls-cert: there is no[^\n]*\n$/,
    ],
  ];
  for (const [more, expected, says] of cases) {
    const argv = [main, ...serveOn(join(directory, 'data'), ...more)];
    const { status, err } = await start(t, process.execPath, argv).ended;
    assert.equal(status, expected);
    assert.match(err, says);
  }
});

test('certificates for receivers that cannot be used end the start before there is a data directory', async (t) => {
  const directory = temporary(t);
  const data = join(directory, 'data');
  const nonsense = join(directory, 'nonsense.pem');
  writeFileSync(nonsense, 'nonsense');
  for (const [file, says] of [
    [nonsense, /^carillon serve: --notify-ca: [^\n]* holds no certificate; [^\n]*\n$/],
    [join(directory, 'none.pem'), /^carillon serve: --notify-ca: [^\n]* no such file; [^\n]*\n$/],
  ] as const) {
    const argv = [main, ...serveOn(data, '--notify-ca', file)];
    const { status, err } = await start(t, process.execPath, argv).ended;
    assert.equal(status, 1);
    assert.match(err, says);
    assert.ok(!existsSync(data));
  }
});

test('a port in use is told with the flag that changes it', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);
  for (const flag of ['--http', '--sip', '--https']) {
    const argv = serveOn(join(temporary(t), 'data'));
    if (flag === '--https') argv.push('--sandbox', flag, '');
    argv[argv.indexOf(flag) + 1] = `127.0.0.1:${address.port}`;
    const { status, err } = await start(t, process.execPath, [main, ...argv]).ended;
    assert.equal(status, 1);
    const says = `^carillon serve: 127\\.0\\.0\\.1:${address.port} is in use .*such as ${flag} 127`;
    assert.match(err, new RegExp(`${says}[^\\n]*\\n$`));
  }
});

test('an address of another machine and a file as data directory are told in one line', async (t) => {
  const directory = temporary(t);
  const argv = serveOn(join(directory, 'data'));
  argv[argv.indexOf('--http') + 1] = '192.0.2.7:0';
  const away = await start(t, process.execPath, [main, ...argv]).ended;
  assert.equal(away.status, 1);
  assert.match(
    away.err,
    /^carillon serve: 192\.0\.2\.7 is no address of this machine; .*--http[^\n]*\n$/,
  );
  writeFileSync(join(directory, 'file'), '');
  const file = await start(t, process.execPath, [main, ...serveOn(join(directory, 'file'))]).ended;
  assert.equal(file.status, 1);
  assert.match(file.err, /^carillon serve: the data directory .* cannot be used: [^\n]*\n$/);
});

test('a reader that stops reading ends neither a list nor a server', async (t) => {
  const server = start(t, process.execPath, [main, ...serveOn(temporary(t), '--sandbox')]);
  await server.line();
  server.child.stdout?.destroy();
  server.child.kill('SIGTERM');
  assert.partialDeepStrictEqual(await server.ended, { status: 0, signal: null });
});

test('a process that the launcher started dies with it, at once and as in a crash', async (t) => {
  const child = fork(main, serveOn(temporary(t)), {
    silent: true,
    execPath: process.execPath,
    execArgv: [],
    env: { CARILLON_LAUNCHED: '1' },
  });
  t.after(() => child.kill('SIGKILL'));
  const server = follow(child);
  assert.match(await server.line(), READY);
  // Not `close`: it does not come behind a disconnect().
  const exited = once(child, 'exit');
  child.disconnect();
  assert.deepEqual(await exited, [null, 'SIGKILL']);
});

test('a parent that is not the launcher may close its channel', async (t) => {
  const child = fork(main, serveOn(temporary(t)), {
    silent: true,
    execPath: process.execPath,
    execArgv: [],
    env: {},
  });
  t.after(() => child.kill('SIGKILL'));
  const server = follow(child);
  assert.match(await server.line(), READY);
  const exited = once(child, 'exit');
  child.disconnect();
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('the launcher gives arguments, output and exit status through', needsOldNode, async (t) => {
  const version = start(t, oldNode!, [launcher, '--version']);
  assert.match(await version.line(), /^carillon \d/);
  assert.equal((await version.ended).status, 0);
  const wrong = await start(t, oldNode!, [launcher, 'dance']).ended;
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /^carillon: unknown command "dance"[^\n]*\n$/);
});

test('the launcher passes signals on and waits for the end', needsOldNode, async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const server = start(t, oldNode!, [launcher, ...serveOn(temporary(t))]);
    assert.match(await server.line(), READY);
    server.child.kill(signal);
    assert.partialDeepStrictEqual(await server.ended, { status: 0, signal: null });
  }
});

test('a launcher that is killed leaves no server behind', needsOldNode, async (t) => {
  const data = temporary(t);
  const server = start(t, oldNode!, [launcher, ...serveOn(data)]);
  assert.match(await server.line(), READY);
  server.child.kill('SIGKILL');
  // `ended` comes when the last holder of the output is gone: the server itself.
  assert.partialDeepStrictEqual(await server.ended, { signal: 'SIGKILL' });
  // As in a crash: nothing was tidied up, and the next server starts all the same.
  assert.ok(existsSync(join(data, 'control.sock')));
  const next = start(t, oldNode!, [launcher, ...serveOn(data)]);
  assert.match(await next.line(), READY);
});

test('a launcher whose server is killed ends by the same signal', needsOldNode, async (t) => {
  const data = temporary(t);
  const server = start(t, oldNode!, [launcher, ...serveOn(data)]);
  await server.line();
  const pid = Number(execFileSync('cat', [join(data, 'carillon.pid')], { encoding: 'utf8' }));
  process.kill(pid, 'SIGKILL');
  assert.partialDeepStrictEqual(await server.ended, { status: null, signal: 'SIGKILL' });
});

test('a launcher that finds no runtime says so in one line', needsOldNode, async (t) => {
  // A package without node_modules beside it.
  const lonely = temporary(t);
  mkdirSync(join(lonely, 'bin'));
  writeFileSync(join(lonely, 'package.json'), '{"type":"module"}');
  execFileSync('cp', [launcher, join(lonely, 'bin/carillon.js')]);
  const { status, err } = await start(t, oldNode!, [join(lonely, 'bin/carillon.js'), '--version'])
    .ended;
  assert.equal(status, 1);
  assert.match(err, /^carillon needs Node 24\.21 or newer [^\n]*\n$/);
});

test('a published package runs what is in dist', async (t) => {
  const published = temporary(t);
  mkdirSync(join(published, 'bin'));
  mkdirSync(join(published, 'dist/cli'), { recursive: true });
  writeFileSync(join(published, 'package.json'), '{"type":"module"}');
  execFileSync('cp', [launcher, join(published, 'bin/carillon.js')]);
  writeFileSync(join(published, 'dist/cli/main.js'), 'console.log("dist", process.argv[2]);');
  const nodes = oldNode === undefined ? [process.execPath] : [process.execPath, oldNode];
  symlinkSync(join(root, 'node_modules'), join(published, 'node_modules'));
  for (const node of nodes) {
    const program = start(t, node, [join(published, 'bin/carillon.js'), 'x']);
    assert.equal(await program.line(), 'dist x');
  }
});
