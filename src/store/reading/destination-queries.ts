// What is read of destinations and signing keys, at the start.

import type { CallEvent } from '../../calls/call-event.ts';
import type { Destination, SigningSecret } from '../../notifications/destination.ts';
import { words } from './line-queries.ts';
import type { Rows, Stored } from './prepared.ts';

/** The text of every statement here, by name. */
export const DESTINATION_QUERIES = {
  // The table that AUTOINCREMENT keeps; it has no row before the first destination.
  last: "SELECT seq FROM sqlite_sequence WHERE name = 'destinations'",
  all: `SELECT id, line, title, url, format, enabled, direction, types, numbers,
    created_at AS createdAt FROM destinations ORDER BY id`,
  secrets: `SELECT line, destination, current, previous, previous_until AS previousUntil,
    created_at AS createdAt FROM signing_secrets ORDER BY line, destination`,
} as const;

type StoredDestination = Stored<Omit<Destination, 'types' | 'numbers'>, 'enabled'> & {
  readonly types: string;
  readonly numbers: string;
};

/** The queries of destinations on a connection. */
export function destinationQueries(rows: Rows) {
  return {
    lastDestinationId: (): number => rows<{ seq: number }>(DESTINATION_QUERIES.last)[0]?.seq ?? 1,
    allDestinations: (): Destination[] =>
      rows<StoredDestination>(DESTINATION_QUERIES.all).map((row) => ({
        ...row,
        enabled: row.enabled === 1,
        // Only what putDestination wrote is there.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        types: words(row.types) as CallEvent['type'][],
        numbers: words(row.numbers),
      })),
    allSecrets: (): SigningSecret[] => rows<SigningSecret>(DESTINATION_QUERIES.secrets),
  };
}
