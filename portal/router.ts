// Where the reader is: the part of the address behind `#`, e.g. `#/lines/33123456789/cti?x=1`. Hashes
// need nothing from the server, and a link sent by mail opens the same page. Which page a path shows is
// routes.ts; a page that holds unsaved input may ask before it is left.

import { useEffect } from 'preact/hooks';
import { Watched, useWatched } from './watched.ts';

export interface Place {
  /** Decoded segments: `['lines', '33123456789', 'cti']`. */
  readonly segments: readonly string[];
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What must be asked before the page is left; `null` where nothing would be lost. */
export interface Leaving {
  readonly to: string;
}

export const place = new Watched<Place>(parsePlace(''));

/** Set while the reader is asked whether to leave unsaved input behind. */
export const leaving = new Watched<Leaving | null>(null);

let unsaved = 0;
let current = '';
let focusDue = false;

/** Reads `/lines/331…?q=x`, the text behind `#`. */
export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.split(/\?(.*)/s);
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  return { segments, path: `/${segments.join('/')}`, query: new URLSearchParams(query) };
}

/** The address of a place, for `href`: segments are encoded, empty query values left out. */
export function hrefOf(segments: readonly string[], query: Record<string, string> = {}): string {
  const path = segments.map(encodeURIComponent).join('/');
  const given = Object.entries(query).filter(([, value]) => value !== '');
  return `#/${path}${given.length > 0 ? `?${new URLSearchParams(given).toString()}` : ''}`;
}

export function startRouter(): void {
  current = location.hash;
  place.set(parsePlace(current.slice(1)));
  window.addEventListener('hashchange', () => follow(location.hash));
  window.addEventListener('beforeunload', (event) => {
    if (unsaved > 0) event.preventDefault();
  });
}

export function navigate(href: string): void {
  location.hash = href;
}

/** Changes the query of this place without a new step in the browser's history: filters and searches. */
export function replaceQuery(query: Record<string, string>): void {
  const href = hrefOf(place.get().segments, query);
  history.replaceState(null, '', href);
  current = location.hash;
  place.set(parsePlace(href.slice(1)));
}

/** While `dirty`, leaving this page asks first. */
export function useUnsaved(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return undefined;
    unsaved += 1;
    return () => {
      unsaved -= 1;
    };
  }, [dirty]);
}

/** The reader's answer to the question of `leaving`. */
export function answerLeaving(leave: boolean): void {
  const asked = leaving.get();
  leaving.set(null);
  if (!leave || asked === null) return;
  unsaved = 0;
  location.hash = asked.to;
}

export function usePlace(): Place {
  return useWatched(place);
}

/** True once after each navigation: the page's heading then takes the focus. */
export function takeFocusDue(): boolean {
  const due = focusDue;
  focusDue = false;
  return due;
}

function follow(hash: string): void {
  if (hash === current) return;
  const next = parsePlace(hash.slice(1));
  const samePage = next.path === place.get().path;
  if (unsaved > 0 && !samePage) {
    // The address has changed already: put it back, then ask.
    location.hash = current;
    leaving.set({ to: hash });
    return;
  }
  current = hash;
  if (!samePage) {
    focusDue = true;
    window.scrollTo(0, 0);
  }
  place.set(next);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
