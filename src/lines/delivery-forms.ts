// The forms of the settings that say how patiently a line's notifications are delivered: seconds, a list of
// seconds, one of two words. What they lead to is notifications/delivery-policy.ts; the server's defaults
// have the same limits (config.ts).

import type { LineSettings } from './line.ts';
import { refused } from './setting-forms.ts';

/** Seconds; and how many waits a schedule may have. */
export const DELIVERY_LIMITS = {
  timeoutS: { least: 0.5, most: 30 },
  windowS: { least: 1, most: 86_400 },
  retryS: { least: 0.5, most: 3600 },
  retries: 20,
} as const;

export const DELIVERY_MODES = ['at-least-once', 'at-most-once'] as const;

/** Seconds that a receiver has to answer; 0 (the server's) for an empty text. */
export function deliveryTimeout(text: string): number {
  if (text === '') return 0;
  const limits = DELIVERY_LIMITS.timeoutS;
  const seconds = secondsOf(text, limits);
  if (seconds !== undefined) return seconds;
  const { least, most } = limits;
  throw refused(
    'deliveryTimeoutS',
    'delivery-timeout-invalid',
    `the time to answer a notification is ${least} to ${most} seconds: write it such as 5 or 2.5, or ` +
      "leave it empty for the server's own",
    limits,
  );
}

/** Seconds of trying again; 0 (the server's) for an empty text, but not for `0`: that would mean none. */
export function deliveryWindow(text: string): number {
  if (text === '') return 0;
  const limits = DELIVERY_LIMITS.windowS;
  const seconds = secondsOf(text, limits);
  if (seconds !== undefined) return seconds;
  const { least, most } = limits;
  throw refused(
    'deliveryWindowS',
    'delivery-window-invalid',
    `a notification is tried again for ${least} to ${most} seconds: write it such as 600, or leave it ` +
      "empty for the server's own",
    limits,
  );
}

/** Seconds between the tries, separated by spaces; none (the server's) for an empty text. */
export function deliveryRetry(text: string): number[] {
  const words = text.split(' ').filter((word) => word !== '');
  const limit = DELIVERY_LIMITS.retries;
  if (words.length > limit) {
    throw refused(
      'deliveryRetryS',
      'delivery-retry-too-many',
      `there are ${words.length} waits between the tries: write at most ${limit}, the last is repeated`,
      { delays: words.length, limit },
    );
  }
  return words.map((word) => {
    const limits = DELIVERY_LIMITS.retryS;
    const seconds = secondsOf(word, limits);
    if (seconds !== undefined) return seconds;
    const { least, most } = limits;
    const written = word.length > 40 ? `${word.slice(0, 40)}…` : word;
    throw refused(
      'deliveryRetryS',
      'delivery-retry-invalid',
      `${JSON.stringify(written)} is no wait between two tries: write seconds from ${least} to ${most}, ` +
        'separated by spaces, such as 1 3 10 30',
      { written, least, most },
    );
  });
}

/** One of the two modes, or empty (the server's). */
export function deliveryMode(text: string): LineSettings['deliveryMode'] {
  const mode = DELIVERY_MODES.find((each) => each === text);
  if (mode !== undefined) return mode;
  if (text === '') return '';
  throw refused(
    'deliveryMode',
    'delivery-mode-unknown',
    'a notification is delivered in one of two ways: write at-least-once (it may come twice) or ' +
      'at-most-once (it may be lost)',
  );
}

/** Seconds in the range, written plainly, such as `2` or `0.5`; undefined for anything else. */
function secondsOf(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return seconds >= least && seconds <= most ? seconds : undefined;
}
