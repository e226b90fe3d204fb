// The customers: those that are kept, `default`, and those that a line, user or token names without
// more ado. In memory, on disk behind, and changed one after the other. What happened is kept under a
// customer's name, so the name of one that is gone is not given to another.

import type { Line } from '../lines/line.ts';
import type { Store } from '../store/store.ts';
import { DEFAULT_CUSTOMER, wrongCustomerName, wrongTitle } from './checks.ts';
import { refuse, type Outcome, type Refused } from './outcome.ts';
import type { Customer, Reach } from './principal.ts';
import type { Turns } from './turns.ts';
import type { ChangeOptions } from './users.ts';

const MOST_CUSTOMERS = 10_000;

export type CustomerStore = Pick<
  Store,
  'allCustomers' | 'putCustomer' | 'removeCustomer' | 'hasHistory'
>;

/** What is written about a customer; only what is given changes. */
export interface CustomerInput {
  readonly title?: string | undefined;
  /** A customer that was there before comes back: it gets the history that is kept under its name. */
  readonly again?: boolean | undefined;
}

export interface CustomersOptions {
  readonly store: CustomerStore;
  readonly turns: Turns;
  linesOf(customer: string): readonly Line[];
  /** The customer of each line, as often as it has lines. */
  lineCustomers(): Iterable<string>;
  /** The reach of each user and of each token: what keeps a customer from being removed. */
  users(): Iterable<Reach>;
  tokens(): Iterable<Reach>;
}

/** How much belongs to a customer. */
export interface CustomerCounts {
  readonly lines: number;
  readonly users: number;
}

export class Customers {
  readonly #options: CustomersOptions;
  readonly #kept = new Map<string, Customer>();

  constructor(options: CustomersOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const customer of await this.#options.store.allCustomers()) {
      this.#kept.set(customer.name, customer);
    }
  }

  has(name: string): boolean {
    if (name === '') return false;
    if (name === DEFAULT_CUSTOMER || this.#kept.has(name)) return true;
    const { lines, users, tokens } = this.#belongings(name);
    return lines + users + tokens > 0;
  }

  /** All customers by name, each with what it has. */
  withCounts(): { readonly customer: Customer; readonly has: CustomerCounts }[] {
    const lines = countEach(this.#options.lineCustomers());
    const users = countEach(Array.from(this.#options.users(), ({ customer }) => customer));
    const tokens = countEach(Array.from(this.#options.tokens(), ({ customer }) => customer));
    const names = new Set([DEFAULT_CUSTOMER, ...this.#kept.keys()]);
    for (const counts of [lines, users, tokens]) for (const name of counts.keys()) names.add(name);
    // Operators belong to none.
    names.delete('');
    return [...names].sort().map((name) => ({
      customer: this.#kept.get(name) ?? { name, title: '' },
      has: { lines: lines.get(name) ?? 0, users: users.get(name) ?? 0 },
    }));
  }

  /** How much belongs to a customer. */
  countsOf(name: string): CustomerCounts {
    return this.#belongings(name);
  }

  /**
   * Whether a line may be given to a customer of this name, be it there or not: `name-taken` where it is
   * gone and history is kept under its name. The form of the name is the lines' to check.
   */
  async mayBeNamed(name: string): Promise<Outcome> {
    if (name === '' || this.has(name)) return { ok: true };
    const hasHistory = await this.#options.store.hasHistory(name);
    return hasHistory ? nameTaken(name) : { ok: true };
  }

  /** Keeps a customer with its title, new or not. */
  async put(
    name: string,
    { title, again = false }: CustomerInput,
    { only, by }: ChangeOptions = {},
  ): Promise<Outcome<{ readonly customer: Customer; readonly isNew: boolean }>> {
    const wrong = wrongCustomerName(name) ?? (title === undefined ? undefined : wrongTitle(title));
    if (wrong !== undefined) return wrong;
    return this.#options.turns.take(async () => {
      if (!isOperator(by)) return notYours();
      const before = this.#kept.get(name);
      const isNew = !this.has(name);
      if (isNew && only === 'existing') return noCustomer(name);
      if (!isNew && only === 'new') {
        return refuse('exists', `the customer ${name} exists already: change it instead`, {
          field: 'name',
          values: { name },
        });
      }
      if (before === undefined && this.#kept.size >= MOST_CUSTOMERS) {
        return refuse(
          'too-many',
          `there are ${MOST_CUSTOMERS} customers already: remove one first`,
          { values: { limit: MOST_CUSTOMERS } },
        );
      }
      if (!again) {
        const named = await this.mayBeNamed(name);
        if (!named.ok) return named;
      }
      const customer = { name, title: title ?? before?.title ?? '' };
      await this.#options.store.putCustomer(customer);
      this.#kept.set(name, customer);
      return { ok: true, customer, isNew };
    });
  }

  /** Removes a customer to whom nothing belongs any more. */
  remove(
    name: string,
    by?: ChangeOptions['by'],
  ): Promise<Outcome<{ readonly customer: Customer }>> {
    return this.#options.turns.take(async () => {
      if (!isOperator(by)) return notYours();
      if (name === DEFAULT_CUSTOMER) {
        return refuse(
          'default-stays',
          'the customer default stays: lines belong to it unless told otherwise',
        );
      }
      if (!this.has(name)) return noCustomer(name);
      const { lines, users, tokens } = this.#belongings(name);
      if (lines + users + tokens > 0) {
        return refuse(
          'in-use',
          `the customer ${name} is still in use (lines: ${lines}, users: ${users}, tokens: ${tokens}): ` +
            'remove them or give them to another customer first',
          { values: { name, lines, users, tokens } },
        );
      }
      await this.#options.store.removeCustomer(name);
      const customer = this.#kept.get(name) ?? { name, title: '' };
      this.#kept.delete(name);
      return { ok: true, customer };
    });
  }

  #belongings(name: string) {
    return {
      lines: this.#options.linesOf(name).length,
      users: countOf(this.#options.users(), name),
      tokens: countOf(this.#options.tokens(), name),
    };
  }
}

function noCustomer(name: string): Refused {
  const shown = name.slice(0, 40);
  return refuse('not-found', `there is no customer ${shown}`, { values: { name: shown } });
}

function nameTaken(name: string): Refused {
  const shown = name.slice(0, 40);
  return refuse(
    'name-taken',
    `calls of an earlier customer ${shown} are kept, and would be shown to a new one: write another ` +
      'name, or add it again if it is the same customer (carillon customer add NAME --again)',
    { field: 'name', values: { name: shown } },
  );
}

/** Customers are the operator's alone. */
function isOperator(by: ChangeOptions['by']): boolean {
  return by === undefined || by()?.role === 'operator';
}

function notYours(): Refused {
  return refuse('forbidden', 'only an operator may add, change and remove customers');
}

function countEach(names: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function countOf(reaches: Iterable<Reach>, name: string): number {
  let count = 0;
  for (const { customer } of reaches) if (customer === name) count += 1;
  return count;
}
