// `carillon call list`: the newest calls, oldest of them first.

import { callTable } from '../history/tables.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { LIST_OPTIONS, listFilter, printRows } from './lists.ts';

export const callList: Command = {
  name: 'call list',
  summary: 'Lists the newest calls, in the order they began.',
  operands: [],
  options: { ...LIST_OPTIONS, ...DATA_OPTION },
  notes: 'Times are in UTC. A call between two lines is two calls that share their dref.',
  examples: ['carillon call list --line 33123456789', 'carillon call list --json --limit 10'],
  async run(given, io) {
    const rows = await carryOut('call.list', listFilter(given), given, io);
    printRows(rows, given, io, 'no calls', (calls) => [callTable(calls)]);
  },
};
