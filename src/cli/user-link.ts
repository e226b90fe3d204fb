// `carillon user link`: a link that signs a user in once. It lives in the running server alone.

import type { Command } from './arguments.ts';
import { askRunningServer, DATA_OPTION, noServer } from './carry-out.ts';

export const userLink: Command = {
  name: 'user link',
  summary: 'Prints a link that signs a user in once, within 10 minutes.',
  operands: ['NAME'],
  options: { ...DATA_OPTION },
  notes: [
    'For the first sign-in, and for who forgot his password. Whoever has the link is the user: give',
    'it to nobody else. It needs a running server and ends with it.',
  ].join('\n'),
  examples: ['carillon user link admin'],
  async run(given, io) {
    const args = { name: given.operands[0] };
    const link = await askRunningServer('user.link', args, given, io);
    if (link === undefined) throw noServer();
    io.print(link.url);
    io.warn(`valid once, until ${link.expiresAt}`);
  },
};
