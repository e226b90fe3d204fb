// One SIP message as it was on the wire, with just enough reading for assertions. A second, simple
// reader on purpose: tests that used the product's own parser would not see its mistakes.

export interface WireMessage {
  /** Milliseconds since 1970 where known. */
  readonly at: number;
  readonly raw: Buffer;
  /** The first line. */
  readonly start: string;
  /** The method of a request; of a response, that of its CSeq. */
  readonly method: string;
  /** The status of a response; 0 for a request. */
  readonly status: number;
  /** The request URI, or empty. */
  readonly uri: string;
  readonly body: string;
  /** The first such header's value (any letter case, compact forms known), or empty. */
  header(name: string): string;
  headers(name: string): string[];
}

const compact: Record<string, string> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
  k: 'supported',
  s: 'subject',
};

/** Reads a complete message; what is no SIP gives an empty method and status 0. */
export function readWire(raw: Buffer, at = Date.now()): WireMessage {
  const text = raw.toString('latin1');
  const blank = text.indexOf('\r\n\r\n');
  const head = blank < 0 ? text : text.slice(0, blank);
  const [start = '', ...rest] = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const fields = rest.map((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    return { name: compact[name] ?? name, value: line.slice(colon + 1).trim() };
  });
  const headers = (name: string): string[] =>
    fields.filter((field) => field.name === name.toLowerCase()).map((field) => field.value);
  const header = (name: string): string => headers(name)[0] ?? '';
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(start)?.[1] ?? 0);
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  return {
    at,
    raw,
    start,
    status,
    method: request?.[1] ?? header('CSeq').split(/\s+/)[1] ?? '',
    uri: request?.[2] ?? '',
    body: blank < 0 ? '' : raw.subarray(blank + 4).toString('utf8'),
    header,
    headers,
  };
}

/** A value's parameter, e.g. `parameter('<sip:a@b>;tag=x', 'tag')` is `x`; empty where absent. */
export function parameter(value: string, name: string): string {
  const afterAddress = value.slice(value.lastIndexOf('>') + 1);
  return new RegExp(`;\\s*${name}\\s*=\\s*"?([^;",\\s]*)`, 'i').exec(afterAddress)?.[1] ?? '';
}

/** The URI between angle brackets, or the value before its first parameter. */
export function address(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
}

/** Lines joined by CRLF, with an end of head and a Content-Length that fits the body. */
export function sipText(lines: readonly string[], body = ''): string {
  const length = Buffer.byteLength(body);
  return [...lines, `Content-Length: ${length}`, '', body].join('\r\n');
}
