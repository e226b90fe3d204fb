// The program: joins the process (arguments, streams, exit status) to dispatch.ts. It is started by
// the launcher, bin/carillon.js, or by Node directly.

import type { Io } from './arguments.ts';
import { dispatch, tellFailure } from './dispatch.ts';
import { dieWithLauncher } from './launched.ts';

const io: Io = {
  env: process.env,
  stdin: process.stdin,
  print: (line) => process.stdout.write(`${line}\n`),
  warn: (line) => process.stderr.write(`${line}\n`),
};

dieWithLauncher();

// Nothing that was thrown and not expected may leave a half-dead server: it ends, and says why.
process.on('uncaughtException', (error) => {
  tellFailure('carillon', error, io);
  process.exit(1);
});

// Who reads our output may stop reading, and a server must not end for that: `carillon serve | head -1`.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const status = await dispatch(process.argv.slice(2), io);
// Ended here rather than by an empty event loop: what a command left open must not keep it alive. The
// callback comes when everything before it is written.
process.stdout.write('', () => process.exit(status));
