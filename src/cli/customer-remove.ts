// `carillon customer remove`: a customer to whom nothing belongs any more.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const customerRemove: Command = {
  name: 'customer remove',
  summary: 'Removes a customer that has no lines, users or tokens any more.',
  operands: ['NAME'],
  options: { ...DATA_OPTION },
  examples: ['carillon customer remove acme'],
  async run(given, io) {
    const { name } = await carryOut('customer.remove', { name: given.operands[0] }, given, io);
    io.print(`customer ${name} removed`);
  },
};
