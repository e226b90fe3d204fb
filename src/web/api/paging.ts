// Lists come in pages: `limit` rows, and behind them what to give as `after` for the next. One row more
// than asked is read, which tells whether there is a next page at all.

import { Type } from 'typebox';
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

/** The row number in `after`, or undefined for the first page. */
export function rowAfter(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  const row = Number(after);
  if (/^\d{1,15}$/.test(after) && Number.isSafeInteger(row)) return row;
  throw invalid('after', 'wrong-cursor', 'write the `next` of the page before, as it came');
}
