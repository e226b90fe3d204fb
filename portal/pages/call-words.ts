// What a call is, in the words and order of the lists: its direction, its other side, whether it was
// missed, and how long it lasted. It draws nothing; calls.tsx and call.tsx do.

import type { CallView } from '../../src/web/api/schemas.ts';
import { clockText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';

/** A hidden, unused choice is the empty text, as in the address. */
export interface CallFilter {
  readonly line: string;
  readonly party: string;
  readonly direction: string;
  readonly missed: string;
  /** The first and the last day, as a date field has them: `2026-05-31`, in the reader's time. */
  readonly from: string;
  readonly to: string;
}

/** What the API is asked for: days are moments there, the last one without its end. */
export function queryOf({ from, to, ...others }: CallFilter): Record<string, string> {
  return { ...others, from: isoOf(startOfDay(from)), to: isoOf(startOfDay(to, 1)) };
}

/** Whether a text is a day, or none is asked for. */
export function isDay(text: string): boolean {
  return text === '' || !Number.isNaN(startOfDay(text));
}

export function isInOrder({ from, to }: Pick<CallFilter, 'from' | 'to'>): boolean {
  return from === '' || to === '' || from <= to;
}

/** Midnight at the beginning of a day, `later` days on, in milliseconds; NaN where it is no day. */
function startOfDay(text: string, later = 0): number {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return NaN;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  if (date.getMonth() !== Number(month) - 1) return NaN;
  // By the calendar: a day of the change to summer time has 23 hours.
  date.setDate(date.getDate() + later);
  return date.getTime();
}

function isoOf(time: number): string {
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

export function isOutgoing(call: CallView): boolean {
  return call.caller === call.account;
}

/** The number at the other end. */
export function otherSide(call: CallView): string {
  return isOutgoing(call) ? call.callee : call.caller;
}

/** Incoming, over, never answered. */
export function isMissed(call: CallView): boolean {
  return !isOutgoing(call) && call.state === 'RELEASE' && call.connectAt === null;
}

/** How it ended, in words; a cause that is not known here is shown as it is. */
export function causeText(cause: string): string {
  return Object.hasOwn(t.calls.causes, cause) ? t.calls.causes[cause]! : cause;
}

/** Talking time `1:02`, or empty where nobody talked or the call goes on. */
export function talkText(call: CallView): string {
  if (call.connectAt === null || call.releaseAt === null) return '';
  return clockText(Date.parse(call.releaseAt) - Date.parse(call.connectAt));
}

/** Whether a call that is told live belongs into the list. */
export function fits(call: CallView, filter: CallFilter): boolean {
  const { line, party, direction, missed, from, to } = filter;
  const at = Date.parse(call.setupAt);
  if (at < startOfDay(from) || at >= startOfDay(to, 1)) return false;
  if (line !== '' && !sameNumber(line, call.account)) return false;
  if (party !== '' && !sameNumber(party, call.caller) && !sameNumber(party, call.callee)) {
    return false;
  }
  if (direction !== '' && (direction === 'outgoing') !== isOutgoing(call)) return false;
  return missed === '' || isMissed(call);
}

/** Whether what somebody typed, `01 23 45 67 89`, is this number of the server, `33123456789`. */
export function sameNumber(typed: string, number: string): boolean {
  if (typed === number) return true;
  const digits = typed.replace(/\D/g, '').replace(/^0+/, '');
  return digits.length > 2 && number.endsWith(digits);
}

interface Dated {
  readonly at: string;
  readonly id: string;
}

/**
 * The list with one row put in: in the place of its older state, or where its time belongs. `hasAll`
 * says that the list has its end; otherwise a row older than all is left for a later page.
 */
export function putIn<T>(
  rows: readonly T[],
  row: T,
  of: (row: T) => Dated,
  { hasAll }: { readonly hasAll: boolean },
): readonly T[] {
  const { id, at } = of(row);
  const place = rows.findIndex((each) => of(each).id === id);
  if (place >= 0) return rows.with(place, row);
  const older = rows.findIndex((each) => of(each).at <= at);
  if (older >= 0) return rows.toSpliced(older, 0, row);
  return hasAll ? [...rows, row] : rows;
}
