// Which settings name a number besides lines: users and tokens that reach it, destinations that are told of it
// alone. Erasing the number's data (history/erasure.ts) is refused while they do. Joined here, beside the
// map, for the server and for a command that opens the store itself.

import type { Access } from './access/access.ts';
import type { Destinations } from './destinations/destinations.ts';
import type { E164 } from './numbers/e164.ts';

export interface NamingRooms {
  readonly access: Pick<Access, 'users' | 'tokens'>;
  readonly destinations: Pick<Destinations, 'all'>;
}

/** Each setting that names the number, as people call it. */
export function createNamedBy({ access, destinations }: NamingRooms) {
  return (number: E164): string[] => [
    ...access
      .users()
      .filter(({ lines }) => lines.includes(number))
      .map(({ name }) => `the user ${name}`),
    ...access
      .tokens()
      .filter(({ lines }) => lines.includes(number))
      .map(({ name }) => `the token ${name}`),
    ...destinations
      .all()
      .filter(({ numbers }) => numbers.includes(number))
      .map(({ id, line }) => `the destination ${id} of the line ${line}`),
  ];
}
