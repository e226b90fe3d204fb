// Destinations as commands and the REST API show them: times in ISO 8601, user names and passwords of URLs
// masked, and of a signing key only that there is one.

import type { Destination } from '../notifications/destination.ts';
import { maskUserInfo } from '../notifications/url.ts';
import type { KeyInfo } from './signing-keys.ts';

export interface PresentedKey {
  /** 0 the notification URL, 1 the Buzzee server, else the destination's id. */
  readonly destination: number;
  readonly createdAt: string;
  /** Until when the key before signs too; null where it does not any more. */
  readonly previousUntil: string | null;
}

export interface PresentedDestination extends Omit<
  Destination,
  'line' | 'createdAt' | 'types' | 'numbers'
> {
  readonly line: string;
  readonly types: Destination['types'][number][];
  readonly numbers: string[];
  readonly createdAt: string;
  /** Null where what it is sent is not signed. */
  readonly key: PresentedKey | null;
}

/** The destination with what may be known of its key; `keys` are those of its line. */
export function presentDestination(
  destination: Destination,
  keys: readonly KeyInfo[],
): PresentedDestination {
  const { url, types, numbers, createdAt } = destination;
  const key = keys.find((each) => each.destination === destination.id);
  return {
    ...destination,
    url: maskUserInfo(url),
    types: [...types],
    numbers: [...numbers],
    createdAt: new Date(createdAt).toISOString(),
    key: key === undefined ? null : presentKey(key),
  };
}

export function presentKey({ destination, createdAt, previousUntil }: KeyInfo): PresentedKey {
  return {
    destination,
    createdAt: new Date(createdAt).toISOString(),
    previousUntil: previousUntil === undefined ? null : new Date(previousUntil).toISOString(),
  };
}
