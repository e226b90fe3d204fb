// One page of calls: which ids are on it. The rows themselves are read by call-queries.ts.
//
// Each page is read from the index that leaves the least to filter, newest first, down to its limit:
//   party            its rows of call_parties and a direction, and where the number is a line of ours those
//                    of that line. Scope and line stand there too, so that of a number that everybody calls
//                    no foreign call is read; `missed` is a filter.
//   missed           the indexes that hold missed calls only: of the line, of the customer, of all.
//   line             its rows of call_lines and a direction.
//   customer         those of all lines that it has or had; with many lines the table itself (walk.ts).
//   otherwise        the table itself; a direction is a filter (in a whole house neither is rare).
// A dialogue (`dref`) is a filter on any of them. What stands in call_parties and call_lines is written later
// than the calls (deferred-indexes.ts): `isDeferredCalls` says which pages are read from there.
// Several lines, and both directions where none is asked for, are merged (newest.ts). A period bounds the
// ids (`idAt`). The most that can be walked in vain: a party's calls that were answered, in search of
// missed ones; a line's calls of the time when it was another customer's.

import type { CallPage } from '../store.ts';
import { newestOf } from './newest.ts';
import { IN_SCOPE, customerOf, headsOf, headsWhere, linesOf, linesValue } from './page-scope.ts';
import type { Head } from './page-scope.ts';
import { bounded, type Rows, type Values } from './prepared.ts';
import { hasManyLines, walk } from './walk.ts';

// As the indexes of missed calls have it. Not by `direction`: SQLite would then take the index of the line
// and that direction, and look at every answered call.
const MISSED = "callee = account AND state = 'RELEASE' AND connect_at IS NULL";

const OF_CUSTOMER = '(:customer IS NULL OR customer = :customer)';

const IN_PERIOD = `(:from IS NULL OR setup_at >= :from) AND (:to IS NULL OR setup_at < :to)
  AND (:dref IS NULL OR dref = :dref)`;

/** The statements by which a page is found; each gives ids, the newest first. */
export const CALL_PAGES = {
  'page.party': idsFrom(
    'call_parties',
    `party = :party AND direction = :direction AND ${IN_SCOPE}`,
    `${IN_PERIOD} AND (:missed IS NULL OR (${MISSED}))`,
  ),
  'page.missed.line': idsWhere(`account = :line AND ${OF_CUSTOMER} AND ${MISSED}`),
  'page.missed.customer': idsWhere(`customer = :customer AND ${MISSED}`),
  'page.missed': idsWhere(MISSED),
  'page.line': idsFrom(
    'call_lines',
    `account = :line AND direction = :direction AND ${OF_CUSTOMER}`,
    IN_PERIOD,
  ),
  'page.heads': headsWhere(`SELECT id FROM call_lines
    WHERE account = had.line AND direction = :direction
      AND customer = :customer AND id > :above AND id < :before ORDER BY id DESC LIMIT 1`),
  'page.walk': `SELECT id, customer = :customer AND (:direction IS NULL OR direction = :direction)
      AND ${IN_PERIOD} AS wanted
    FROM calls WHERE id > :above AND id < :before ORDER BY id DESC LIMIT :rows`,
  'page.all': idsWhere('(:direction IS NULL OR direction = :direction)'),
  'calls.last': 'SELECT coalesce(max(id), 0) AS id FROM calls',
  'calls.from': 'SELECT id, setup_at AS at FROM calls WHERE id >= :id ORDER BY id LIMIT 1',
} as const;

function idsWhere(condition: string): string {
  return `SELECT id FROM calls WHERE ${condition} AND id > :above AND id < :before
    AND ${IN_PERIOD} ORDER BY id DESC LIMIT :limit`;
}

/** By the columns of a deferred index, then by those of the calls that it leads to. */
function idsFrom(table: string, condition: string, ofCall: string): string {
  return `SELECT id FROM ${table} WHERE ${condition} AND id > :above AND id < :before
    AND EXISTS (SELECT 1 FROM calls WHERE calls.id = ${table}.id AND ${ofCall})
    ORDER BY id DESC LIMIT :limit`;
}

/** Whether a page is read, or may be, from what is written later than the calls. */
export function isDeferredCalls({ scope, line, party, missed }: CallPage): boolean {
  return party !== undefined || (!missed && (line !== undefined || scope.kind !== 'all'));
}

