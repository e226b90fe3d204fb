// What the commands on destinations and signing keys share: the options of a destination, their reading into
// what the destinations room takes, and the forms of ids.

import { UserError } from '../config.ts';
import type { DestinationChanged } from '../control/destination-commands.ts';
import { BUZZEE_URL, FIRST_DESTINATION, NOTIFICATION_URL } from '../notifications/destination.ts';
import { type Given, type Io, type Option, valueOf } from './arguments.ts';
import { oneLine } from './table.ts';

export const DESTINATION_OPTIONS: Readonly<Record<string, Option>> = {
  title: { value: 'T', help: 'what the destination is called' },
  format: {
    value: 'F',
    help: 'get (the URL carries everything; default), standard-webhooks or zammad (JSON by POST)',
  },
  direction: {
    value: 'incoming|outgoing|any',
    help: 'which calls are told (default any)',
  },
  types: {
    value: "'T T'",
    help: 'which events are told, of SETUP, CONNECT and RELEASE (default all three)',
  },
  numbers: {
    value: "'N N'",
    help: "only calls with numbers that begin so, such as '336 337'; empty: with any (default)",
  },
  disabled: { help: 'nothing is told to it' },
};

export const PLACE_OPTION: Readonly<Record<string, Option>> = {
  destination: {
    value: 'ID|buzzee',
    help: 'a further destination, or the Buzzee server (default: the notification URL)',
  },
};

/** The settings that were written, by their names in the destinations room. */
export function destinationSettings(given: Given): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const name of ['url', 'title', 'format', 'direction']) {
    const value = valueOf(given, name);
    if (value !== undefined) settings[name] = value;
  }
  const types = wordsOf(given, 'types');
  const numbers = wordsOf(given, 'numbers');
  if (types !== undefined) settings['types'] = types.map((type) => type.toUpperCase());
  if (numbers !== undefined) settings['numbers'] = numbers;
  const { options } = given;
  if (options.has('enabled') && options.has('disabled')) {
    throw new UserError('--enabled and --disabled exclude each other; write one of them');
  }
  if (options.has('enabled')) settings['enabled'] = true;
  if (options.has('disabled')) settings['enabled'] = false;
  return settings;
}

/** The id of a destination, as an operand. */
export function destinationId({ operands }: Given): number {
  const [text = ''] = operands;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UserError(
    `ID: "${text}" is no id of a destination; carillon destination list shows them`,
  );
}

/** The place that `--destination` means. */
export function placeOf(given: Given): number {
  const text = valueOf(given, 'destination');
  if (text === undefined) return NOTIFICATION_URL;
  if (text === 'buzzee') return BUZZEE_URL;
  // 0 and 1 are the line's own places inside; who writes them means the first of his destinations.
  if (/^\d{1,15}$/.test(text) && Number(text) >= FIRST_DESTINATION) return Number(text);
  throw new UserError(
    `--destination: "${text}" is no destination; write an id of carillon destination list, or buzzee`,
  );
}

/** What a place is called in tables and sentences. */
export function placeName(place: number): string {
  if (place >= FIRST_DESTINATION) return `destination ${place}`;
  return place === BUZZEE_URL ? 'buzzee' : 'notification URL';
}

/** Prints what `destination add` and `destination set` answered: a line, and a warning each. */
export function printDestination(
  { destination, warnings }: DestinationChanged,
  done: string,
  io: Io,
): void {
  io.print(`destination ${destination.id} of line ${destination.line} ${done}`);
  for (const warning of warnings) io.warn(`warning: ${oneLine(warning)}`);
}

function wordsOf(given: Given, name: string): string[] | undefined {
  return valueOf(given, name)
    ?.split(/[\s,]+/)
    .filter((word) => word !== '');
}
