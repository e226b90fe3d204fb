// The lines of the delivery bench and the calls on them: made by counting, always the same ones. What a
// line is and how a callref looks is the product's.

import type { CallIdentity } from '../../src/calls/call-event.ts';
import { emptyLine } from '../../src/lines/line-input.ts';
import type { Line } from '../../src/lines/line.ts';
import type { E164 } from '../../src/numbers/e164.ts';

export interface LinesWanted {
  readonly count: number;
  /** `http://HOST:PORT`; line n has the one at n modulo their number. */
  readonly origins: readonly string[];
}

const LINES_OF_A_CUSTOMER = 10;

/** The number of line n, from 0. */
export function lineNumber(n: number): E164 {
  return String(33_100_000_000 + n) as E164;
}

/** Ten lines share a customer and, where they share the origin, a URL. */
export function* sampleLines({ count, origins }: LinesWanted): Generator<Line> {
  for (let n = 0; n < count; n += 1) {
    const customer = `customer-${Math.floor(n / LINES_OF_A_CUSTOMER)}`;
    const number = lineNumber(n);
    const origin = origins[n % origins.length] ?? '';
    yield { ...emptyLine(number), customer, notificationUrl: template(origin, customer) };
  }
}

function template(origin: string, customer: string): string {
  return (
    `${origin}/${customer}/notification.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_` +
    '&callref=_CALLREF_&type=_N_TYPE_&version=_N_VERSION_&dref=_DREF_&tsms=_TSMS_'
  );
}

let callsSoFar = 0;

/** A new incoming call of line n. Its callref rises with time and ends at random, as the product's do. */
export function sampleCall(n: number): CallIdentity {
  callsSoFar += 1;
  const account = lineNumber(n);
  // Cheap and different for every call: who measures must not measure a generator of random numbers.
  const mixed = (Math.imul(callsSoFar, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  const own = mixed + callsSoFar.toString(16).padStart(8, '0');
  return {
    callref: Date.now().toString(36) + own,
    dref: own + own,
    drefReplace: '',
    sessionId: '',
    isAcd: false,
    redirectingNumber: '',
    account,
    caller: '33612345678',
    callee: account,
    sipCallId: `${own}@127.0.0.1`,
  };
}

/** What a session keeps for its end on the wire has about this length. */
export const SAMPLE_WIRE = 'w'.repeat(900);
