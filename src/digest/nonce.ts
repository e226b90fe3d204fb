// Nonces that carry their own proof: a time and a keyed hash over it and the client's address, so that
// a stranger's request costs no memory. What is remembered, within a bound, is which counts of a nonce
// were used, so that a request heard on the wire cannot be played again (RFC 7616, 5.5 and 5.12).

import { createHmac, randomBytes } from 'node:crypto';

/** `foreign`: not ours, or for another address. `stale`: ours, but too old or its count was used. */
export type NonceState = 'fresh' | 'stale' | 'foreign';

export interface NonceOptions {
  readonly lifetimeMs: number;
  /** Most nonces remembered as used; at the bound all nonces given so far become stale. */
  readonly remembered: number;
}

export class Nonces {
  readonly #key = randomBytes(32);
  readonly #options: NonceOptions;
  /** Highest count used of each nonce, in the order of first use. */
  readonly #used = new Map<string, number>();
  #validFrom = 0;
  #sequence = 0;

  constructor(options: NonceOptions = { lifetimeMs: 300_000, remembered: 100_000 }) {
    this.#options = options;
  }

  /** A new nonce for a client at `address`. `now` in milliseconds since 1970. */
  issue(address: string, now: number): string {
    // The sequence makes two nonces of the same millisecond differ: else their counts would collide.
    this.#sequence = (this.#sequence + 1) % 0x1000000;
    const head = now.toString(16).padStart(12, '0') + this.#sequence.toString(16).padStart(6, '0');
    return head + this.#proof(head, address);
  }

  /** Checks a nonce without using it up. */
  check(nonce: string, address: string, now: number): NonceState {
    if (nonce.length !== 50) return 'foreign';
    const head = nonce.slice(0, 18);
    if (this.#proof(head, address) !== nonce.slice(18)) return 'foreign';
    const issuedAt = Number.parseInt(head.slice(0, 12), 16);
    const tooOld = now - issuedAt > this.#options.lifetimeMs || issuedAt < this.#validFrom;
    return tooOld ? 'stale' : 'fresh';
  }

  /**
   * Uses up count `nc` (8 hex digits; empty counts as 1) of a nonce that check() called fresh. False
   * where that count, or a later one, was used before: the caller answers stale=true.
   */
  use(nonce: string, nc: string, now: number): boolean {
    const count = nc === '' ? 1 : Number.parseInt(nc, 16);
    const highest = this.#used.get(nonce);
    if (highest !== undefined && count <= highest) return false;
    if (highest === undefined && this.#used.size >= this.#options.remembered) {
      this.#forgetOld(now);
    }
    this.#used.set(nonce, count);
    return true;
  }

  #forgetOld(now: number): void {
    for (const nonce of this.#used.keys()) {
      const issuedAt = Number.parseInt(nonce.slice(0, 12), 16);
      if (now - issuedAt <= this.#options.lifetimeMs) break;
      this.#used.delete(nonce);
    }
    if (this.#used.size >= this.#options.remembered) {
      this.#used.clear();
      this.#validFrom = now + 1;
    }
  }

  #proof(head: string, address: string): string {
    return createHmac('sha256', this.#key).update(head).update(address).digest('hex').slice(0, 32);
  }
}
