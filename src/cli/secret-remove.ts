// `carillon secret remove`: what is sent to a place is not signed any more.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { PLACE_OPTION, placeName, placeOf } from './destination-options.ts';

export const secretRemove: Command = {
  name: 'secret remove',
  summary:
    'Removes a signing key: what is sent there is not signed any more, from the next try on.',
  operands: ['NUMBER'],
  options: { ...PLACE_OPTION, ...DATA_OPTION },
  notes: 'A receiver that checks signatures refuses what is sent then.',
  examples: [
    'carillon secret remove 33123456789',
    'carillon secret remove 33123456789 --destination 4',
  ],
  async run(given, io) {
    const args = { number: given.operands[0], destination: placeOf(given) };
    const { line, destination } = await carryOut('secret.remove', args, given, io);
    io.print(`signing key of line ${line} (${placeName(destination)}) removed`);
  },
};
