// Which headers go from one side of a call to the other. Everything else (routes, contacts, identities,
// capabilities of extensions that we do not carry) ends at this server.

import type { HeaderLines } from '../sip/dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../sip/message/message.ts';

const carried = new Set([
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'mime-version',
  'accept',
  'accept-language',
  'subject',
  'priority',
  'info-package',
  'recv-info',
  'retry-after',
  'warning',
]);

/** The header lines of a message that the other side of the call gets too. */
export function carriedLines(message: SipRequest | SipResponse): [string, string][] {
  const lines: [string, string][] = [];
  for (let i = 0; i < message.names.length; i++) {
    if (carried.has(message.names[i]!)) lines.push([message.names[i]!, message.values[i]!]);
  }
  return lines;
}

/** The methods that work within a call through this server. */
export const allowLine: HeaderLines[number] = [
  'allow',
  'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO',
];
