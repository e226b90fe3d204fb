// The hashes of Digest authentication (RFC 7616), the same for SIP (RFC 8760) and for HTTP.
// Knows no user and keeps nothing. Neighbours: credentials.ts reads headers, nonce.ts makes nonces.

import { hash, timingSafeEqual } from 'node:crypto';

export type DigestAlgorithm = 'MD5' | 'SHA-256';

function digest(algorithm: DigestAlgorithm, text: string | Buffer): string {
  return hash(algorithm === 'MD5' ? 'md5' : 'sha256', text, 'hex');
}

/**
 * H(user:realm:password) in lower-case hex (RFC 7616, 3.4.2). It is as good as the password within
 * its realm: store it like one, never log it.
 */
export function ha1(
  algorithm: DigestAlgorithm,
  user: string,
  realm: string,
  password: string,
): string {
  return digest(algorithm, `${user}:${realm}:${password}`);
}

/** What a response is computed over; every text as it stood in the header, without quotes. */
export interface DigestInput {
  readonly method: string;
  /** The `uri` parameter as the client wrote it, Latin-1: one character a byte. */
  readonly uri: string;
  readonly nonce: string;
  /** `auth`, or empty for the older form of RFC 2069. */
  readonly qop: string;
  readonly nc: string;
  readonly cnonce: string;
}

/** The `response` value that proves knowledge of the HA1 (RFC 7616, 3.4.1). */
export function digestResponse(
  algorithm: DigestAlgorithm,
  ha1Hex: string,
  input: DigestInput,
): string {
  // The bytes of the URI as they came, one character each: clients sign what they send.
  const ha2 = digest(algorithm, Buffer.from(`${input.method}:${input.uri}`, 'latin1'));
  const middle = input.qop === '' ? '' : `${input.nc}:${input.cnonce}:${input.qop}:`;
  return digest(algorithm, `${ha1Hex}:${input.nonce}:${middle}${ha2}`);
}

/** Compares two hex texts in a time that does not depend on where they differ. */
export function sameHex(expected: string, given: string): boolean {
  const a = Buffer.from(expected, 'latin1');
  const b = Buffer.from(given.toLowerCase(), 'latin1');
  return a.length === b.length && timingSafeEqual(a, b);
}
