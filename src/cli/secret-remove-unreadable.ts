// `carillon secret remove-unreadable`: the way out where the key file of a data directory is lost.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const secretRemoveUnreadable: Command = {
  name: 'secret remove-unreadable',
  summary: 'Removes the signing keys that cannot be decrypted, where carillon.key is lost.',
  operands: [],
  options: { ...DATA_OPTION },
  notes: [
    'Signing keys are kept encrypted with the file carillon.key of the data directory. Put it back from a',
    'backup if you can. Without it a server with such keys does not start; this removes them, and carillon',
    'secret rotate makes new ones for your receivers.',
  ].join('\n'),
  examples: ['carillon secret remove-unreadable'],
  async run(given, io) {
    const { removed } = await carryOut('secret.remove-unreadable', {}, given, io);
    io.print(removed === 1 ? '1 signing key removed' : `${removed} signing keys removed`);
  },
};
