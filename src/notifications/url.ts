// Takes a URL apart without changing a byte of it. `new URL()` would collapse `/a/../`, encode quotes
// and drop a trailing `?`, and the customer's URL is not ours to alter (docs/notifications.md). No validation
// here: that is the template's; the sender uses the same parts on the wire.

export interface UrlParts {
  /** As written, without `://`. */
  readonly scheme: string;
  /** Everything between `//` and the first of `/?#`: user-info, host and port, as written. */
  readonly authority: string;
  /** Without the `@`; undefined where there is none. */
  readonly userInfo: string | undefined;
  readonly hostAndPort: string;
  /** As written; may be empty. */
  readonly path: string;
  /** Without the `?`; undefined where there is none, empty where the URL ends with `?`. */
  readonly query: string | undefined;
  /** Without the `#`; undefined where there is none. */
  readonly fragment: string | undefined;
}

/**
 * The parts of `scheme://authority…` (RFC 3986, appendix B, for URLs that have an authority); undefined for a
 * text of any other form. Every notification passes here: no regular expression, which costs twice as much.
 */
export function splitUrl(url: string): UrlParts | undefined {
  const colon = url.indexOf('://');
  if (colon < 0) return undefined;
  const scheme = url.slice(0, colon);
  if (/[:/?#]/.test(scheme)) return undefined;
  const from = colon + '://'.length;
  const hash = indexFrom(url, '#', from, url.length);
  const question = indexFrom(url, '?', from, hash);
  const slash = indexFrom(url, '/', from, question);
  const authority = url.slice(from, slash);
  // The last @ ends the user-info: a password may hold one, a host cannot.
  const at = authority.lastIndexOf('@');
  return {
    scheme,
    authority,
    userInfo: at < 0 ? undefined : authority.slice(0, at),
    hostAndPort: authority.slice(at + 1),
    path: url.slice(slash, question),
    query: question === hash ? undefined : url.slice(question + 1, hash),
    fragment: hash === url.length ? undefined : url.slice(hash + 1),
  };
}

/** Where a character stands at `from` or behind, and before `end`; `end` where it does not. */
function indexFrom(text: string, character: string, from: number, end: number): number {
  const found = text.indexOf(character, from);
  return found < 0 || found > end ? end : found;
}

/** `scheme://host:port`, lower case: what requests to one server have in common. */
export function originOf(parts: UrlParts): string {
  return `${parts.scheme}://${parts.hostAndPort}`.toLowerCase();
}

/** A URL as a request needs it. */
export interface RequestTarget {
  /** `scheme://host:port`, lower case. */
  readonly origin: string;
  /** As written. */
  readonly hostAndPort: string;
  /** Path and query (RFC 9112, 3.2.1), byte for byte. */
  readonly path: string;
  /** Without the `@`; undefined where there is none. */
  readonly userInfo: string | undefined;
}

/** Undefined for a text that is no URL with an authority. */
export function requestTargetOf(url: string): RequestTarget | undefined {
  const parts = splitUrl(url);
  if (!parts) return undefined;
  const { hostAndPort, userInfo, query } = parts;
  const path = (parts.path || '/') + (query === undefined ? '' : `?${query}`);
  return { origin: originOf(parts), hostAndPort, path, userInfo };
}

/** What comes before the next parameter of a URL with this query: `?`, `&`, or nothing at a loose end. */
export function parameterSeparator(query: string | undefined): string {
  if (query === undefined) return '?';
  return query === '' || query.endsWith('&') ? '' : '&';
}

/**
 * Percent-encodes, as UTF-8, the bytes that no request line can carry: controls, space, DEL and
 * everything outside ASCII (RFC 9112, 3). All else stays, also `%zz`, quotes and brackets.
 */
export function encodeForbidden(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, (run) => encodeURIComponent(run.toWellFormed()));
}

/** The URL as it may be shown: user name and password replaced by `***`. */
export function maskUserInfo(url: string): string {
  return url.replace(/^([^:/?#]*:\/\/)[^/?#]*@/, '$1***@');
}
