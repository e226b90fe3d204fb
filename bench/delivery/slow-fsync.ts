// Compiles slow-fsync.c where there is a C compiler, for a subject on a slow disk.

import { join } from 'node:path';
import { run } from '../../test/kit/run.ts';

export type SlowDisk =
  | { readonly env: Readonly<Record<string, string>>; readonly missing?: undefined }
  | { readonly env?: undefined; readonly missing: string };

/** The environment of a process whose syncs take `ms` longer, or in a few words why there is none. */
export async function slowDisk(folder: string, ms: number): Promise<SlowDisk> {
  if (process.platform !== 'linux') return { missing: 'it needs LD_PRELOAD as Linux has it' };
  const library = join(folder, 'slow-fsync.so');
  const source = join(import.meta.dirname, 'slow-fsync.c');
  const args = ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'];
  const { code, stderr } = await run(undefined, 'cc', ...args);
  if (code === 0) return { env: { LD_PRELOAD: library, SLOW_FSYNC_MS: String(ms) } };
  return { missing: `no C compiler works here (cc: ${stderr.trim().slice(0, 200)})` };
}
