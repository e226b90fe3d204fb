// Programs of other people that a test talks to. Where one is not installed, the test is skipped with
// one line that says what to install; under CARILLON_REQUIRE_PEERS=1 (as .ci/run sets it) it fails, so
// that no test disappears from the complete run unnoticed.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Owner } from './child.ts';

/** Each peer and the Debian package that brings it. */
const packages = {
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  curl: 'curl',
  php: 'php-cli',
  wget: 'wget',
  python3: 'python3-requests',
  tcpdump: 'tcpdump',
  strace: 'strace',
  chromium: 'chromium',
} as const;

export type Peer = keyof typeof packages;

/** The program's full path, or undefined where PATH does not lead to it. */
export function findPeer(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/**
 * True where all peers are there. Otherwise marks the test as skipped and gives false; the test
 * returns then: `if (!requirePeer(t, 'sipp')) return;`
 */
export function requirePeer(t: NonNullable<Owner>, ...names: Peer[]): boolean {
  const missing = names.filter((name) => findPeer(name) === undefined);
  if (missing.length === 0) return true;
  const wanted = missing.map((name) => packages[name]).join(' ');
  const reason = `${missing.join(' and ')} not found: apt-get install ${wanted}`;
  if (process.env['CARILLON_REQUIRE_PEERS'] === '1') {
    throw new Error(`${reason} (CARILLON_REQUIRE_PEERS=1 forbids to skip)`);
  }
  t.skip(reason);
  return false;
}
