// Who asks: users and tokens, and what each may reach. Plain types and the pure rules on them; who is
// kept and signed in is access.ts, how a request proves itself is the web room's.

import type { E164 } from '../numbers/e164.ts';

/**
 * `operator`: everything. `manager`: all lines of one customer, its users and tokens.
 * `user`: the named lines of one customer.
 */
export type Role = 'operator' | 'manager' | 'user';

export const ROLES: readonly Role[] = ['operator', 'manager', 'user'];

/** What a role is held over; the same for users and tokens. */
export interface Reach {
  readonly role: Role;
  /** The customer; empty for an operator. */
  readonly customer: string;
  /** The lines of a `user`; empty for the others, who have all of theirs. */
  readonly lines: readonly E164[];
}

/** A person who signs in. `name` is unique, 1 to 64 of `[a-z0-9._@+-]`. */
export interface User extends Reach {
  readonly name: string;
  /** PHC string of argon2id; empty where only a sign-in link leads in. */
  readonly passwordHash: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A program's credential. The token itself is shown once and not kept. */
export interface Token extends Reach {
  /** 12 lower-case hex digits; part of the token itself. */
  readonly id: string;
  /** What the program is called; free text, 1 to 64 characters. */
  readonly name: string;
  /** SHA-256 of the secret, 64 lower-case hex digits. */
  readonly secretHash: string;
  readonly createdAt: number;
}

/** A browser that is signed in. */
export interface Session {
  /** SHA-256 of the cookie's value, 64 lower-case hex digits. */
  readonly hash: string;
  /** The user's name. */
  readonly user: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A customer: whose lines, users and tokens belong together. `default` always exists. */
export interface Customer {
  /** 1 to 32 of `[a-z0-9-]`, as a line names it. */
  readonly name: string;
  /** What it is called on pages; at most 64 characters. */
  readonly title: string;
}

/** Who makes a request, proved. */
export interface Principal extends Reach {
  readonly kind: 'user' | 'token';
  /** The user's name, or the token's id. */
  readonly id: string;
  readonly name: string;
}

/** Whose rows of calls and notifications may be read: those of the time when they happened. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'customer'; readonly customer: string }
  | { readonly kind: 'lines'; readonly customer: string; readonly lines: readonly E164[] };

/** The scope of what somebody may read. */
export function scopeOf({ role, customer, lines }: Reach): Scope {
  if (role === 'operator') return { kind: 'all' };
  return role === 'manager' ? { kind: 'customer', customer } : { kind: 'lines', customer, lines };
}

/** A line, or a row of it; `customer` is the line's, or the row's of its time. */
interface OfLine {
  readonly number: E164;
  readonly customer: string;
}

/** Whether somebody may see a line, or a row of it. */
export function mayRead(reach: Reach, line: OfLine): boolean {
  return readableBy(reach)(line);
}

/** `mayRead` to be asked often: his lines are looked up, not searched. */
export function readableBy({ role, customer, lines }: Reach): (line: OfLine) => boolean {
  if (role === 'operator') return () => true;
  if (role === 'manager') return (line) => line.customer === customer;
  const own = new Set(lines);
  return (line) => line.customer === customer && own.has(line.number);
}

/** The settings of a line that each role may change. The offer is a class of service: the operator's alone. */
const SETTINGS_OF_USER = [
  'title',
  'notificationUrl',
  'sourceIp',
  'sourceIpMatch',
  'buzzeeUrl',
  'api',
  'autoAnswer',
  'origins',
  'deliveryTimeoutS',
  'deliveryWindowS',
  'deliveryRetryS',
  'deliveryMode',
  'password',
] as const;

export type LineSetting = (typeof SETTINGS_OF_USER)[number] | 'short' | 'offer' | 'customer';

/** What somebody who may read a line may change on it. */
export function changeable({ role }: Pick<Reach, 'role'>): readonly LineSetting[] {
  if (role === 'user') return SETTINGS_OF_USER;
  if (role === 'manager') return [...SETTINGS_OF_USER, 'short'];
  return [...SETTINGS_OF_USER, 'short', 'offer', 'customer'];
}
