// The head of an HTTP answer (RFC 9112, 4 and 5; RFC 9110): the status, the few headers that the sender of
// notifications looks at, and where the body ends. Pure; the bytes are response-reader.ts's.

import { HttpError } from './http-error.ts';

export interface ResponseHead {
  /** 100 to 999. */
  readonly status: number;
  /** Bytes of the body, or how its end is told. */
  readonly body: number | 'chunked' | 'to-the-end';
  /** The server takes further requests on this connection. */
  readonly keepAlive: boolean;
  /** How long it keeps the connection open meanwhile, seconds; undefined where it does not say. */
  readonly keepAliveSeconds: number | undefined;
  /** The first one each, as written. */
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

const STATUS_LINE = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: |\r?\n)/;
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** Nothing of this is in a head, and a CR only at the end of a line. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;
/** More digits would be more than a number holds exactly. */
const LENGTH = /^\d{1,15}$/;

/** The head, as Latin-1, with the empty line that ends it. Throws HttpError `not-http`. */
export function parseResponseHead(text: string): ResponseHead {
  if (FORBIDDEN.test(text)) throw notHttp('control characters in its head');
  const [, minor, status] = STATUS_LINE.exec(text) ?? [];
  if (status === undefined) throw notHttp('it does not begin with a status');
  return describe(Number(status), minor !== '0', fieldsOf(text));
}

/** The headers that matter here; of those that are lists, all values with commas between. */
interface Fields {
  length?: string;
  encoding?: string;
  connection?: string;
  keepAlive?: string;
  location?: string;
  retryAfter?: string;
  date?: string;
}

function fieldsOf(head: string): Fields {
  // A line that begins with a blank goes on with the one before (RFC 9112, 5.2).
  const text = /\n[ \t]/.test(head) ? head.replace(/\r?\n[ \t]+/g, ' ') : head;
  const fields: Fields = {};
  for (let at = text.indexOf('\n') + 1; at < text.length;) {
    const end = text.indexOf('\n', at);
    const colon = text.indexOf(':', at);
    if (end - at <= 1) break; // the empty line
    if (colon < 0 || colon > end) throw notHttp('a header without a colon');
    const name = text.slice(at, colon);
    if (!TOKEN.test(name)) throw notHttp('a header whose name is none');
    keep(fields, name.toLowerCase(), text, colon + 1, end);
    at = end + 1;
  }
  return fields;
}

function keep(fields: Fields, name: string, text: string, from: number, to: number): void {
  switch (name) {
    case 'content-length':
      fields.length = joined(fields.length, text.slice(from, to).trim());
      break;
    case 'transfer-encoding':
      fields.encoding = joined(fields.encoding, text.slice(from, to).trim());
      break;
    case 'connection':
      fields.connection = joined(fields.connection, text.slice(from, to).trim());
      break;
    case 'keep-alive':
      fields.keepAlive = text.slice(from, to).trim();
      break;
    case 'location':
      fields.location ??= text.slice(from, to).trim();
      break;
    case 'retry-after':
      fields.retryAfter ??= text.slice(from, to).trim();
      break;
    case 'date':
      fields.date ??= text.slice(from, to).trim();
      break;
  }
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}

function describe(status: number, isModern: boolean, fields: Fields): ResponseHead {
  const { length, encoding, connection = '', keepAlive, location, retryAfter, date } = fields;
  const options = connection === '' ? '' : `,${connection.toLowerCase().replace(/[ \t]/g, '')},`;
  const body = bodyOf(status, length, encoding);
  return {
    status,
    body,
    keepAlive:
      body !== 'to-the-end' &&
      // Who says both, or chunks in HTTP/1.0, may mean another end than we do (RFC 9112, 6.1).
      (encoding === undefined || (isModern && length === undefined)) &&
      (isModern ? !options.includes(',close,') : options.includes(',keep-alive,')),
    keepAliveSeconds: secondsOf(keepAlive),
    location,
    retryAfter,
    date,
  };
}

/** RFC 9112, 6.3. */
function bodyOf(
  status: number,
  length: string | undefined,
  encoding: string | undefined,
): ResponseHead['body'] {
  if (length !== undefined && !LENGTH.test(length)) throw notHttp('its Content-Length is none');
  if (status < 200 || status === 204 || status === 304) return 0;
  if (encoding !== undefined) return /(^|[,\s])chunked$/i.test(encoding) ? 'chunked' : 'to-the-end';
  return length === undefined ? 'to-the-end' : Number(length);
}

function secondsOf(keepAlive: string | undefined): number | undefined {
  const seconds =
    keepAlive === undefined ? undefined : /(?:^|[,\s])timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

function notHttp(what: string): HttpError {
  return new HttpError('not-http', what);
}
