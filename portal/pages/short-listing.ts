// A list that is read page by page and kept up to date, and that never shows more rows than a browser
// draws without a stutter: once it is too long, its newest rows go, and a way back to them is offered.

import { useEffect, useState } from 'preact/hooks';
import { useReading, useListing } from '../reading.ts';
import type { Listing } from '../reading.ts';
import type { LineItem, Page } from '../../src/web/api/schemas.ts';

/** The longest text that the server looks for among lines, and the longest number that it reads. */
export const LONGEST_SEARCH = 128;
export const LONGEST_NUMBER = 64;

const MOST_ROWS = 500;
const KEPT_ROWS = 400;

export interface ShortListing<T> extends Listing<T> {
  /** Shows the newest again; null where they are shown. */
  readonly toNewest: (() => void) | null;
}

/** As `useListing`; while the newest rows are gone, live events must put in none (`toNewest`). */
export function useShortListing<T>(path: string): ShortListing<T> {
  const listing = useListing<T>(path);
  const [cut, setCut] = useState(false);
  const { items } = listing;
  useEffect(() => setCut(false), [path]);
  const isTooLong = items !== null && items.length > MOST_ROWS;
  useEffect(() => {
    if (!isTooLong) return;
    setCut(true);
    listing.change((rows) => rows.slice(-KEPT_ROWS));
  }, [items]);
  const toNewest = (): void => {
    setCut(false);
    listing.reload();
    window.scrollTo(0, 0);
  };
  return {
    ...listing,
    // Never drawn, not even until the effect has run.
    items: isTooLong ? items.slice(-KEPT_ROWS) : items,
    toNewest: cut || isTooLong ? toNewest : null,
  };
}

/** All lines that may be read, or null where they are too many for a choice (or not known yet). */
export function useFewLines(wanted: boolean): readonly LineItem[] | null {
  const { value } = useReading<Page<LineItem>>(wanted ? 'lines?limit=200' : null);
  return value === null || value.next !== null ? null : value.items;
}
