// `carillon secret list`: which places have a signing key, and since when; never the keys.

import type { LineKey } from '../control/destination-commands.ts';
import { type Command, valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { placeName } from './destination-options.ts';
import { JSON_OPTION, printRows } from './lists.ts';
import { tableLines } from './table.ts';

export const secretList: Command = {
  name: 'secret list',
  summary: 'Lists which notifications are signed, and since when their key is in use.',
  operands: [],
  options: {
    ...JSON_OPTION,
    line: { value: 'NUMBER', help: 'only those of this line' },
    ...DATA_OPTION,
  },
  examples: ['carillon secret list', 'carillon secret list --line 33123456789 --json'],
  async run(given, io) {
    const rows = await carryOut('secret.list', { line: valueOf(given, 'line') }, given, io);
    const empty = 'no signing keys; carillon secret rotate NUMBER makes one';
    printRows(rows, given, io, empty, keyTable);
  },
};

function keyTable(keys: readonly LineKey[]): string[] {
  return tableLines(
    ['LINE', 'PLACE', 'SINCE', 'THE ONE BEFORE UNTIL'],
    keys.map(({ line, destination, createdAt, previousUntil }) => [
      line,
      placeName(destination),
      createdAt,
      previousUntil ?? '-',
    ]),
  );
}
