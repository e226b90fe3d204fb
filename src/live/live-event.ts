// What happens now, as it is told to browsers and programs: plain data, numbered by stream.ts, sent by
// the web room. Shapes of calls and notifications are those of the lists (history/), so that a page
// handles one kind of row.

import type { E164 } from '../numbers/e164.ts';
import type { PresentedCall, PresentedNotification } from '../history/history.ts';
import type { PresentedTerminal } from './terminals.ts';

export type LiveEvent = {
  /** The line that it is about, and its customer now: who may read the line is told. */
  readonly line: E164;
  readonly customer: string;
} & (
  | { readonly type: 'call'; readonly data: PresentedCall }
  | { readonly type: 'notification'; readonly data: PresentedNotification }
  | {
      readonly type: 'terminals';
      readonly data: { readonly line: string; readonly terminals: readonly PresentedTerminal[] };
    }
  | {
      readonly type: 'line';
      readonly data: { readonly line: string; readonly change: 'added' | 'changed' | 'removed' };
    }
);
