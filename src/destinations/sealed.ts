// Secrets as they are kept: encrypted and authenticated with the data directory's key (AES-256-GCM), each
// bound to the row that it stands in. Pure; whose secrets they are is signing-keys.ts's matter.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What the text begins with, so that another way of sealing can come. */
const VERSION = '1.';
/** The length of nonce and tag that GCM is made for (NIST SP 800-38D, 8.2). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The secret as a text to be kept. `place` names its row: moved to another one it cannot be opened. */
export function seal(key: KeyObject, place: string, secret: Uint8Array): string {
  // Random nonces serve for some four thousand million secrets with one key.
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const sealed = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return VERSION + sealed.toString('base64');
}

/** The secret in the text; undefined where it was sealed with another key, for another place, or changed. */
export function unseal(key: KeyObject, place: string, text: string): Buffer | undefined {
  if (!text.startsWith(VERSION)) return undefined;
  const sealed = Buffer.from(text.slice(VERSION.length), 'base64');
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}
