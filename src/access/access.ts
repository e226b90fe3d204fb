// Who may come in: customers, users, tokens, and the sessions of browsers, joined into what the other
// rooms ask for. All of it is in memory for each request, and every change is on disk before it holds.
// What somebody may then do is principal.ts and may-manage.ts; cookies and headers are the web room's.

import type { Line } from '../lines/line.ts';
import { Customers, type CustomerCounts, type CustomerInput } from './customers.ts';
import type { CustomerStore } from './customers.ts';
import { Hashing } from './hashing.ts';
import type { Asker } from './may-manage.ts';
import type { Outcome } from './outcome.ts';
import type { Customer, Principal, Reach, Token, User } from './principal.ts';
import { Sessions, type SessionStore } from './sessions.ts';
import { SignInLinks } from './sign-in-links.ts';
import { SignIns, type NotSignedIn, type SignedIn } from './sign-in.ts';
import { Tokens, type NewTokenInput, type TokenInput, type TokenStore } from './tokens.ts';
import { Turns } from './turns.ts';
import { noUser, Users, type ChangeOptions, type UserInput, type UserStore } from './users.ts';

export { DEFAULT_CUSTOMER } from './checks.ts';
export type { Outcome, RefusalCode, Refused } from './outcome.ts';
export type { NotSignedIn, SignedIn } from './sign-in.ts';
export type { NewTokenInput, TokenInput } from './tokens.ts';
export type { ChangeOptions, UserInput } from './users.ts';

export type AccessStore = CustomerStore & UserStore & SessionStore & TokenStore;

export interface AccessOptions {
  readonly store: AccessStore;
  /** Milliseconds since 1970. */
  now(): number;
  lineOf(number: string): Line | undefined;
  linesOf(customer: string): readonly Line[];
  /**
   * The customer of each line, as often as it has lines: all customers that lines name, counted in one
   * pass.
   */
  lineCustomers(): Iterable<string>;
  /** Told of what fails behind an answer that was given already. */
  onFault(error: unknown): void;
}

/** What lets in no more, or not as before: event streams that were opened with it must close. */
export type Revoked =
  | { readonly kind: 'session'; readonly hash: string }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'token'; readonly id: string };

export type RevokedListener = (gone: Revoked) => void;

export class Access {
  readonly #options: AccessOptions;
  readonly #turns = new Turns();
  readonly #links: SignInLinks;
  readonly #sessions: Sessions;
  readonly #users: Users;
  readonly #tokens: Tokens;
  readonly #customers: Customers;
  readonly #signIns: SignIns;
  readonly #listeners = new Set<RevokedListener>();

