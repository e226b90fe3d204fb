// The directory that a server keeps everything in, and the lock that makes it the only one there.
// The lock is an SQLite file of its own, since the database must stay readable for backups; the
// kernel releases it when the process dies, however it dies.

import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError, engineCode, messageOf } from './store-error.ts';

/** A directory that is ours until `release`. */
export interface DataDirectory {
  /** Path of carillon.db; the file exists, mode 0600. */
  readonly databasePath: string;
  release(): void;
}

export interface LockPatience {
  /** How long to retry, milliseconds: a server that restarts meets its predecessor's last moment. */
  readonly total: number;
  readonly between: number;
}

const DEFAULT_PATIENCE: LockPatience = { total: 2000, between: 50 };
const BUSY = 5;

/**
 * Creates the directory where it is missing (mode 0700) and locks it.
 * Throws StoreError: `not-writable`, or `locked` when another holds it for longer than `patience`.
 */
export async function holdDataDirectory(
  directory: string,
  patience: LockPatience = DEFAULT_PATIENCE,
): Promise<DataDirectory> {
  makeDirectory(directory);
  const lock = await takeLock(directory, patience);
  const pidFile = join(directory, 'carillon.pid');
  const databasePath = join(directory, 'carillon.db');
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
    // Made here for its mode: SQLite gives its other files the mode of the database. Only while we
    // hold the lock and before SQLite opens it: closing any descriptor of a file drops the POSIX
    // locks that the process has on it.
    closeSync(openSync(databasePath, 'a', 0o600));
    chmodSync(databasePath, 0o600);
  } catch (error) {
    lock.close();
    throw notWritable(directory, error);
  }
  return {
    databasePath,
    release() {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

function makeDirectory(directory: string): void {
  try {
    makeWithParents(resolve(directory));
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(directory, error);
  }
}

/**
 * One level at a time: where a parent cannot be made (below /proc), Node's own recursive mkdir never
 * returns (measured, 26.10).
 */
function makeWithParents(directory: string): void {
  if (existsSync(directory)) {
    if (statSync(directory).isDirectory()) return;
    throw new Error(`${directory} is a file, not a directory`);
  }
  const parent = dirname(directory);
  if (parent !== directory) makeWithParents(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Two commands at once may both make it.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

async function takeLock(directory: string, patience: LockPatience): Promise<DatabaseSync> {
  const path = join(directory, 'carillon.lock');
  for (let waited = 0; ; waited += patience.between) {
    const lock = tryLock(directory, path);
    if (lock !== undefined) return lock;
    if (waited >= patience.total) throw locked(directory);
    await wait(patience.between);
  }
}

/** The connection that holds the lock, or undefined where another process (or we) holds it. */
function tryLock(directory: string, path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (engineCode(error) === BUSY) return undefined;
    throw notWritable(directory, error);
  }
}

function locked(directory: string): StoreError {
  const pid = holderOf(directory);
  return new StoreError(
    'locked',
    `the data directory ${directory} is held by another running carillon server` +
      (pid === undefined ? '' : ` (process ${pid})`) +
      `. Stop that one first${pid === undefined ? '' : ` (kill ${pid})`}, ` +
      'or give this one another directory with --data.',
  );
}

function holderOf(directory: string): string | undefined {
  try {
    return /^\d+$/m.exec(readFileSync(join(directory, 'carillon.pid'), 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}

function notWritable(directory: string, cause: unknown): StoreError {
  return new StoreError(
    'not-writable',
    `the data directory ${directory} cannot be used: ${messageOf(cause)}. ` +
      'Make it writable for this user, or choose another one with --data.',
    { cause },
  );
}
