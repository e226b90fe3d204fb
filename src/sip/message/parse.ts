// From bytes to a message, in one pass that copies nothing but the slices it keeps: headers are split
// from their values here and understood only when somebody asks (headers.ts). What a request must hold
// to be answered at all is checked in validate.ts.

import { canonicalName } from './header-names.ts';
import { SipRequest, SipResponse } from './message.ts';
import type { SipMessage } from './message.ts';

/** Most headers of one message; real ones have some twenty. */
const headerLimit = 200;

/**
 * What the bytes were. `invalid` holds the request as far as it could be read, where it could, so that
 * it can be answered with 400 and the reason.
 */
export type Parsed =
  | { readonly kind: 'message'; readonly message: SipMessage }
  | {
      readonly kind: 'invalid';
      readonly reason: string;
      readonly status: number;
      readonly request?: SipRequest;
    }
  | { readonly kind: 'nothing' };

/** The URI may be anything here, so that a malformed one is answered rather than dropped. */
const startOfRequest = /^([A-Za-z0-9.!%*_+`'~-]{1,128}) (.+) SIP\/(\d+\.\d+)$/i;

/**
 * Parses one whole message as it came in a datagram, or as framing.ts cut it from a stream. The text is
 * Latin-1. Never throws.
 */
export function parseMessage(text: string): Parsed {
  // Empty lines ahead of the start line are let through (RFC 3261, 7.5); alone they are a keep-alive.
  let start = 0;
  while (text.charCodeAt(start) === 13 && text.charCodeAt(start + 1) === 10) start += 2;
  if (start >= text.length) return { kind: 'nothing' };
  const endOfStart = text.indexOf('\r\n', start);
  if (endOfStart < 0) return invalid('No end of the start line');
  const startLine = text.slice(start, endOfStart);
  if (/[\r\n]/.test(startLine)) return invalid('Malformed start line');
  const names: string[] = [];
  const values: string[] = [];
  const bodyAt = parseHeaders(text, endOfStart + 2, names, values);
  const fault = typeof bodyAt === 'string' ? bodyAt : undefined;
  if (/^SIP\/2\.0 /i.test(startLine)) {
    if (fault !== undefined) return invalid(fault);
    return finish(text, bodyAt as number, parseStatusLine(startLine, names, values));
  }
  const match = startOfRequest.exec(startLine);
  if (!match) return invalid('Malformed start line');
  const request = new SipRequest(match[1]!, match[2]!, names, values);
  if (match[3] !== '2.0') {
    return { kind: 'invalid', status: 505, reason: 'Version Not Supported', request };
  }
  const refusal = fault ?? (/\s/.test(request.uri) ? 'Malformed Request-URI' : undefined);
  if (refusal !== undefined) return { kind: 'invalid', status: 400, reason: refusal, request };
  return finish(text, bodyAt as number, request);
}

function invalid(reason: string): Parsed {
  return { kind: 'invalid', status: 400, reason };
}

function parseStatusLine(line: string, names: string[], values: string[]): SipResponse | undefined {
  const digits = line.slice(8, 11);
  const status = /^\d{3}$/.test(digits) ? Number(digits) : 0;
  const separated = line.length === 11 || line[11] === ' ';
  if (!(status >= 100 && status < 700) || !separated) return undefined;
  return new SipResponse(status, line.slice(12), names, values);
}

/** Fills names and values; returns where the body begins, or what is wrong. */
function parseHeaders(
  text: string,
  from: number,
  names: string[],
  values: string[],
): number | string {
  let at = from;
  for (;;) {
    const end = endOfLine(text, at);
    if (end < 0) return noEnd;
    if (end === at) return at + 2;
    let lineEnd = end;
    let folded = false;
    // A line that begins with white space goes on with the one before (RFC 3261, 7.3.1).
    for (
      let c = text.charCodeAt(lineEnd + 2);
      c === 32 || c === 9;
      c = text.charCodeAt(lineEnd + 2)
    ) {
      folded = true;
      lineEnd = endOfLine(text, lineEnd + 2);
      if (lineEnd < 0) return noEnd;
    }
    const colon = text.indexOf(':', at);
    if (colon <= at || colon > end) return 'Malformed header line';
    if (names.length >= headerLimit) return 'Too many headers';
    const name = canonicalName(text.slice(at, trimEnd(text, at, colon)));
    if (name === undefined) return 'Malformed header name';
    const valueAt = trimStart(text, colon + 1, lineEnd);
    let value = text.slice(valueAt, trimEnd(text, valueAt, lineEnd));
    if (folded) value = value.replace(/\r\n[ \t]+/g, ' ');
    names.push(name);
    values.push(value);
    at = lineEnd + 2;
  }
}

const noEnd = 'Header line that does not end as it should';

/**
 * Where the CR LF is that ends a line. -1 where there is none, and where a CR or LF stands alone in the
 * line: a telephone that takes it for a line end would read headers that we never saw.
 */
function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r', from);
  return end >= 0 && text.indexOf('\n', from) === end + 1 ? end : -1;
}

function trimStart(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimEnd(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Space, tab, and the line breaks of a folded line. */
function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 13 || c === 10;
}

/** Takes the body by Content-Length; without one it is the rest of the datagram (RFC 3261, 18.3). */
function finish(text: string, bodyAt: number, message: SipMessage | undefined): Parsed {
  if (!message) return invalid('Malformed status line');
  const declared = message.get('content-length');
  let end = text.length;
  if (declared !== undefined) {
    const length = /^\d{1,9}$/.test(declared) ? Number(declared) : -1;
    const fault =
      length < 0
        ? 'Malformed Content-Length header'
        : bodyAt + length > text.length
          ? 'Content-Length is larger than the body'
          : undefined;
    if (fault !== undefined) {
      return message.kind === 'request'
        ? { kind: 'invalid', status: 400, reason: fault, request: message }
        : invalid(fault);
    }
    end = bodyAt + length;
  }
  message.body = text.slice(bodyAt, end);
  return { kind: 'message', message };
}
