// Addresses on which a pattern of source addresses shows what it means: those that stand in it, those
// of its networks, and near misses of both. Guesses from the text: what the pattern makes of them is
// asked in explain-source-ip.ts.

import { isIPv4 } from 'node:net';
import { canonicalAddress } from './source-ip-match.ts';

/** Addresses of strangers: a pattern that accepts all of them accepts everybody. */
export const STRANGERS = ['8.8.8.8', '203.0.113.9'];

const ELSEWHERE = ['127.0.0.1', ...STRANGERS, '::1', '10.0.0.1', '192.168.0.1', '2001:db8::1'];

/** The last bytes that are tried in a network; those that the pattern names come first. */
const LAST_BYTES = [1, 10, 42, 100, 254];

const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => byte);

/** Addresses made for one pattern, at most. */
const MOST = 100;
/** Addresses and networks that are read from one pattern, at most: each makes some twenty. */
const MOST_READ = 6;

export interface Examples {
  /** What the pattern seems to mean, the addresses that stand in it first. */
  readonly meant: readonly string[];
  /** Near misses of those. */
  readonly near: readonly string[];
  /** Addresses that have nothing to do with the pattern. */
  readonly elsewhere: readonly string[];
}

/** Examples for a pattern, in canonical form, each once, the same for the same pattern. */
export function examplesFor(pattern: string, ownAddress: string | undefined): Examples {
  const { addresses, networks } = readPattern(pattern);
  const bytes = namedBytes(pattern);
  const filled = networks.flatMap((network) => fill(network, [...bytes, ...LAST_BYTES]));
  const meant = unique([...addresses, ...filled]).slice(0, MOST / 2);
  const bases = [
    ...addresses,
    ...networks.flatMap((network) => fill(network, LAST_BYTES.slice(0, 1))),
  ];
  const near = unique(bases.flatMap(nearMisses)).filter((address) => !meant.includes(address));
  const others = [...(ownAddress === undefined ? [] : [ownAddress]), ...ELSEWHERE];
  const known = new Set([...meant, ...near]);
  return {
    meant,
    near: near.slice(0, MOST - meant.length),
    elsewhere: unique(others).filter((address) => !known.has(address)),
  };
}

/**
 * Many more addresses, where no example was accepted: each network of the pattern with every next byte, so
 * that `172\.(1[6-9]|2\d)\..*` is not taken for a pattern that accepts nobody.
 */
export function sweep(pattern: string): string[] {
  const { networks } = readPattern(pattern);
  const starts = networks.filter((network) => !network.includes(':')).concat('');
  return unique(
    starts.flatMap((start) => EVERY_BYTE.flatMap((byte) => fill(`${start}${byte}.`, [1]))),
  );
}

/** Whole addresses, and beginnings of addresses with a dot or colon at their end. */
function readPattern(pattern: string): { addresses: string[]; networks: string[] } {
  // Each alternative by itself, its dots without their escape.
  const pieces = pattern.replace(/\\\.|\[\.\]/g, '.').split(/[|()^$\s,;]+/);
  const addresses = new Set<string>();
  const networks = new Set<string>();
  for (const piece of pieces) {
    const [digits = ''] = /^\d{1,3}(?:\.\d{1,3}){0,3}\.?/.exec(piece) ?? [];
    const [words = ''] = /^[\da-f]{1,4}(?:::?[\da-f]{1,4})*::?/i.exec(piece) ?? [];
    const address = canonicalAddress(piece) ?? canonicalAddress(digits);
    if (address !== undefined) addresses.add(address);
    else if (words !== '') networks.add(words.toLowerCase());
    else if (digits.includes('.')) networks.add(digits.endsWith('.') ? digits : `${digits}.`);
  }
  return {
    addresses: [...addresses].slice(0, MOST_READ),
    networks: [...networks].slice(0, MOST_READ),
  };
}

/** The bytes that the pattern names, such as 17 and 23 in `(17|23)`. */
function namedBytes(pattern: string): number[] {
  const named = Array.from(pattern.matchAll(/(?<!\d)\d{1,3}(?!\d|\\?\.)/g), ([digits]) =>
    Number(digits),
  );
  return [...new Set(named)].filter((byte) => byte <= 255).slice(-MOST_READ);
}

/** Addresses of a network: `192.168.` gives 192.168.1.1, 192.168.1.10, … */
function fill(network: string, lastBytes: readonly number[]): string[] {
  if (network.includes(':')) {
    const start = network.endsWith('::') ? network : `${network}:`;
    return lastBytes.map((byte) => `${start}${byte}`).flatMap(ifAddress);
  }
  const start = network + '1.'.repeat(Math.max(4 - network.split('.').length, 0));
  return lastBytes.map((byte) => `${start}${byte}`).flatMap(ifAddress);
}

/** Addresses that differ from one by what a pattern often lets slip, the plainest first. */
function nearMisses(address: string): string[] {
  if (!isIPv4(address)) return [`${address}1`, `${address}f`].flatMap(ifAddress);
  const bytes = address.split('.').map(Number);
  const near: string[] = [];
  for (const place of [3, 2]) {
    for (const step of [1, -1]) near.push(bytes.with(place, bytes[place]! + step).join('.'));
  }
  // Digits more in front: what a pattern without ^ finds, too.
  for (const digit of [1, 2]) near.push(`${digit}${address}`);
  // A byte that goes on where the pattern has a dot: what a dot without its escape allows.
  for (const place of [2, 1, 0]) {
    for (const digit of [0, 1, 5]) {
      near.push(bytes.with(place, Number(`${bytes[place]}${digit}`)).join('.'));
    }
  }
  // Digits more behind: what a pattern without $ finds.
  for (const digits of [0, 1, 2, 9, 99]) near.push(`${address}${digits}`);
  // The same as above with the dot gone.
  for (const place of [2, 1, 0]) {
    for (const digit of [0, 1, 5]) {
      const joined = Number(`${bytes[place]}${digit}${bytes[place + 1]}`);
      const rest = [...bytes.slice(0, place), joined, ...bytes.slice(place + 2)].join('.');
      near.push(`5.${rest}`, `${rest}.5`);
    }
  }
  return near.flatMap(ifAddress);
}

function ifAddress(text: string): string[] {
  const address = canonicalAddress(text);
  return address === undefined ? [] : [address];
}

function unique(addresses: readonly string[]): string[] {
  return [...new Set(addresses)];
}
