// For this room's tests: a store in memory that commits when the test says so, lines that are not there,
// and an Access over both with a clock that is turned by hand.

import assert from 'node:assert/strict';
import { isE164, type E164 } from '../numbers/e164.ts';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import {
  Access,
  type AccessOptions,
  type AccessStore,
  type Outcome,
  type Revoked,
} from './access.ts';
import type { Customer, Session, Token, User } from './principal.ts';

export const HOUR = 3_600_000;
export const PASSWORD = 'correct horse';

export function e164(digits: string): E164 {
  assert.ok(isE164(digits));
  return digits;
}

/** A line of which only the number and the customer matter. */
export function line(number: string, customer: string): Line {
  return { ...emptyLine(e164(number)), customer };
}

export class FakeStore implements AccessStore {
  readonly customers = new Map<string, Customer>();
  readonly usersKept = new Map<string, User>();
  readonly sessions = new Map<string, Session>();
  readonly tokens = new Map<string, Token>();
  /** Customers of whom calls are kept. */
  readonly history = new Set<string>();
  /** What was written, in order, e.g. `putUser alice`. */
  readonly writes: string[] = [];
  /** Commits that wait to be let through, where `holds` is set. */
  readonly held: (() => void)[] = [];
  holds = false;
  fault: Error | undefined;

  allCustomers = async () => [...this.customers.values()];
  allUsers = async () => [...this.usersKept.values()];
  allSessions = async () => [...this.sessions.values()];
  allTokens = async () => [...this.tokens.values()];
  hasHistory = async (customer: string) => this.history.has(customer);

  putCustomer(customer: Customer): Promise<void> {
    return this.#commit('putCustomer', customer.name, () =>
      this.customers.set(customer.name, customer),
    );
  }

  removeCustomer(name: string): Promise<void> {
    return this.#commit('removeCustomer', name, () => this.customers.delete(name));
  }

  putUser(user: User): Promise<void> {
    return this.#commit('putUser', user.name, () => this.usersKept.set(user.name, user));
  }

  removeUser(name: string): Promise<void> {
    return this.#commit('removeUser', name, () => {
      this.usersKept.delete(name);
      for (const { hash, user } of this.sessions.values()) {
        if (user === name) this.sessions.delete(hash);
      }
    });
  }

  putSession(session: Session): Promise<void> {
    return this.#commit('putSession', session.user, () => this.sessions.set(session.hash, session));
  }

  removeSessions(hashes: readonly string[]): Promise<void> {
    return this.#commit('removeSessions', String(hashes.length), () => {
      for (const hash of hashes) this.sessions.delete(hash);
    });
  }

  putToken(token: Token): Promise<void> {
    return this.#commit('putToken', token.name, () => this.tokens.set(token.id, token));
  }

  removeToken(id: string): Promise<void> {
    return this.#commit('removeToken', id, () => this.tokens.delete(id));
  }

  async #commit(what: string, which: string, change: () => void): Promise<void> {
    if (this.holds) await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.fault !== undefined) throw this.fault;
    this.writes.push(`${what} ${which}`);
    change();
  }
}

export interface House {
  readonly access: Access;
  readonly store: FakeStore;
  /** To be changed by the test. */
  readonly lines: Map<string, Line>;
  readonly clock: { now: number };
  readonly revoked: Revoked[];
  readonly faults: unknown[];
  /** Another Access over the same store: after a restart. */
  again(): Promise<Access>;
}

/** An Access over two customers' lines: `acme` has …81 and …82, `beta` has …91. */
export async function openAccess(store = new FakeStore()): Promise<House> {
  const lines = new Map(
    [line('33123456781', 'acme'), line('33123456782', 'acme'), line('33123456791', 'beta')].map(
      (each) => [each.number as string, each],
    ),
  );
  const clock = { now: 1_700_000_000_000 };
  const faults: unknown[] = [];
  const options: AccessOptions = {
    store,
    now: () => clock.now,
    lineOf: (number) => lines.get(number),
    linesOf: (customer) => [...lines.values()].filter((each) => each.customer === customer),
    lineCustomers: () => Array.from(lines.values(), ({ customer }) => customer),
    onFault: (error) => faults.push(error),
  };
  const access = await Access.load(options);
  const revoked: Revoked[] = [];
  access.onRevoked((gone) => revoked.push(gone));
  return { access, store, lines, clock, revoked, faults, again: () => Access.load(options) };
}

/** The outcome where it was done; fails the test with the refusal's sentence. */
export function done<Found extends object>(outcome: Outcome<Found>): { readonly ok: true } & Found {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  return outcome;
}

/** The code of a refusal; fails the test where nothing was refused. */
export function refusedAs(outcome: Outcome): string {
  assert.ok(!outcome.ok, 'this had to be refused');
  assert.match(outcome.error, /\w \w/);
  return outcome.code;
}

/** What `withAlice` gives Alice, a user, to reach. */
export const OF_ALICE = { customer: 'acme', lines: ['33123456781'] };

/** An Access with the user `alice`, and nothing noted as written yet. */
export async function withAlice(store?: FakeStore): Promise<House> {
  const house = await openAccess(store);
  done(await house.access.putUser('alice', { role: 'user', ...OF_ALICE, password: PASSWORD }));
  house.store.writes.length = 0;
  return house;
}

/** One try to sign in, with a wrong password unless it is given. */
export function attempt(
  access: Access,
  name: string,
  password = 'wrong password',
  address = '192.0.2.9',
): ReturnType<Access['signIn']> {
  return access.signIn({ name, password, address });
}

/** What came of a sign-in: `ok`, or the code and the seconds to wait. */
export async function codeOf(result: ReturnType<Access['signIn']>): Promise<string> {
  const answer = await result;
  if (answer.ok) return 'ok';
  return answer.retryAfterS === undefined ? answer.code : `${answer.code} ${answer.retryAfterS}`;
}

/** Signs in, which must work, and gives the cookie. */
export async function cookieOf(access: Access, name: string, password = PASSWORD): Promise<string> {
  const result = await access.signIn({ name, password, address: '192.0.2.1' });
  assert.ok(result.ok, result.ok ? '' : result.code);
  return result.cookie;
}

/** Lets everything that needs no clock happen. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
