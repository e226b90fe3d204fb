// How soon one may try again after failures: for each name and each address apart. It counts texts and
// knows no passwords; the clock is an argument. sign-in.ts asks it before any hashing.

import { isIPv6 } from 'node:net';

/** Failures that cost nothing: everybody mistypes. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A failure is forgotten when none followed it for so long. */
const REMEMBERED_MS = 15 * 60_000;
const MOST_KEYS = 10_000;

interface Tries {
  failures: number;
  /** When the last failure was. */
  at: number;
  /** Tries that are being decided now. */
  pending: number;
}

/**
 * One table of failures. A try is begun and ended, so that a hundred at once are not all let through
 * before the first has failed.
 */
export class SlowDown {
  readonly #now: () => number;
  readonly #most: number;
  /** The one that failed the longest ago first. */
  readonly #tries = new Map<string, Tries>();

  /** @param now milliseconds since 1970. @param most keys remembered; the oldest goes for a new one. */
  constructor(now: () => number, most = MOST_KEYS) {
    this.#now = now;
    this.#most = most;
  }

  get size(): number {
    return this.#tries.size;
  }

  /** Milliseconds until the key may try again; 0: now. Asking counts for nothing. */
  waitMs(key: string): number {
    const tries = this.#tries.get(key);
    if (tries === undefined) return 0;
    const now = this.#now();
    // The clock was set back: else he would wait until it is that time again.
    if (tries.at > now) tries.at = now;
    if (now - tries.at >= REMEMBERED_MS) tries.failures = 0;
    // As if all that are being decided failed.
    if (tries.pending > 0 && tries.failures + tries.pending >= FREE_FAILURES) return FIRST_WAIT_MS;
    if (tries.failures < FREE_FAILURES) return 0;
    const wait = FIRST_WAIT_MS * 2 ** (tries.failures - FREE_FAILURES);
    return Math.max(0, tries.at + Math.min(wait, LONGEST_WAIT_MS) - now);
  }

  /** A try begins; `end` must follow. */
  begin(key: string): void {
    const tries = this.#tries.get(key) ?? this.#remember(key);
    tries.pending += 1;
  }

  /**
   * The try is over. `cleared` forgets the failures before it as well; `undecided` leaves them as they
   * were.
   */
  end(key: string, how: 'failed' | 'cleared' | 'undecided'): void {
    const tries = this.#tries.get(key);
    if (tries === undefined) return;
    tries.pending -= 1;
    if (how === 'cleared') tries.failures = 0;
    if (how === 'failed') {
      tries.failures += 1;
      tries.at = this.#now();
      // Deleted first, so that it moves behind the others.
      this.#tries.delete(key);
      this.#tries.set(key, tries);
    }
    if (tries.failures === 0 && tries.pending <= 0) this.#tries.delete(key);
  }

  /** Forgets the failures of a key that proved itself in another way. */
  clear(key: string): void {
    this.begin(key);
    this.end(key, 'cleared');
  }

  #remember(key: string): Tries {
    const now = this.#now();
    for (const [other, { at, pending }] of this.#tries) {
      if (pending > 0) continue;
      if (now - at < REMEMBERED_MS && this.#tries.size < this.#most) break;
      this.#tries.delete(other);
    }
    const tries = { failures: 0, at: now, pending: 0 };
    this.#tries.set(key, tries);
    return tries;
  }
}

/**
 * What an address counts as: an IPv4 address by itself, an IPv6 address by its /64, which is what one
 * household or machine is given (RFC 6177). Anything else counts as one.
 */
export function addressKey(address: string): string {
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address.slice(0, 64);
  // The URL parser writes it in one form: lower case, no leading zeros, dotted ends as hex.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const groups = [...before, ...zeros, ...after];
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') {
    const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
