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

// RFC 3986, appendix B, for URLs that have an authority.
const URL_PARTS = /^([^:/?#]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/;

/** The parts of `scheme://authority…`; undefined for a text of any other form. */
export function splitUrl(url: string): UrlParts | undefined {
  const match = URL_PARTS.exec(url);
  if (!match) return undefined;
  const [, scheme = '', authority = '', path = '', query, fragment] = match;
  // The last @ ends the user-info: a password may hold one, a host cannot.
  const at = authority.lastIndexOf('@');
  return {
    scheme,
    authority,
    userInfo: at < 0 ? undefined : authority.slice(0, at),
    hostAndPort: authority.slice(at + 1),
    path,
    query,
    fragment,
  };
}

/** `scheme://host:port`, lower case: what requests to one server have in common. */
export function originOf(parts: UrlParts): string {
  return `${parts.scheme}://${parts.hostAndPort}`.toLowerCase();
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
