// Whether a line's pattern of source addresses accepts a client (docs/makecall.md). What
// follows (the call, or Digest) is for the room that serves HTTP, and so is which address the client has
// behind a proxy. The patterns are compiled in source-ip.ts.

import { isIPv4, isIPv6 } from 'node:net';
import type { RE2JS } from 're2js';
import type { Line } from './line.ts';
import { compileSourceIp } from './source-ip.ts';

/** Only `accepted` spares the client Digest; the others say why not, for the log and the page. */
export type SourceIpVerdict = 'accepted' | 'no-match' | 'unset' | 'invalid';

export interface SourceIpMatcher {
  /** What the line's pattern says of a client's IP address, written in any form. */
  matches(line: Pick<Line, 'sourceIp' | 'sourceIpMatch'>, address: string): SourceIpVerdict;
}

/** Compiled patterns kept; the oldest is compiled again when it is needed, in about a millisecond. */
const PATTERNS_KEPT = 1000;

/** Makes a matcher with its own store of compiled patterns. */
export function createSourceIpMatcher(): SourceIpMatcher {
  const patterns = new Map<string, RE2JS | undefined>();

  function patternOf(text: string): RE2JS | undefined {
    if (patterns.has(text)) return patterns.get(text);
    const compiled = compileSourceIp(text);
    const pattern = compiled.ok ? compiled.pattern : undefined;
    if (patterns.size >= PATTERNS_KEPT) patterns.delete(patterns.keys().next().value!);
    patterns.set(text, pattern);
    return pattern;
  }

  return {
    matches({ sourceIp, sourceIpMatch }, address) {
      if (sourceIp === '') return 'unset';
      const pattern = patternOf(sourceIp);
      if (pattern === undefined) return 'invalid';
      const canonical = canonicalAddress(address);
      // `unknown`, or whatever else stands in a header, is no address that `.*` could mean.
      if (canonical === undefined) return 'no-match';
      const accepts = sourceIpMatch === 'search' ? isFound : isWhole;
      return accepts(pattern, canonical) ? 'accepted' : 'no-match';
    },
  };
}

// The engine's own full match: `^…$` around the text would bind to the outer alternatives only.
function isWhole(pattern: RE2JS, address: string): boolean {
  return pattern.matcher(address).matches();
}

// A match of no characters is found in every address: the slip of a `|` too many, as in `^10\.1\.|`, must
// not let everybody in.
function isFound(pattern: RE2JS, address: string): boolean {
  const matcher = pattern.matcher(address);
  while (matcher.find()) {
    if (matcher.end() > matcher.start()) return true;
  }
  return false;
}

/**
 * The one way to write an address: IPv4 in dotted decimal, also where it comes mapped into IPv6 (RFC
 * 4291, 2.5.5.2); IPv6 lower case and shortened (RFC 5952), without its zone. Undefined for what is no
 * address.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return undefined;
  const [address = ''] = text.split('%', 1);
  const short = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short ?? '') ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = [high, low].flatMap((word) => [parseInt(word, 16) >> 8, parseInt(word, 16) & 255]);
  return bytes.join('.');
}
