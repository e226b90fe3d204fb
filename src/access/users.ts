// The users: in memory, on disk behind, and changed one after the other. Who may change whom comes with
// each change (`by`); signing in is sign-in.ts's.

import type { Store } from '../store/store.ts';
import { completeReach, wrongUserName, type ReachInput, type Surroundings } from './checks.ts';
import type { Hashing } from './hashing.ts';
import { tooMany } from './limits.ts';
import { isAllowed, type Asker } from './may-manage.ts';
import { refuse, type Outcome, type Refused } from './outcome.ts';
import { hashPassword, wrongPassword } from './password.ts';
import type { Reach, User } from './principal.ts';
import type { Sessions } from './sessions.ts';
import type { SignInLinks } from './sign-in-links.ts';
import type { Turns } from './turns.ts';

/** What is written about a user; on one that exists, only what is given changes. */
export interface UserInput extends ReachInput {
  readonly password?: string | undefined;
}

/** How a change is meant. */
export interface ChangeOptions {
  /** Refuses to change what exists, or to make what does not. Absent: it makes or changes. */
  readonly only?: 'new' | 'existing';
  /** Who asks, asked for when the change's turn has come; refused (`forbidden`) where he may not. */
  readonly by?: Asker;
}

export type UserStore = Pick<Store, 'allUsers' | 'putUser' | 'removeUser'>;

export interface UsersOptions {
  readonly store: UserStore;
  readonly turns: Turns;
  readonly now: () => number;
  readonly around: Surroundings;
  readonly sessions: Sessions;
  readonly links: SignInLinks;
  readonly hashing: Hashing;
  /** Told when a user is removed or his rights changed. */
  readonly onRevoked: (name: string) => void;
}

