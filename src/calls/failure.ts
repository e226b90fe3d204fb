// Why a call did not come about: one table from what the far side answered to the cause that is kept
// and the status that the caller sees. Classified here, once (docs/rules.md, 7).

import type { SipResponse } from '../sip/message/message.ts';
import type { ClientFailure } from '../sip/transaction/client.ts';
import type { ReleaseCause } from './call-event.ts';

export interface CallFailure {
  readonly cause: ReleaseCause;
  /** What the caller's INVITE is answered with. */
  readonly status: number;
  /** Lower is chosen before higher where several terminals failed in different ways. */
  readonly rank: number;
}

const table: Record<number, CallFailure> = {
  600: { cause: 'busy', status: 600, rank: 0 },
  603: { cause: 'refused', status: 603, rank: 0 },
  604: { cause: 'not-found', status: 604, rank: 0 },
  606: { cause: 'failed', status: 606, rank: 0 },
  486: { cause: 'busy', status: 486, rank: 1 },
  403: { cause: 'refused', status: 403, rank: 2 },
  404: { cause: 'not-found', status: 404, rank: 2 },
  410: { cause: 'not-found', status: 410, rank: 2 },
  484: { cause: 'not-found', status: 484, rank: 2 },
  480: { cause: 'no-answer', status: 480, rank: 3 },
  408: { cause: 'no-answer', status: 480, rank: 3 },
  // A challenge is for us, never for the caller: his password is not the trunk's.
  401: { cause: 'failed', status: 500, rank: 5 },
  407: { cause: 'failed', status: 500, rank: 5 },
};

const unreachable: CallFailure = { cause: 'unreachable', status: 480, rank: 6 };

/** What a final failure, or the lack of any answer, means for the call. */
export function failureOf(failure: SipResponse | ClientFailure): CallFailure {
  if (typeof failure === 'string') return unreachable;
  const { status } = failure;
  const known = table[status];
  if (known) return known;
  if (status < 400) return { cause: 'refused', status: 480, rank: 4 };
  if (status < 500) return { cause: 'failed', status, rank: 4 };
  // 16.7: a 503 of one server beyond us would make the caller avoid us as a whole.
  if (status < 600) return { cause: 'failed', status: status === 503 ? 500 : status, rank: 5 };
  return { cause: 'refused', status: 603, rank: 0 };
}

/** A failure that ends the ringing of all other terminals too (RFC 3261, 16.7, step 5). */
export function isGlobal(failure: CallFailure): boolean {
  return failure.rank === 0;
}