/** Ids rise with time but for a clock that was set back: by no more than this, or a period misses calls. */
const CLOCK_SLACK_MS = 24 * 3_600_000;

/** The ids of the calls on a page, the newest first. */
export function callPage(rows: Rows, page: CallPage): number[] {
  const { scope, party, direction, missed, dref, from, to, before } = page;
  const limit = bounded(page.limit);
  const above = from === undefined ? 0 : idAt(rows, from - CLOCK_SLACK_MS) - 1;
  const below = to === undefined ? Infinity : idAt(rows, to + CLOCK_SLACK_MS);
  const values: Values = {
    customer: customerOf(scope),
    party: party ?? null,
    direction: direction ?? null,
    missed: missed ? 1 : null,
    dref: dref ?? null,
    from: from ?? null,
    to: to ?? null,
    before: Math.min(before ?? Number.MAX_SAFE_INTEGER, below),
    limit,
  };
  if (isOfCustomer(page) && hasManyLines(rows, page.scope.customer)) {
    const ids = walk(rows, CALL_PAGES['page.walk'], { ...values, above }, limit);
    if (ids) return ids;
  }
  const heads = (way: string): Head[] =>
    headsOf(rows, CALL_PAGES['page.heads'], { ...values, direction: way, above });
  const sources = sourcesOf(page, heads).map(({ name, own, ...head }) => ({
    ...head,
    read: (floor: number) =>
      rows<{ id: number }>(CALL_PAGES[name], { ...values, ...own, above: floor }).map(
        ({ id }) => id,
      ),
  }));
  return newestOf(sources, limit, above);
}

/** All calls of a customer, which no index has together; the missed ones have one. */
function isOfCustomer(
  page: CallPage,
): page is CallPage & { readonly scope: { readonly kind: 'customer' } } {
  const { scope, line, party, missed } = page;
  return scope.kind === 'customer' && line === undefined && party === undefined && !missed;
}

interface PageSource {
  readonly name: keyof typeof CALL_PAGES;
  readonly own: Values;
  readonly head?: number;
}

/** Which statements give a page together, each with the values that are its own. */
function sourcesOf(
  { scope, line, party, direction, missed }: CallPage,
  heads: (direction: string) => readonly Head[],
): PageSource[] {
  if (missed && direction === 'outgoing') return [];
  const lines = linesOf(scope, line);
  const wanted = missed ? 'incoming' : direction;
  const directions = wanted === undefined ? ['incoming', 'outgoing'] : [wanted];

  const ofLine = (one: string): PageSource[] =>
    missed
      ? [{ name: 'page.missed.line', own: { line: one } }]
      : directions.map((way) => ({ name: 'page.line', own: { line: one, direction: way } }));

  if (party !== undefined) {
    const own = { lines: linesValue(lines) };
    const mayBeLine = lines === undefined || lines.some((one) => one === party);
    return [
      ...directions.map(
        (way) => ({ name: 'page.party', own: { ...own, direction: way } }) as const,
      ),
      ...(mayBeLine ? ofLine(party) : []),
    ];
  }
  if (lines) return lines.flatMap(ofLine);
  if (scope.kind === 'all') return [{ name: missed ? 'page.missed' : 'page.all', own: {} }];
  if (missed) return [{ name: 'page.missed.customer', own: {} }];
  return directions.flatMap((way) =>
    heads(way).map(({ line: one, head }) => ({
      name: 'page.line',
      own: { line: one, direction: way },
      head,
    })),
  );
}

/**
 * An id that divides the calls: those below it began before `time`, those from it on at `time` or later.
 * Found by halving, some 24 looks at the table for ten million calls; an index on the time would cost
 * every call a write. Exact where no clock was ever set back, and by that much off where one was.
 */
function idAt(rows: Rows, time: number): number {
  let low = 0;
  let high = (rows<{ id: number }>(CALL_PAGES['calls.last'])[0]?.id ?? 0) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    // Calls may have been erased: the next one that is there speaks for the gap.
    const call = rows<{ id: number; at: number }>(CALL_PAGES['calls.from'], { id: middle })[0];
    if (call === undefined || call.at >= time) high = middle;
    else low = call.id;
  }
  return high;
}
