// Who calls whom, as the telephones see it: the caller from what an INVITE claims, and the From and To
// that we write. A hidden caller leaves no trace in what goes on (docs/telephones.md).

import type { Line } from '../lines/line.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { presentCaller } from '../numbers/sip-user.ts';
import { quoteDisplay, tokens } from '../sip/message/headers.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseUri } from '../sip/message/uri.ts';

/** The calling party. */
export interface Caller {
  /** What notifications say: a number, `anonymous`, or the user part. Unicode. */
  readonly presented: string;
  /** The user part for From, as it goes on the wire. */
  readonly user: string;
  /** The display name, Latin-1 as on the wire; empty where there is none. */
  readonly display: string;
  readonly hidden: boolean;
}

const nobody: Caller = { presented: 'anonymous', user: 'anonymous', display: '', hidden: true };

/** True where the caller asks not to be shown (RFC 3323, 4.2; RFC 3325, 9.3; RFC 3261, 8.1.1.3). */
export function asksToHide(request: SipRequest): boolean {
  const privacy = request.all('privacy');
  if (privacy.length > 0) {
    const wanted = tokens(privacy.map((each) => each.replaceAll(';', ',').toLowerCase()));
    if (wanted.some((each) => each === 'id' || each === 'user' || each === 'header')) return true;
  }
  const uri = parseUri(request.from.uri);
  if (uri === undefined) return false;
  return uri.user.toLowerCase() === 'anonymous' || uri.host === 'anonymous.invalid';
}

/** A line of ours that calls: its number and title, whatever its terminal wrote. */
export function callerOfLine(line: Line, hidden: boolean): Caller {
  if (hidden) return nobody;
  return { presented: line.number, user: line.number, display: latin1(line.title), hidden: false };
}

/** A caller from the outside. */
export function callerFromOutside(request: SipRequest, country: Country): Caller {
  if (asksToHide(request)) return nobody;
  const { display, uri } = request.from;
  const user = parseUri(uri)?.user ?? '';
  const presented = presentCaller(unicode(user), country, false);
  if (presented === 'anonymous') return nobody;
  const isNumber = /^[0-9]+$/.test(presented);
  return { presented, user: isNumber ? presented : escapeUser(user), display, hidden: false };
}

/** The From value (no tag) towards a peer that sees us at `host`. */
export function fromValue(caller: Caller, host: string): string {
  if (caller.hidden) return '"Anonymous" <sip:anonymous@anonymous.invalid>';
  const uri = `<sip:${caller.user}@${host}>`;
  return caller.display === '' ? uri : `${quoteDisplay(caller.display)} ${uri}`;
}

/** Text of ours as the bytes of UTF-8, one character a byte (message.ts). */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function unicode(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** A user part as a URI may hold it (RFC 3261, 25.1: unreserved and user-unreserved). */
function escapeUser(user: string): string {
  return user.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (c) => {
    return `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
