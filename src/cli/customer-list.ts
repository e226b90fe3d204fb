// `carillon customer list`: all customers with what belongs to them.

import type { PresentedCustomer } from '../access/present.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { JSON_OPTION, printRows } from './lists.ts';
import { tableLines } from './table.ts';

export const customerList: Command = {
  name: 'customer list',
  summary: 'Lists the customers, with how many lines and users each has.',
  operands: [],
  options: { ...JSON_OPTION, ...DATA_OPTION },
  examples: ['carillon customer list'],
  async run(given, io) {
    const rows = await carryOut('customer.list', {}, given, io);
    printRows(rows, given, io, 'no customers', table);
  },
};

function table(customers: readonly PresentedCustomer[]): string[] {
  return tableLines(
    ['NAME', 'TITLE', 'LINES', 'USERS'],
    customers.map(({ name, title, lines, users }) => [
      name,
      title || '-',
      String(lines),
      String(users),
    ]),
  );
}
