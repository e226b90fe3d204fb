// `carillon line add`: a new line, effective at once on a running server.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { LINE_OPTIONS, lineSettings, passwordFrom, printLineResult } from './line-options.ts';

export const lineAdd: Command = {
  name: 'line add',
  summary: 'Adds a line: a telephone number with its password and settings.',
  operands: ['NUMBER'],
  options: { ...LINE_OPTIONS, ...DATA_OPTION },
  required: '--password P|-',
  notes: [
    'NUMBER is written in any usual form: 33123456789, +33 1 23 45 67 89, 0123456789.',
    'A telephone registers with the number as its name and with the password. The password is not',
    'kept, only what is needed to check it. --password - keeps it out of the list of processes.',
    'A running server has the line at once; without one, the data directory is changed.',
  ].join('\n'),
  examples: [
    'carillon line add 33123456789 --password secret --title Reception --short 201',
    "carillon line add 0123456789 --password - --notification-url 'https://crm.example/n?from=_CALLER_&to=_CALLEE_&id=_CALLREF_' < password.txt",
  ],
  async run(given, io) {
    const settings = lineSettings(given);
    const password = await passwordFrom(given, io);
    if (password === undefined) {
      throw new UserError('--password is missing; write --password P, or - to read standard input');
    }
    const args = { number: given.operands[0], password, settings };
    printLineResult(await carryOut('line.add', args, given, io), 'added', io);
  },
};
