// `carillon notification test`: has the running server send a line's three requests of a call that nobody
// makes, and prints what came back.

import type { TestCallResult } from '../notifications/test-call.ts';
import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { askRunningServer, DATA_OPTION, noServer } from './carry-out.ts';
import { JSON_OPTION } from './lists.ts';
import { oneLine } from './table.ts';

export const notificationTest: Command = {
  name: 'notification test',
  summary: "Sends a marked test call to a line's notification URL and prints what came back.",
  operands: ['NUMBER'],
  options: { ...JSON_OPTION, ...DATA_OPTION },
  notes: [
    'SETUP, CONNECT and RELEASE are sent one after the other, with the header Webhook-Test: 1, and are',
    'not kept. Each is shown with its answer and what to look at. Exit status 1 where one did not arrive.',
  ].join('\n'),
  examples: ['carillon notification test 33123456789'],
  async run(given, io) {
    const answer = await askRunningServer(
      'notification.test',
      { number: given.operands[0] },
      given,
      io,
    );
    if (answer === undefined) throw noServer();
    const { callref, results } = answer;
    if (given.options.has('json')) io.print(JSON.stringify({ callref, results }, undefined, 2));
    else for (const line of results.flatMap(linesOf)) io.print(line);
    const failed = results.filter(({ ok }) => !ok).length;
    if (failed > 0)
      throw new UserError(`${failed} of ${results.length} requests did not arrive`, 1);
  },
};

function linesOf({ type, url, ms, status, diagnosis }: TestCallResult): string[] {
  return [
    `${type.padEnd(7)} ${status ?? '---'}  ${String(ms).padStart(5)} ms  ${oneLine(url)}`,
    `        ${oneLine(diagnosis.text)}`,
  ];
}
