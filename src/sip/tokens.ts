// Random texts for branches, tags and Call-IDs. From the system's random source, drawn in blocks:
// asking for each token alone costs ten times as much.

import { randomFillSync } from 'node:crypto';

const block = Buffer.alloc(8192);
let used = block.length;

/** `bytes` random bytes in lower-case hex. */
export function randomHex(bytes: number): string {
  if (used + bytes > block.length) {
    randomFillSync(block);
    used = 0;
  }
  used += bytes;
  return block.toString('hex', used - bytes, used);
}

/** The cookie that marks branches of RFC 3261 (8.1.1.7). */
export const branchCookie = 'z9hG4bK';

export function newBranch(): string {
  return branchCookie + randomHex(12);
}

export function newTag(): string {
  return randomHex(8);
}
