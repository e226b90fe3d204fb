// `carillon user add`: a new person who can sign in, at once on a running server.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { passwordFrom } from './line-options.ts';
import { USER_OPTIONS, userReach, warnOfNoPassword } from './reach-options.ts';

export const userAdd: Command = {
  name: 'user add',
  summary: 'Adds a user: somebody who signs in to the pages.',
  operands: ['NAME'],
  options: { ...USER_OPTIONS, ...DATA_OPTION },
  required: '--role operator|manager|user',
  notes: [
    'NAME is 1 to 64 lower-case letters, digits and . _ @ + -; an e-mail address will do.',
    'A manager needs --customer. A user needs --lines; whose they are says the customer.',
    'Without a password, carillon user link NAME prints a link that signs in once.',
  ].join('\n'),
  examples: [
    'carillon user add admin --role operator --password - < password.txt',
    'carillon user add marie@acme.example --role manager --customer acme',
    "carillon user add paul --role user --lines '33123456789 33123456790'",
  ],
  async run(given, io) {
    const reach = userReach(given);
    if (reach.role === undefined) {
      throw new UserError('--role is missing; write --role operator, manager or user');
    }
    const password = await passwordFrom(given, io);
    const args = { name: given.operands[0], ...reach, password };
    const user = await carryOut('user.add', args, given, io);
    io.print(`user ${user.name} added`);
    warnOfNoPassword(user, io);
  },
};
