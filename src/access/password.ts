// Passwords of users: which are taken, and their argon2id hashes as PHC strings. It hashes at once when
// asked; how many hash at the same time is hashing.ts, how often one may try is slow-down.ts.

import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { refuse, type Refused } from './outcome.ts';

/** Cost of a hash: KiB of memory, passes over it, lanes (RFC 9106, 3.1). */
export interface HashCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's recommended minimum for argon2id: 19 MiB, 2 passes, 1 lane; 36 ms here. */
export const PRESENT_COST: HashCost = { memory: 19_456, passes: 2, parallelism: 1 };

const SHORTEST = 10;
const LONGEST = 256;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** A hash in the store that asks for more than this is damaged, not ours: it would stop the server. */
const HIGHEST_COST: HashCost = { memory: 262_144, passes: 16, parallelism: 16 };

const derive = promisify(argon2);

/** What is wrong with a password that `name` wants to have. */
export function wrongPassword(password: string, name: string): Refused | undefined {
  const text = normalised(password);
  if (text === undefined) {
    return refuse(
      'password-long',
      `the password is too long: write at most ${LONGEST} characters`,
      {
        field: 'password',
        values: { most: LONGEST },
      },
    );
  }
  if (Array.from(text).length < SHORTEST) {
    return refuse('too-short', `the password is too short: write at least ${SHORTEST} characters`, {
      field: 'password',
      values: { limit: SHORTEST },
    });
  }
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    return refuse(
      'password-characters',
      'the password holds a line break or another control character: leave it out',
      { field: 'password' },
    );
  }
  if (text.toLowerCase() === name.toLowerCase()) {
    return refuse('password-is-name', 'the password is the name itself: write another one', {
      field: 'password',
    });
  }
  return undefined;
}

/** The PHC string of a password that `wrongPassword` found nothing against. */
export async function hashPassword(password: string, cost = PRESENT_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive('argon2id', {
    message: normalised(password) ?? '',
    nonce: salt,
    tagLength: HASH_BYTES,
    ...cost,
  });
  return phcString(cost, salt, hash);
}

/**
 * Whether the password is that of the PHC string. Without one (undefined, empty, or one that cannot be
 * read) the answer is no, after the same work: its time must not tell whether somebody is known.
 */
export async function verifyPassword(password: string, phc: string | undefined): Promise<boolean> {
  const kept = phc === undefined ? undefined : readPhc(phc);
  const text = normalised(password);
  const { cost, salt, hash } = kept ?? NOBODY;
  const found = await derive('argon2id', {
    message: text ?? '',
    nonce: salt,
    tagLength: hash.length,
    ...cost,
  });
  return timingSafeEqual(found, hash) && kept !== undefined && text !== undefined;
}

/** Whether a hash was made at another cost than the present one. */
export function isOutdated(phc: string): boolean {
  const cost = readPhc(phc)?.cost;
  return (
    cost?.memory !== PRESENT_COST.memory ||
    cost.passes !== PRESENT_COST.passes ||
    cost.parallelism !== PRESENT_COST.parallelism
  );
}

/** In one form of Unicode, so that two keyboards write the same; undefined where it is too long. */
function normalised(password: string): string | undefined {
  // Some characters become eighteen: a bound before that work, and the limit after it.
  if (password.length > 2 * LONGEST) return undefined;
  const text = password.normalize('NFKC');
  return Array.from(text).length > LONGEST ? undefined : text;
}

interface Kept {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const NOBODY: Kept = {
  cost: PRESENT_COST,
  salt: randomBytes(SALT_BYTES),
  hash: randomBytes(HASH_BYTES),
};

// The form of https://github.com/P-H-C/phc-string-format: base64 without padding.
function phcString({ memory, passes, parallelism }: HashCost, salt: Buffer, hash: Buffer): string {
  const [saltText, hashText] = [salt, hash].map((part) =>
    part.toString('base64').replaceAll('=', ''),
  );
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${saltText}$${hashText}`;
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{22,88})$/;

function readPhc(phc: string): Kept | undefined {
  const match = PHC.exec(phc);
  if (match === null) return undefined;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  if (memory > HIGHEST_COST.memory || passes > HIGHEST_COST.passes) return undefined;
  if (parallelism > HIGHEST_COST.parallelism || memory < 8 * parallelism) return undefined;
  if (passes < 1 || parallelism < 1) return undefined;
  const [salt, hash] = match.slice(4).map((text) => Buffer.from(text, 'base64'));
  return { cost: { memory, passes, parallelism }, salt: salt!, hash: hash! };
}
