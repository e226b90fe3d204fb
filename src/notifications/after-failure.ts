// What follows from a try that failed: another one later, or the notification is parked. Pure: the outbox
// carries it out, delivery-policy.ts says what the line's owner wants.

import { retryDelayMs } from './delivery-policy.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { SendResult } from './send.ts';

export type AfterFailure =
  | { readonly next: 'retry'; readonly delayMs: number }
  /** `because` completes "A notification is parked, …" in the log. */
  | { readonly next: 'park'; readonly because: string };

/** Tries closer together than this at the window's end are one. */
const LAST_TRY_MS = 500;

/**
 * @param tries how many there were, this one included
 * @param waitedMs how long the notification has been waiting
 * @param random from 0 to below 1, for the jitter
 */
export function afterFailure(
  policy: DeliveryPolicy,
  result: Pick<SendResult, 'sent' | 'retryAfterMs'>,
  tries: number,
  waitedMs: number,
  random: () => number,
): AfterFailure {
  if (policy.atMostOnce && result.sent) {
    return { next: 'park', because: 'since it may have arrived and is to be sent at most once' };
  }
  const leftMs = policy.windowMs - waitedMs;
  if (leftMs < LAST_TRY_MS) {
    return { next: 'park', because: `since its ${policy.windowMs / 1000} s are over` };
  }
  const { retryAfterMs = 0 } = result;
  if (retryAfterMs > leftMs) {
    const seconds = Math.round(retryAfterMs / 1000);
    return { next: 'park', because: `since the receiver wants to be left alone for ${seconds} s` };
  }
  // The last try is made when the window ends, not before: that is the longest chance it can have.
  const delayMs = Math.max(retryAfterMs, retryDelayMs(policy, tries, random));
  return { next: 'retry', delayMs: Math.min(delayMs, leftMs) };
}
