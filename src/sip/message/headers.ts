// Reads the structured headers, each when somebody asks: Via, From/To/Contact, CSeq, and lists.
// Neighbours: uri.ts for what is inside the angle brackets, parse.ts for the message around.

/** A header value that does not follow its grammar. The message is a reason phrase for a 400. */
export class HeaderError extends Error {}

/** The topmost Via (RFC 3261, 20.42). `rest` is what follows the first value, comma included. */
export interface Via {
  readonly transport: string;
  readonly host: string;
  /** 0 where none is written. */
  readonly port: number;
  readonly branch: string;
  /** True where the sender asks for the response at its source port (RFC 3581). */
  readonly rport: boolean;
  readonly first: string;
  readonly rest: string;
}

const viaForm =
  /^SIP\s*\/\s*\d+\.\d+\s*\/\s*([A-Za-z0-9-]+)\s+(\[[0-9a-fA-F:.]+\]|[^\s:;,]+)(?:\s*:\s*(\d{1,5}))?\s*((?:;|$).*)$/i;

/** Reads the first value of a Via line. Throws HeaderError. */
export function topVia(line: string): Via {
  const comma = line.indexOf(',') < 0 ? -1 : topLevelComma(line, 0);
  const first = comma < 0 ? line : line.slice(0, comma).trimEnd();
  const match = viaForm.exec(first);
  if (!match) throw new HeaderError('Malformed Via header');
  const parameters = match[4]!;
  const port = match[3] === undefined ? 0 : Number(match[3]);
  if (port > 65535) throw new HeaderError('Malformed Via header');
  return {
    transport: match[1]!.toUpperCase(),
    host: match[2]!,
    port,
    branch: parameterOf(parameters, 'branch') ?? '',
    rport: parameterOf(parameters, 'rport') !== undefined,
    first,
    rest: comma < 0 ? '' : line.slice(comma),
  };
}

/** A name and an address, as From, To, Contact and Route hold them (RFC 3261, 20.10). */
export interface NameAddr {
  /** The display name, quotes and escapes removed; empty where there is none. */
  readonly display: string;
  readonly uri: string;
  /** The header's parameters, from the first `;` on; empty where there are none. */
  readonly parameters: string;
  /** The `tag` parameter, or empty. */
  readonly tag: string;
}

/** Reads one name-addr or addr-spec. Throws HeaderError. */
export function nameAddr(text: string): NameAddr {
  const open = openingBracket(text);
  if (open >= 0) {
    const close = text.indexOf('>', open);
    if (close < 0) throw new HeaderError('Malformed address: no closing angle bracket');
    const uri = text.slice(open + 1, close).trim();
    const parameters = text.slice(close + 1).trim();
    if (uri === '' || (parameters !== '' && parameters[0] !== ';')) {
      throw new HeaderError('Malformed address');
    }
    const display = unquote(text.slice(0, open).trim());
    return { display, uri, parameters, tag: tagOf(parameters) };
  }
  // Without angle brackets every parameter belongs to the header (RFC 3261, 20.10).
  const semicolon = text.indexOf(';');
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  // A URI with a comma or question mark must stand in brackets.
  if (uri === '' || /[\s"<>,?]/.test(uri)) throw new HeaderError('Malformed address');
  const parameters = semicolon < 0 ? '' : text.slice(semicolon);
  return { display: '', uri, parameters, tag: tagOf(parameters) };
}

/** The tag that names a side of a dialogue. It is written again in each request, so it must be clean. */
function tagOf(parameters: string): string {
  const tag = parameterOf(parameters, 'tag') ?? '';
  if (tag !== '' && !/^[!#-+\--:=@-Z^-~]+$/.test(tag)) throw new HeaderError('Malformed tag');
  return tag;
}

/** A From, To or Contact value without one of its header parameters. Throws HeaderError. */
export function withoutParameter(value: string, name: string): string {
  const { parameters } = nameAddr(value);
  let kept = value.slice(0, value.length - parameters.length);
  for (let at = 0; at < parameters.length;) {
    const end = endOfParameter(parameters, at + 1);
    const each = parameters.slice(at, end);
    if (/^;\s*([^\s=;]*)/.exec(each)?.[1]?.toLowerCase() !== name) kept += each;
    at = end;
  }
  return kept;
}

/** Where the `<` that opens the address is, or -1; one inside a quoted display name does not count. */
function openingBracket(text: string): number {
  if (!text.includes('"')) return text.indexOf('<');
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (c === '<' && !quoted) return i;
  }
  if (quoted) throw new HeaderError('Malformed address: unbalanced quotes');
  return -1;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.slice(1, text.endsWith('"') ? -1 : undefined).replace(/\\(.)/g, '$1');
}

/** A display name as a quoted string, safe for a header: no control characters, quotes escaped. */
export function quoteDisplay(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the very characters to remove
  return `"${name.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

export interface Cseq {
  readonly number: number;
  readonly method: string;
}

/** Reads a CSeq (RFC 3261, 20.16): a number below 2^31 and a method. Throws HeaderError. */
export function cseqOf(text: string): Cseq {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(text);
  const number = match ? Number(match[1]) : Number.NaN;
  if (!match || number >= 0x80000000) throw new HeaderError('Malformed CSeq header');
  return { number, method: match[2]! };
}

/**
 * The value of a parameter in `;a=b;c;d="e"`; an empty text where it is there without a value,
 * undefined where it is not there. Names are compared without regard to letter case.
 */
export function parameterOf(parameters: string, name: string): string | undefined {
  let at = 0;
  while (at < parameters.length) {
    const start = parameters.indexOf(';', at);
    if (start < 0) return undefined;
    const end = endOfParameter(parameters, start + 1);
    const equals = parameters.indexOf('=', start);
    const hasValue = equals >= 0 && equals < end;
    const key = parameters.slice(start + 1, hasValue ? equals : end).trim();
    if (key === name || key.toLowerCase() === name) {
      return hasValue ? unquote(parameters.slice(equals + 1, end).trim()) : '';
    }
    at = end;
  }
  return undefined;
}

/** Where the parameter that begins at `from` ends: the next `;` outside quotes, or the end. */
function endOfParameter(text: string, from: number): number {
  const quote = text.indexOf('"', from);
  const semicolon = text.indexOf(';', from);
  if (semicolon < 0) return text.length;
  if (quote < 0 || quote > semicolon) return semicolon;
  let quoted = false;
  for (let i = quote; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (c === ';' && !quoted) return i;
  }
  return text.length;
}

/** The place of the first comma outside quotes and angle brackets, or -1. */
function topLevelComma(text: string, from: number): number {
  let quoted = false;
  let bracketed = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '<') bracketed = true;
    else if (c === '>') bracketed = false;
    else if (c === ',' && !bracketed) return i;
  }
  return -1;
}

/** Splits header lines that may hold several values each into single values. */
export function splitValues(lines: readonly string[]): string[] {
  const values: string[] = [];
  for (const line of lines) {
    let at = 0;
    for (;;) {
      const comma = topLevelComma(line, at);
      const value = line.slice(at, comma < 0 ? undefined : comma).trim();
      if (value !== '') values.push(value);
      if (comma < 0) break;
      at = comma + 1;
    }
  }
  return values;
}

/** Splits a list of tokens (Require, Supported, Allow) and lowers its case where asked. */
export function tokens(lines: readonly string[]): string[] {
  return lines
    .join(',')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}
