// The newest rows of several sources together, or the oldest: how a page is found without sorting more than it
// shows. Pure; what a source is (an index at one line, one party) is call-page.ts's, notification-page.ts's and
// waiting-queries.ts's matter.

export interface Source {
  /** No id of the source comes before this one, as far as that is known. */
  readonly head?: number;
  /** Its first ids, as many as are wanted, that come before the given one; in order. */
  readonly read: (bound: number) => number[];
}

type Order = (a: number, b: number) => number;

/** The highest `limit` ids of all sources, each once, the highest first. */
export function newestOf(sources: readonly Source[], limit: number, above = 0): number[] {
  return firstOf(sources, limit, above, (a, b) => b - a);
}

/** The lowest `limit` ids of all sources, each once, the lowest first. */
export function oldestOf(sources: readonly Source[], limit: number): number[] {
  return firstOf(sources, limit, Number.MAX_SAFE_INTEGER, (a, b) => a - b);
}

/**
 * The first `limit` ids of all sources.
 *
 * Once a page is full, the next source is read down to the page's last id only. A thousand lines with
 * calls in any order so cost a thousand looks into an index and a few hundred ids, where one statement
 * over all of them would sort their whole history. Where the heads are known, the sources are read in their
 * order, and without a filter no more of them than there are ids on the page.
 */
function firstOf(
  sources: readonly Source[],
  limit: number,
  outermost: number,
  order: Order,
): number[] {
  if (limit === 0) return [];
  let first: number[] = [];
  let bound = outermost;
  for (const { head, read } of byHead(sources, order)) {
    if (head !== undefined && order(head, bound) >= 0) continue;
    const found = read(bound);
    if (found.length === 0) continue;
    first = [...new Set([...first, ...found])].sort(order).slice(0, limit);
    if (first.length === limit) bound = first.at(-1) ?? outermost;
  }
  return first;
}

function byHead(sources: readonly Source[], order: Order): readonly Source[] {
  if (sources.some(({ head }) => head === undefined)) return sources;
  return sources.toSorted((a, b) => order(a.head ?? 0, b.head ?? 0));
}
