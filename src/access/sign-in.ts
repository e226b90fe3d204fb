// Proving who one is: by name and password, by a one-time link, and the password's change by its owner.
// Failures slow down further tries, and nothing tells whether a name is known: neither text nor time.

import type { Hashing } from './hashing.ts';
import { refuse, type Outcome, type Refused } from './outcome.ts';
import { hashPassword, isOutdated, verifyPassword, wrongPassword } from './password.ts';
import type { Session, User } from './principal.ts';
import type { Sessions } from './sessions.ts';
import type { SignInLinks } from './sign-in-links.ts';
import { addressKey, SlowDown } from './slow-down.ts';
import type { Turns } from './turns.ts';
import { noUser, type Users } from './users.ts';

export interface SignedIn {
  readonly ok: true;
  /** The cookie's value: kept nowhere. */
  readonly cookie: string;
  readonly session: Session;
  readonly user: User;
}

export interface NotSignedIn {
  readonly ok: false;
  readonly code: 'wrong-password' | 'wrong-link' | 'slow-down' | 'busy';
  /** Whole seconds until the next try may be made; with `slow-down` and `busy`. */
  readonly retryAfterS?: number;
}

export interface SignInsOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly links: SignInLinks;
  readonly hashing: Hashing;
  readonly turns: Turns;
  readonly now: () => number;
}

const WRONG_PASSWORD: NotSignedIn = { ok: false, code: 'wrong-password' };
const BUSY: NotSignedIn = { ok: false, code: 'busy', retryAfterS: 1 };

export class SignIns {
  readonly #options: SignInsOptions;
  readonly #names: SlowDown;
  readonly #changes: SlowDown;
  readonly #addresses: SlowDown;

  constructor(options: SignInsOptions) {
    this.#options = options;
    this.#names = new SlowDown(options.now);
    this.#changes = new SlowDown(options.now);
    this.#addresses = new SlowDown(options.now);
  }

  /** Signs in by password. `address` is the client's. Rejects only where the session could not be kept. */
  async byPassword(given: {
    readonly name: string;
    readonly password: string;
    readonly address: string;
  }): Promise<SignedIn | NotSignedIn> {
    // Telephones write the first letter large; no user's name has one.
    const name = given.name.trim().toLowerCase().slice(0, 65);
    const address = addressKey(given.address);
    const wait = Math.max(this.#names.waitMs(name), this.#addresses.waitMs(address));
    if (wait > 0) return slowDown(wait);
    this.#names.begin(name);
    this.#addresses.begin(address);
    let result: SignedIn | NotSignedIn = BUSY;
    try {
      result = await this.#checkPassword(name, given.password);
      return result;
    } finally {
      const failed = !result.ok && result.code === 'wrong-password';
      this.#names.end(name, failed ? 'failed' : result.ok ? 'cleared' : 'undecided');
      // Not cleared by a success: who has a password of his own could try others' for ever.
      this.#addresses.end(address, failed ? 'failed' : 'undecided');
    }
  }

  /** Signs in by a one-time link, which is used up. */
  async byLink(secret: string, from: string): Promise<SignedIn | NotSignedIn> {
    const address = addressKey(from);
    const wait = this.#addresses.waitMs(address);
    if (wait > 0) return slowDown(wait);
    this.#addresses.begin(address);
    // Before anything is awaited: of two at once, one has it.
    const name = this.#options.links.use(secret);
    this.#addresses.end(address, name === undefined ? 'failed' : 'undecided');
    if (name === undefined) return { ok: false, code: 'wrong-link' };
    const result = await this.#options.turns.take(() => this.#beginByLink(name));
    return !result.ok && result.code === 'busy' ? BUSY : result;
  }

  /**
   * Changes a user's own password and ends his other sessions. `current` is not asked for where none is
   * set; `keep` is the hash of the session that asks.
   */
  async changePassword(
    name: string,
    current: string,
    password: string,
    keep: string | undefined,
  ): Promise<Outcome> {
    const { users, sessions, links, hashing, turns } = this.#options;
    const before = users.byName(name);
    if (before === undefined) return noUser(name);
    const wrong = wrongPassword(password, name);
    if (wrong !== undefined) return wrong;
    if (before.passwordHash !== '') {
      const refused = await this.#checkCurrent(before, current);
      if (refused !== undefined) return refused;
    }
    const hash = await hashing.run(() => hashPassword(password));
    if (hash === 'busy') return busy();
    return turns.take(async () => {
      const user = users.byName(name);
      if (user?.passwordHash !== before.passwordHash) return wrongCurrent();
      // Another role ends his sessions, and whoever sits at one has no more say then.
      if (keep !== undefined && !sessions.of(name).includes(keep)) {
        return refuse('forbidden', 'this session ended meanwhile: sign in again');
      }
      await sessions.end(sessions.of(name).filter((session) => session !== keep));
      await users.setHash(user, hash);
      links.dropOf(name);
      return { ok: true } as const;
    });
  }

  async #checkPassword(name: string, password: string): Promise<SignedIn | NotSignedIn> {
    const { users, sessions, hashing, turns } = this.#options;
    const kept = users.byName(name)?.passwordHash ?? '';
    const right = await hashing.run(() => verifyPassword(password, kept));
    if (right === 'busy') return BUSY;
    if (!right) return WRONG_PASSWORD;
    const upgrade = isOutdated(kept) ? await hashing.run(() => hashPassword(password)) : 'busy';
    const result = await turns.take(async (): Promise<SignedIn | NotSignedIn> => {
      const user = users.byName(name);
      // It may have been changed, or the user removed, while it was being checked.
      if (user?.passwordHash !== kept) return WRONG_PASSWORD;
      const now = upgrade === 'busy' ? user : await users.setHash(user, upgrade);
      return { ok: true, user: now, ...(await sessions.begin(name)) };
    });
    return !result.ok && result.code === 'busy' ? BUSY : result;
  }

  async #beginByLink(name: string): Promise<SignedIn | NotSignedIn> {
    const user = this.#options.users.byName(name);
    if (user === undefined) return { ok: false, code: 'wrong-link' };
    const begun = await this.#options.sessions.begin(name);
    this.#names.clear(name);
    return { ok: true, user, ...begun };
  }

  /** Counts apart from signing in: a stranger who guesses must not keep the owner from a new password. */
  async #checkCurrent(user: User, current: string): Promise<Refused | undefined> {
    const key = user.name;
    const wait = this.#changes.waitMs(key);
    if (wait > 0) {
      const retryAfterS = seconds(wait);
      return refuse('slow-down', `too many wrong passwords: try again in ${retryAfterS} s`, {
        values: { retryAfterS },
      });
    }
    this.#changes.begin(key);
    let right: boolean | 'busy' = 'busy';
    try {
      right = await this.#options.hashing.run(() => verifyPassword(current, user.passwordHash));
    } finally {
      this.#changes.end(key, right === 'busy' ? 'undecided' : right ? 'cleared' : 'failed');
    }
    if (right === 'busy') return busy();
    return right ? undefined : wrongCurrent();
  }
}

function slowDown(waitMs: number): NotSignedIn {
  return { ok: false, code: 'slow-down', retryAfterS: seconds(waitMs) };
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

function busy(): Refused {
  return refuse('busy', 'too many passwords are being checked: try again in a moment');
}

function wrongCurrent(): Refused {
  return refuse('wrong-password', 'the current password is wrong: write the one you sign in with', {
    field: 'current',
  });
}
