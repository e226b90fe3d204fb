// Single values of the configuration as texts: each is read and checked here, and each error is one line
// that says what to write. What settings there are, and where they are looked for, is config.ts.

import { isIP, isIPv4, isIPv6 } from 'node:net';
import { DELIVERY_LIMITS, DELIVERY_MODES } from './lines/delivery-forms.ts';
import { DEFAULT_DELIVERY } from './notifications/delivery-policy.ts';
import type { DeliveryPolicy } from './notifications/delivery-policy.ts';
import { type Country, isCountry } from './numbers/numbering-plan.ts';

export interface HostPort {
  /** A name or an address; an IPv6 address stands without its brackets. */
  readonly host: string;
  /** 0 to 65535; 0 lets the system choose a free one. */
  readonly port: number;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** An error whose message is the one line that the user reads, with the exit status it leads to. */
export class UserError extends Error {
  /** 1: it could not be done; 2: the arguments are wrong. */
  readonly status: 1 | 2;
  constructor(message: string, status: 1 | 2 = 2, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.status = status;
  }
}

/** The texts of one setting and the place they were found, for error messages. */
export interface Found {
  readonly texts: readonly string[];
  readonly where: string;
}

export function readOne<T>(found: Found | undefined, read: (text: string, where: string) => T) {
  return found === undefined ? undefined : read(found.texts[0]!, found.where);
}

export function readNotEmpty(text: string, where: string): string {
  // A NUL byte would end the path early in the system's calls; Node throws a fault for it.
  if (text === '' || text.includes('\0'))
    throw new UserError(`${where}: write a path, such as ./data`);
  return text;
}

export function readSwitch(text: string, where: string): boolean {
  if (['true', '1', 'yes', 'on'].includes(text.toLowerCase())) return true;
  if (['false', '0', 'no', 'off'].includes(text.toLowerCase())) return false;
  throw new UserError(`${where}: "${text}" is neither yes nor no; write true or false`);
}

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // A name made of digits and dots alone would be a mistyped address.
  return (
    text.length <= 253 &&
    /[a-z]/i.test(text) &&
    /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(text)
  );
}

export function readHost(text: string, where: string): string {
  const host = text.replace(/^\[(.*:.*)\]$/, '$1');
  if (isHost(host)) return host;
  throw new UserError(
    `${where}: "${text}" is neither a name nor an address; write one without port, such as 192.0.2.7`,
  );
}

/** Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`, ports 0 to 65535. */
export function readHostPort(text: string, where: string): HostPort {
  const found = splitHostPort(text);
  if (found !== undefined) return found;
  throw new UserError(
    `${where}: "${text}" is no HOST:PORT; write an address and a port from 0 to 65535, such as 127.0.0.1:8080 or [::1]:8080`,
  );
}

export function readSipPeer(text: string, where: string): HostPort {
  const found = /^sip:/i.test(text) ? splitHostPort(text.slice('sip:'.length)) : undefined;
  if (found !== undefined && found.port > 0) return found;
  throw new UserError(
    `${where}: "${text}" is no SIP peer; write sip:HOST:PORT with a port from 1 to 65535, such as sip:192.0.2.7:5060`,
  );
}

function splitHostPort(text: string): HostPort | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (!(port <= 65_535) || (bracketed === undefined ? !isHost(host) : !isIPv6(host)))
    return undefined;
  return { host, port };
}

/** Writes a host and a port as one text, an IPv6 address in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

export function readCidrs(found: Found | undefined): string[] {
  return (found?.texts ?? []).map((text) => readCidr(text, found?.where ?? ''));
}

function readCidr(text: string, where: string): string {
  const [, address = '', bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const longest = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  if (Number(bits) <= longest) return text;
  throw new UserError(
    `${where}: "${text}" is no address block; write ADDRESS/BITS, such as 192.168.0.0/16 or 10.1.2.3/32`,
  );
}

export function readCountry(text: string, where: string): Country {
  const country = text.toUpperCase();
  if (isCountry(country)) return country;
  throw new UserError(`${where}: "${text}" is no country; write its two letters, such as FR`);
}

export function readRealm(text: string, where: string): string {
  // It stands in quotes in headers (RFC 7616, 3.3) and is hashed: keep to what no client alters.
  if (/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/.test(text)) return text;
  throw new UserError(
    `${where}: "${text}" cannot be a realm; write up to 64 letters, digits, spaces or . _ @ -`,
  );
}

/** Reads a number of seconds in the given range, such as `2` or `0.5`. */
export function secondsReader(least: number, most: number) {
  return (text: string, where: string): number => {
    const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (seconds >= least && seconds <= most) return seconds;
    throw new UserError(
      `${where}: "${text}" is no number of seconds; write one from ${least} to ${most}`,
    );
  };
}

