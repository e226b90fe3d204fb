// Lines as a CSV file, out and in. Written out and read in again, it changes nothing. The import is only
// planned here: Lines.setMany carries it out, all of it or nothing. The file's form is in csv-file.ts.

import { COLUMNS, readCsv, writeCsv } from './csv-file.ts';
import type { Column, CsvRow, Separator } from './csv-file.ts';
import type { LineRules } from './line-input.ts';
import type { Line } from './line.ts';
import { breathe, checkEdits } from './many-changes.ts';
import type { EditError, LineEdit, LinesNow } from './many-changes.ts';
import { unmask } from './masked-url.ts';
import { say } from './message-codes.ts';
import type { Message } from '../message.ts';

export { MOST_BYTES, MOST_ROWS } from './csv-file.ts';

/** What is wrong in a row of the file; the first row is 1. `field` is the column, where it is one. */
export interface ImportError extends Message {
  readonly row: number;
  readonly field: string | null;
}

/** What an import would do. With errors it must not be done. */
export interface ImportPlan {
  /** Numbers, in the order of the file. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  /** How many rows say what is set already. */
  readonly unchanged: number;
  /** By row; the first MOST_ERRORS of them. */
  readonly errors: readonly ImportError[];
  /** For `Lines.setMany`; has the passwords and URLs in it, so it is not for showing. */
  readonly edits: readonly LineEdit[];
  /** The row of each edit. */
  readonly rows: readonly number[];
}

export const MOST_ERRORS = 200;

/** Hides the user name and password of a URL (notifications/url.ts). */
type MaskUserInfo = (url: string) => string;

/** The file of these lines: all that can be set, but for the passwords. `bom` helps some spreadsheets. */
export function exportLines(
  lines: readonly Line[],
  maskUserInfo: MaskUserInfo,
  form: { separator?: Separator; bom?: boolean } = {},
): string {
  const cells = (line: Line) => COLUMNS.map((column) => cellOf(line, column, maskUserInfo));
  return writeCsv(lines.map(cells), form);
}

/** A setting as `carillon line set` takes it. */
function cellOf(line: Line, column: (typeof COLUMNS)[number], maskUserInfo: MaskUserInfo): string {
  switch (column) {
    case 'notificationUrl':
    case 'buzzeeUrl':
      return maskUserInfo(line[column]);
    case 'api':
    case 'autoAnswer':
      return line[column] ? 'on' : 'off';
    case 'origins':
      return line.origins.join(' ');
    case 'deliveryTimeoutS':
    case 'deliveryWindowS':
      return line[column] === 0 ? '' : String(line[column]);
    case 'deliveryRetryS':
      return line.deliveryRetryS.join(' ');
    default:
      return line[column];
  }
}

/**
 * What a file would change on the lines; changes nothing. A column that is not there leaves its setting
 * as it is, an empty cell clears it (a password stays). `file` is at best its bytes, so that a wrong
 * encoding is noticed. It takes pauses, so that calls go on meanwhile. After `setMany(plan.edits)` was refused all the same, since the lines changed
 * meanwhile, `importErrors` says in which rows.
 */
