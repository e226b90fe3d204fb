// Lists come in pages: `limit` rows, and behind them what to give as `after` for the next. Of what the store
// has, one row more than asked is read, which tells whether there is a next page at all.

import { Type } from 'typebox';
import type { Reach } from '../../access/principal.ts';
import type { Page } from './schemas.ts';
import { invalid } from './problem.ts';

export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Rows of a page' }),
  ),
  after: Type.Optional(
    Type.String({
      maxLength: 64,
      description: '`next` of the page before; absent: the first page',
    }),
  ),
};

export const usualLimit = 50;

/** A page of at most `limit` of the rows that were read, one more than that where there are more. */
export function pageFrom<Row, View>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  view: (row: Row) => View,
): Page<View> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    next: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** Users and tokens are few and short, and many programs want them all: a page of them is larger. */
const MOST_REACHES = 1000;
/** Lines that the rows of a page name; a page with more of them ends before its limit. */
const MOST_LINES_NAMED = 20_000;

export const reachPageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST_REACHES,
      default: MOST_REACHES,
      description: 'Rows of a page, at most',
    }),
  ),
  after: pageQuery.after,
  customer: Type.Optional(Type.String({ maxLength: 64, description: 'Only those of it' })),
};

/** A page of users or tokens from all of them in their order, beginning behind the place `after`. */
export function reachPage<Row extends Reach, View>(
  rows: readonly Row[],
  {
    limit = MOST_REACHES,
    isSeen,
    isBehind,
    cursorOf,
    view,
  }: {
    readonly limit: number | undefined;
    readonly isSeen: (row: Row) => boolean;
    /** Whether the row comes behind the page before. */
    readonly isBehind: (row: Row) => boolean;
    readonly cursorOf: (row: Row) => string;
    readonly view: (row: Row) => View;
  },
): Page<View> {
  const shown: Row[] = [];
  let linesNamed = 0;
  for (const row of rows) {
    if (!isBehind(row) || !isSeen(row)) continue;
    const last = shown.at(-1);
    if (last && (shown.length === limit || linesNamed + row.lines.length > MOST_LINES_NAMED)) {
      return { items: shown.map(view), next: cursorOf(last) };
    }
    shown.push(row);
    linesNamed += row.lines.length;
  }
  return { items: shown.map(view), next: null };
}

/** The row number in `after`, or undefined for the first page. */
export function rowAfter(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  const row = Number(after);
  if (/^\d{1,15}$/.test(after) && Number.isSafeInteger(row)) return row;
  throw invalid('after', 'wrong-cursor', 'write the `next` of the page before, as it came');
}
