// One-time sign-in links: made by who may manage the user, used once within 10 minutes. In memory only:
// a restart voids them. Each user has one at most, so that nobody's links push out another's. The URL around a secret is the web room's, the session it opens sign-in.ts's.

import { hashOf, isSecret, makeSecret } from './secrets.ts';

const LIFETIME_MS = 10 * 60_000;

interface Link {
  readonly hash: string;
  readonly user: string;
  readonly expiresAt: number;
}

export class SignInLinks {
  readonly #now: () => number;
  /** As many as there are users at most: a new link takes the place of the user's earlier one. */
  readonly #ofUser = new Map<string, Link>();
  readonly #byHash = new Map<string, Link>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#byHash.size;
  }

  /**
   * A new link's secret, and when it ends (milliseconds since 1970). The user's earlier link is void.
   * Only for a user that there is: `dropOf` when he is removed.
   */
  make(user: string): { secret: string; expiresAt: number } {
    this.dropOf(user);
    const secret = makeSecret();
    const link = { hash: hashOf(secret), user, expiresAt: this.#now() + LIFETIME_MS };
    this.#ofUser.set(user, link);
    this.#byHash.set(link.hash, link);
    return { secret, expiresAt: link.expiresAt };
  }

  /** Uses a link up: whose it is, or undefined where it is none, used or over. */
  use(secret: string): string | undefined {
    if (!isSecret(secret)) return undefined;
    const link = this.#byHash.get(hashOf(secret));
    if (link === undefined) return undefined;
    this.dropOf(link.user);
    return link.expiresAt > this.#now() ? link.user : undefined;
  }

  /** Voids the link of a user: it was made for who he was. */
  dropOf(user: string): void {
    const link = this.#ofUser.get(user);
    if (link === undefined) return;
    this.#ofUser.delete(user);
    this.#byHash.delete(link.hash);
  }
}
