// `carillon token list`: all tokens, but for what opens anything.

import type { PresentedToken } from '../access/present.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { JSON_OPTION, printRows } from './lists.ts';
import { reachCells } from './reach-options.ts';
import { tableLines } from './table.ts';

export const tokenList: Command = {
  name: 'token list',
  summary: 'Lists the tokens and what they reach; never the tokens themselves.',
  operands: [],
  options: { ...JSON_OPTION, ...DATA_OPTION },
  examples: ['carillon token list'],
  async run(given, io) {
    const rows = await carryOut('token.list', {}, given, io);
    printRows(rows, given, io, 'no tokens; carillon token add NAME --line N makes one', table);
  },
};

function table(tokens: readonly PresentedToken[]): string[] {
  return tableLines(
    ['ID', 'NAME', 'ROLE', 'CUSTOMER', 'LINES', 'SINCE'],
    tokens.map((token) => [
      token.id,
      token.name,
      ...reachCells(token),
      token.createdAt.slice(0, 10),
    ]),
  );
}
