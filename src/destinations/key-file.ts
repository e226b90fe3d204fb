// The data directory's own key, with which the secrets that we must send are encrypted: one small file beside
// the database (docs/rules.md, 5), so that a copy of the database alone betrays none. It reads and makes that
// file; what is encrypted with it is sealed.ts's matter.

import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** AES-256. */
const KEY_BYTES = 32;

/** The key file's path in a data directory. */
export function keyFileIn(dataDir: string): string {
  return join(dataDir, 'carillon.key');
}

/** The key in a file; `missing` where there is none, `invalid` where the file holds something else. */
export async function readKeyFile(path: string): Promise<KeyObject | 'missing' | 'invalid'> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing';
    throw error;
  }
  const bytes = Buffer.from(text, 'base64');
  const isKey = bytes.length === KEY_BYTES && bytes.toString('base64') === text.trim();
  return isKey ? createSecretKey(bytes) : 'invalid';
}

/**
 * Makes the file, readable for its owner only, with a new key. Resolves when it would survive a loss of power:
 * nothing may be encrypted with a key that could vanish.
 */
export async function makeKeyFile(path: string): Promise<KeyObject> {
  const bytes = randomBytes(KEY_BYTES);
  // Under another name first: half a key file must never be found under its own.
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${bytes.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
  return createSecretKey(bytes);
}

/** The new name is an entry of the directory: it too must be on disk. Windows syncs no directories. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
