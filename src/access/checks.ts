// What may be written about customers, users and tokens: the forms of names and titles, and a reach that
// holds together. Pure: what there is comes as functions; passwords have a file of their own.

import type { Line } from '../lines/line.ts';
import { refuse, type Outcome, type Refused } from './outcome.ts';
import { ROLES, type Reach, type Role } from './principal.ts';

/** The customer that is always there. */
export const DEFAULT_CUSTOMER = 'default';

export const MOST_LINES_OF_USER = 1000;
const LONGEST_TEXT = 64;

/** What a role is to be held over, as somebody wrote it. Lines are in their international form. */
export interface ReachInput {
  readonly role?: string | undefined;
  readonly customer?: string | undefined;
  readonly lines?: readonly string[] | undefined;
}

/** What a reach is checked against. */
export interface Surroundings {
  lineOf(number: string): Line | undefined;
  hasCustomer(name: string): boolean;
}

export function wrongCustomerName(name: string): Refused | undefined {
  if (/^[a-z0-9-]{1,32}$/.test(name)) return undefined;
  return refuse(
    'name-form',
    'the customer is named by 1 to 32 lower-case letters, digits and dashes, such as acme-paris',
    { field: 'name' },
  );
}

export function wrongUserName(name: string): Refused | undefined {
  if (/^[a-z0-9._@+-]{1,64}$/.test(name)) return undefined;
  return refuse(
    'name-form',
    'a user is named by 1 to 64 lower-case letters, digits and . _ @ + -, such as alice or ' +
      'alice@acme.example',
    { field: 'name' },
  );
}

/** A token's name is free text for people. */
export function wrongTokenName(name: string): Refused | undefined {
  if (isPlainText(name) && name.trim() !== '') return undefined;
  return refuse(
    'name-form',
    `the token is named by 1 to ${LONGEST_TEXT} characters without line breaks, such as CRM`,
    { field: 'name', values: { most: LONGEST_TEXT } },
  );
}

export function wrongTitle(title: string): Refused | undefined {
  if (isPlainText(title)) return undefined;
  return refuse(
    'title-form',
    `the title has at most ${LONGEST_TEXT} characters, and no line breaks or other control characters`,
    { field: 'title', values: { most: LONGEST_TEXT } },
  );
}

/**
 * The whole reach that somebody means: what is written, and for the rest what it was before. Refused
 * where it does not hold together, or names a customer or line that is not there.
 */
export function completeReach(
  input: ReachInput,
  before: Reach | undefined,
  around: Surroundings,
): Outcome<{ readonly reach: Reach }> {
  const { role: roleText, customer } = input;
  const role = roleText === undefined ? before?.role : roleNamed(roleText);
  if (role === undefined) return wrongRole(roleText);
  if (role === 'operator') return operatorReach(input);
  return around.hasCustomer(customer ?? before?.customer ?? '')
    ? reachInCustomer(role, input, before, around)
    : wrongCustomer(customer ?? before?.customer ?? '', role);
}

function operatorReach({ customer = '', lines = [] }: ReachInput): Outcome<{ reach: Reach }> {
  if (customer !== '') {
    return refuse(
      'customer-not-for-role',
      'an operator belongs to no customer: leave the customer out, or write another role',
      { field: 'customer' },
    );
  }
  if (lines.length > 0) return linesNotFor('operator');
  return { ok: true, reach: { role: 'operator', customer: '', lines: [] } };
}

function reachInCustomer(
  role: 'manager' | 'user',
  input: ReachInput,
  before: Reach | undefined,
  around: Surroundings,
): Outcome<{ reach: Reach }> {
  const customer = input.customer ?? before?.customer ?? '';
  if (role === 'manager') {
    if ((input.lines ?? []).length > 0) return linesNotFor(role);
    return { ok: true, reach: { role, customer, lines: [] } };
  }
  const written = input.lines ?? before?.lines ?? [];
  if (written.length === 0) {
    return refuse('lines-missing', 'a user has lines: write the number of at least one', {
      field: 'lines',
    });
  }
  if (written.length > MOST_LINES_OF_USER) {
    return refuse(
      'lines-many',
      `${written.length} lines are too many for one user: write at most ${MOST_LINES_OF_USER}, or ` +
        'make a manager, who has all lines of the customer',
      { field: 'lines', values: { most: MOST_LINES_OF_USER } },
    );
  }
  // A line that he has may stay though it went away meanwhile: it must not hold up another change.
  const had = new Map(
    before?.customer === customer ? before.lines.map((line) => [String(line), line]) : [],
  );
  const lines = new Set<Line['number']>();
  for (const number of written) {
    const own = had.get(number);
    if (own !== undefined) {
      lines.add(own);
      continue;
    }
    const line = around.lineOf(number);
    // One answer for a line that is not there and for one of somebody else: neither is told.
    if (line?.customer !== customer) {
      return refuse('line-unknown', `the customer ${customer} has no line ${number.slice(0, 40)}`, {
        field: 'lines',
        values: { line: number.slice(0, 40), customer },
      });
    }
    lines.add(line.number);
  }
  return { ok: true, reach: { role, customer, lines: [...lines] } };
}

function roleNamed(text: string): Role | undefined {
  return ROLES.find((role) => role === text);
}

function wrongRole(text: string | undefined): Refused {
  const which =
    'write operator (everything), manager (all lines of a customer) or user (some lines)';
  return text === undefined
    ? refuse('role-missing', `the role is missing: ${which}`, { field: 'role' })
    : refuse('role-unknown', `there is no such role: ${which}`, { field: 'role' });
}

function wrongCustomer(customer: string, role: Role): Refused {
  if (customer === '') {
    return refuse(
      'customer-missing',
      `a ${role} belongs to a customer: write which, such as default`,
      {
        field: 'customer',
      },
    );
  }
  const shown = customer.slice(0, 40);
  return refuse('customer-unknown', `there is no customer ${shown}: add it first`, {
    field: 'customer',
    values: { customer: shown },
  });
}

function linesNotFor(role: 'operator' | 'manager'): Refused {
  const whose = role === 'operator' ? 'all lines' : 'all lines of the customer';
  return refuse(
    'lines-not-for-role',
    `the role ${role} has ${whose}: leave the lines out, or write the role user`,
    { field: 'lines' },
  );
}

// Control characters would move the cursor of a terminal, and half a surrogate pair does not survive the
// database. Length in UTF-16 units first: counting characters of a huge text is work for nothing.
function isPlainText(text: string): boolean {
  return (
    text.length <= 2 * LONGEST_TEXT &&
    Array.from(text).length <= LONGEST_TEXT &&
    text.isWellFormed() &&
    !/[\p{Cc}\u2028\u2029]/u.test(text)
  );
}
