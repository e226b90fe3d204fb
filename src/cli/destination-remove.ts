// `carillon destination remove`: it is told of no further call; what it was told stays in the lists.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { destinationId } from './destination-options.ts';

export const destinationRemove: Command = {
  name: 'destination remove',
  summary: 'Removes a destination and its signing key; what waits for it is still sent, unsigned.',
  operands: ['ID'],
  options: { ...DATA_OPTION },
  notes: 'ID is what carillon destination list shows.',
  examples: ['carillon destination remove 4'],
  async run(given, io) {
    const args = { id: destinationId(given) };
    const { id, line } = await carryOut('destination.remove', args, given, io);
    io.print(`destination ${id} of line ${line} removed`);
  },
};
