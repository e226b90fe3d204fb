// The calls that ring or talk now, by line, for lists of lines and for live events. Follows the same
// events that are committed and reads no store: it begins empty at each start, as do the calls.

import type { CallEvent } from '../calls/call-event.ts';
import { isoTime, presentCall } from '../history/history.ts';
import type { PresentedCall } from '../history/history.ts';
import type { E164 } from '../numbers/e164.ts';
import type { CallRow } from '../store/store.ts';

/** When a call began and was answered, milliseconds since 1970. */
export type CallTimes = Pick<CallRow, 'setupAt' | 'connectAt'>;

export interface OpenCallsOptions {
  /**
   * The times of a call whose SETUP was before this server's start; undefined where they are not known.
   * Asked only for the calls that recovery ends.
   */
  readonly earlier?: (callref: string) => CallTimes | undefined;
  /** Whose line it is now; asked at SETUP, since a call stays its customer's whatever becomes of the line. */
  readonly customerOf?: (line: E164) => string;
}

/** Calls that are over and whose customer is still known here, for what is told about them afterwards. */
const ENDED_KNOWN = 1000;

/** One entry for each call that is open, and so no more than calls/ lets be open. */
export class OpenCalls {
  readonly #earlier: (callref: string) => CallTimes | undefined;
  /** Line -> callref -> the call as it stands. A line without calls has no entry. */
  readonly #lines = new Map<E164, Map<string, PresentedCall>>();
  readonly #customerOf: (line: E164) => string;
  /** Callref -> whose call it is, of those that are open and of the last that were. */
  readonly #customers = new Map<string, string>();
  readonly #ended: string[] = [];
  #size = 0;

  constructor({ earlier = () => undefined, customerOf = () => '' }: OpenCallsOptions = {}) {
    this.#earlier = earlier;
    this.#customerOf = customerOf;
  }

  /** How many calls are open; one between two lines of ours counts for each. */
  get size(): number {
    return this.#size;
  }

  /** The line's open calls, the oldest first; of one customer only where `customer` is given. */
  ofLine(line: E164, customer?: string): readonly PresentedCall[] {
    const calls = [...(this.#lines.get(line)?.values() ?? [])];
    if (customer === undefined) return calls;
    return calls.filter(({ callref }) => this.#customers.get(callref) === customer);
  }

  /** Whose call it is: whose line it was at SETUP. Undefined where that is not known here any more. */
  customerOf(callref: string): string | undefined {
    return this.#customers.get(callref);
  }

  /**
   * Follows events that are committed and returns, for each, its call as it stands after it; after a
   * RELEASE it is open no longer.
   *
   * A CONNECT or RELEASE of a call that is not open here is of one that was before this server's start
   * (recovery ends those). It is presented, with the times that `earlier` knows or else with the event's
   * own as the SETUP's, and not kept: nothing would be sure to take it away again.
   */
  record(events: readonly CallEvent[]): PresentedCall[] {
    return events.map((event) => {
      const { account, callref } = event.call;
      const known = this.#lines.get(account)?.get(callref);
      const now = known ? step(known, event) : this.#first(event);
      if (event.type === 'RELEASE') this.#remove(account, callref);
      else if (known || event.type === 'SETUP') this.#keep(account, now);
      return now;
    });
  }

  /** The call after an event before which nothing of it was seen here. */
  #first({ type, at, call, cause }: CallEvent): PresentedCall {
    const earlier = type === 'SETUP' ? undefined : this.#earlier(call.callref);
    const connectAt = type === 'CONNECT' ? at : (earlier?.connectAt ?? null);
    return presentCall({
      ...call,
      state: type,
      setupAt: earlier?.setupAt ?? at,
      connectAt,
      releaseAt: type === 'RELEASE' ? at : null,
      cause: cause ?? null,
    });
  }

  #keep(account: E164, call: PresentedCall): void {
    let calls = this.#lines.get(account);
    if (!calls) {
      calls = new Map();
      this.#lines.set(account, calls);
    }
    if (!calls.has(call.callref)) {
      this.#size++;
      this.#customers.set(call.callref, this.#customerOf(account));
    }
    calls.set(call.callref, call);
  }

  #remove(account: E164, callref: string): void {
    const calls = this.#lines.get(account);
    if (!calls?.delete(callref)) return;
    this.#size--;
    this.#ended.push(callref);
    if (this.#ended.length > ENDED_KNOWN) this.#customers.delete(this.#ended.shift()!);
    if (calls.size === 0) this.#lines.delete(account);
  }
}

/** The next state of a call that is open. A second SETUP, which the store refuses, changes nothing. */
function step(known: PresentedCall, { type, at, cause }: CallEvent): PresentedCall {
  if (type === 'SETUP') return known;
  if (type === 'CONNECT') return { ...known, state: type, connectAt: isoTime(at) };
  return { ...known, state: type, releaseAt: isoTime(at), cause: cause ?? null };
}
