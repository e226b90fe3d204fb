// A CSV file of lines, read into rows of named cells (RFC 4180, and what spreadsheets make of it), and
// written from them. It knows the columns and the form of a file; what a cell means for a line is in
// lines-csv.ts. Formulas are disarmed here, both ways.

import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { say } from './message-codes.ts';
import type { LineMessage } from './message-codes.ts';

/** The columns of an export, in this order; an import may have them in any, and not all. */
export const COLUMNS = [
  'number',
  'title',
  'short',
  'offer',
  'customer',
  'notificationUrl',
  'sourceIp',
  'sourceIpMatch',
  'buzzeeUrl',
  'api',
  'autoAnswer',
  'origins',
  'deliveryTimeoutS',
  'deliveryWindowS',
  'deliveryRetryS',
  'deliveryMode',
] as const;

/** An import may have passwords; an export never has. */
export type Column = (typeof COLUMNS)[number] | 'password';
const READ_COLUMNS: readonly Column[] = [...COLUMNS, 'password'];

export const MOST_ROWS = 10_000;
export const MOST_BYTES = 10_000_000;
const LONGEST_RECORD = 64_000;

/** `;` is what spreadsheets write where numbers have a decimal comma, as in France. */
export type Separator = ',' | ';';

/** One row below the names of the columns. `row` is its place in the file; the first is 1. */
export interface CsvRow {
  readonly row: number;
  readonly cells: ReadonlyMap<Column, string>;
}

/** What is wrong in a row; `field` is the column, where it is one. */
export interface CsvFault {
  readonly row: number;
  readonly field: string | null;
  readonly message: LineMessage;
}

/** Writes the cells of lines, in the order of COLUMNS, below the columns' names. Rows end with CR LF. */
export function writeCsv(
  rows: readonly (readonly string[])[],
  { separator = ',', bom = false }: { separator?: Separator; bom?: boolean } = {},
): string {
  const records = [COLUMNS, ...rows.map((cells) => cells.map(disarm))];
  return stringify(records, { delimiter: separator, bom, record_delimiter: 'windows' });
}

/** Reads a file. Where its form is wrong there is a fault for each wrong row, and the others are given. */
export function readCsv(file: string | Uint8Array): { rows: CsvRow[]; faults: CsvFault[] } {
  const text = textOf(file);
  if (typeof text !== 'string') return { rows: [], faults: [text] };
  const read = recordsOf(text);
  if ('message' in read) return { rows: [], faults: [read] };
  const [head, ...body] = read;
  if (head === undefined) {
    const message = 'the file is empty: write the names of the columns in its first row';
    return { rows: [], faults: [fault(1, null, say('csv-empty', message))] };
  }
  if (body.length > MOST_ROWS) {
    const message = `the file has more than ${MOST_ROWS} lines: write several files`;
    const row = body[MOST_ROWS]!.row;
    const values = { limit: MOST_ROWS };
    return { rows: [], faults: [fault(row, null, say('csv-too-many-rows', message, values))] };
  }
  const columns = columnsOf(head);
  if (!columns.ok) return { rows: [], faults: columns.faults };
  const rows: CsvRow[] = [];
  const faults: CsvFault[] = [];
  for (const record of body) {
    // A row that was emptied in a spreadsheet still has its separators.
    if (record.cells.every((cell) => cell === '')) continue;
    const named = nameCells(record, columns.columns);
    if ('message' in named) faults.push(named);
    else rows.push(named);
  }
  return { rows, faults };
}

interface FileRecord {
  readonly row: number;
  readonly cells: readonly string[];
}

function textOf(file: string | Uint8Array): string | CsvFault {
  const bytes = typeof file === 'string' ? Buffer.byteLength(file) : file.byteLength;
  if (bytes > MOST_BYTES) {
    const limit = MOST_BYTES / 1_000_000;
    const text = `the file is larger than ${limit} MB: write several files`;
    return fault(1, null, say('csv-too-large', text, { limit }));
  }
  const row = typeof file === 'string' ? rowOf(file.indexOf('\ufffd'), file) : wrongRow(file);
  if (row !== undefined) {
    const text = `row ${row} is not written in UTF-8: save the file as "CSV UTF-8"`;
    return fault(row, null, say('csv-not-utf8', text));
  }
  return typeof file === 'string' ? file : Buffer.from(file).toString('utf8');
}

