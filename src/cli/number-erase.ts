// `carillon number erase`: all that is kept of one number's calls goes, for good.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const numberErase: Command = {
  name: 'number erase',
  summary: "Erases one number's data: its calls on all lines, and what was told of them.",
  operands: ['NUMBER'],
  options: {
    yes: { help: 'do it; without this, it only says what there is' },
    ...DATA_OPTION,
  },
  notes: [
    'Every call in which NUMBER is caller, callee or redirecting number goes, with its notifications and',
    'their tries. It cannot be undone. Calls that go on, and notifications that wait for delivery, are to',
    'be over first; a line is to be removed first. Where no server runs, the database is also written anew,',
    'which takes a while. What else may hold the number is in docs/keeping.md.',
  ].join('\n'),
  examples: ['carillon number erase 33612345678', 'carillon number erase 33612345678 --yes'],
  async run(given, io) {
    const args = { number: given.operands[0] };
    if (!given.options.has('yes')) {
      const found = await carryOut('number.find', args, given, io);
      const there = `${counted(found.calls, 'call')} and ${counted(found.notifications, 'notification')}`;
      throw new UserError(
        `${there} of ${found.number} would be erased, for good; write --yes to do it`,
        1,
      );
    }
    const { number, calls, notifications, remains } = await carryOut(
      'number.erase',
      args,
      given,
      io,
    );
    io.print(
      `${counted(calls, 'call')} and ${counted(notifications, 'notification')} of ${number} erased`,
    );
    if (remains > 0) {
      io.warn(
        `its digits still stand ${remains} times in the database: in what people wrote, within longer ` +
          'numbers, or in unused room of the file; docs/keeping.md says what to do',
      );
    }
  },
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
