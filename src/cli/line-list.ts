// `carillon line list`: all lines, as a table or as JSON.

import type { PresentedLine } from '../lines/present-line.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { JSON_OPTION, printRows } from './lists.ts';
import { tableLines } from './table.ts';

export const lineList: Command = {
  name: 'line list',
  summary: 'Lists the lines.',
  operands: [],
  options: { ...JSON_OPTION, ...DATA_OPTION },
  examples: ['carillon line list', "carillon line list --json | jq -r '.[].number'"],
  async run(given, io) {
    const rows = await carryOut('line.list', {}, given, io);
    const empty = 'no lines; carillon line add NUMBER --password P adds one';
    printRows(rows, given, io, empty, lineTable);
  },
};

function lineTable(lines: readonly PresentedLine[]): string[] {
  return tableLines(
    ['NUMBER', 'SHORT', 'TITLE', 'OFFER', 'SOURCE IP', 'NOTIFICATION URL'],
    lines.map(({ number, short, title, offer, sourceIp, notificationUrl }) =>
      [number, short, title, offer, sourceIp, notificationUrl].map((text) => text || '-'),
    ),
  );
}