export async function planImport(
  file: string | Uint8Array,
  lines: LinesNow,
  rules: LineRules,
): Promise<ImportPlan> {
  const { rows, faults } = readCsv(file);
  const errors: ImportError[] = faults.map(({ message, ...place }) => ({ ...message, ...place }));
  const seen = new Map<string, number>();
  const wanted: { row: number; edit: LineEdit }[] = [];
  let unchanged = 0;
  for (const [at, csvRow] of rows.entries()) {
    await breathe(at);
    const planned = planRow(csvRow, lines, rules, seen);
    if (planned === 'unchanged') unchanged += 1;
    else if ('edit' in planned) wanted.push({ row: csvRow.row, edit: planned.edit });
    else errors.push(planned);
  }
  const checked = await checkEdits(
    wanted.map(({ edit }) => edit),
    lines,
    rules,
  );
  const rowOfEdit = wanted.map(({ row }) => row);
  if (!checked.ok) errors.push(...importErrors(checked.errors, rowOfEdit));
  if (!checked.ok || errors.length > 0) {
    errors.sort((a, b) => a.row - b.row);
    const none = { added: [], changed: [], unchanged: 0, edits: [], rows: [] };
    return { ...none, errors: errors.slice(0, MOST_ERRORS) };
  }
  const steps = checked.steps.map((step, at) => ({ ...step, ...wanted[at]! }));
  // Written in another way, it may still be what is set.
  const real = steps.filter(({ line, before }) => !isSame(line, before));
  return {
    added: real.filter(({ before }) => before === undefined).map(({ line }) => line.number),
    changed: real.filter(({ before }) => before !== undefined).map(({ line }) => line.number),
    unchanged: unchanged + steps.length - real.length,
    errors: [],
    edits: real.map(({ edit }) => edit),
    rows: real.map(({ row }) => row),
  };
}

/** What was wrong with the edits of a plan, by the rows of its file. */
export function importErrors(errors: readonly EditError[], rows: readonly number[]): ImportError[] {
  return errors.map(({ at, field, error, code, values }) => ({
    row: rows[at] ?? 1,
    field: field ?? null,
    code,
    text: error,
    ...(values === undefined ? {} : { values }),
  }));
}

/** `seen` has the row of each number that came before. */
function planRow(
  { row, cells }: CsvRow,
  lines: LinesNow,
  rules: LineRules,
  seen: Map<string, number>,
): 'unchanged' | { readonly edit: LineEdit } | ImportError {
  const written = cells.get('number') ?? '';
  const parsed = rules.parseE164(written);
  if (!parsed.ok) {
    const { error: text, code, values = {} } = parsed;
    const message = asRounded(written) ?? { code, text, values };
    return { row, field: 'number', ...message };
  }
  const { number } = parsed;
  const first = seen.get(number);
  if (first !== undefined) {
    const text = `line ${number} stands in row ${first} already: leave one of the two out`;
    return { row, field: 'number', ...say('csv-number-twice', text, { number, row: first }) };
  }
  seen.set(number, row);

  const before = lines.byNumber(number);
  const changes: Partial<Record<Column, string>> = {};
  for (const [column, cell] of cells) {
    if (column === 'number' || (cell === '' && (column === 'password' || !before))) continue;
    if (column === 'notificationUrl' || column === 'buzzeeUrl') {
      const url = unmask(cell, before?.[column] ?? '', column);
      if (!url.ok) return importErrors([{ at: 0, ...url }], [row])[0]!;
      if (url.url !== before?.[column]) changes[column] = url.url;
    } else if (
      before === undefined ||
      column === 'password' ||
      cell !== cellOf(before, column, same)
    ) {
      changes[column] = cell;
    }
  }
  if (before !== undefined) {
    if (Object.keys(changes).length === 0) return 'unchanged';
    return { edit: { set: number, changes } };
  }
  const { password } = changes;
  if (password === undefined) {
    const text = `line ${number} is new and needs a password: write one in the column password`;
    return { row, field: 'password', ...say('csv-password-missing', text, { number }) };
  }
  return { edit: { add: { ...changes, number, password } } };
}

/** What spreadsheets make of a long number: `3.31235E+10`. Its last digits are lost. */
function asRounded(written: string): Message | undefined {
  if (!/^\d(?:[.,]\d+)?E\+?\d+$/i.test(written.trim())) return undefined;
  const text =
    `a spreadsheet has rounded the number to ${written}: give the column the format Text there, and ` +
    'write the number again';
  return say('csv-number-rounded', text, { written });
}

function isSame(line: Line, before: Line | undefined): boolean {
  return before !== undefined && JSON.stringify(line) === JSON.stringify(before);
}

function same(url: string): string {
  return url;
}
