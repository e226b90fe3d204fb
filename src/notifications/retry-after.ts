// `Retry-After` of an answer: how long the receiver asks us to wait (RFC 9110, 10.2.3). The header is from
// outside, so anything may be in it.

/** Longer is as good as for ever: a notification is not kept waiting for so long. */
const LONGEST_MS = 1_000_000_000_000;

/**
 * Milliseconds to wait, 0 to 10^12; undefined where the header is absent or says nothing. A date is meant
 * by the receiver's own clock, which the answer's `Date` shows; without one, `now` has to do.
 */
export function retryAfterMs(
  header: string | undefined,
  date: string | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(LONGEST_MS, Number(text) * 1000);
  const at = httpDate(text);
  if (at === undefined) return undefined;
  const ms = at - (httpDate(date?.trim() ?? '') ?? now);
  return Math.min(LONGEST_MS, Math.max(0, ms));
}

/** Of the three forms of an HTTP date (RFC 9110, 5.6.7) the first is to be sent; all are read. */
function httpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  // The oldest form, asctime's, has no zone; all are in UTC.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}
