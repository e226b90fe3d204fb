// `carillon notification test`: has the running server send one place of a line the requests of a call that
// nobody makes, and prints what came back.

import type { TestCallResult } from '../notifications/test-call.ts';
import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { askRunningServer, DATA_OPTION, noServer } from './carry-out.ts';
import { PLACE_OPTION, placeOf } from './destination-options.ts';
import { oneLine } from './table.ts';

export const notificationTest: Command = {
  name: 'notification test',
  summary: 'Sends a marked test call to one place of a line and prints what came back.',
  operands: ['NUMBER'],
  options: { ...PLACE_OPTION, json: { help: 'print JSON' }, ...DATA_OPTION },
  notes: [
    'SETUP, CONNECT and RELEASE are sent one after the other, as those of a call are, signed where there is a key,',
    'with the header Webhook-Test: 1, and are not kept. Each is shown with its answer and what to look at.',
    'A destination is sent those events that it is told, also while it is disabled. Exit status 1 where one',
    'did not arrive.',
  ].join('\n'),
  examples: [
    'carillon notification test 33123456789',
    'carillon notification test 33123456789 --destination 4',
  ],
  async run(given, io) {
    const answer = await askRunningServer(
      'notification.test',
      { number: given.operands[0], destination: placeOf(given) },
      given,
      io,
    );
    if (answer === undefined) throw noServer();
    const { callref, results, notes } = answer;
    if (given.options.has('json')) {
      io.print(JSON.stringify({ callref, results, notes }, undefined, 2));
    } else {
      for (const { text } of notes) io.warn(`note: ${oneLine(text)}`);
      for (const line of results.flatMap(linesOf)) io.print(line);
    }
    const failed = results.filter(({ ok }) => !ok).length;
    if (failed > 0)
      throw new UserError(`${failed} of ${results.length} requests did not arrive`, 1);
  },
};

function linesOf({ type, method, url, ms, status, diagnosis }: TestCallResult): string[] {
  const took = `${String(ms).padStart(5)} ms`;
  return [
    `${type.padEnd(7)} ${status ?? '---'}  ${took}  ${method} ${oneLine(url)}`,
    `        ${oneLine(diagnosis.text)}`,
  ];
}
