// What the calls of a new session are called: fixed at SETUP, before anything is sent or kept. Where the
// session goes is decided by then (routing/).

import type { Line } from '../lines/line.ts';
import type { ToLine, ToOutside } from '../routing/route.ts';
import { randomHex } from '../sip/tokens.ts';
import type { CallIdentity } from './call-event.ts';
import type { Caller } from './parties.ts';

/** One call for each line that the session touches, both with the same dref (docs/notifications.md). */
export function identitiesOf(
  sipCallId: string,
  caller: Caller,
  from: Line | undefined,
  route: ToLine | ToOutside,
  at: number,
): CallIdentity[] {
  const common = {
    dref: randomHex(16),
    drefReplace: '',
    sessionId: '',
    isAcd: false,
    redirectingNumber: '',
    callee: route.callee,
    sipCallId: Buffer.from(sipCallId, 'latin1').toString('utf8'),
  };
  const calls: CallIdentity[] = [];
  // The calling line's own software knows who calls, hidden or not.
  if (from) {
    const callref = newCallref(at);
    calls.push({ ...common, callref, account: from.number, caller: from.number });
  }
  if (route.to === 'line') {
    const callref = newCallref(at);
    calls.push({ ...common, callref, account: route.callee, caller: caller.presented });
  }
  return calls;
}

/** Time first, so that the store's indexes grow at their end; then chance, so that none is guessed. */
function newCallref(at: number): string {
  return at.toString(36) + randomHex(8);
}
