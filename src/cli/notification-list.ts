// `carillon notification list`: the newest notifications with every try at delivering them.

import type { PresentedAttempt, PresentedNotification } from '../history/history.ts';
import { notificationTable } from '../history/tables.ts';
import { type Command, valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { LIST_OPTIONS, listFilter, printRows } from './lists.ts';
import { oneLine } from './table.ts';

export const notificationList: Command = {
  name: 'notification list',
  summary: 'Lists the newest notifications and each attempt to deliver them.',
  operands: [],
  options: {
    ...LIST_OPTIONS,
    call: { value: 'CALLREF', help: 'only those of this call' },
    state: { value: 'STATE', help: 'only those that are pending, delivered or parked' },
    ...DATA_OPTION,
  },
  notes: [
    'A notification is pending, delivered, or parked: given up, or behind one that was. Its line shows the',
    'last attempt; where there were several, each stands below: when, how long, and what came of it.',
  ].join('\n'),
  examples: [
    'carillon notification list --line 33123456789',
    'carillon notification list --call CALLREF --json',
  ],
  async run(given, io) {
    const rows = await carryOut(
      'notification.list',
      { ...listFilter(given), state: valueOf(given, 'state') },
      given,
      io,
    );
    printRows(rows, given, io, 'no notifications', linesOf);
  },
};

/** The table's lines, each followed by all attempts where there was more than the one in the table. */
function linesOf(notifications: readonly PresentedNotification[]): string[] {
  const [titles = '', ...lines] = notificationTable(notifications).split('\n');
  return [
    titles,
    ...notifications.flatMap(({ attempts }, index) => [
      lines[index] ?? '',
      ...(attempts.length > 1 ? attempts.map(attemptLine) : []),
    ]),
  ];
}

function attemptLine(attempt: PresentedAttempt, index: number): string {
  const { at, ms, status, error, address } = attempt;
  const outcome = [address, status, error].filter((part) => part !== null).join(' ');
  return `    try ${index + 1}  ${at}  ${ms} ms  ${oneLine(outcome)}`;
}
