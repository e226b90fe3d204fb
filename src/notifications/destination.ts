// A destination: one more place that is told of a line's calls, besides the notification URL and the
// Buzzee server of the line's own settings. Types only: destinations.ts keeps them, prepare.ts makes their
// requests, signing.ts signs them.

import type { CallEvent } from '../calls/call-event.ts';
import type { E164 } from '../numbers/e164.ts';

/** The places that every line has in its settings; those of destinations begin behind them. */
export const NOTIFICATION_URL = 0;
export const BUZZEE_URL = 1;
export const FIRST_DESTINATION = 2;

/**
 * `get`: the provider's GET, the URL is a template. `standard-webhooks`: JSON by POST
 * (https://www.standardwebhooks.com). `zammad`: the generic CTI form of Zammad, by POST.
 */
export const FORMATS = ['get', 'standard-webhooks', 'zammad'] as const;
export type DestinationFormat = (typeof FORMATS)[number];

export interface Destination {
  /** FIRST_DESTINATION or higher, never given twice. */
  readonly id: number;
  readonly line: E164;
  /** For people; may be empty. */
  readonly title: string;
  /** With the protocol's keywords in it; they are filled in in every format. */
  readonly url: string;
  readonly format: DestinationFormat;
  readonly enabled: boolean;
  readonly direction: 'any' | 'incoming' | 'outgoing';
  /** The events that are told, in order; never empty. */
  readonly types: readonly CallEvent['type'][];
  /** Digits that the other party's number begins with, one of them; empty: any number, also a hidden one. */
  readonly numbers: readonly string[];
  readonly createdAt: number;
}

/** The key that one place of a line signs with. Both texts are encrypted with the data directory's key file. */
export interface SigningSecret {
  readonly line: E164;
  /** NOTIFICATION_URL, BUZZEE_URL, or a destination's id. */
  readonly destination: number;
  readonly current: string;
  /** The one before, with which requests are signed too until `previousUntil`; empty where there is none. */
  readonly previous: string;
  readonly previousUntil: number;
  readonly createdAt: number;
}
