// `carillon line set`: changes a line's settings, effective at once on a running server.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { LINE_OPTIONS, lineSettings, passwordFrom, printLineResult } from './line-options.ts';

export const lineSet: Command = {
  name: 'line set',
  summary: 'Changes what is set on a line; an empty text clears a setting.',
  operands: ['NUMBER'],
  options: { ...LINE_OPTIONS, ...DATA_OPTION },
  notes: 'Only what is written changes. The password can be changed, not cleared.',
  examples: [
    "carillon line set 33123456789 --notification-url 'https://crm.example/n?from=_CALLER_&to=_CALLEE_'",
    "carillon line set 33123456789 --origins 'https://crm.example http://intranet:8080' --auto-answer on",
    "carillon line set 33123456789 --delivery-timeout 2.5 --delivery-retry '1 3 10 30'",
    "carillon line set 33123456789 --short ''",
  ],
  async run(given, io) {
    const settings = lineSettings(given);
    const password = await passwordFrom(given, io);
    if (password === undefined && Object.keys(settings).length === 0) {
      throw new UserError('nothing to set; write what to change, such as --title Reception');
    }
    const args = { number: given.operands[0], password, settings };
    printLineResult(await carryOut('line.set', args, given, io), 'changed', io);
  },
};
