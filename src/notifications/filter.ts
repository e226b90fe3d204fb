// Which events a destination wants to be told: pure, asked for each event. How they are told is formats.ts's
// matter, what may be set is src/destinations.

import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { Destination } from './destination.ts';

export type Direction = 'incoming' | 'outgoing';

/** Which way a call went, seen from its line: incoming where the line is the called party. */
export function directionOf({ account, callee }: CallIdentity): Direction {
  return callee === account ? 'incoming' : 'outgoing';
}

/** Whether the destination is on, and asks for this event. */
export function wantsEvent(destination: Destination, { type, call }: CallEvent): boolean {
  const { enabled, direction, types, numbers } = destination;
  if (!enabled || !types.includes(type)) return false;
  if (direction === 'any' && numbers.length === 0) return true;
  const went = directionOf(call);
  if (direction !== 'any' && direction !== went) return false;
  if (numbers.length === 0) return true;
  const other = went === 'incoming' ? call.caller : call.callee;
  return numbers.some((prefix) => other.startsWith(prefix));
}