/** What holds for every line that does not say otherwise; the same limits as on a line. */
export function readDelivery(find: (name: string) => Found | undefined): DeliveryPolicy {
  const { timeoutS, windowS } = DELIVERY_LIMITS;
  const timeout = readOne(find('notify-timeout'), secondsReader(timeoutS.least, timeoutS.most));
  const window = readOne(find('notify-window'), secondsReader(windowS.least, windowS.most));
  const retry = readOne(find('notify-retry'), readRetrySeconds);
  const mode = readOne(find('notify-mode'), readDeliveryMode);
  return {
    ...DEFAULT_DELIVERY,
    ...(timeout === undefined ? {} : { timeoutMs: milliseconds(timeout) }),
    ...(window === undefined ? {} : { windowMs: milliseconds(window) }),
    ...(retry === undefined ? {} : { retryMs: retry.map(milliseconds) }),
    ...(mode === undefined ? {} : { atMostOnce: mode === 'at-most-once' }),
  };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** Reads a whole number in the given range. */
export function wholeReader(most: number, what: string) {
  return (text: string, where: string): number => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= most) return number;
    throw new UserError(
      `${where}: "${text}" is no number of ${what}; write a whole one from 0 to ${most}`,
    );
  };
}

/** Reads the waits between the tries of a notification, such as `1 3 10`, seconds. */
function readRetrySeconds(text: string, where: string): number[] {
  const { retries, retryS } = DELIVERY_LIMITS;
  const words = text.split(' ').filter((word) => word !== '');
  if (words.length === 0 || words.length > retries) {
    throw new UserError(
      `${where}: "${text}" is no list of 1 to ${retries} numbers; write seconds separated by spaces, such as 1 3 10`,
    );
  }
  return words.map((word) => secondsReader(retryS.least, retryS.most)(word, where));
}

function readDeliveryMode(text: string, where: string): (typeof DELIVERY_MODES)[number] {
  const mode = DELIVERY_MODES.find((mode) => mode === text);
  if (mode !== undefined) return mode;
  throw new UserError(
    `${where}: "${text}" is no way to deliver; write one of ${DELIVERY_MODES.join(', ')}`,
  );
}

export function readLogLevel(text: string, where: string): LogLevel {
  const level = LOG_LEVELS.find((level) => level === text);
  if (level !== undefined) return level;
  throw new UserError(`${where}: "${text}" is no log level; write one of ${LOG_LEVELS.join(', ')}`);
}

export function refuseSameAddress(
  https: HostPort,
  http: HostPort,
  where: string | undefined,
): void {
  if (https.port === 0 || https.port !== http.port || https.host !== http.host) return;
  throw new UserError(
    `${where}: ${formatHostPort(https)} is where --http listens already; write another port`,
  );
}

/** The sandbox's passwords are public, so it must not be reached from another machine. */
export function refuseOpenSandbox({ host }: HostPort, where: string | undefined): void {
  if (host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))) return;
  throw new UserError(
    `${where}: the sandbox listens on this machine only; write 127.0.0.1:PORT, or leave --sandbox out`,
  );
}

/** `; did you mean "…"?` for the nearest of the known names, or nothing where none is near. */
export function suggest(name: string, known: readonly string[]): string {
  // Two letters that changed places count as two changes.
  const limit = name.length < 4 ? 1 : 2;
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(name.slice(0, 40), candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest !== undefined && nearest.distance <= limit
    ? `; did you mean "${nearest.candidate}"?`
    : '';
}

/** Letters to insert, remove or replace to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = row[column - 1]! + (from[index] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