  private constructor(options: AccessOptions) {
    this.#options = options;
    const { store, onFault } = options;
    const now = () => options.now();
    const turns = this.#turns;
    const hashing = new Hashing();
    const links = new SignInLinks(now);
    const around = {
      lineOf: (number: string) => options.lineOf(number),
      hasCustomer: (name: string) => this.#customers.has(name),
    };
    const sessions = new Sessions({
      store,
      turns,
      now,
      onEnded: (hash) => this.#tell({ kind: 'session', hash }),
      onFault: (error) => onFault(error),
    });
    const users = new Users({
      store,
      turns,
      now,
      around,
      sessions,
      links,
      hashing,
      onRevoked: (name) => this.#tell({ kind: 'user', name }),
    });
    const onRevoked = (id: string) => this.#tell({ kind: 'token', id });
    this.#links = links;
    this.#sessions = sessions;
    this.#users = users;
    this.#tokens = new Tokens({ store, turns, now, around, onRevoked });
    this.#customers = new Customers({
      store,
      turns,
      linesOf: (customer) => options.linesOf(customer),
      lineCustomers: () => options.lineCustomers(),
      users: () => this.#users.each(),
      tokens: () => this.#tokens.each(),
    });
    this.#signIns = new SignIns({ users, sessions, links, hashing, turns, now });
  }

  /** Reads everything from the store; sessions that are over are removed from it. */
  static async load(options: AccessOptions): Promise<Access> {
    const access = new Access(options);
    await access.#customers.load();
    await access.#users.load();
    await access.#tokens.load();
    await access.#sessions.load((name) => access.#users.byName(name) !== undefined);
    return access;
  }

  // --- Customers -----------------------------------------------------------------------------------

  /** All customers by name: those that are kept, `default`, and those of a line, user or token. */
  customers(): Customer[] {
    return this.#customers.withCounts().map(({ customer }) => customer);
  }

  /** The same, each with how many lines and users it has. */
  customersWithCounts(): { readonly customer: Customer; readonly has: CustomerCounts }[] {
    return this.#customers.withCounts();
  }

  /** Whether there is such a customer, kept or named by a line, user or token. */
  hasCustomer(name: string): boolean {
    return this.#customers.has(name);
  }

  customerCounts(name: string): CustomerCounts {
    return this.#customers.countsOf(name);
  }

  /**
   * Whether a line may be given to a customer of this name, be it there or not. Refused (`name-taken`) for
   * one that is gone while calls or notifications of it are kept.
   */
  mayNameCustomer(name: string): Promise<Outcome> {
    return this.#customers.mayBeNamed(name);
  }

  /**
   * Makes a customer or changes its title. Refused (`name-taken`) for a new one under whose name history
   * is kept, unless it is said to be the same (`again`).
   */
  putCustomer(
    name: string,
    input: CustomerInput,
    options?: ChangeOptions,
  ): Promise<Outcome<{ readonly customer: Customer; readonly isNew: boolean }>> {
    return this.#customers.put(name, input, options);
  }

  /** Removes a customer. Refused (`in-use`) while lines, users or tokens belong to it. */
  removeCustomer(name: string, by?: Asker): Promise<Outcome<{ readonly customer: Customer }>> {
    return this.#customers.remove(name, by);
  }

  // --- Users ---------------------------------------------------------------------------------------

  /** All users, by name. */
  users(): readonly User[] {
    return this.#users.all();
  }

  user(name: string): User | undefined {
    return this.#users.byName(name);
  }

  /**
   * Makes or changes a user; only what is given changes. Another role or password ends his sessions,
   * other rights close his event streams.
   */
  putUser(
    name: string,
    input: UserInput,
    options?: ChangeOptions,
  ): Promise<Outcome<{ readonly user: User; readonly isNew: boolean }>> {
    return this.#users.put(name, input, options);
  }

  /** Removes a user and his sessions. Refused for the last operator. */
  removeUser(name: string, by?: Asker): Promise<Outcome<{ readonly user: User }>> {
    return this.#users.remove(name, by);
  }

  // --- Tokens --------------------------------------------------------------------------------------

  /** All tokens, the oldest first. */
  tokens(): readonly Token[] {
    return this.#tokens.all();
  }

  token(id: string): Token | undefined {
    return this.#tokens.byId(id);
  }

  /** Makes a token; `secret` is the whole of it, this once. */
  addToken(
    input: NewTokenInput,
    options?: Pick<ChangeOptions, 'by'>,
  ): Promise<Outcome<{ readonly token: Token; readonly secret: string }>> {
    return this.#tokens.add(input, options);
  }

  /** Changes a token's name or rights; only what is given changes. */
  setToken(
    id: string,
    input: TokenInput,
    options?: Pick<ChangeOptions, 'by'>,
  ): Promise<Outcome<{ readonly token: Token }>> {
    return this.#tokens.set(id, input, options);
  }

  removeToken(id: string, by?: Asker): Promise<Outcome<{ readonly token: Token }>> {
    return this.#tokens.remove(id, by);
  }

  // --- Coming in, and going ------------------------------------------------------------------------

  /** Signs in with a name and a password. `address` is the client's, in any form. */
  signIn(given: {
    readonly name: string;
    readonly password: string;
    readonly address: string;
  }): Promise<SignedIn | NotSignedIn> {
    return this.#signIns.byPassword(given);
  }

  /** A one-time sign-in link for a user: valid for 10 minutes, in this process only; the latest alone. */
  makeSignInLink(
    name: string,
  ): Outcome<{ readonly secret: string; /** Milliseconds. */ readonly expiresAt: number }> {
    if (this.#users.byName(name) === undefined) return noUser(name);
    return { ok: true, ...this.#links.make(name) };
  }

  /** Signs in with the secret of a one-time link. */
  signInByLink(secret: string, address: string): Promise<SignedIn | NotSignedIn> {
    return this.#signIns.byLink(secret, address);
  }

  /** Ends a session. */
  async signOut(hash: string): Promise<Outcome> {
    return this.#turns.take(async () => {
      await this.#sessions.end([hash]);
      return { ok: true } as const;
    });
  }

  /**
   * Changes a user's own password, and ends his sessions but the one whose hash is given. `current` is
   * not asked for where none is set.
   */
  changePassword(
    name: string,
    current: string,
    password: string,
    keepSessionHash?: string,
  ): Promise<Outcome> {
    return this.#signIns.changePassword(name, current, password, keepSessionHash);
  }

  /**
   * Who shows this cookie; undefined where nobody is signed in with it. The session lasts longer for it,
   * also where an open event stream asks: a page that is looked at is in use.
   */
  sessionOf(
    cookie: string,
  ): { readonly principal: Principal; readonly csrf: string; readonly hash: string } | undefined {
    const found = this.#sessions.find(cookie);
    const user = found && this.#users.byName(found.session.user);
    if (found === undefined || user === undefined) return undefined;
    const principal = this.#principal('user', user.name, user.name, user);
    return { principal, csrf: found.csrf, hash: found.session.hash };
  }

  /** Which program shows this token; undefined where it is none of ours. */
  tokenOf(bearer: string): Principal | undefined {
    const token = this.#tokens.ofText(bearer);
    return token && this.#principal('token', token.id, token.name, token);
  }

  /** Ends the sessions that are over. To be called by the minute: time alone tells nobody. */
  sweep(): void {
    this.#sessions.sweep();
  }

  /** Calls `listener` for what ends or loses rights; the answer ends that. */
  onRevoked(listener: RevokedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // Lines come and go, and change hands: what is kept of a reach counts only as far as it is true now.
  #principal(
    kind: Principal['kind'],
    id: string,
    name: string,
    { role, customer, lines }: Reach,
  ): Principal {
    const now = lines.filter((number) => this.#options.lineOf(number)?.customer === customer);
    return { kind, id, name, role, customer, lines: now };
  }

  #tell(gone: Revoked): void {
    for (const listener of this.#listeners) {
      try {
        listener(gone);
      } catch (error) {
        this.#options.onFault(error);
      }
    }
  }
}
