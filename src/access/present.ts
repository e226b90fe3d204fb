// Customers, users and tokens as interfaces show them: never a hash of a password or secret.

import type { Customer, Reach, Role, Token, User } from './principal.ts';

interface PresentedReach {
  readonly role: Role;
  /** Null for an operator. */
  readonly customer: string | null;
  readonly lines: readonly string[];
}

export interface PresentedCustomer {
  readonly name: string;
  readonly title: string;
  /** How many it has. */
  readonly lines: number;
  readonly users: number;
}

export interface PresentedUser extends PresentedReach {
  readonly name: string;
  readonly hasPassword: boolean;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
}

export interface PresentedToken extends PresentedReach {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

export function presentCustomer(
  { name, title }: Customer,
  has: { readonly lines: number; readonly users: number },
): PresentedCustomer {
  return { name, title, lines: has.lines, users: has.users };
}

export function presentUser(user: User): PresentedUser {
  return {
    name: user.name,
    ...presentReach(user),
    hasPassword: user.passwordHash !== '',
    createdAt: new Date(user.createdAt).toISOString(),
  };
}

export function presentToken(token: Token): PresentedToken {
  return {
    id: token.id,
    name: token.name,
    ...presentReach(token),
    createdAt: new Date(token.createdAt).toISOString(),
  };
}

function presentReach({ role, customer, lines }: Reach): PresentedReach {
  return { role, customer: customer === '' ? null : customer, lines };
}
