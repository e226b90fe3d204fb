// `carillon destination list`: the further destinations, as a table or as JSON.

import type { PresentedDestination } from '../destinations/present-destination.ts';
import { type Command, valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { JSON_OPTION, printRows } from './lists.ts';
import { tableLines } from './table.ts';

export const destinationList: Command = {
  name: 'destination list',
  summary: 'Lists the further destinations of all lines, or of one.',
  operands: [],
  options: {
    ...JSON_OPTION,
    line: { value: 'NUMBER', help: 'only those of this line' },
    ...DATA_OPTION,
  },
  examples: ['carillon destination list', 'carillon destination list --line 33123456789 --json'],
  async run(given, io) {
    const args = { line: valueOf(given, 'line') };
    const rows = await carryOut('destination.list', args, given, io);
    const empty = 'no further destinations; carillon destination add NUMBER URL adds one';
    printRows(rows, given, io, empty, destinationTable);
  },
};

function destinationTable(destinations: readonly PresentedDestination[]): string[] {
  return tableLines(
    ['ID', 'LINE', 'TITLE', 'FORMAT', 'TOLD', 'CALLS', 'NUMBERS', 'SIGNED', 'URL'],
    destinations.map(
      ({ id, line, title, format, enabled, types, direction, numbers, key, url }) => [
        String(id),
        line,
        title || '-',
        format,
        enabled ? types.join(' ') : 'disabled',
        direction,
        shortened(numbers),
        key === null ? 'no' : 'yes',
        url,
      ],
    ),
  );
}

function shortened(numbers: readonly string[]): string {
  if (numbers.length === 0) return 'any';
  return numbers.length > 4
    ? `${numbers.slice(0, 3).join(' ')} and ${numbers.length - 3} more`
    : numbers.join(' ');
}
