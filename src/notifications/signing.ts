// Signatures of notifications as Standard Webhooks has them (https://www.standardwebhooks.com, "Signature
// scheme", symmetric): pure functions on secrets. Who has which secret, and how it is kept, is
// src/destinations/signing-keys.ts.

import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Secrets are shown and typed with this before their base64. */
const PREFIX = 'whsec_';
/** The specification's limits, in bytes. */
export const SHORTEST_SECRET = 24;
export const LONGEST_SECRET = 64;
/** What we make ourselves, in bytes: as long as the hash. */
const OUR_LENGTH = 32;

/** A new secret, `whsec_…`, of 32 random bytes. */
export function makeSecret(): string {
  return PREFIX + randomBytes(OUR_LENGTH).toString('base64');
}

/**
 * The bytes of a secret that somebody wrote, `whsec_<base64>` with 24 to 64 bytes; undefined where it has
 * another form. Strict, since Node's own decoder skips what it does not know: a secret with a slip of the
 * pen in it would sign, and nobody could verify it.
 */
export function secretBytes(text: string): Buffer | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const base64 = text.slice(PREFIX.length);
  const bytes = Buffer.from(base64, 'base64');
  const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, '=');
  if (bytes.toString('base64') !== padded) return undefined;
  return bytes.length >= SHORTEST_SECRET && bytes.length <= LONGEST_SECRET ? bytes : undefined;
}

/** A secret ready to sign with: made once, since signing happens for each try. */
export function signingKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/**
 * The value of `Webhook-Signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.content`, for each
 * key one, with a space between. `timestampSeconds` is that of `Webhook-Timestamp`. `content` is the body of
 * a POST, and of a GET the request target (path and query) as it is sent.
 */
export function sign(
  keys: readonly KeyObject[],
  id: string,
  timestampSeconds: number,
  content: string,
): string {
  const signed = `${id}.${timestampSeconds}.${content}`;
  return keys
    .map((key) => `v1,${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`)
    .join(' ');
}
