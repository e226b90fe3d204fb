// `carillon user list`: all users, as a table or as JSON.

import type { PresentedUser } from '../access/present.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { JSON_OPTION, printRows } from './lists.ts';
import { reachCells } from './reach-options.ts';
import { tableLines } from './table.ts';

export const userList: Command = {
  name: 'user list',
  summary: 'Lists the users and what they reach.',
  operands: [],
  options: { ...JSON_OPTION, ...DATA_OPTION },
  examples: ['carillon user list', "carillon user list --json | jq -r '.[].name'"],
  async run(given, io) {
    const rows = await carryOut('user.list', {}, given, io);
    printRows(rows, given, io, 'no users; carillon user add NAME --role operator adds one', table);
  },
};

function table(users: readonly PresentedUser[]): string[] {
  return tableLines(
    ['NAME', 'ROLE', 'CUSTOMER', 'LINES', 'PASSWORD', 'SINCE'],
    users.map((user) => [
      user.name,
      ...reachCells(user),
      user.hasPassword ? 'yes' : 'no',
      user.createdAt.slice(0, 10),
    ]),
  );
}
