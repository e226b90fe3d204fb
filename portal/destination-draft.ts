// What is typed about a further destination before it is saved: taken from one, turned into what the API
// takes, and compared with it. Pure; the server checks it all, and the dialog is pages/destination-dialog.tsx.

import type { DestinationView } from '../src/web/api/destination-schemas.ts';

export type DestinationSettings = Pick<
  DestinationView,
  'title' | 'url' | 'format' | 'enabled' | 'direction' | 'types' | 'numbers'
>;

export type EventType = DestinationSettings['types'][number];

export interface DestinationDraft extends Omit<DestinationSettings, 'numbers'> {
  /** One beginning of a number a row. */
  readonly numbers: string;
}

export const EVENT_TYPES: readonly EventType[] = ['SETUP', 'CONNECT', 'RELEASE'];
export const FORMATS = ['get', 'standard-webhooks', 'zammad'] as const;
export const DIRECTIONS = ['any', 'incoming', 'outgoing'] as const;

/** What a new destination begins with, as on the server: everything is told, by GET. */
export const EMPTY_DRAFT: DestinationDraft = {
  title: '',
  url: '',
  format: 'get',
  enabled: true,
  direction: 'any',
  types: [...EVENT_TYPES],
  numbers: '',
};

export function draftOfDestination(destination: DestinationSettings): DestinationDraft {
  const { title, url, format, enabled, direction, types, numbers } = destination;
  return {
    title,
    url,
    format,
    enabled,
    direction,
    types: EVENT_TYPES.filter((type) => types.includes(type)),
    numbers: numbers.join('\n'),
  };
}

export function settingsOfDraft(draft: DestinationDraft): DestinationSettings {
  return {
    ...draft,
    title: draft.title.trim(),
    url: draft.url.trim(),
    numbers: numbersIn(draft.numbers),
  };
}

/** Only what differs from the destination; empty where nothing does. */
export function destinationChanges(
  draft: DestinationDraft,
  destination: DestinationSettings,
): Partial<DestinationSettings> {
  const changed = Object.entries(settingsOfDraft(draft)).filter(
    ([name, value]) => String(value) !== String(destination[name as keyof DestinationSettings]),
  );
  return Object.fromEntries(changed);
}

/**
 * The beginnings of numbers in a text, each once. Rows, commas and semicolons separate them; spaces do too
 * (`336 337`), but for what begins with a plus, which is one number as people write it (`+33 6`).
 */
export function numbersIn(text: string): string[] {
  const written = text
    .split(/[\n,;]+/)
    .map((row) => row.trim())
    .flatMap((row) => (row.startsWith('+') ? [row.replace(/\s+/g, '')] : row.split(/\s+/)))
    .filter((number) => number !== '');
  return [...new Set(written)];
}

/** The types with one of them put in or taken out, in their order. */
export function withType(types: readonly EventType[], type: EventType, on: boolean): EventType[] {
  return EVENT_TYPES.filter((each) => (each === type ? on : types.includes(each)));
}

/** JSON laid out for reading; any other text as it is. */
export function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
