// `carillon user set`: changes what a user may reach, or his password.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { passwordFrom } from './line-options.ts';
import { USER_OPTIONS, userReach } from './reach-options.ts';

export const userSet: Command = {
  name: 'user set',
  summary: 'Changes the role, customer, lines or password of a user.',
  operands: ['NAME'],
  options: { ...USER_OPTIONS, ...DATA_OPTION },
  notes: [
    'Only what is written changes; --lines replaces the lines. Another role or password ends his',
    'sessions: he signs in again. The last operator stays operator.',
  ].join('\n'),
  examples: [
    "carillon user set paul --lines '33123456789'",
    'carillon user set paul --role manager',
    'carillon user set admin --password -',
  ],
  async run(given, io) {
    const reach = userReach(given);
    const password = await passwordFrom(given, io);
    if (password === undefined && Object.values(reach).every((value) => value === undefined)) {
      throw new UserError('nothing to set; write what to change, such as --role manager');
    }
    const args = { name: given.operands[0], ...reach, password };
    const user = await carryOut('user.set', args, given, io);
    io.print(`user ${user.name} changed`);
  },
};
