// Where a call goes, from what was dialled: a line of ours, the outside, or nobody and why. Pure: it
// looks numbers up in the directory it is given, and touches neither SIP nor the store. Whether a
// call may be made (limits, allowed destinations) is the guard's; which trunk carries it, the trunks'.

import type { Line } from '../lines/line.ts';
import { type Dialled, classifyDialled } from '../numbers/dialled.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { withoutParameters } from '../numbers/sip-user.ts';

// What routing answers and asks for

/** A call to a line of ours. `callee` is its number, whatever form or short number was dialled. */
export interface ToLine {
  readonly to: 'line';
  readonly line: Line;
  readonly callee: E164;
}

/** A call to the outside. */
export interface ToOutside {
  readonly to: 'outside';
  /** What the trunk and the notifications get: an E164, or the bare digits of an emergency or
   * service number, which mean something only in the form they were dialled in. */
  readonly callee: string;
  /** The text as it was dialled, for the log. */
  readonly dialled: string;
  /** True for an emergency number, which no limit and no ban may stop. */
  readonly emergency: boolean;
}

/** Stable codes: callers choose their SIP or HTTP answer by them. */
export type NobodyReason =
  | 'invalid' // no number in any form
  | 'unknown-short' // no line of the customer has this short number
  | 'self' // the line dialled itself
  | 'not-ours'; // from the outside, something that is no line of ours

export interface ToNobody {
  readonly to: 'nobody';
  readonly reason: NobodyReason;
  /** A sentence that says what is wrong and what to dial instead. */
  readonly error: string;
}

/** How routing finds lines. Both look-ups are at once: this is asked for every call. */
export interface Directory {
  byNumber(number: E164): Line | undefined;
  /** A short number is unique among the lines of one customer, and unknown to the others. */
  byShort(customer: string, short: string): Line | undefined;
}

export interface RoutingOptions {
  /** The server's country: it decides what a national number is. */
  readonly country: Country;
  /** The operator's service numbers, `x` for one digit; those of the country by default. */
  readonly services?: readonly string[];
}

// The two ways in

/**
 * Routes what a line dialled, by telephone or by program. `dialled` is the user part of the
 * Request-URI or the program's CALLEE; `caller` is the authenticated line, never what a From claims.
 */
export function routeFromLine(
  dialled: string,
  caller: Line,
  directory: Directory,
  options: RoutingOptions,
): ToLine | ToOutside | ToNobody {
  const meant = classify(dialled, options);
  if (meant.kind === 'invalid') return nobody('invalid', meant.error);
  if (meant.kind === 'emergency' || meant.kind === 'service') {
    const emergency = meant.kind === 'emergency';
    return { to: 'outside', callee: meant.digits, dialled, emergency };
  }
  if (meant.kind === 'short') {
    const line = directory.byShort(caller.customer, meant.digits);
    return line === undefined ? unknownShort(meant.digits) : toLine(line, caller);
  }
  const line = directory.byNumber(meant.number);
  if (line !== undefined) return toLine(line, caller);
  return { to: 'outside', callee: meant.number, dialled, emergency: false };
}

/**
 * Routes what the outside asks for, by the user part of its Request-URI. It reaches lines only, by
 * their full number: whatever else went on to a trunk would make this server an open relay.
 */
export function routeFromOutside(
  requestUser: string,
  directory: Pick<Directory, 'byNumber'>,
  options: RoutingOptions,
): ToLine | ToNobody {
  const meant = classify(requestUser, options);
  if (meant.kind === 'invalid') return nobody('invalid', meant.error);
  const number = meant.kind === 'number' ? meant.number : undefined;
  const line = number === undefined ? undefined : directory.byNumber(number);
  if (line !== undefined) return { to: 'line', line, callee: line.number };
  const asked = meant.kind === 'number' ? meant.number : meant.digits;
  return nobody(
    'not-ours',
    `${asked} is no line of this server: from the outside, call one of its lines by its full number.`,
  );
}

function classify(user: string, { country, services }: RoutingOptions): Dialled {
  return classifyDialled(withoutParameters(user), country, services);
}

function toLine(line: Line, caller: Line): ToLine | ToNobody {
  if (line.number !== caller.number) return { to: 'line', line, callee: line.number };
  return nobody('self', `${line.number} is the line that calls: dial another number.`);
}

function unknownShort(short: string): ToNobody {
  return nobody(
    'unknown-short',
    `no line of this customer has the short number ${short}: dial the full number.`,
  );
}

function nobody(reason: NobodyReason, error: string): ToNobody {
  return { to: 'nobody', reason, error };
}
