// The page of a customer who has so many lines that a look at each would cost more than the page: his rows are
// then found among all, newest first. In a house where such a customer is, most rows are his. Pure but for the
// statements that it is given; who has few lines is read from their indexes (page-scope.ts, newest.ts).

import type { Rows, Values } from './prepared.ts';

/** A row that was passed: its id or seq, and whether the page wants it. */
export interface Passed {
  readonly id: number;
  readonly wanted: 0 | 1;
}

/** A look at each line's head costs about as much as passing ten rows. */
const MANY_LINES = 100;
/** Rows passed at a time: few at first, since mostly they are enough. */
const FIRST_ROWS = 250;
const MOST_ROWS = 5_000;
/** Rows passed in all, some 50 ms; behind that the customer is a rare one after all. */
const MOST_PASSED = 50_000;

/** The text of every statement here, by name. */
export const WALK_QUERIES = {
  // A row where the customer has, or had, more than so many lines.
  moreLines: `SELECT line FROM line_customers WHERE customer = :customer
    ORDER BY line LIMIT 1 OFFSET :many`,
} as const;

export function hasManyLines(rows: Rows, customer: string): boolean {
  return rows(WALK_QUERIES.moreLines, { customer, many: MANY_LINES }).length > 0;
}

/**
 * The first `limit` wanted ids below `values.before`, the highest first; undefined where too many others lie
 * between. `sql` gives the next `:rows` rows below `:before` as Passed.
 */
export function walk(rows: Rows, sql: string, values: Values, limit: number): number[] | undefined {
  const found: number[] = [];
  let before = values['before'] ?? Number.MAX_SAFE_INTEGER;
  let most = FIRST_ROWS;
  for (let passed = 0; passed < MOST_PASSED; passed += most) {
    most = Math.min(MOST_ROWS, passed === 0 ? FIRST_ROWS : 4 * most);
    const next = rows<Passed>(sql, { ...values, before, rows: most });
    for (const { id, wanted } of next) if (wanted === 1) found.push(id);
    if (found.length >= limit) return found.slice(0, limit);
    const last = next.at(-1);
    if (last === undefined || next.length < most) return found;
    before = last.id;
  }
  return undefined;
}
