// What the commands on users and tokens share: the options that say what somebody or something reaches,
// and its showing in lists.

import { UserError } from '../config.ts';
import { type Given, type Io, type Option, valueOf } from './arguments.ts';

export const USER_OPTIONS: Readonly<Record<string, Option>> = {
  role: {
    value: 'operator|manager|user',
    help: 'operator: everything; manager: all lines of a customer; user: some lines',
  },
  customer: { value: 'C', help: 'the customer of a manager or user' },
  lines: { value: "'N N'", help: 'the lines of a user, separated by spaces' },
  password: {
    value: 'P|-',
    help: 'password, 10 to 256 characters; - reads it from standard input',
  },
};

export const TOKEN_OPTIONS: Readonly<Record<string, Option>> = {
  operator: { help: 'it reaches everything' },
  customer: { value: 'C', help: 'it reaches all lines of this customer' },
  line: {
    value: 'N',
    help: 'it reaches this line; may be written several times',
    repeatable: true,
  },
};

/** What was written of a user's reach, in the form that the commands of the server take. */
export function userReach(given: Given) {
  const lines = valueOf(given, 'lines');
  return {
    role: valueOf(given, 'role'),
    customer: valueOf(given, 'customer'),
    lines: lines?.split(/[\s,]+/).filter((number) => number !== ''),
  };
}

/** The reach that one of a token's three options means; undefined where none is written. */
export function tokenReach({ options }: Given) {
  const written = ['operator', 'customer', 'line'].filter((name) => options.has(name));
  if (written.length > 1) {
    throw new UserError(`--${written.join(' and --')} exclude each other; write one of them`);
  }
  switch (written[0]) {
    case 'operator':
      return { role: 'operator', customer: '', lines: [] };
    case 'customer':
      return { role: 'manager', customer: options.get('customer')?.at(-1), lines: [] };
    case 'line':
      // Without a customer: the server knows whose line it is.
      return { role: 'user', lines: options.get('line') };
    default:
      return undefined;
  }
}

/** A list's cells for role, customer and lines. */
export function reachCells(reach: {
  readonly role: string;
  readonly customer: string | null;
  readonly lines: readonly string[];
}): string[] {
  const { role, customer, lines } = reach;
  const shown = lines.length > 3 ? [...lines.slice(0, 2), `and ${lines.length - 2} more`] : lines;
  return [role, customer ?? '-', shown.length === 0 ? '-' : shown.join(' ')];
}

/** Says on standard error what `user add` and `user set` leave open. */
export function warnOfNoPassword(user: { name: string; hasPassword: boolean }, io: Io): void {
  if (user.hasPassword) return;
  io.warn(
    `${user.name} has no password: carillon user link ${user.name} prints a link to sign in with, ` +
      `or carillon user set ${user.name} --password - sets one`,
  );
}
