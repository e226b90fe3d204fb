// The second hinge of the house: what software asks of calls. Plain data; no SIP, no HTTP.

import type { E164 } from '../numbers/e164.ts';

/** Place a call for a line: its terminals ring first, then the callee is called (docs/makecall.md). */
export interface PlaceCall {
  readonly line: E164;
  /** As the program wrote it: any form, or a short number. */
  readonly callee: string;
  /** Shown to the line's terminals while they ring; may be empty. */
  readonly calleeName: string;
}

/** Expected outcomes; stable codes. */
export type PlaceCallResult = { readonly ok: true; readonly callref: string } | PlaceCallFailure;

export interface PlaceCallFailure {
  readonly ok: false;
  readonly reason: 'bad-callee' | 'no-terminal' | 'no-way-out' | 'stopping' | 'not-kept';
  /** A plain sentence for the programmer. */
  readonly error: string;
}
