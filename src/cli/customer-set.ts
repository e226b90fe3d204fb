// `carillon customer set`: changes a customer's title. Its name stays: lines are kept by it.

import { UserError } from '../config.ts';
import { type Command, valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { TITLE_OPTION } from './customer-add.ts';

export const customerSet: Command = {
  name: 'customer set',
  summary: "Changes a customer's title; an empty text clears it.",
  operands: ['NAME'],
  options: { ...TITLE_OPTION, ...DATA_OPTION },
  examples: ['carillon customer set default --title Maison'],
  async run(given, io) {
    const title = valueOf(given, 'title');
    if (title === undefined) throw new UserError('nothing to set; write --title T');
    const { name } = await carryOut('customer.set', { name: given.operands[0], title }, given, io);
    io.print(`customer ${name} changed`);
  },
};
