// Digest for SIP, as server and as client (RFC 3261, 22; RFC 8760). Towards telephones the server asks
// for MD5 only by default: with a SHA-256 challenge beside it, common ones never send their second
// request. Knows no lines: who asks gives a look-up from user to HA1.

import {
  formatChallenge,
  formatCredentials,
  parseCredentials,
  parseDigestHeader,
} from '../digest/credentials.ts';
import { digestResponse, ha1, sameHex } from '../digest/ha1.ts';
import type { DigestAlgorithm } from '../digest/ha1.ts';
import { Nonces } from '../digest/nonce.ts';
import type { HeaderLines } from './dialog/dialog.ts';
import type { SipRequest, SipResponse } from './message/message.ts';
import { randomHex } from './tokens.ts';
import type { Hop } from './transport/hop.ts';

export interface AuthenticatorOptions {
  readonly realm: string;
  readonly algorithms: readonly DigestAlgorithm[];
  /** The HA1 of a user, or undefined where there is no such user. */
  ha1Of(user: string, algorithm: DigestAlgorithm): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

export type Authentication =
  | { readonly ok: true; readonly user: string }
  /** `lines` are the challenge to answer 401 with; `guessed` is true where a password was wrong. */
  | { readonly ok: false; readonly lines: HeaderLines; readonly guessed: boolean };

/** An HA1 that no password has: an unknown user costs the same as a known one. */
const nobody = { MD5: '0'.repeat(32), 'SHA-256': '0'.repeat(64) };

export class SipAuthenticator {
  readonly #options: AuthenticatorOptions;
  readonly #nonces = new Nonces();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Checks the credentials of a request; the same answer for an unknown user and a wrong password. */
  check(request: SipRequest, source: Hop): Authentication {
    const { realm, algorithms, now } = this.#options;
    let stale = false;
    let guessed = false;
    for (const value of request.all('authorization')) {
      const given = parseCredentials(value);
      if (!given || given.realm !== realm || !algorithms.includes(given.algorithm)) continue;
      const state = this.#nonces.check(given.nonce, source.host, now());
      if (state === 'foreign') continue;
      const known = this.#options.ha1Of(given.username, given.algorithm);
      // `uri` is taken as the client wrote it: some put the server's address, not the Request-URI.
      const expected = digestResponse(given.algorithm, known ?? nobody[given.algorithm], {
        ...given,
        method: request.method,
      });
      if (!sameHex(expected, given.response) || known === undefined) {
        guessed = true;
      } else if (state === 'stale' || !this.#nonces.use(given.nonce, given.nc, now())) {
        stale = true;
      } else {
        return { ok: true, user: given.username };
      }
    }
    return { ok: false, lines: this.#challenge(source, stale), guessed };
  }

  #challenge(source: Hop, stale: boolean): HeaderLines {
    const { realm, algorithms, now } = this.#options;
    const nonce = this.#nonces.issue(source.host, now());
    return algorithms.map((a) => ['www-authenticate', formatChallenge(a, realm, nonce, stale)]);
  }
}

/** What a user agent of ours proves itself with: a password, or the HA1 for a realm known before. */
export interface OwnCredentials {
  readonly user: string;
  readonly secret: { readonly password: string } | { readonly ha1Md5: string };
}

/**
 * Answers the challenge of a 401 or 407: the header line to send the same request with again. Undefined
 * where the challenge is none that we can answer. Never used for a request within a dialogue that a
 * telephone challenges: it would collect responses to guess the password from.
 */
export function answerChallenge(
  request: SipRequest,
  challenge: SipResponse,
  own: OwnCredentials,
): HeaderLines | undefined {
  const proxy = challenge.status === 407;
  for (const value of challenge.all(proxy ? 'proxy-authenticate' : 'www-authenticate')) {
    const parameters = parseDigestHeader(value);
    const realm = parameters?.get('realm');
    const nonce = parameters?.get('nonce');
    const algorithm = (parameters?.get('algorithm') ?? 'MD5').toUpperCase();
    if (realm === undefined || !nonce) continue;
    if (algorithm !== 'MD5' && (algorithm !== 'SHA-256' || !('password' in own.secret))) continue;
    const offered = (parameters?.get('qop') ?? '').split(',').map((each) => each.trim());
    const qop = offered.includes('auth') ? 'auth' : '';
    const input = {
      method: request.method,
      uri: request.uri,
      nonce,
      qop,
      nc: '00000001',
      cnonce: randomHex(8),
    };
    const secret =
      'password' in own.secret
        ? ha1(algorithm, own.user, realm, own.secret.password)
        : own.secret.ha1Md5;
    const response = digestResponse(algorithm, secret, input);
    const credentials = formatCredentials({
      ...input,
      username: own.user,
      realm,
      response,
      algorithm: algorithm,
    });
    return [[proxy ? 'proxy-authorization' : 'authorization', credentials]];
  }
  return undefined;
}
