// Browsers that are signed in: in memory for each request, on disk behind, so that a restart signs
// nobody out. Whose sessions they are and who may begin one is decided elsewhere (sign-in.ts).

import type { Store } from '../store/store.ts';
import type { Session } from './principal.ts';
import { csrfOf, hashOf, isSecret, makeSecret } from './secrets.ts';
import type { Turns } from './turns.ts';

const HOUR_MS = 3_600_000;
/** From the last use, and in all. */
const IDLE_MS = 12 * HOUR_MS;
const LONGEST_MS = 30 * 24 * HOUR_MS;
/** One more, and the user's oldest goes. */
const MOST_OF_USER = 20;

export type SessionStore = Pick<Store, 'allSessions' | 'putSession' | 'removeSessions'>;

export interface SessionsOptions {
  readonly store: SessionStore;
  readonly turns: Turns;
  readonly now: () => number;
  /** Told of each session that ended, after it is on disk. */
  readonly onEnded: (hash: string) => void;
  readonly onFault: (error: unknown) => void;
}

interface Kept {
  /** As it is on disk, or on its way there. */
  session: Session;
  /** When it ends if it is not used again; `session.expiresAt` follows it by the hour. */
  expiresAt: number;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #byHash = new Map<string, Kept>();
  /** The hashes of each user's sessions, the oldest first. */
  readonly #ofUser = new Map<string, Set<string>>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Reads the sessions of the store into memory, but for those that are over or belong to nobody. */
  async load(isUser: (name: string) => boolean): Promise<void> {
    const sessions = await this.#options.store.allSessions();
    sessions.sort((a, b) => a.createdAt - b.createdAt);
    const over: string[] = [];
    for (const session of sessions) {
      const kept = { session, expiresAt: session.expiresAt };
      if (isUser(session.user) && !this.#isOver(kept)) this.#show(kept);
      else over.push(session.hash);
    }
    if (over.length > 0) await this.#options.store.removeSessions(over);
  }

  /** Begins a session; the caller has the turn. Resolves when it is on disk and holds. */
  async begin(user: string): Promise<{ cookie: string; session: Session }> {
    const others = this.of(user);
    await this.end(others.slice(0, Math.max(0, others.length - MOST_OF_USER + 1)));
    const cookie = makeSecret();
    const now = this.#options.now();
    const session = { hash: hashOf(cookie), user, createdAt: now, expiresAt: now + IDLE_MS };
    await this.#options.store.putSession(session);
    this.#show({ session, expiresAt: session.expiresAt });
    return { cookie, session };
  }

  /** The session of a cookie. Asking for it is a use: it lasts longer for that. */
  find(cookie: string): { session: Session; csrf: string } | undefined {
    if (!isSecret(cookie)) return undefined;
    const kept = this.#byHash.get(hashOf(cookie));
    if (kept === undefined || this.#isOver(kept)) return undefined;
    this.#extend(kept);
    return { session: kept.session, csrf: csrfOf(cookie) };
  }

  /** The hashes of a user's sessions, the oldest first. */
  of(user: string): string[] {
    return [...(this.#ofUser.get(user) ?? [])];
  }

  /** Ends sessions; the caller has the turn. Resolves when they are gone from the disk too. */
  async end(hashes: readonly string[]): Promise<void> {
    const known = hashes.filter((hash) => this.#byHash.has(hash));
    if (known.length === 0) return;
    await this.#options.store.removeSessions(known);
    this.#forget(known);
  }

  /** Forgets the sessions of a user whom the store has removed, and his sessions with him. */
  forgetUser(user: string): void {
    this.#forget(this.of(user));
  }

  /** Ends what is over, so that it takes no memory and its event streams close. Call it by the minute. */
  sweep(): void {
    const { turns, onFault } = this.#options;
    const over = [...this.#byHash.values()].filter((kept) => this.#isOver(kept));
    if (over.length === 0) return;
    turns.take(() => this.end(over.map(({ session }) => session.hash))).catch(onFault);
  }

  #extend(kept: Kept): void {
    const { store, turns, now, onFault } = this.#options;
    const { session } = kept;
    kept.expiresAt = Math.min(now() + IDLE_MS, session.createdAt + LONGEST_MS);
    if (kept.expiresAt - session.expiresAt < HOUR_MS) return;
    kept.session = { ...session, expiresAt: kept.expiresAt };
    // In its turn: written behind a removal that is under way, it would come back at the next start.
    turns
      .take(async () => {
        if (this.#byHash.get(session.hash) === kept) await store.putSession(kept.session);
      })
      .catch(onFault);
  }

  #isOver({ session, expiresAt }: Kept): boolean {
    const now = this.#options.now();
    return expiresAt <= now || session.createdAt + LONGEST_MS <= now;
  }

  #show(kept: Kept): void {
    const { hash, user } = kept.session;
    this.#byHash.set(hash, kept);
    const hashes = this.#ofUser.get(user);
    if (hashes === undefined) this.#ofUser.set(user, new Set([hash]));
    else hashes.add(hash);
  }

  #forget(hashes: readonly string[]): void {
    for (const hash of hashes) {
      const user = this.#byHash.get(hash)?.session.user ?? '';
      this.#byHash.delete(hash);
      const others = this.#ofUser.get(user);
      others?.delete(hash);
      if (others?.size === 0) this.#ofUser.delete(user);
      this.#options.onEnded(hash);
    }
  }
}
