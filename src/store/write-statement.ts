// The list of all statements that change the database, each named by its place in it. The statements
// themselves are in writes.ts and access-writes.ts; both threads read them, none touches a database.
//
// An operation is a flat array: the number of its statements, then for each its place and its
// values. A batch is its operations one behind the other. One flat array is the cheapest thing to
// send to another thread: no object for each row.

/** What a column holds, and what one place of a batch holds. */
export type Cell = string | number | null;

export interface WriteStatement {
  readonly sql: string;
  /** How many values follow the statement's number in a batch. */
  readonly values: number;
  /** What to say where it must change a row and found none; undefined where that is all right. */
  readonly missing: string | undefined;
  /** What is to be run in its place where it found no row, each with the first of its values. */
  readonly orElse: readonly number[];
}

const statements: WriteStatement[] = [];

/**
 * Adds a statement to the list; its number. Where it must change a row and finds none, `orElse` is run in its
 * place, or `missing` is said. Only while writes.ts and access-writes.ts are loaded: a number is a place in
 * this list.
 */
export function statement(sql: string, missing?: string, orElse: readonly number[] = []): number {
  return statements.push({ sql, values: valuesOf(sql), missing, orElse }) - 1;
}

/** How many values a statement takes: one for each `?`, or as many as the highest `?n` says. */
function valuesOf(sql: string): number {
  const marks = sql.match(/\?\d*/g) ?? [];
  return Math.max(
    0,
    ...marks.map((mark, place) => (mark === '?' ? place + 1 : Number(mark.slice(1)))),
  );
}

/** All statements, once writes.ts is loaded; a statement's place is its number. */
export const WRITES: readonly WriteStatement[] = statements;

/** A count or a statement's number at a place of a batch; throws where reader and writer are out of step. */
export function countAt(cells: readonly Cell[], place: number): number {
  const cell = cells[place];
  if (typeof cell !== 'number') throw new TypeError(`no number at place ${place} of a batch`);
  return cell;
}

/** The statement of that number. */
export function writeStatement(number: number): WriteStatement {
  const found = statements[number];
  if (found === undefined) throw new TypeError(`no statement has the number ${number}`);
  return found;
}

/** SQL: the customer that the line has at this moment; its number is the value. */
export const CUSTOMER_NOW = "coalesce((SELECT customer FROM lines WHERE number = ?), '')";
