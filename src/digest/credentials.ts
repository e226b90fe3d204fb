// Reads and writes the headers of Digest authentication: challenges and credentials (RFC 7616, 3.3
// and 3.4). Checks no password; ha1.ts does the hashing.

import type { DigestAlgorithm } from './ha1.ts';

/** Longest header read: a request target of 8 kB stands in it once more. */
const headerLimit = 12_288;

/** The parameters of one `Digest …` header, names in lower case, quotes removed. */
export type DigestParameters = ReadonlyMap<string, string>;

const parameter = /([A-Za-z][A-Za-z0-9*_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/gy;

/**
 * Parses `Digest a="b", c=d`. Undefined where it is of another scheme, malformed, longer than 12 kB or
 * has a parameter twice.
 */
export function parseDigestHeader(value: string): DigestParameters | undefined {
  if (value.length > headerLimit || !/^digest\s/i.test(value)) return undefined;
  const text = value.slice(7).trim();
  const parameters = new Map<string, string>();
  parameter.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    while (text[end] === ' ' || text[end] === '\t' || text[end] === ',') end++;
    if (end >= text.length) break;
    parameter.lastIndex = end;
    const match = parameter.exec(text);
    if (!match) return undefined;
    const name = match[1]!.toLowerCase();
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] === undefined ? match[3]! : match[2].replace(/\\(.)/g, '$1'));
    end = parameter.lastIndex;
  }
  return parameters.size > 0 ? parameters : undefined;
}

/** What a client sends to prove that it knows the password. */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  /** `auth`, or empty where the client used the older form of RFC 2069. */
  readonly qop: string;
  readonly nc: string;
  readonly cnonce: string;
}

/**
 * Reads an Authorization value. Undefined where a needed parameter is missing or of a form that we
 * never asked for (another algorithm, auth-int).
 */
export function parseCredentials(value: string): DigestCredentials | undefined {
  const given = parseDigestHeader(value);
  if (!given) return undefined;
  const username = given.get('username');
  const realm = given.get('realm');
  const nonce = given.get('nonce');
  const uri = given.get('uri');
  const response = given.get('response');
  if (username === undefined || realm === undefined || !nonce || !uri || !response)
    return undefined;
  // A missing algorithm is MD5 (RFC 7616, 3.3).
  const name = (given.get('algorithm') ?? 'MD5').toUpperCase();
  if (name !== 'MD5' && name !== 'SHA-256') return undefined;
  const qop = (given.get('qop') ?? '').toLowerCase();
  const nc = given.get('nc') ?? '';
  const cnonce = given.get('cnonce') ?? '';
  if (qop !== '' && (qop !== 'auth' || cnonce === '' || !/^[0-9a-fA-F]{8}$/.test(nc))) {
    return undefined;
  }
  return { username, realm, nonce, uri, response, algorithm: name, qop, nc, cnonce };
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The value of one WWW-Authenticate header. */
export function formatChallenge(
  algorithm: DigestAlgorithm,
  realm: string,
  nonce: string,
  stale: boolean,
): string {
  const suffix = stale ? ', stale=true' : '';
  return `Digest realm=${quoted(realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="auth"${suffix}`;
}

/** The value of an Authorization header. */
export function formatCredentials(c: DigestCredentials): string {
  const head = `Digest username=${quoted(c.username)}, realm=${quoted(c.realm)}, nonce="${c.nonce}", uri=${quoted(c.uri)}, response="${c.response}", algorithm=${c.algorithm}`;
  return c.qop === '' ? head : `${head}, qop=${c.qop}, nc=${c.nc}, cnonce="${c.cnonce}"`;
}
