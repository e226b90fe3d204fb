// The pattern for a network that somebody wrote another way: as a CIDR (192.168.1.0/24), with a
// wildcard (192.168.1.*), as a list with commas or spaces. Text only; nothing is matched here.

import { isIPv4 } from 'node:net';

/** A way of writing that is no pattern, found in one, and the pattern as it should be. */
export interface Rewritten {
  /** The part that was found. */
  readonly written: string;
  /** The whole pattern with such parts replaced. */
  readonly suggestion: string;
}

/** Networks such as 10.0.0.0/8 in a pattern, their dots escaped or not. */
export function rewriteCidr(pattern: string): Rewritten | undefined {
  return rewrite(
    pattern,
    /(\d{1,3}(?:\\?\.\d{1,3}){3})\\?\/(\d{1,2})(?!\d)/g,
    ([, network = '', bits]) => patternOf(network.replaceAll('\\', ''), Number(bits)),
  );
}

/** Wildcards such as 192.168.1.* or *.0.0.1, each a whole alternative of the pattern. */
export function rewriteWildcard(pattern: string): Rewritten | undefined {
  const byte = String.raw`(?:\d{1,3}|\*)`;
  const whole = new RegExp(
    String.raw`(?<=^|[|(^])(?=[^|)$]*\*)${byte}(?:\\?\.${byte}){1,3}(?=$|[|)$])`,
    'g',
  );
  return rewrite(pattern, whole, ([written = '']) => {
    const bytes = written.replaceAll('\\', '').split('.');
    // `10.*` means all that begins so.
    if (bytes.length < 4 && bytes.at(-1) !== '*') return undefined;
    while (bytes.length < 4) bytes.push('*');
    return bytes.map((each) => (each === '*' ? String.raw`\d+` : each)).join(String.raw`\.`);
  });
}

/** Addresses that commas, semicolons or spaces separate, in place of `|`. */
export function rewriteList(pattern: string): string | undefined {
  const words = pattern.split(/[\s,;|]+/).filter((word) => word !== '');
  const addresses = words.map((word) => word.replaceAll('\\', ''));
  return addresses.every((address) => isIPv4(address))
    ? addresses.map(escaped).join('|')
    : undefined;
}

function rewrite(
  pattern: string,
  found: RegExp,
  right: (match: readonly string[]) => string | undefined,
): Rewritten | undefined {
  let written: string | undefined;
  const suggestion = pattern.replaceAll(found, (...match: string[]) => {
    const better = right(match);
    if (better === undefined) return match[0]!;
    written ??= match[0];
    return better;
  });
  return written === undefined ? undefined : { written, suggestion };
}

/** The pattern of an IPv4 network; undefined where it is none. */
function patternOf(network: string, bits: number): string | undefined {
  if (!isIPv4(network) || bits > 32) return undefined;
  const bytes = network.split('.').map((byte, place) => {
    const fixed = Math.min(Math.max(bits - place * 8, 0), 8);
    const size = 2 ** (8 - fixed);
    const first = Math.floor(Number(byte) / size) * size;
    return bytePattern(first, first + size - 1);
  });
  return bytes.join(String.raw`\.`);
}

/** `\d+` for 0 to 255, `(1[6-9]|2\d|3[01])` for 16 to 31: numbers with the same tens together. */
function bytePattern(first: number, last: number): string {
  if (first === last) return String(first);
  if (first === 0 && last === 255) return String.raw`\d+`;
  const groups: string[] = [];
  for (let tens = Math.floor(first / 10); tens <= Math.floor(last / 10); tens++) {
    const from = Math.max(first - tens * 10, 0);
    const to = Math.min(last - tens * 10, 9);
    const digits = from === to ? String(from) : `[${from}-${to}]`;
    groups.push((tens === 0 ? '' : String(tens)) + (digits === '[0-9]' ? String.raw`\d` : digits));
  }
  return groups.length === 1 ? groups[0]! : `(${groups.join('|')})`;
}

/** An address as a pattern that accepts nothing else. */
function escaped(address: string): string {
  return address.replaceAll('.', String.raw`\.`);
}
