// Which notifications are looked for: what of it the API is asked, and what is chosen here from those that
// were read, since the API knows no destinations in its filter. Pure; notifications.tsx draws it.

import type { NotificationView } from '../../src/web/api/schemas.ts';
import { BUZZEE } from '../destination-names.ts';
import { sameNumber } from './call-words.ts';

export const STATES = ['pending', 'delivered', 'parked'] as const;

/** A hidden, unused choice is the empty text, as in the address. */
export interface NotificationFilter {
  readonly line: string;
  readonly callref: string;
  readonly state: '' | NotificationView['state'];
  /** The number of a destination, or `further` for all but those of the line's own settings. */
  readonly destination: string;
}

export const NO_FILTER: NotificationFilter = { line: '', callref: '', state: '', destination: '' };

/** What the API is asked. */
export function queryOf({ line, callref, state }: NotificationFilter): Record<string, string> {
  return { line, callref: callref.trim(), state };
}

/** A filter as the address of the page has it. */
export function filterIn(query: URLSearchParams): NotificationFilter {
  const destination = query.get('destination') ?? '';
  return {
    line: query.get('line') ?? '',
    callref: query.get('callref') ?? '',
    state: STATES.find((state) => state === query.get('state')) ?? '',
    destination: /^(?:further|\d{1,15})$/.test(destination) ? destination : '',
  };
}

/** Whether a notification that is told live belongs into what was asked. */
export function fits(notification: NotificationView, filter: NotificationFilter): boolean {
  const { line, callref, state } = filter;
  return (
    (state === '' || state === notification.state) &&
    (line === '' || sameNumber(line, notification.account)) &&
    (callref.trim() === '' || callref.trim() === notification.callref)
  );
}

/** Whether it is one of the destination that was chosen. */
export function isOfDestination(
  { destination }: Pick<NotificationView, 'destination'>,
  chosen: string,
): boolean {
  if (chosen === '') return true;
  return chosen === 'further' ? destination > BUZZEE : String(destination) === chosen;
}
