// The one queue in which this room's changes wait (lines/turns.ts): customers, users, tokens and sessions are
// checked against each other.

import { Turns as TurnsOf } from '../lines/turns.ts';
import type { Refused } from './outcome.ts';

/** The refusal of a change for which there was no room. */
export type TooBusy = Refused & { readonly code: 'busy' };

export class Turns extends TurnsOf<TooBusy> {
  constructor() {
    super((limit) => ({
      ok: false,
      code: 'busy',
      error: `${limit} changes wait already: try again in a moment`,
    }));
  }
}
