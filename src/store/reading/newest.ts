// The newest rows of several sources together: how a page is found without sorting more than it shows.
// Pure; what a source is (an index at one line, one customer, one party) is call-page.ts's and
// notification-page.ts's matter.

/** The first `limit` ids of one source that are above the given one, the highest first. */
export type Source = (above: number) => number[];

/**
 * The highest `limit` ids of all sources, each once, the highest first.
 *
 * Once a page is full, the next source is read down to the page's last id only. A thousand lines with
 * calls in any order so cost a thousand looks into an index and a few hundred ids, where one statement
 * over all of them would sort their whole history.
 */
export function newestOf(sources: readonly Source[], limit: number, above = 0): number[] {
  if (limit === 0) return [];
  let newest: number[] = [];
  let floor = above;
  for (const source of sources) {
    const found = source(floor);
    if (found.length === 0) continue;
    newest = [...new Set([...newest, ...found])].sort((a, b) => b - a).slice(0, limit);
    if (newest.length === limit) floor = newest.at(-1) ?? above;
  }
  return newest;
}
