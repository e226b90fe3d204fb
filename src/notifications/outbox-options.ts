// What the outbox wants to be given, its limits, and what it says of itself. Types and numbers only; what is
// done with them is in outbox.ts.

import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Attempt, Notification, NotificationState, Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { Destination } from './destination.ts';
import type { EndpointsLimits } from './endpoints.ts';
import type { Log } from './log.ts';
import type { Sender, SendRequest } from './send.ts';

export type OutboxStore = Pick<
  Store,
  | 'lastNotificationSeq'
  | 'linesWithPending'
  | 'pendingNotifications'
  | 'parkedChains'
  | 'recordAttempt'
  | 'claimNotification'
  | 'parkBehind'
  | 'requeueNotifications'
  | 'parkedOfChain'
  | 'endedNotifications'
>;

export interface OutboxLimits extends EndpointsLimits {
  /** Notifications of one line held in memory; the rest waits on disk. */
  readonly windowOfLine: number;
  /** Of all lines together; beyond that each line has a few. */
  readonly window: number;
}

export const OUTBOX_LIMITS: OutboxLimits = {
  perEndpoint: 50,
  atFirst: 4,
  perLine: 20,
  total: 1024,
  unproven: 512,
  windowOfLine: 500,
  window: 50_000,
};

export interface OutboxOptions {
  readonly store: OutboxStore;
  /** The line as it is set now. */
  readonly lineOf: (account: E164) => Line | undefined;
  /** Further destinations of a line. */
  readonly destinationsOf?: (account: E164) => readonly Destination[];
  /** How the line's notifications are to be delivered; asked at each try. Must not throw, nor `signerOf`. */
  readonly policyOf?: (account: E164) => DeliveryPolicy;
  /** Makes the signatures of one place of a line; undefined where it has no key. */
  readonly signerOf?: (account: E164, destination: number) => SendRequest['sign'];
  readonly send: Sender['send'];
  readonly log: Log;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly limits?: Partial<OutboxLimits>;
  readonly buzzeePreset?: string;
  /**
   * Told of each try once it is on disk, with how many are kept since it was last sent again and the state
   * it led to. What it throws is logged, and changes nothing.
   */
  readonly onAttempt?: (
    notification: Notification,
    attempt: Attempt,
    attempts: number,
    state: NotificationState,
  ) => void;
  /** Told of each that parked behind an earlier one without a try, once that is on disk. As `onAttempt`. */
  readonly onParkedBehind?: (notification: Notification) => void;
}

/** What delivery is busy with, for metrics. */
export interface OutboxDepths {
  readonly inMemory: number;
  readonly inFlight: number;
  readonly waitingForRetry: number;
  readonly openCircuits: number;
  /** Lines of which something is in memory, or is being read. */
  readonly lines: number;
  /** Lines of which a part waits on disk only. */
  readonly linesOnDisk: number;
  /** Chains (a call at one destination) of which something waits in memory to be sent. */
  readonly chains: number;
  /** Chains in which an event was parked while its call goes on. */
  readonly parkedChains: number;
  /** Calls that may still have events. */
  readonly openCalls: number;
  /** When the oldest one in memory was made, milliseconds since 1970; undefined where none waits. */
  readonly oldest: number | undefined;
}
