// Where a message goes next or came from: plain data, so that it can be kept on disk with a dialogue.

import { isIPv6 } from 'node:net';

export type TransportName = 'udp' | 'tcp';

/** A transport, an address (no brackets) or host name, and a port. */
export interface Hop {
  readonly transport: TransportName;
  readonly host: string;
  readonly port: number;
}

export function sameHop(a: Hop, b: Hop): boolean {
  return a.port === b.port && a.host === b.host && a.transport === b.transport;
}

/** `127.0.0.1:5060`, `[::1]:5060`. */
export function hostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
