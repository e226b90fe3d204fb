// The first hinge of the house: what a call tells the world. Plain data; no SIP, no HTTP.
// One session on the wire (one caller's INVITE and what it reaches) is one call for each line it
// touches: a call between two of our lines gives two calls that share a dref (docs/notifications.md).

import type { E164 } from '../numbers/e164.ts';

/** The three states a line's call goes through, as the protocol spells them. */
export type CallEventType = 'SETUP' | 'CONNECT' | 'RELEASE';

/** Why a call ended. Stable codes: they are stored and shown. */
export type ReleaseCause =
  | 'normal' // answered, then one side hung up
  | 'busy'
  | 'refused'
  | 'no-answer'
  | 'cancelled' // the caller gave up before an answer
  | 'no-terminal' // no telephone is registered on the called line
  | 'not-found' // the outside says that the number does not exist
  | 'unreachable' // nobody answered on the wire, or the outside is not configured
  | 'failed' // any other failure answer
  | 'server-stopped' // the server shut down or restarted during the call
  | 'too-long'; // the longest allowed duration was reached

/** One line's call. Everything but the times is fixed at SETUP. */
export interface CallIdentity {
  /** Id of this line's call, the same in all its events; `[A-Za-z0-9_-]{8,40}`. */
  readonly callref: string;
  /** Id of the dialogue: 32 lower-case hex digits; shared by both calls of a line-to-line call. */
  readonly dref: string;
  /** The dref that this call replaces (interception, attended transfer), else empty. */
  readonly drefReplace: string;
  /** Common to all calls caused by one call to a welcome number, else empty. */
  readonly sessionId: string;
  readonly isAcd: boolean;
  /** On a forwarded call, the line that forwards; else empty. */
  readonly redirectingNumber: string;
  /** The line whose call this is. */
  readonly account: E164;
  /** The caller: equal to `account` on an outgoing call; `anonymous` when hidden; else a number or,
   * for a caller without one, its SIP user part as it came. */
  readonly caller: string;
  /** The called party: equal to `account` on an incoming call. */
  readonly callee: string;
  /** The Call-ID of the caller's SIP dialogue, for finding the call in a trace; empty for a call that
   * software placed, which has no calling dialogue. */
  readonly sipCallId: string;
}

/** One event of one line's call. `at` is milliseconds since 1970. */
export interface CallEvent {
  readonly type: CallEventType;
  readonly at: number;
  readonly call: CallIdentity;
  /** Only on RELEASE. */
  readonly cause?: ReleaseCause;
}

/** The same event of several calls at one moment; `cause` with RELEASE only. */
export function eventsOf(
  calls: readonly CallIdentity[],
  type: CallEventType,
  at: number,
  cause?: ReleaseCause,
): CallEvent[] {
  return calls.map((call) => (cause ? { type, at, call, cause } : { type, at, call }));
}

/**
 * Where calls commit what happened. The promise resolves when it is on disk, and only then may the
 * SIP message that makes it true leave (docs/rules.md, 1). Rejects when it could not be kept.
 */
export interface CallJournal {
  /**
   * Keeps the events and, under their session's dref, what is needed to end it on the wire after a
   * crash. `wire` is an opaque text; `undefined` forgets it (nothing is left on the wire).
   */
  record(events: readonly CallEvent[], dref: string, wire: string | undefined): Promise<void>;
  /** Forgets what is kept of a session whose end is done on the wire. Not urgent. */
  forgetSession(dref: string): Promise<void>;
}

/**
 * A session that was open when the server died: its calls without a RELEASE (none where only its end on the
 * wire was not done), and how to end it.
 */
export interface OpenSession {
  readonly dref: string;
  readonly calls: readonly CallIdentity[];
  readonly wire: string;
}
