// One HTTP request's head as text: its line with the target encoded, and how long its body is. It refuses
// every head that two readers could understand differently (RFC 9112, 11.2), so that the parser behind
// the front sees the same requests as the front does. Neighbour: front.ts, which has the connection.

/** Longest request line, and longest whole head, in bytes as they come. */
const requestLineLimit = 8192;
const headLimit = 32_768;

/** What `maxHeaderSize` of the parser behind must be: encoding makes of one byte up to three. */
export const longestEncodedHead = 65_536;

/** How the bytes behind a head are to be passed on. */
export type Body = { readonly kind: 'length'; left: number } | { readonly kind: 'until close' };

/** A status line without its version, and one plain line for the programmer. */
export interface HeadRefusal {
  readonly kind: 'refused';
  readonly status: string;
  readonly text: string;
}

export interface Head {
  readonly kind: 'head';
  /** Bytes that the head took of those given. */
  readonly size: number;
  /** The head for the parser behind. */
  readonly bytes: Buffer;
  /** The target as it came, Latin-1, and as the parser behind will report it. */
  readonly rawTarget: string;
  readonly url: string;
  readonly body: Body;
}

/** Reads the head at the start of `held`: whole, not yet whole, or one that is not accepted. */
export function readHead(held: Buffer): Head | HeadRefusal | { readonly kind: 'incomplete' } {
  const first = held[0]!;
  if (first === 0x16) return refused('400 Bad Request', 'This port speaks HTTP, not HTTPS');
  if (first < 0x41 || first > 0x5a) return badLine;
  const lineEnd = held.indexOf(0x0a);
  if ((lineEnd < 0 ? held.length : lineEnd - 1) > requestLineLimit) {
    const text = `The request line is longer than ${requestLineLimit} bytes`;
    return refused('414 URI Too Long', text);
  }
  if (lineEnd < 0) return { kind: 'incomplete' };
  // Some readers end a line at a bare LF and some do not: that is how requests are smuggled.
  if (held[lineEnd - 1] !== 0x0d) return bareLineEnd;
  const end = held.indexOf('\r\n\r\n');
  if ((end < 0 ? held.length : end) > headLimit) {
    const text = `The head is longer than ${headLimit} bytes`;
    return refused('431 Request Header Fields Too Large', text);
  }
  if (end < 0) return held.includes('\n\n') ? bareLineEnd : { kind: 'incomplete' };
  const line = encodeRequestLine(held.toString('latin1', 0, lineEnd - 1));
  if (line === undefined) return badLine;
  const headers = held.toString('latin1', lineEnd - 1, end);
  const body = bodyOf(headers, line.version);
  if (body.kind === 'refused') return body;
  // A body whose end is not known in advance is the connection's last.
  const close = body.kind === 'until close' ? '\r\nConnection: close' : '';
  return {
    kind: 'head',
    size: end + 4,
    bytes: Buffer.from(`${line.line}${headers}${close}\r\n\r\n`, 'latin1'),
    rawTarget: line.rawTarget,
    url: line.url,
    body,
  };
}

function refused(status: string, text: string): HeadRefusal {
  return { kind: 'refused', status, text };
}

const badLine = refused('400 Bad Request', 'The request line must read: METHOD /target HTTP/1.1');
const bareLineEnd = refused('400 Bad Request', 'Lines must end with CR LF');

interface RequestLine {
  readonly line: string;
  readonly rawTarget: string;
  readonly url: string;
  readonly version: string;
}

/**
 * The request line as HTTP wants it: the target is everything between the method and the version, its
 * spaces and other bytes that HTTP forbids percent-encoded, an absolute one (RFC 9112, 3.2.2) without
 * scheme and host. Undefined where it is no request line.
 */
export function encodeRequestLine(text: string): RequestLine | undefined {
  const match = /^([A-Z]{1,20}) (.+) (HTTP\/1\.[01])$/.exec(text);
  if (!match) return undefined;
  const [, method = '', rawTarget = '', version = ''] = match;
  const origin = rawTarget.replace(/^https?:\/\/[^/?#]*\/?/i, '/');
  if (!origin.startsWith('/') && origin !== '*') return undefined;
  // oxlint-disable-next-line no-control-regex -- these are the bytes that HTTP forbids in a target
  const url = origin.replace(/[\u0000-\u0020\u007f-\u00ff"<>\\^`{|}]/g, (c) => {
    return `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return { line: `${method} ${url} ${version}`, rawTarget, url, version };
}

/** Reads what the headers (each behind its CR LF) say about the body. */
function bodyOf(headers: string, version: string): Body | HeadRefusal {
  const said = new Map<string, string>();
  for (const header of headers.split('\r\n').slice(1)) {
    // No space ahead of the colon, no continued lines, no control characters (RFC 9112, 5).
    // oxlint-disable-next-line no-control-regex -- what must not stand in a header
    const match = /^([\w!#$%&'*+.^`|~-]+):([^\u0000\r\n]*)$/.exec(header);
    if (!match) return refused('400 Bad Request', 'A header must read: Name: value');
    const name = match[1]!.toLowerCase();
    if (!deciding.has(name)) continue;
    if (said.has(name)) return refused('400 Bad Request', `The header ${name} is there twice`);
    said.set(name, match[2]!.trim());
  }
  const expected = said.get('expect')?.toLowerCase();
  // Node would answer this without a request event, and the connection's requests be miscounted.
  if (expected !== undefined && expected !== '100-continue') {
    return refused('417 Expectation Failed', 'Expect can be 100-continue only');
  }
  const length = said.get('content-length');
  const coding = said.get('transfer-encoding');
  if (coding !== undefined) {
    if (length === undefined && version === 'HTTP/1.1' && /^chunked$/i.test(coding)) {
      return { kind: 'until close' };
    }
    const text = 'Transfer-Encoding can be chunked only, in HTTP/1.1, without Content-Length';
    return refused('400 Bad Request', text);
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) {
    return refused('400 Bad Request', 'Content-Length must be a number of bytes');
  }
  // An upgraded connection (a socket) is no longer HTTP.
  if (said.has('upgrade')) return { kind: 'until close' };
  return { kind: 'length', left: Number(length ?? 0) };
}

/** Headers that decide where a request ends or whom it is for: each at most once. */
const deciding = new Set(['content-length', 'transfer-encoding', 'expect', 'upgrade', 'host']);
