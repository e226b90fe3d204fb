// Where the control socket of a data directory is, in a form that the system accepts. It only makes
// the address; control-server.ts listens on it and control-client.ts connects to it.

import { createHash } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SOCKET_NAME = 'control.sock';

// sun_path holds 108 bytes on Linux and 104 elsewhere, the closing NUL included.
const LONGEST_PATH = 100;

export interface ControlAddress {
  /** What to listen on or connect to. */
  readonly path: string;
  /** Closes what the address needs. The path is of no use afterwards. */
  release(): void;
}

/**
 * The address of the control socket in `dataDir`. Throws the system's error where the directory does
 * not exist, and an Error that says so where its path is too long for this system.
 */
export function controlAddress(dataDir: string): ControlAddress {
  const path = join(resolve(dataDir), SOCKET_NAME);
  if (process.platform === 'win32') {
    // Windows has named pipes instead; the directory's name makes the pipe's.
    const name = createHash('sha256').update(path.toLowerCase()).digest('hex').slice(0, 32);
    return { path: `\\\\.\\pipe\\carillon-${name}`, release: () => {} };
  }
  if (Buffer.byteLength(path) <= LONGEST_PATH) return { path, release: () => {} };
  if (process.platform !== 'linux') {
    throw new Error(
      `the path of the data directory is too long for a socket in it (${path}); use one of at most ` +
        `${LONGEST_PATH - SOCKET_NAME.length - 1} bytes`,
    );
  }
  // Through an open descriptor of the directory the path is short, whatever the directory's own is.
  const directory = openSync(dataDir, constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    path: `/proc/self/fd/${directory}/${SOCKET_NAME}`,
    release: () => closeSync(directory),
  };
}
