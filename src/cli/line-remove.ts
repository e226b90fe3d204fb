// `carillon line remove`: the line and its registrations go, its history stays.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const lineRemove: Command = {
  name: 'line remove',
  summary: 'Removes a line; what happened on it stays in the lists.',
  operands: ['NUMBER'],
  options: { ...DATA_OPTION },
  examples: ['carillon line remove 33123456789'],
  async run(given, io) {
    const { number } = await carryOut('line.remove', { number: given.operands[0] }, given, io);
    io.print(`line ${number} removed`);
  },
};
