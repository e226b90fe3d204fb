// HTTP Digest as real clients do it (RFC 7616). Two challenges with one nonce, MD5 first: Python's urllib
// reads the first header only and fails on SHA-256 (measured, 3.11); requests and Java take the second;
// wget mixes the two up, and one nonce makes it right all the same. Knows no lines: who asks gives a
// look-up from user to HA1.

import { formatChallenge, parseCredentials } from '../digest/credentials.ts';
import { digestResponse, sameHex } from '../digest/ha1.ts';
import type { DigestAlgorithm } from '../digest/ha1.ts';
import { Nonces } from '../digest/nonce.ts';

export interface DigestRequest {
  readonly method: string;
  /** The target as it came, and as HTTP wants it: clients sign the one or the other. */
  readonly rawTarget: string;
  readonly target: string;
  readonly authorization: string | undefined;
  /** The address that the nonce is bound to. */
  readonly client: string;
}

export type DigestCheck =
  | { readonly ok: true }
  /** Answer 401 with these values of WWW-Authenticate; `text` tells the programmer what is wrong. */
  | { readonly ok: false; readonly challenges: readonly string[]; readonly text: string };

/** An HA1 that no password has: an unknown user costs the same as a known one. */
const nobody = { MD5: '0'.repeat(32), 'SHA-256': '0'.repeat(64) };

const texts = {
  missing:
    'Authentication is needed: HTTP Digest, user = the line number, password = its SIP password',
  basic: 'Basic authentication is not accepted: use HTTP Digest (curl --digest)',
  malformed: 'The Authorization header cannot be read: use HTTP Digest with qop=auth',
  realm: 'The Authorization is for another realm: answer the challenge of this server',
  uri: 'The Digest was computed over another address: sign the whole request target, query included',
  stale: 'The nonce is old or was used: send the request again with the new one',
  wrong:
    'Wrong user or password: the user is the line number of ACCOUNT, the password its SIP password',
};

export class HttpDigest {
  readonly #realm: string;
  readonly #nonces: Nonces;
  readonly #now: () => number;

  constructor(realm: string, now: () => number, nonces = new Nonces()) {
    this.#realm = realm;
    this.#now = now;
    this.#nonces = nonces;
  }

  /** Checks that the request proves to be of `user`, whose HA1 `ha1Of` gives (undefined: no such user). */
  check(
    request: DigestRequest,
    user: string,
    ha1Of: (algorithm: DigestAlgorithm) => string | undefined,
  ): DigestCheck {
    const { authorization, client, method } = request;
    if (authorization === undefined) return this.#refuse(client, 'missing');
    if (/^basic\b/i.test(authorization)) return this.#refuse(client, 'basic');
    const given = parseCredentials(authorization);
    if (!given) return this.#refuse(client, 'malformed');
    if (given.realm !== this.#realm) return this.#refuse(client, 'realm');
    const state = this.#nonces.check(given.nonce, client, this.#now());
    const known = ha1Of(given.algorithm);
    const secret = known ?? nobody[given.algorithm];
    const answers = (uri: string): boolean =>
      sameHex(digestResponse(given.algorithm, secret, { ...given, uri, method }), given.response);
    // Java sends UTF-8 and signs the Latin-1 of its text (measured, 17).
    const signed = answers(given.uri) || answers(utf8Of(given.uri));
    const proven = signed && known !== undefined && given.username === user;
    if (given.uri !== request.rawTarget && given.uri !== request.target)
      return this.#refuse(client, 'uri');
    if (!proven) return this.#refuse(client, 'wrong');
    // Only who proved the password is told to try again (RFC 7616, 3.3): the nonce is of before a
    // restart, of another address of his, too old, or used.
    if (state !== 'fresh' || !this.#nonces.use(given.nonce, given.nc, this.#now())) {
      return this.#refuse(client, 'stale');
    }
    return { ok: true };
  }

  #refuse(client: string, why: keyof typeof texts): DigestCheck {
    const nonce = this.#nonces.issue(client, this.#now());
    const challenge = (algorithm: DigestAlgorithm): string =>
      formatChallenge(algorithm, this.#realm, nonce, why === 'stale');
    return { ok: false, challenges: [challenge('MD5'), challenge('SHA-256')], text: texts[why] };
  }
}

/** The text whose UTF-8 these bytes are, where they are. */
function utf8Of(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
