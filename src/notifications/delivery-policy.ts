// How patiently a line's notifications are delivered: what the line says, and what the server says where
// the line is silent. Plain numbers: it sends nothing, sets no timer and knows no clock. Who tries and
// parks is outbox.ts; the forms of the settings are in lines/delivery-forms.ts and config.ts.

import type { Line } from '../lines/line.ts';

export interface DeliveryPolicy {
  /** How long one try may take: connecting, headers and body together. */
  readonly timeoutMs: number;
  /** How long after the event it is tried again; then it is parked. */
  readonly windowMs: number;
  /** How long to wait after each failed try, the last one repeated; at least one. */
  readonly retryMs: readonly number[];
  /** True: what was perhaps sent is not sent again. */
  readonly atMostOnce: boolean;
}

/** The same in the terms of the settings, as the API shows it. */
export interface PresentedDelivery {
  timeoutS: number;
  windowS: number;
  retryS: number[];
  mode: 'at-least-once' | 'at-most-once';
}

/** A real receiver refuses events that are older than 10 minutes. */
export const DEFAULT_DELIVERY: DeliveryPolicy = {
  timeoutMs: 5000,
  windowMs: 600_000,
  retryMs: [1000, 3000, 10_000, 30_000, 60_000, 120_000],
  atMostOnce: false,
};

/** The policies of lines that set something, and the defaults that they were made with. */
const known = new WeakMap<Line, { defaults: DeliveryPolicy; policy: DeliveryPolicy }>();

/** What holds for a line as it is set now; `defaults` for a line that is no more. Asked at every try. */
export function deliveryPolicyOf(line: Line | undefined, defaults: DeliveryPolicy): DeliveryPolicy {
  if (line === undefined || setsNothing(line)) return defaults;
  const kept = known.get(line);
  if (kept?.defaults === defaults) return kept.policy;
  const policy = policyOf(line, defaults);
  known.set(line, { defaults, policy });
  return policy;
}

/** As most lines. They are many, and asked for often. */
function setsNothing({
  deliveryTimeoutS,
  deliveryWindowS,
  deliveryRetryS,
  deliveryMode,
}: Line): boolean {
  const seconds = deliveryTimeoutS + deliveryWindowS;
  return seconds === 0 && deliveryRetryS.length === 0 && deliveryMode === '';
}

function policyOf(line: Line, defaults: DeliveryPolicy): DeliveryPolicy {
  const { deliveryTimeoutS, deliveryWindowS, deliveryRetryS, deliveryMode } = line;
  return {
    timeoutMs: deliveryTimeoutS === 0 ? defaults.timeoutMs : milliseconds(deliveryTimeoutS),
    windowMs: deliveryWindowS === 0 ? defaults.windowMs : milliseconds(deliveryWindowS),
    retryMs: deliveryRetryS.length === 0 ? defaults.retryMs : deliveryRetryS.map(milliseconds),
    atMostOnce: deliveryMode === '' ? defaults.atMostOnce : deliveryMode === 'at-most-once',
  };
}

/** How far a delay is moved either way: calls that failed together do not come again together. */
const JITTER = 0.25;

/**
 * How long to wait after `tries` failed tries (1: after the first), milliseconds, ±25 %. `random` gives
 * 0 up to but not including 1, as Math.random does.
 */
export function retryDelayMs(policy: DeliveryPolicy, tries: number, random: () => number): number {
  const { retryMs } = policy;
  const delay = retryMs[Math.min(tries, retryMs.length) - 1]!;
  return Math.round(delay * (1 - JITTER + 2 * JITTER * random()));
}

/** The policy as the API and the pages show it. */
export function presentDelivery(policy: DeliveryPolicy): PresentedDelivery {
  return {
    timeoutS: policy.timeoutMs / 1000,
    windowS: policy.windowMs / 1000,
    retryS: policy.retryMs.map((ms) => ms / 1000),
    mode: policy.atMostOnce ? 'at-most-once' : 'at-least-once',
  };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
