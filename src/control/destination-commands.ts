// The commands on destinations and signing keys, by the name that travels over the control socket. Whoever
// reaches that socket owns the data directory, so rights are not asked for here; what may be set is checked by
// src/destinations.

import { UserError } from '../config.ts';
import type { DestinationChanges, DestinationResult } from '../destinations/destinations.ts';
import type { Destinations } from '../destinations/destinations.ts';
import { isDestinationConflict } from '../destinations/message-codes.ts';
import { presentDestination, presentKey } from '../destinations/present-destination.ts';
import type { PresentedDestination, PresentedKey } from '../destinations/present-destination.ts';
import type { SigningKeys } from '../destinations/signing-keys.ts';
import type { LineRefusal } from '../lines/line-result.ts';
import type { Lines } from '../lines/lines.ts';
import { isConflict } from '../lines/message-codes.ts';
import { NOTIFICATION_URL } from '../notifications/destination.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { type Arguments, numberOf, placeOf, replying, textIn } from './arguments.ts';

/** What each command answers. */
export interface DestinationResults {
  'destination.add': DestinationChanged;
  'destination.set': DestinationChanged;
  'destination.list': readonly PresentedDestination[];
  'destination.remove': { readonly id: number; readonly line: string };
  'secret.rotate': NewSecret;
  'secret.list': readonly LineKey[];
  'secret.remove': { readonly line: string; readonly destination: number };
  'secret.remove-unreadable': { readonly removed: number };
}

export interface DestinationChanged {
  readonly destination: PresentedDestination;
  readonly warnings: readonly string[];
}

export interface LineKey extends PresentedKey {
  readonly line: string;
}

export interface NewSecret {
  readonly key: LineKey;
  /** The whole secret: shown this once. */
  readonly secret: string;
}

export interface DestinationCommandRooms {
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly lines: Pick<Lines, 'all'>;
  readonly country: Country;
}

/** Makes the commands. Their promises reject only for faults; what is expected is a reply. */
export function createDestinationCommands(rooms: DestinationCommandRooms) {
  const { destinations, signingKeys, lines, country } = rooms;

  function changed(result: DestinationResult): DestinationChanged {
    if (!result.ok) throw failure(result);
    const { destination, warnings } = result;
    return {
      destination: presentDestination(destination, signingKeys.ofLine(destination.line)),
      warnings: warnings.map(({ text }) => text),
    };
  }

  return {
    'destination.add': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      return changed(await destinations.add(number, settingsOf(args)));
    }),
    'destination.set': replying(async (args) =>
      changed(await destinations.set(placeOf(args, 'id'), settingsOf(args))),
    ),
    'destination.list': replying(async (args) => {
      const line = args['line'] === undefined ? undefined : numberOf(args, 'line', country);
      return (line === undefined ? destinations.all() : destinations.ofLine(line)).map((each) =>
        presentDestination(each, signingKeys.ofLine(each.line)),
      );
    }),
    'destination.remove': replying(async (args) => {
      const removed = await destinations.remove(placeOf(args, 'id'));
      if (!removed.ok) throw failure(removed);
      const { id, line } = removed.destination;
      return { id, line };
    }),
    'secret.rotate': replying(async (args) => {
      const line = numberOf(args, 'number', country);
      const place = placeOf(args, 'destination', NOTIFICATION_URL);
      const secret = textIn(args, 'secret');
      const rotated = await signingKeys.rotate(line, place, { secret });
      if (!rotated.ok) throw failure(rotated);
      return { key: { line, ...presentKey(rotated.info) }, secret: rotated.secret };
    }),
    'secret.list': replying(async (args) => {
      const line = args['line'] === undefined ? undefined : numberOf(args, 'line', country);
      const numbers = line === undefined ? lines.all().map(({ number }) => number) : [line];
      return numbers.flatMap((number) =>
        signingKeys.ofLine(number).map((info) => ({ line: number, ...presentKey(info) })),
      );
    }),
    'secret.remove': replying(async (args) => {
      const line = numberOf(args, 'number', country);
      const destination = placeOf(args, 'destination', NOTIFICATION_URL);
      const removed = await signingKeys.remove(line, destination);
      if (!removed.ok) throw failure(removed);
      return { line, destination };
    }),
    'secret.remove-unreadable': replying(async () => {
      const removed = await signingKeys.removeUnreadable();
      if (typeof removed !== 'number') throw failure(removed);
      return { removed };
    }),
  };
}

/** What lines and destinations as they are do not allow could not be done; the rest is written wrong. */
function failure({ error, code }: LineRefusal): UserError {
  return new UserError(error, isConflict(code) || isDestinationConflict(code) ? 1 : 2);
}

/** The settings as they came: the destinations room checks each by its name, its type and its form. */
function settingsOf(args: Arguments): DestinationChanges {
  const { settings = {} } = args;
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new UserError('settings must be an object');
  }
  return settings;
}
