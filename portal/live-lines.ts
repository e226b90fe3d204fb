// What a live event changes about a line that is shown: its calls, its telephones, its last notification.
// Pure; the pages read a line again where an event cannot tell everything.

import type { CallView, LineItem, LineView, NotificationView } from '../src/web/api/schemas.ts';
import type { LiveEvent } from './live-connection.ts';

type Shown = Pick<LineView | LineItem, 'number' | 'calls' | 'terminals' | 'lastNotification'>;

/** The line as it is after the event; the same object where the event does not concern it. */
export function lineAfter<Line extends Shown>(line: Line, event: LiveEvent): Line {
  switch (event.type) {
    case 'call':
      if (event.data.account !== line.number) return line;
      return { ...line, calls: callsAfter(line.calls, event.data) };
    case 'terminals':
      if (event.data.line !== line.number) return line;
      return { ...line, terminals: event.data.terminals };
    case 'notification':
      if (event.data.account !== line.number) return line;
      return isOlder(event.data, line.lastNotification)
        ? line
        : { ...line, lastNotification: event.data };
    default:
      return line;
  }
}

/** Open calls, oldest first; one that is over is gone. */
function callsAfter(calls: readonly CallView[], call: CallView): CallView[] {
  const others = calls.filter(({ callref }) => callref !== call.callref);
  if (call.state === 'RELEASE') return others;
  const known = calls.find(({ callref }) => callref === call.callref);
  // A list that was read meanwhile may know more than an event that waited.
  if (known?.state === 'CONNECT' && call.state === 'SETUP') return [...calls];
  return [...others, call].sort((a, b) => (a.setupAt < b.setupAt ? -1 : 1));
}

function isOlder(heard: NotificationView, known: NotificationView | null): boolean {
  return known !== null && known.id !== heard.id && heard.createdAt < known.createdAt;
}

/** The other party of a line's call, and whether the line was called. */
export function otherParty({ account, caller, callee }: CallView): {
  readonly incoming: boolean;
  readonly number: string;
} {
  const incoming = caller !== account;
  return { incoming, number: incoming ? caller : callee };
}
