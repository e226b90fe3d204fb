// A line as the commands and interfaces show it. Never its HA1: that is as good as the password.

import type { Line } from './line.ts';

/** A line as `carillon line list --json` prints it: all that can be set on it, but for the password. */
export interface PresentedLine {
  // These six are fixed for programs that read them; what came later stands behind.
  readonly number: string;
  readonly title: string;
  readonly short: string;
  readonly offer: string;
  /** User name and password in it replaced. */
  readonly notificationUrl: string;
  readonly sourceIp: string;
  readonly sourceIpMatch: 'whole' | 'search';
  /** Masked as the notification URL is. */
  readonly buzzeeUrl: string;
  readonly customer: string;
  readonly api: boolean;
  readonly autoAnswer: boolean;
  readonly origins: readonly string[];
  // How patiently notifications are delivered: 0 and empty where the server's settings say it.
  readonly deliveryTimeoutS: number;
  readonly deliveryWindowS: number;
  readonly deliveryRetryS: readonly number[];
  readonly deliveryMode: '' | 'at-least-once' | 'at-most-once';
}

/** The shown form of a line; `maskUserInfo` hides the user name and password of a URL. */
export function presentLine(line: Line, maskUserInfo: (url: string) => string): PresentedLine {
  return {
    number: line.number,
    title: line.title,
    short: line.short,
    offer: line.offer,
    notificationUrl: maskUserInfo(line.notificationUrl),
    sourceIp: line.sourceIp,
    sourceIpMatch: line.sourceIpMatch,
    buzzeeUrl: maskUserInfo(line.buzzeeUrl),
    customer: line.customer,
    api: line.api,
    autoAnswer: line.autoAnswer,
    origins: line.origins,
    deliveryTimeoutS: line.deliveryTimeoutS,
    deliveryWindowS: line.deliveryWindowS,
    deliveryRetryS: line.deliveryRetryS,
    deliveryMode: line.deliveryMode,
  };
}
