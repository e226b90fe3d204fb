// A line as the commands and interfaces show it. Never its HA1: that is as good as the password.

import type { Line } from './line.ts';

/** A line as `carillon line list --json` prints it. */
export interface PresentedLine {
  readonly number: string;
  readonly title: string;
  readonly short: string;
  readonly offer: string;
  /** User name and password in it replaced. */
  readonly notificationUrl: string;
  readonly sourceIp: string;
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
  };
}
