// `carillon notification resend`: one notification once more.

import type { Command } from './arguments.ts';
import { askRunningServer, DATA_OPTION, noServer } from './carry-out.ts';

export const notificationResend: Command = {
  name: 'notification resend',
  summary: 'Sends a delivered or parked notification again: the same request under the same id.',
  operands: ['ID'],
  options: DATA_OPTION,
  notes: [
    'With a parked one go all that are parked of its call at this destination, in order. The ids are in',
    'carillon notification list --json.',
  ].join('\n'),
  examples: ['carillon notification resend m3p4q5r60a1b2c3d4e5f6789-1'],
  async run(given, io) {
    const answer = await askRunningServer(
      'notification.resend',
      { id: given.operands[0] },
      given,
      io,
    );
    if (answer === undefined) throw noServer();
    io.print(`${answer.id} waits again`);
  },
};
