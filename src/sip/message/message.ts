// A SIP message (RFC 3261, 7): a start line, headers in their order, a body. Header values stay the
// text that came; who needs a Via or a CSeq in parts reads it with headers.ts. All text is Latin-1, one
// character a byte, so that whatever came leaves byte for byte. Parsing is in parse.ts.

import { cseqOf, HeaderError, nameAddr, topVia } from './headers.ts';
import type { Cseq, NameAddr, Via } from './headers.ts';
import { wireName } from './header-names.ts';

/** Headers and body, common to both kinds. Names are canonical (header-names.ts). */
class Headers {
  readonly names: string[];
  readonly values: string[];
  body: string;

  constructor(names: string[] = [], values: string[] = [], body = '') {
    this.names = names;
    this.values = values;
    this.body = body;
  }

  /** The first value of a header, as it came. */
  get(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.values[at];
  }

  /** All values of a header, one for each line (a line may hold several, separated by commas). */
  all(name: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i] === name) found.push(this.values[i]!);
    }
    return found;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** Adds a header line behind the others. The value must hold no line break. */
  add(name: string, value: string): this {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /** Replaces the first line of that name, or adds one. */
  set(name: string, value: string): this {
    const at = this.names.indexOf(name);
    if (at < 0) return this.add(name, value);
    this.values[at] = value;
    return this;
  }

  /** Headers, Content-Length and body as they go on the wire. */
  protected tail(): string {
    let text = '';
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i] === 'content-length') continue;
      text += `${wireName(this.names[i]!)}: ${this.values[i]!}\r\n`;
    }
    return `${text}Content-Length: ${this.body.length}\r\n\r\n${this.body}`;
  }
}

export class SipRequest extends Headers {
  readonly kind = 'request';
  method: string;
  uri: string;
  #via: Via | undefined;
  #cseq: Cseq | undefined;
  #from: NameAddr | undefined;
  #to: NameAddr | undefined;

  constructor(method: string, uri: string, names?: string[], values?: string[], body?: string) {
    super(names, values, body);
    this.method = method;
    this.uri = uri;
  }

  /** The topmost Via in parts. Read after validation only: throws where it is missing or malformed. */
  get via(): Via {
    return (this.#via ??= topVia(this.get('via')!));
  }
  get cseq(): Cseq {
    return (this.#cseq ??= cseqOf(this.get('cseq')!));
  }
  get from(): NameAddr {
    return (this.#from ??= nameAddr(this.get('from')!));
  }
  get to(): NameAddr {
    return (this.#to ??= nameAddr(this.get('to')!));
  }
  get callId(): string {
    return this.get('call-id')!;
  }

  /** Writes the topmost Via anew, e.g. with the address that the request came from. */
  setTopVia(value: string): void {
    this.set('via', value);
    this.#via = undefined;
  }

  override toString(): string {
    return `${this.method} ${this.uri} SIP/2.0\r\n${this.tail()}`;
  }
}

export class SipResponse extends Headers {
  readonly kind = 'response';
  readonly status: number;
  readonly reason: string;
  #via: Via | undefined;
  #cseq: Cseq | undefined;
  #to: NameAddr | undefined;

  constructor(status: number, reason: string, names?: string[], values?: string[], body?: string) {
    super(names, values, body);
    this.status = status;
    this.reason = reason;
  }

  get via(): Via {
    return (this.#via ??= topVia(this.get('via')!));
  }
  get cseq(): Cseq {
    return (this.#cseq ??= cseqOf(this.get('cseq')!));
  }
  get to(): NameAddr {
    return (this.#to ??= nameAddr(this.get('to')!));
  }
  get callId(): string {
    return this.get('call-id')!;
  }

  override toString(): string {
    return `SIP/2.0 ${this.status} ${this.reason}\r\n${this.tail()}`;
  }
}

export type SipMessage = SipRequest | SipResponse;

/**
 * A response to a request with the headers that RFC 3261, 8.2.6 copies: every Via, From, To, Call-ID
 * and CSeq. `toTag` is added where the request's To has none and the status is above 100.
 */
export function responseTo(
  request: SipRequest,
  status: number,
  reason = reasonPhrase(status),
  toTag = '',
): SipResponse {
  const response = new SipResponse(status, reason);
  for (let i = 0; i < request.names.length; i++) {
    const name = request.names[i]!;
    if (name === 'via' || name === 'from' || name === 'call-id' || name === 'cseq') {
      response.add(name, request.values[i]!);
    } else if (name === 'to') {
      const to = request.values[i]!;
      const tagged = status > 100 && toTag !== '' && lacksTag(to);
      response.add('to', tagged ? `${to};tag=${toTag}` : to);
    }
  }
  return response;
}

/** False also where the To cannot be read: it then goes back as it came. */
function lacksTag(to: string): boolean {
  try {
    return nameAddr(to).tag === '';
  } catch (error) {
    if (error instanceof HeaderError) return false;
    throw error;
  }
}

const reasons: Record<number, string> = {
  100: 'Trying', 180: 'Ringing', 181: 'Call Is Being Forwarded', 182: 'Queued',
  183: 'Session Progress', 200: 'OK', 202: 'Accepted', 400: 'Bad Request', 401: 'Unauthorized',
  403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 408: 'Request Timeout', 410: 'Gone',
  413: 'Request Entity Too Large', 414: 'Request-URI Too Long', 415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme', 420: 'Bad Extension', 421: 'Extension Required',
  423: 'Interval Too Brief', 480: 'Temporarily Unavailable', 481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected', 483: 'Too Many Hops', 484: 'Address Incomplete', 486: 'Busy Here',
  487: 'Request Terminated', 488: 'Not Acceptable Here', 491: 'Request Pending',
  500: 'Server Internal Error', 501: 'Not Implemented', 502: 'Bad Gateway',
  503: 'Service Unavailable', 504: 'Server Time-out', 505: 'Version Not Supported',
  513: 'Message Too Large', 600: 'Busy Everywhere', 603: 'Decline',
  604: 'Does Not Exist Anywhere', 606: 'Not Acceptable',
}; // prettier-ignore

/** The reason phrase that RFC 3261, 21 gives a status. */
export function reasonPhrase(status: number): string {
  return reasons[status] ?? 'Unknown';
}