export class Users {
  readonly #options: UsersOptions;
  readonly #byName = new Map<string, User>();
  /** By name; made anew after a change, when somebody asks. */
  #sorted: readonly User[] | undefined;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const user of await this.#options.store.allUsers()) this.#show(user);
  }

  byName(name: string): User | undefined {
    return this.#byName.get(name);
  }

  /** All users, in no order. */
  each(): Iterable<User> {
    return this.#byName.values();
  }

  /** All users, by name. */
  all(): readonly User[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#sorted;
  }

  /** Makes or changes a user. Resolves when it is on disk and holds, or with what is wrong. */
  async put(
    name: string,
    input: UserInput,
    options: ChangeOptions = {},
  ): Promise<Outcome<{ readonly user: User; readonly isNew: boolean }>> {
    const wrong = wrongUserName(name) ?? this.#wrongPasswordOf(name, input);
    if (wrong !== undefined) return wrong;
    // What is refused in any case is refused before the work of a hash; what counts is checked below.
    const first = this.#changed(name, input, options);
    if (!first.ok) return first;
    const hashed = await this.#hashOf(input);
    if (hashed === 'busy') {
      return refuse('busy', 'too many passwords are being checked: try again in a moment');
    }
    return this.#options.turns.take(async () => {
      const before = this.#byName.get(name);
      const changed = this.#changed(name, input, options);
      if (!changed.ok) return changed;
      const user = { ...changed.user, passwordHash: hashed.hash ?? changed.user.passwordHash };
      await this.#commit(user, before);
      return { ok: true, user, isNew: before === undefined };
    });
  }

  /** Removes a user and his sessions. `user` is what he was. */
  remove(name: string, by?: Asker): Promise<Outcome<{ readonly user: User }>> {
    return this.#options.turns.take(async () => {
      const user = this.#byName.get(name);
      if (user === undefined) return noUser(name);
      if (!isAllowed(by, user, 'user')) return notYours(name);
      if (this.#isLastOperator(user)) return lastOperator(name);
      const { store, sessions, links, onRevoked } = this.#options;
      await store.removeUser(name);
      this.#byName.delete(name);
      this.#sorted = undefined;
      sessions.forgetUser(name);
      links.dropOf(name);
      onRevoked(name);
      return { ok: true, user };
    });
  }

  /** Keeps another hash of the password; the caller has the turn and knows that it is meant. */
  async setHash(user: User, passwordHash: string): Promise<User> {
    const changed = { ...user, passwordHash };
    await this.#options.store.putUser(changed);
    this.#show(changed);
    return changed;
  }

  /** The user as the input makes him, without its password; or why it must not be. */
  #changed(
    name: string,
    input: UserInput,
    { only, by }: ChangeOptions,
  ): Outcome<{ readonly user: User }> {
    const before = this.#byName.get(name);
    if (before === undefined && only === 'existing') return noUser(name);
    if (before !== undefined && only === 'new') {
      return refuse('exists', `the user ${name} exists already: change it instead`, {
        field: 'name',
        values: { name },
      });
    }
    // Who may not touch the user learns nothing from the checks behind, but that the name is taken.
    if (before !== undefined && !isAllowed(by, before, 'user')) {
      return by?.() === undefined ? notYours(name) : nameTaken();
    }
    const complete = completeReach(input, before, this.#options.around);
    if (!complete.ok) return complete;
    const { reach } = complete;
    if (!isAllowed(by, reach, 'user')) return notYours(name);
    const refused = tooMany('users', { before, after: reach }, this.#byName, by);
    if (refused !== undefined) return refused;
    if (before !== undefined && reach.role !== 'operator' && this.#isLastOperator(before)) {
      return lastOperator(name);
    }
    const { passwordHash = '', createdAt = this.#options.now() } = before ?? {};
    return { ok: true, user: { name, ...reach, passwordHash, createdAt } };
  }

  async #commit(user: User, before: User | undefined): Promise<void> {
    const { store, sessions, links, onRevoked } = this.#options;
    const { name } = user;
    const rightsChanged = before !== undefined && !sameReach(before, user);
    // Another role is for who proves himself again; and who knew an old password must be out. First
    // the sessions: a crash in between leaves him signed out, never the other way round.
    if (before?.role !== user.role || before.passwordHash !== user.passwordHash) {
      await sessions.end(sessions.of(name));
    }
    await store.putUser(user);
    this.#show(user);
    // Who made a link may not have been allowed to make it for who the user is now.
    links.dropOf(name);
    if (rightsChanged) onRevoked(name);
  }

  #show(user: User): void {
    this.#byName.set(user.name, user);
    this.#sorted = undefined;
  }

  #wrongPasswordOf(name: string, { password }: UserInput): Refused | undefined {
    return password === undefined ? undefined : wrongPassword(password, name);
  }

  async #hashOf({ password }: UserInput): Promise<{ readonly hash?: string } | 'busy'> {
    if (password === undefined) return {};
    return this.#options.hashing.run(async () => ({ hash: await hashPassword(password) }));
  }

  #isLastOperator({ name, role }: User): boolean {
    if (role !== 'operator') return false;
    for (const other of this.#byName.values()) {
      if (other.role === 'operator' && other.name !== name) return false;
    }
    return true;
  }
}

/** The refusal for a name that nobody has. */
export function noUser(name: string): Refused {
  const shown = name.slice(0, 64);
  return refuse('not-found', `there is no user ${shown}`, { values: { name: shown } });
}

export function sameReach(one: Reach, other: Reach): boolean {
  return (
    one.role === other.role &&
    one.customer === other.customer &&
    one.lines.length === other.lines.length &&
    one.lines.every((line, index) => line === other.lines[index])
  );
}

function notYours(name: string): Refused {
  return refuse(
    'forbidden',
    `the user ${name} is not yours to change, or would get more than you have`,
    {
      values: { name },
    },
  );
}

/** Names are one list for all customers; whose this one is stays untold. */
export function nameTaken(): Refused {
  return refuse('name-taken', 'this name is taken: choose another one', { field: 'name' });
}

function lastOperator(name: string): Refused {
  return refuse(
    'last-operator',
    `${name} is the last operator: make another user an operator first`,
    {
      values: { name },
    },
  );
}
