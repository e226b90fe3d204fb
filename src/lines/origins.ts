// The web origins whose pages may order calls for a line (docs/makecall.md), from what
// somebody wrote to a canonical list. Comparing a request's origin with it is for the room that serves HTTP.

import { say } from './message-codes.ts';
import type { LineMessage } from './message-codes.ts';

/** The most origins of one line. */
export const MOST_ORIGINS = 20;

const LONGEST_ORIGIN = 300;

export type Origins =
  | { readonly ok: true; readonly origins: readonly string[] }
  | { readonly ok: false; readonly error: LineMessage };

const HOW = 'write scheme and host, such as https://crm.example or http://intranet:8080';

/**
 * Reads origins that spaces separate. Each comes back as a browser writes it in its `Origin` header (RFC
 * 6454, 6.2): lower case, the default port left out, an international name in its ASCII form, no path. One
 * written twice counts once. The error says what to write.
 */
export function parseOrigins(text: string): Origins {
  const origins = new Set<string>();
  for (const written of text.split(/\s+/).filter((word) => word !== '')) {
    const error = refusal(written);
    if (error !== undefined) return { ok: false, error };
    origins.add(new URL(written).origin);
  }
  if (origins.size > MOST_ORIGINS) {
    const text = `${origins.size} origins are too many: write at most ${MOST_ORIGINS}`;
    const values = { origins: origins.size, limit: MOST_ORIGINS };
    return { ok: false, error: say('too-many-origins', text, values) };
  }
  return { ok: true, origins: [...origins] };
}

function refusal(written: string): LineMessage | undefined {
  const origin = shown(written);
  if (written === 'null') {
    return say(
      'origin-null',
      'the origin null is refused, since local files and sandboxed frames of any site send it: ' +
        'serve the page from a web server and write its origin',
    );
  }
  if (written.includes('*')) {
    return say(
      'origin-wildcard',
      `the origin ${quoted(origin)} is refused, since * would let pages of strangers order calls on ` +
        'this line: write each origin in full',
      { origin },
    );
  }
  if (written.length > LONGEST_ORIGIN) {
    return say(
      'origin-too-long',
      `the origin ${quoted(origin)} has more than ${LONGEST_ORIGIN} characters: ${HOW}`,
      { origin, limit: LONGEST_ORIGIN },
    );
  }
  // One slash at the end is what a browser's address bar adds. Anything behind it would promise to
  // tell pages of one host apart, which origins cannot.
  if (!/^https?:\/\/[^/\\?#@]+\/?$/i.test(written) || !hasPlainHost(written)) {
    return say(
      'origin-invalid',
      `${quoted(origin)} is no web origin: ${HOW}, without user, path or comma`,
      { origin },
    );
  }
  return undefined;
}

// The URL standard lets commas, quotes and the like pass in a host; no name of a host has them.
function hasPlainHost(written: string): boolean {
  const host = URL.parse(written)?.hostname ?? '';
  return /^[a-z0-9_.-]+$/.test(host) || /^\[[0-9a-f:]+\]$/.test(host);
}

/** What was written as it may be repeated: without user name and password, and not at any length. */
function shown(written: string): string {
  const text = written.replace(/^(\w*:\/\/)[^/]*@/, '$1***@');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
