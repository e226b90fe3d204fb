// What somebody writes about a destination, checked and turned into a Destination. Pure: it sees one at a
// time; how many a line may have is in destinations.ts. Values come over a socket: a type is a promise, not a
// fact.

import type { CallEvent } from '../calls/call-event.ts';
import { refuseBy } from '../lines/line-result.ts';
import type { LineRefusal } from '../lines/line-result.ts';
import { unmask } from '../lines/masked-url.ts';
import { atMost, plainText, Refusal } from '../lines/setting-forms.ts';
import type { Message } from '../message.ts';
import { FORMATS } from '../notifications/destination.ts';
import type { Destination, DestinationFormat } from '../notifications/destination.ts';
import { parseDestinationUrl } from '../notifications/formats.ts';
import type { E164 } from '../numbers/e164.ts';
import { say } from './message-codes.ts';
import type { DestinationMessageCode } from './message-codes.ts';

/** What can be set on a destination. */
export interface DestinationChanges {
  readonly title?: string | undefined;
  /** A masked user name and password (`***`) stay as they are. */
  readonly url?: string | undefined;
  readonly format?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly direction?: string | undefined;
  readonly types?: readonly string[] | undefined;
  /** First digits of numbers, in the international form with or without plus; none: every number. */
  readonly numbers?: readonly string[] | undefined;
}

/** The outcome of a change. */
export type DestinationResult =
  | {
      readonly ok: true;
      readonly destination: Destination;
      readonly warnings: readonly Message[];
    }
  | LineRefusal;

export const LONGEST_TITLE = 64;
export const MOST_NUMBERS = 100;
const DIRECTIONS = ['any', 'incoming', 'outgoing'] as const;
const TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;

/** Nothing set but what a new destination begins with: everything is told, by GET. */
export function emptyDestination(line: E164, id: number, createdAt: number): Destination {
  return {
    id,
    line,
    title: '',
    url: '',
    format: 'get',
    enabled: true,
    direction: 'any',
    types: TYPES,
    numbers: [],
    createdAt,
  };
}

/** The destination with the changes in it, or the first thing that is wrong with them. Changes nothing. */
export function changeDestination(
  before: Destination,
  changes: DestinationChanges,
): DestinationResult {
  try {
    const checked = Object.entries(changes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => checkSetting(before, name, value));
    const destination = Object.assign({ ...before }, ...checked) as Destination;
    return { ok: true, destination, warnings: checkWhole(destination) };
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function checkSetting(before: Destination, name: string, value: unknown): Partial<Destination> {
  switch (name) {
    case 'title':
      return { title: atMost(LONGEST_TITLE, 'title', plainText(name, value)) };
    case 'url':
      return { url: unmasked(plainText(name, value).trim(), before.url) };
    case 'format':
      return { format: formatOf(plainText(name, value)) };
    case 'enabled':
      return { enabled: onOrOff(value) };
    case 'direction':
      return { direction: directionOf(plainText(name, value)) };
    case 'types':
      return { types: typesOf(value) };
    case 'numbers':
      return { numbers: numbersOf(value) };
    default:
      throw refused(
        name,
        'destination-unknown-setting',
        `a destination has no setting named ${JSON.stringify(name.slice(0, 40))}`,
        { setting: name.slice(0, 40) },
      );
  }
}

/** What depends on several settings; the URL too, since each format reads it its own way. */
function checkWhole({ format, url, types }: Destination): Message[] {
  const parsed = parseDestinationUrl(format, url);
  if (!parsed.ok) throw new Refusal(refuseBy('url', parsed.error));
  const warnings: Message[] = [...parsed.warnings];
  if (format === 'zammad' && !types.includes('SETUP')) {
    warnings.push(
      say(
        'destination-zammad-without-setup',
        'Zammad knows a call by its newCall only and refuses the rest of a call that it does not know: ' +
          'let SETUP be told as well.',
      ),
    );
  }
  return warnings;
}

function unmasked(url: string, kept: string): string {
  const result = unmask(url, kept, 'url');
  if (!result.ok) throw new Refusal(result);
  return result.url;
}

function formatOf(text: string): DestinationFormat {
  const format = FORMATS.find((each) => each === text);
  if (format !== undefined) return format;
  const formats = FORMATS.join(', ');
  throw refused(
    'format',
    'destination-format-unknown',
    `there is no such format: write one of ${formats}`,
    { formats },
  );
}

function onOrOff(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw refused(
    'enabled',
    'destination-not-a-switch',
    'a destination is either enabled or not: write true or false',
  );
}

function directionOf(text: string): Destination['direction'] {
  const direction = DIRECTIONS.find((each) => each === text);
  if (direction !== undefined) return direction;
  throw refused(
    'direction',
    'destination-direction-unknown',
    'calls go in one of two directions: write incoming, outgoing, or any for both',
  );
}

function typesOf(value: unknown): CallEvent['type'][] {
  if (!isList(value)) {
    throw refused(
      'types',
      'destination-types-not-a-list',
      'types must be a list of SETUP, CONNECT and RELEASE',
    );
  }
  const written = value.map((each) => plainText('types', each));
  const unknown = written.find((each) => !TYPES.some((type) => type === each));
  if (unknown !== undefined) {
    throw refused(
      'types',
      'destination-type-unknown',
      `there is no event ${JSON.stringify(unknown.slice(0, 40))}: write some of SETUP, CONNECT and RELEASE`,
      { written: unknown.slice(0, 40) },
    );
  }
  if (written.length === 0) {
    throw refused(
      'types',
      'destination-types-empty',
      'no event would be told: write at least one of SETUP, CONNECT and RELEASE, or disable the destination',
    );
  }
  return TYPES.filter((type) => written.includes(type));
}

/** The first digits of numbers, sorted, each once. */
function numbersOf(value: unknown): string[] {
  if (!isList(value)) {
    throw refused(
      'numbers',
      'destination-numbers-not-a-list',
      'numbers must be a list of first digits, such as 336 and 337',
    );
  }
  if (value.length > MOST_NUMBERS) {
    throw refused(
      'numbers',
      'destination-too-many-numbers',
      `${value.length} numbers are too many: write at most ${MOST_NUMBERS}`,
      { numbers: value.length, limit: MOST_NUMBERS },
    );
  }
  return [...new Set(value.map((each) => prefixOf(plainText('numbers', each))))].sort();
}

/** Digits of an international number's beginning (E.164: 15 at most, none begins with 0). */
function prefixOf(written: string): string {
  const digits = written.replaceAll(/[\s.-]/g, '').replace(/^\+/, '');
  if (/^[1-9]\d{0,14}$/.test(digits)) return digits;
  const shown = written.slice(0, 40);
  throw refused(
    'numbers',
    'destination-number-invalid',
    `${JSON.stringify(shown)} is no beginning of a number: write the first digits in the international ` +
      'form, such as 336 for French mobiles',
    { written: shown },
  );
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function refused(
  field: string,
  code: DestinationMessageCode,
  text: string,
  values?: Message['values'],
): Refusal {
  return new Refusal(refuseBy(field, say(code, text, values)));
}
