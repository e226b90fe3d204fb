// `carillon token remove`: the token opens nothing from now on.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const tokenRemove: Command = {
  name: 'token remove',
  summary: 'Removes a token: the program that uses it is refused at once.',
  operands: ['ID'],
  options: { ...DATA_OPTION },
  notes: 'ID is what carillon token list shows, not the token.',
  examples: ['carillon token remove 0123456789ab'],
  async run(given, io) {
    const { id } = await carryOut('token.remove', { id: given.operands[0] }, given, io);
    io.print(`token ${id} removed`);
  },
};
