// What a request must hold to be understood at all (RFC 3261, 8.1.1 and 8.2): everything that can be
// said without knowing who sent it. Returns the answer that the RFC wants, or nothing.

import { cseqOf, HeaderError, nameAddr, tokens, topVia } from './message/headers.ts';
import type { SipRequest } from './message/message.ts';
import { parseUri } from './message/uri.ts';

export interface Fault {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/** The methods that this server serves, as Allow lists them. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REGISTER';

/** Methods that exist (RFC 3261 and its extensions) but are not served here: 405 rather than 501. */
const knownMethods = new Set(
  `${allowedMethods}, PRACK, REFER, SUBSCRIBE, NOTIFY, MESSAGE, PUBLISH`.split(', '),
);
const served = new Set(allowedMethods.split(', '));

const uriLimit = 2048;
/** Headers that may stand only once and without which no answer can be matched. */
const mandatory = [
  ['from', 'From'],
  ['to', 'To'],
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
] as const;

/** Headers that may be missing, but not stand twice. */
const single = [
  ['max-forwards', 'Max-Forwards'],
  ['content-length', 'Content-Length'],
  ['content-type', 'Content-Type'],
] as const;

/** What is wrong with a request, as a status and a phrase; undefined where nothing is. */
export function faultOf(request: SipRequest): Fault | undefined {
  const via = viaFault(request);
  if (via !== undefined) return { status: 400, reason: via };
  for (const [name, written] of mandatory) {
    const at = request.names.indexOf(name);
    if (at < 0) return { status: 400, reason: `Missing ${written} header` };
    if (request.names.indexOf(name, at + 1) >= 0) {
      return { status: 400, reason: `More than one ${written} header` };
    }
    const fault = headerFault(name, request.values[at]!, request.method);
    if (fault !== undefined) return { status: 400, reason: fault };
  }
  for (const [name, written] of single) {
    const at = request.names.indexOf(name);
    if (at >= 0 && request.names.indexOf(name, at + 1) >= 0) {
      return { status: 400, reason: `More than one ${written} header` };
    }
  }
  return uriFault(request) ?? methodFault(request) ?? hopsFault(request);
}

function viaFault(request: SipRequest): string | undefined {
  for (let i = 0; i < request.names.length; i++) {
    if (request.names[i] !== 'via') continue;
    try {
      // Below the topmost one only what an answer needs: that no value or parameter is empty.
      const value = request.values[i]!;
      topVia(value);
      if (/[;,]\s*(?:[;,]|$)/.test(value)) return 'Malformed Via header';
    } catch (error) {
      if (error instanceof HeaderError) return error.message;
      throw error;
    }
  }
  return request.has('via') ? undefined : 'Missing Via header';
}

function headerFault(name: string, value: string, method: string): string | undefined {
  try {
    if (name === 'cseq') {
      return cseqOf(value).method === method ? undefined : 'CSeq does not match the method';
    }
    if (name === 'call-id') {
      return value === '' || value.length > 256 || /\s/.test(value)
        ? 'Malformed Call-ID header'
        : undefined;
    }
    if (value.length > 4096) return `${name === 'from' ? 'From' : 'To'} header is too long`;
    nameAddr(value);
    return undefined;
  } catch (error) {
    if (error instanceof HeaderError) return `${error.message} (${name})`;
    throw error;
  }
}

function uriFault(request: SipRequest): Fault | undefined {
  if (request.uri.length > uriLimit) return { status: 414, reason: 'Request-URI Too Long' };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(request.uri)?.[1]?.toLowerCase();
  if (scheme !== undefined && !['sip', 'sips', 'tel'].includes(scheme)) {
    return { status: 416, reason: 'Unsupported URI Scheme' };
  }
  return parseUri(request.uri) ? undefined : { status: 400, reason: 'Malformed Request-URI' };
}

function methodFault(request: SipRequest): Fault | undefined {
  const { method } = request;
  if (!knownMethods.has(method)) {
    return { status: 501, reason: 'Not Implemented', headers: [['allow', allowedMethods]] };
  }
  if (!served.has(method)) {
    return { status: 405, reason: 'Method Not Allowed', headers: [['allow', allowedMethods]] };
  }
  // 8.2.2.3: extensions that the sender insists on; ACK and CANCEL carry none of their own.
  if (method !== 'ACK' && method !== 'CANCEL' && request.has('require')) {
    const wanted = tokens(request.all('require'));
    if (wanted.length > 0) {
      return {
        status: 420,
        reason: 'Bad Extension',
        headers: [['unsupported', wanted.join(', ')]],
      };
    }
  }
  return undefined;
}

function hopsFault(request: SipRequest): Fault | undefined {
  const text = request.get('max-forwards');
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 255) {
    return { status: 400, reason: 'Malformed Max-Forwards header' };
  }
  // A request at the end of its way may still be for us alone (16.3, 11.2).
  const endsHere = request.method !== 'INVITE';
  return Number(text) === 0 && !endsHere ? { status: 483, reason: 'Too Many Hops' } : undefined;
}
