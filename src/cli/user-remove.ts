// `carillon user remove`: the user can sign in no more, and is signed out at once.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const userRemove: Command = {
  name: 'user remove',
  summary: 'Removes a user and ends his sessions; the last operator stays.',
  operands: ['NAME'],
  options: { ...DATA_OPTION },
  examples: ['carillon user remove paul'],
  async run(given, io) {
    const { name } = await carryOut('user.remove', { name: given.operands[0] }, given, io);
    io.print(`user ${name} removed`);
  },
};
