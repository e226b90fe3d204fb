// `carillon token set`: changes what a token is called or reaches. The token itself stays the same.

import { UserError } from '../config.ts';
import { type Command, valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { TOKEN_OPTIONS, tokenReach } from './reach-options.ts';

export const tokenSet: Command = {
  name: 'token set',
  summary: 'Changes what a token is called or reaches; the program keeps it.',
  operands: ['ID'],
  options: {
    name: { value: 'NAME', help: 'which program it is for' },
    ...TOKEN_OPTIONS,
    ...DATA_OPTION,
  },
  notes:
    'ID is what carillon token list shows, not the token. To replace a token, add one and remove this.',
  examples: [
    'carillon token set 0123456789ab --name CRM',
    'carillon token set 0123456789ab --customer acme',
  ],
  async run(given, io) {
    const name = valueOf(given, 'name');
    const reach = tokenReach(given);
    if (name === undefined && reach === undefined) {
      throw new UserError('nothing to set; write what to change, such as --name CRM');
    }
    const args = { id: given.operands[0], name, ...reach };
    const token = await carryOut('token.set', args, given, io);
    io.print(`token ${token.id} changed`);
  },
};
