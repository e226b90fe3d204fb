// One-time sign-in links: made by who may manage the user, used once within 10 minutes. In memory only:
// a restart voids them. The URL around a secret is the web room's, the session it opens sign-in.ts's.

import { hashOf, isSecret, makeSecret } from './secrets.ts';

const LIFETIME_MS = 10 * 60_000;
/** At the limit the oldest goes. */
const MOST_KEPT = 1000;

interface Kept {
  readonly user: string;
  readonly expiresAt: number;
}

export class SignInLinks {
  readonly #now: () => number;
  /** By the hash of the secret, the oldest first. */
  readonly #links = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#links.size;
  }

  /** A new link's secret, and when it ends (milliseconds since 1970). */
  make(user: string): { secret: string; expiresAt: number } {
    const now = this.#now();
    for (const [hash, { expiresAt }] of this.#links) {
      if (expiresAt > now && this.#links.size < MOST_KEPT) break;
      this.#links.delete(hash);
    }
    const secret = makeSecret();
    const expiresAt = now + LIFETIME_MS;
    this.#links.set(hashOf(secret), { user, expiresAt });
    return { secret, expiresAt };
  }

  /** Uses a link up: whose it is, or undefined where it is none, used or over. */
  use(secret: string): string | undefined {
    if (!isSecret(secret)) return undefined;
    const hash = hashOf(secret);
    const link = this.#links.get(hash);
    this.#links.delete(hash);
    return link !== undefined && link.expiresAt > this.#now() ? link.user : undefined;
  }

  /** Voids all links of a user: they were made for who he was. */
  dropOf(user: string): void {
    for (const [hash, link] of this.#links) {
      if (link.user === user) this.#links.delete(hash);
    }
  }
}
