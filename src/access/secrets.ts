// Secrets that we make and others show again: a session's cookie, a sign-in link, a token. Each is 32
// random bytes and kept as its SHA-256 only, which needs no salt and no slowness: nobody guesses 256 bits.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_FORM = /^[A-Za-z0-9_-]{43}$/;
const TOKEN_FORM = /^car_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** 32 random bytes in base64url: 43 characters. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret: its SHA-256, 64 lower-case hex digits. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Says whether a text could be one of our secrets, before any work is spent on it. */
export function isSecret(text: string): boolean {
  return SECRET_FORM.test(text);
}

/**
 * What a page must send beside the cookie in every changing request. Made from the cookie, so it is not
 * kept, and one-way, so it does not give the cookie away.
 */
export function csrfOf(cookie: string): string {
  return createHmac('sha256', cookie).update('carillon csrf').digest('base64url');
}

/** A token's id: 12 lower-case hex digits. */
export function makeTokenId(): string {
  return randomBytes(6).toString('hex');
}

/** The whole token: what the program shows. */
export function tokenText(id: string, secret: string): string {
  return `car_${id}_${secret}`;
}

/** The parts of a whole token; undefined where the text is none. */
export function readToken(text: string): { id: string; secret: string } | undefined {
  const match = TOKEN_FORM.exec(text);
  return match === null ? undefined : { id: match[1]!, secret: match[2]! };
}

/** Compares a secret with a kept hash, in a time that does not depend on either. */
export function isHashOf(hash: string, secret: string): boolean {
  const kept = Buffer.from(hash, 'hex');
  const shown = createHash('sha256').update(secret).digest();
  return kept.length === shown.length && timingSafeEqual(kept, shown);
}
