// The statements that change customers, users, sessions and tokens, and how each operation becomes a
// row of cells (write-statement.ts). It decides nothing about rights: that is the access room's.

import type { Customer, Session, Token, User } from '../access/principal.ts';
import { statement, type Cell } from './write-statement.ts';

// None is REPLACE: that deletes the row first, and the sessions of a user would go with it.
const PUT_CUSTOMER = statement(
  'INSERT INTO customers (name, title) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET title = excluded.title',
);

const REMOVE_CUSTOMER = statement('DELETE FROM customers WHERE name = ?');

const PUT_USER = statement(`
  INSERT INTO users (name, role, customer, lines, password_hash, created_at)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET role = excluded.role, customer = excluded.customer,
    lines = excluded.lines, password_hash = excluded.password_hash,
    created_at = excluded.created_at`);

const REMOVE_USER = statement('DELETE FROM users WHERE name = ?');

const PUT_SESSION = statement(`
  INSERT INTO sessions (hash, user, created_at, expires_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (hash) DO UPDATE SET user = excluded.user, created_at = excluded.created_at,
    expires_at = excluded.expires_at`);

const REMOVE_SESSION = statement('DELETE FROM sessions WHERE hash = ?');

const PUT_TOKEN = statement(`
  INSERT INTO tokens (id, name, secret_hash, role, customer, lines, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, secret_hash = excluded.secret_hash,
    role = excluded.role, customer = excluded.customer, lines = excluded.lines,
    created_at = excluded.created_at`);

const REMOVE_TOKEN = statement('DELETE FROM tokens WHERE id = ?');

/** The cells of `putCustomer`. */
export function customerCells({ name, title }: Customer): Cell[] {
  return [1, PUT_CUSTOMER, name, title];
}

/** The cells of `removeCustomer`. */
export function removeCustomerCells(name: string): Cell[] {
  return [1, REMOVE_CUSTOMER, name];
}

/** The cells of `putUser`. */
export function userCells({ name, role, customer, lines, passwordHash, createdAt }: User): Cell[] {
  return [1, PUT_USER, name, role, customer, lines.join(' '), passwordHash, createdAt];
}

/** The cells of `removeUser`; the sessions go by the foreign key. */
export function removeUserCells(name: string): Cell[] {
  return [1, REMOVE_USER, name];
}

/** The cells of `putSession`. */
export function sessionCells({ hash, user, createdAt, expiresAt }: Session): Cell[] {
  return [1, PUT_SESSION, hash, user, createdAt, expiresAt];
}

/** The cells of `removeSessions`. */
export function removeSessionCells(hashes: readonly string[]): Cell[] {
  return [hashes.length, ...hashes.flatMap((hash) => [REMOVE_SESSION, hash])];
}

/** The cells of `putToken`. */
export function tokenCells(token: Token): Cell[] {
  const { id, name, secretHash, role, customer, lines, createdAt } = token;
  return [1, PUT_TOKEN, id, name, secretHash, role, customer, lines.join(' '), createdAt];
}

/** The cells of `removeToken`. */
export function removeTokenCells(id: string): Cell[] {
  return [1, REMOVE_TOKEN, id];
}
