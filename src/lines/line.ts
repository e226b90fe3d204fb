// A line: one telephone number with its credentials and what its customer set.

import type { E164 } from '../numbers/e164.ts';

/** What the customer and the operator can see and set. An empty text means "not set". */
export interface LineSettings {
  readonly title: string;
  /** Short number, 2 to 6 digits, unique among the customer's lines. */
  readonly short: string;
  readonly offer: string;
  /** Template of the notification URL, with the protocol's keywords in it. */
  readonly notificationUrl: string;
  /** Regular expression on a client's address; kept even when it is invalid (then Digest applies). */
  readonly sourceIp: string;
  readonly sourceIpMatch: 'whole' | 'search';
  /** URL of a Delos Buzzee server. */
  readonly buzzeeUrl: string;
  readonly customer: string;
  /** Off: no notification at the notification URL, and makecall answers 403. Buzzee goes on. */
  readonly api: boolean;
  /** Its terminals pick up by themselves where software places a call for the line. */
  readonly autoAnswer: boolean;
  /** Web origins whose pages may use makecall across sites, as a browser writes them: `https://host:8443`. */
  readonly origins: readonly string[];
  /** Seconds that a receiver of notifications has to answer; 0: as the server's setting says. */
  readonly deliveryTimeoutS: number;
  /** Seconds within which an undelivered notification is tried again; 0: as the server's setting says. */
  readonly deliveryWindowS: number;
  /** Seconds between the tries, the last repeated; empty: as the server's setting says. */
  readonly deliveryRetryS: readonly number[];
  /** `at-most-once`: what may have arrived is not sent again. Empty: as the server's setting says. */
  readonly deliveryMode: '' | 'at-least-once' | 'at-most-once';
}

/** A line as it is kept. The password itself is not: only HA1 for each algorithm (docs/rules.md, 5). */
export interface Line extends LineSettings {
  readonly number: E164;
  /** MD5(number:realm:password), 32 lower-case hex digits (RFC 7616, 3.4.2). */
  readonly ha1Md5: string;
  /** SHA-256(number:realm:password), 64 lower-case hex digits. */
  readonly ha1Sha256: string;
}