/** A string was decoded by somebody else, who put this character where he could not read. */
function rowOf(place: number, text: string): number | undefined {
  return place < 0 ? undefined : text.slice(0, place).split('\n').length;
}

/** The first row that is not UTF-8. */
function wrongRow(bytes: Uint8Array): number | undefined {
  if (isUtf8(bytes)) return undefined;
  let row = 1;
  for (let from = 0; from < bytes.length; row++) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(from, to))) break;
    from = to;
  }
  return row;
}

function recordsOf(text: string): FileRecord[] | CsvFault {
  const [firstRow = ''] = text.trimStart().split(/[\r\n]/, 1);
  try {
    const options = {
      bom: true,
      // No name of a column has either in it.
      delimiter: firstRow.includes(';') ? ';' : ',',
      info: true,
      max_record_size: LONGEST_RECORD,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      to: 1 + MOST_ROWS + 1,
    };
    // The types do not know what `info` makes of a record.
    const records = parse(text, options) as unknown as {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return records.map(({ record, info }) => ({ row: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = typeof error['lines'] === 'number' ? error['lines'] : 1;
    const reason = error.message;
    const text = `row ${row} cannot be read (${reason}): write " in a cell as "", and the cell between two "`;
    return fault(row, null, say('csv-unreadable', text, { reason }));
  }
}

type Columns =
  | { readonly ok: true; readonly columns: readonly Column[] }
  | { readonly ok: false; readonly faults: CsvFault[] };

function columnsOf({ row, cells }: FileRecord): Columns {
  const faults: CsvFault[] = [];
  const columns: Column[] = [];
  for (const cell of withoutEmptyEnd(cells)) {
    const name = cell.trim();
    const column = READ_COLUMNS.find((each) => each.toLowerCase() === name.toLowerCase());
    const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
    if (column === undefined) {
      const all = READ_COLUMNS.join(', ');
      const text = `there is no column ${JSON.stringify(shown)}: write some of ${all}`;
      const values = { column: shown, columns: all };
      faults.push(fault(row, shown, say('csv-unknown-column', text, values)));
    } else if (columns.includes(column)) {
      const text = `the column ${column} is there twice: leave one out`;
      faults.push(fault(row, column, say('csv-column-twice', text, { column })));
    } else {
      columns.push(column);
    }
  }
  if (faults.length === 0 && !columns.includes('number')) {
    const text = 'the column number is missing, which says whose settings a row has: add it';
    faults.push(fault(row, 'number', say('csv-no-number-column', text)));
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, columns };
}

function nameCells({ row, cells }: FileRecord, columns: readonly Column[]): CsvRow | CsvFault {
  const values = { cells: cells.length, columns: columns.length };
  const count = `row ${row} has ${cells.length} cells, and there are ${columns.length} columns`;
  if (withoutEmptyEnd(cells).length > columns.length) {
    const text = `${count}: put a cell with a separator in it between two "`;
    return fault(row, null, say('csv-too-many-cells', text, values));
  }
  // What is missing would clear the settings behind: a cut file must not.
  if (cells.length < columns.length) {
    const text = `${count}: write a separator also for an empty cell`;
    return fault(row, null, say('csv-too-few-cells', text, values));
  }
  const named = columns.map((column, place) => {
    const cell = cells[place]!;
    return [column, column === 'password' ? cell : rearm(cell)] as const;
  });
  return { row, cells: new Map(named) };
}

/** Spreadsheets write separators also for columns that were emptied. */
function withoutEmptyEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);
}

function fault(row: number, field: string | null, message: LineMessage): CsvFault {
  return { row, field, message };
}

// A spreadsheet runs a cell that begins with one of these as a formula, and a title is written by
// whoever has a line. Also behind a separator: a file with commas, opened where separators are
// semicolons, falls apart at those. A ' makes it text; one that was there already gets another, so that
// taking one away gives exactly what was.
const FORMULA = String.raw`(?='*[=+\-@\t\r＝＋－＠])`;
const DISARM = new RegExp(String.raw`(?<=^|[,;\t])${FORMULA}`, 'g');
const REARM = new RegExp(String.raw`(?<=^|[,;\t])'${FORMULA}`, 'g');

function disarm(cell: string): string {
  return cell.replace(DISARM, "'");
}

function rearm(cell: string): string {
  return cell.replace(REARM, '');
}
