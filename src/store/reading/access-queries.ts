// What is read of customers, users, sessions and tokens: all there are, at the start, since they are few
// and the access room keeps them in memory; and whether anything is kept of a customer that is gone.

import type { Customer, Session, Token, User } from '../../access/principal.ts';
import { isE164, type E164 } from '../../numbers/e164.ts';
import type { Rows } from './prepared.ts';

/** The text of every statement here, by name. */
export const ACCESS_QUERIES = {
  customers: 'SELECT name, title FROM customers ORDER BY name',
  users: `SELECT name, role, customer, lines, password_hash AS passwordHash,
    created_at AS createdAt FROM users ORDER BY name`,
  sessions: `SELECT hash, user, created_at AS createdAt, expires_at AS expiresAt
    FROM sessions ORDER BY hash`,
  'history.calls': historyIn('call_lines'),
  'history.notifications': historyIn('notification_lines'),
  'history.newCalls': notIndexed('calls', 'id'),
  'history.newNotifications': notIndexed('notifications', 'seq'),
  tokens: `SELECT id, name, secret_hash AS secretHash, role, customer, lines,
    created_at AS createdAt FROM tokens ORDER BY id`,
} as const;

// A line that was another's too has rows which are not this customer's.
function historyIn(table: 'call_lines' | 'notification_lines'): string {
  return `SELECT 1 FROM line_customers AS had WHERE customer = :customer AND EXISTS
    (SELECT 1 FROM ${table} WHERE account = had.line AND ${table}.customer = :customer) LIMIT 1`;
}

// What does not stand there yet: a name that is wrongly free would show one customer's calls to the next.
function notIndexed(table: 'calls' | 'notifications', key: 'id' | 'seq'): string {
  return `SELECT 1 FROM ${table} WHERE customer = :customer
    AND ${key} > (SELECT id FROM indexed_up_to WHERE source = '${table}') LIMIT 1`;
}

const HISTORY = [
  'history.calls',
  'history.notifications',
  'history.newCalls',
  'history.newNotifications',
] as const;

type WithText<T extends { readonly lines: readonly E164[] }> = Omit<T, 'lines'> & {
  readonly lines: string;
};

/** The queries of access on a connection. */
export function accessQueries(rows: Rows) {
  return {
    allCustomers: () => rows<Customer>(ACCESS_QUERIES.customers),
    allUsers: (): User[] =>
      rows<WithText<User>>(ACCESS_QUERIES.users).map((row) => ({
        ...row,
        lines: linesOf(row.lines),
      })),
    hasHistory: (customer: string): boolean =>
      HISTORY.some((name) => rows(ACCESS_QUERIES[name], { customer }).length > 0),
    allSessions: () => rows<Session>(ACCESS_QUERIES.sessions),
    allTokens: (): Token[] =>
      rows<WithText<Token>>(ACCESS_QUERIES.tokens).map((row) => ({
        ...row,
        lines: linesOf(row.lines),
      })),
  };
}

function linesOf(text: string): E164[] {
  return text.split(' ').filter(isE164);
}
