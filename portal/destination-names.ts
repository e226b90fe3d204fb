// What the places are called that a line's calls are told to: its notification URL, its Buzzee server, its
// further destinations by their titles, which are read once for each line that needs them.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { DestinationList, DestinationView } from '../src/web/api/destination-schemas.ts';
import { get } from './api.ts';
import { t } from './i18n/i18n.ts';
import { hrefOf } from './router.ts';

/** The places that every line has in its settings (docs/destinations.md). */
export const NOTIFICATION_URL = 0;
export const BUZZEE = 1;

/** Its title; without one the server that it is at. */
export function destinationName({
  id,
  title,
  url,
}: Pick<DestinationView, 'id' | 'title' | 'url'>): string {
  if (title !== '') return title;
  const host = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]+)/i.exec(url)?.[1];
  return host ?? t.destinations.unnamed(id);
}

/** The page that shows how a receiver verifies a signature, at that part of it. */
export function verifyHref(line: string): string {
  return hrefOf(['lines', line, 'developer'], { part: SIGNATURE_PART });
}

/** What the developer's page is asked for in its address. */
export const SIGNATURE_PART = 'signature';

/** Gives the name of a place of a line; a number as long as the titles are not known. */
export type PlaceName = (line: string, destination: number) => string;

interface Placed {
  readonly account: string;
  readonly destination: number;
}

/** The names of all places that these rows are about. */
export function usePlaceNames(rows: readonly Placed[]): PlaceName {
  const [known, setKnown] = useState<ReadonlyMap<string, readonly DestinationView[]>>(new Map());
  const asked = useRef(new Set<string>());
  const missing = linesToAsk(rows, asked.current);
  useEffect(() => {
    for (const line of missing) asked.current.add(line);
    void (async () => {
      // One after the other: a page of the list may be about fifty lines.
      for (const line of missing) {
        const answer = await get<DestinationList>(`lines/${encodeURIComponent(line)}/destinations`);
        if (answer.ok) setKnown((old) => new Map(old).set(line, answer.value.items));
      }
    })();
  }, [missing.join()]);
  return (line, destination) => {
    if (destination === NOTIFICATION_URL) return t.notifications.ofLine;
    if (destination === BUZZEE) return t.notifications.buzzee;
    const ofLine = known.get(line);
    if (ofLine === undefined) return t.notifications.unnamed(destination);
    const found = ofLine.find(({ id }) => id === destination);
    return found === undefined
      ? t.notifications.removedDestination(destination)
      : destinationName(found);
  };
}

function linesToAsk(rows: readonly Placed[], asked: ReadonlySet<string>): string[] {
  const lines = rows.filter(({ destination }) => destination > BUZZEE).map((row) => row.account);
  return [...new Set(lines)].filter((line) => !asked.has(line));
}
