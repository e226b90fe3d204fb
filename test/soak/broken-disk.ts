// Two ways to take the disk away from a running server, and to give it back: a data directory on a
// small file system that is filled up, and a limit of the process behind which every write fails. Linux
// only.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { descendants } from '../kit/proc.ts';
import type { Server } from '../kit/server.ts';

export interface BreakableDisk extends AsyncDisposable {
  /** From now on nothing more can be written. */
  breakIt(): void;
  mend(): void;
}

export interface DiskKind {
  readonly name: string;
  /** Why this machine cannot do it, or undefined where it can. */
  unavailable(): string | undefined;
  /** Prepares it for a server that runs; it may be restarted for that. */
  prepare(server: Server): Promise<BreakableDisk>;
}

export const DISK_KINDS: readonly DiskKind[] = [
  {
    name: 'a full disk',
    unavailable: whyNoMount,
    prepare: onSmallFileSystem,
  },
  {
    name: 'a disk that fails',
    unavailable: () =>
      spawnSync('prlimit', ['--version']).error === undefined
        ? undefined
        : 'prlimit not found: apt-get install util-linux',
    prepare: withWriteLimit,
  },
];

/** ENOSPC, as it is: the data directory moves to a tmpfs of 4 MB, and a file takes all the room. */
async function onSmallFileSystem(server: Server): Promise<BreakableDisk> {
  const { dataDir } = server;
  const ballast = join(dataDir, 'ballast');
  const copy = mkdtempSync(join(tmpdir(), 'carillon-disk-'));
  await server.stop();
  cpSync(dataDir, copy, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', dataDir]);
  let reader: DatabaseSync | undefined;
  const mend = (): void => {
    rmSync(ballast, { force: true });
    if (reader?.isOpen) reader.close();
  };
  const disk: BreakableDisk = {
    breakIt() {
      for (const size of [1_048_576, 65_536, 4_096, 1]) fill(ballast, size);
    },
    mend,
    async [Symbol.asyncDispose]() {
      await server.kill9();
      mend();
      execFileSync('umount', ['--lazy', dataDir]);
      rmSync(copy, { recursive: true, force: true });
    },
  };
  try {
    for (const name of readdirSync(copy)) cpSync(join(copy, name), join(dataDir, name));
    reader = holdLog(join(dataDir, 'carillon.db'));
    await server.start();
    return disk;
  } catch (error) {
    await disk[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * A reader that began before the log did: nothing can be moved from the log into the database, so that every
 * commit needs room of its own. Else a full disk would take as many more as the log had room for.
 */
function holdLog(path: string): DatabaseSync {
  const reader = new DatabaseSync(path);
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM meta').get();
  return reader;
}

/** Appends pieces of that size until there is no room for one more. */
function fill(path: string, size: number): void {
  const piece = Buffer.alloc(size);
  for (;;) {
    try {
      writeFileSync(path, piece, { flag: 'a' });
    } catch {
      return;
    }
  }
}

/** Every write behind the first byte of a file fails (EFBIG), which SQLite calls an I/O error. */
function withWriteLimit(server: Server): Promise<BreakableDisk> {
  const limit = (soft: string): void => {
    const launcher = server.process.pid;
    for (const pid of [launcher, ...descendants(launcher)]) {
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${soft}:unlimited`]);
    }
  };
  return Promise.resolve({
    breakIt: () => limit('1'),
    mend: () => limit('unlimited'),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

function whyNoMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-mount-'));
  try {
    const tried = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    if (tried.status !== 0) return 'mounting a small file system needs root (CAP_SYS_ADMIN)';
    execFileSync('umount', ['--lazy', folder]);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
