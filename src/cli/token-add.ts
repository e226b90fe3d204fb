// `carillon token add`: a program's credential for the REST API. It alone stands on standard output, so
// that a script can keep it.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { TOKEN_OPTIONS, tokenReach } from './reach-options.ts';

export const tokenAdd: Command = {
  name: 'token add',
  summary: 'Makes a token with which a program uses the REST API, and prints it once.',
  operands: ['NAME'],
  options: { ...TOKEN_OPTIONS, ...DATA_OPTION },
  required: '--operator|--customer C|--line N',
  notes: [
    'NAME says which program it is for: 1 to 64 characters. The program sends the token with each',
    'request, as Authorization: Bearer TOKEN. Give it the least that it needs.',
  ].join('\n'),
  examples: [
    'carillon token add CRM --customer acme > token.txt',
    "carillon token add 'Door phone' --line 33123456789",
  ],
  async run(given, io) {
    const reach = tokenReach(given);
    if (reach === undefined) {
      throw new UserError('what it reaches is missing; write --line N, --customer C or --operator');
    }
    const args = { name: given.operands[0], ...reach };
    const { token, secret } = await carryOut('token.add', args, given, io);
    io.print(secret);
    io.warn(`this token (id ${token.id}) is shown this once: keep it in a safe place`);
  },
};
