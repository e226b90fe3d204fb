// The test call of one further destination: which of the three requests it is sent, which way the call goes,
// and what a person must be told besides the answers, since real calls go through the destination's switch
// and filters and a test that sent nothing would test nothing. Sends nothing: test-call.ts does.

import type { Line } from '../lines/line.ts';
import type { Message } from '../message.ts';
import type { Destination } from './destination.ts';
import { parseDestinationUrl } from './formats.ts';
import { EVENT_TYPES } from './preview.ts';
import { NOBODYS_NUMBER } from './test-call.ts';
import type { TestCall } from './test-call.ts';

/** The codes of the notes, for the pages' translations. */
export const TEST_NOTE_CODES = [
  'test-destination-off',
  'test-left-out', // types
  'test-outgoing',
  'test-numbers', // number, numbers
] as const;

type TestNote = Message & { readonly code: (typeof TEST_NOTE_CODES)[number] };

export type DestinationTest =
  | {
      readonly ok: true;
      readonly test: TestCall;
      /** What differs from a real call, and what was left out; mostly nothing. */
      readonly notes: readonly Message[];
    }
  /** The URL is not usable; only where somebody else wrote the row. */
  | { readonly ok: false; readonly error: Message };

/** Beginnings of numbers that a note names; a destination may have a hundred. */
const NAMED = 5;

/** The test call of a destination as it is set now. Off, or with a filter that it would not pass, it is tested. */
export function testOfDestination(
  destination: Destination,
  { number: account, title }: Pick<Line, 'number' | 'title'>,
): DestinationTest {
  const { id, format, url, types, direction } = destination;
  const parsed = parseDestinationUrl(format, url);
  if (!parsed.ok) return { ok: false, error: parsed.error };
  const test: TestCall = {
    account,
    template: parsed.template,
    place: id,
    format,
    lineTitle: title,
    types,
    direction: direction === 'outgoing' ? 'outgoing' : 'incoming',
  };
  return { ok: true, test, notes: notesOn(destination) };
}

function notesOn({ enabled, types, direction, numbers }: Destination): TestNote[] {
  const notes: TestNote[] = [];
  if (!enabled) {
    notes.push({
      code: 'test-destination-off',
      text: 'The destination is switched off: the test call is sent, real calls are not.',
    });
  }
  const leftOut = EVENT_TYPES.filter((type) => !types.includes(type)).join(', ');
  if (leftOut !== '') {
    notes.push({
      code: 'test-left-out',
      text: `Not sent, since the destination is not set to be told of it: ${leftOut}.`,
      values: { types: leftOut },
    });
  }
  if (direction === 'outgoing') {
    notes.push({
      code: 'test-outgoing',
      text: 'The test call is an outgoing one, since the destination is told of those only.',
    });
  }
  if (numbers.length > 0 && !numbers.some((prefix) => NOBODYS_NUMBER.startsWith(prefix))) {
    const named = numbers.slice(0, NAMED).join(', ') + (numbers.length > NAMED ? ', …' : '');
    notes.push({
      code: 'test-numbers',
      text: `The test call with ${NOBODYS_NUMBER} is sent all the same: real calls are told only where the other number begins with ${named}.`,
      values: { number: NOBODYS_NUMBER, numbers: named },
    });
  }
  return notes;
}
