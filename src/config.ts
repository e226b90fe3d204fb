// What the operator decides for one server: from flags, the environment, one TOML file and defaults,
// in this order. It only reads and checks texts; it opens no socket and no data directory, and knows
// no command (src/cli gives it the flags, src/server.ts gets the result).

import { readFileSync } from 'node:fs';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parse as parseToml, TomlError } from 'smol-toml';
import { type Country, isCountry } from './numbers/numbering-plan.ts';

export interface HostPort {
  /** A name or an address; an IPv6 address stands without its brackets. */
  readonly host: string;
  /** 0 to 65535; 0 lets the system choose a free one. */
  readonly port: number;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  /** The data directory as the operator wrote it: relative to the working directory. */
  readonly data: string;
  readonly sandbox: boolean;
  readonly http: HostPort;
  readonly https?: HostPort;
  /** PEM files, both or neither; neither with `https` only in the sandbox, which makes its own. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** CIDR blocks of the proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  readonly sip: HostPort;
  /** The host that telephones are told to send to, where it is not the one we listen on. */
  readonly advertise?: string;
  /** The SIP peer that leads to all numbers that are no lines. */
  readonly outside?: HostPort;
  /** ISO 3166 code of the country whose national forms are understood, e.g. `FR`. */
  readonly country: Country;
  /** CIDR blocks that notifications may go to. Kept, not yet enforced. */
  readonly notifyAllow: readonly string[];
  readonly realm: string;
  /** Seconds that a line's terminals ring before the call ends as not answered. */
  readonly ringTimeoutS: number;
  /** Seconds after which an answered call is ended. */
  readonly maxCallS: number;
  readonly logLevel: LogLevel;
}

/** What a command that does not serve needs of the settings. */
export type StoreSettings = Pick<Config, 'data' | 'country' | 'realm'>;

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

/** A setting's name is its flag (`--name`), its key in the file and, in capitals, its variable. */
export interface Setting {
  readonly name: string;
  /** What stands for the value in a help text; absent where the setting is a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  /** Where it may be given; absent: as flag, in the environment and in the file. */
  readonly only?: 'file' | 'flag and environment';
}

export const SETTINGS: readonly Setting[] = [
  { name: 'sandbox' },
  { name: 'config', value: 'FILE', only: 'flag and environment' },
  { name: 'data', value: 'DIR' },
  { name: 'http', value: 'HOST:PORT' },
  { name: 'https', value: 'HOST:PORT' },
  { name: 'tls-cert', value: 'FILE' },
  { name: 'tls-key', value: 'FILE' },
  { name: 'trust-proxy', value: 'CIDR', repeatable: true },
  { name: 'sip', value: 'HOST:PORT' },
  { name: 'advertise', value: 'HOST' },
  { name: 'outside', value: 'sip:HOST:PORT' },
  { name: 'country', value: 'FR' },
  { name: 'notify-allow', value: 'CIDR', repeatable: true },
  { name: 'realm', value: 'TEXT' },
  { name: 'ring-timeout', value: 'S' },
  { name: 'max-call', value: 'S', only: 'file' },
  { name: 'log-level', value: 'LEVEL' },
];

export const DEFAULT_DATA = './data';
export const DEFAULT_SANDBOX_DATA = './data-sandbox';
const LARGEST_FILE = 1_000_000;

/** Texts given for a setting, by its name; a switch that is on has the text `true`. */
export type GivenFlags = ReadonlyMap<string, readonly string[]>;
type Environment = Readonly<Record<string, string | undefined>>;

/** The texts of one setting and the place they were found, for error messages. */
interface Found {
  readonly texts: readonly string[];
  readonly where: string;
}

/** Reads everything that `serve` needs. Throws UserError with a line that says what to write. */
export function loadConfig(flags: GivenFlags, env: Environment): Config {
  const find = settingsFinder(flags, env);
  const sandbox = readOne(find('sandbox'), readSwitch) ?? false;
  const http = find('http');
  const https = find('https');
  const sip = find('sip');
  const advertise = readOne(find('advertise'), readHost);
  const outside = readOne(find('outside'), readSipPeer);
  const config: Config = {
    ...readStoreSettings(find, sandbox),
    sandbox,
    http: readOne(http, readHostPort) ?? { host: '127.0.0.1', port: 8080 },
    ...readHttps(find, sandbox),
    trustProxy: readCidrs(find('trust-proxy')),
    sip: readOne(sip, readHostPort) ?? { host: '127.0.0.1', port: 5060 },
    ...(advertise === undefined ? {} : { advertise }),
    ...(outside === undefined ? {} : { outside }),
    notifyAllow: readCidrs(find('notify-allow')),
    ringTimeoutS: readOne(find('ring-timeout'), secondsReader(0.1, 3600)) ?? 60,
    maxCallS: readOne(find('max-call'), secondsReader(1, 604_800)) ?? 43_200,
    logLevel: readOne(find('log-level'), readLogLevel) ?? (sandbox ? 'warn' : 'info'),
  };
  if (config.https !== undefined) refuseSameAddress(config.https, config.http, https?.where);
  if (sandbox) {
    refuseOpenSandbox(config.http, http?.where);
    if (config.https !== undefined) refuseOpenSandbox(config.https, https?.where);
    refuseOpenSandbox(config.sip, sip?.where);
  }
  return config;
}

/** Reads what the other commands need. `sandbox` says which default directory they look for. */
export function loadStoreSettings(
  flags: GivenFlags,
  env: Environment,
  sandbox?: boolean,
): StoreSettings {
  const find = settingsFinder(flags, env);
  return readStoreSettings(find, sandbox ?? readOne(find('sandbox'), readSwitch) ?? false);
}

function readStoreSettings(
  find: (name: string) => Found | undefined,
  sandbox: boolean,
): StoreSettings {
  const data = readOne(find('data'), readNotEmpty);
  return {
    data: data ?? (sandbox ? DEFAULT_SANDBOX_DATA : DEFAULT_DATA),
    country: readOne(find('country'), readCountry) ?? 'FR',
    realm: readOne(find('realm'), readRealm) ?? 'carillon',
  };
}

/** HTTPS and its certificate go together; the sandbox can do without one, since it makes its own. */
function readHttps(
  find: (name: string) => Found | undefined,
  sandbox: boolean,
): Pick<Config, 'https' | 'tlsCert' | 'tlsKey'> {
  const [httpsAt, certAt, keyAt] = [find('https'), find('tls-cert'), find('tls-key')];
  const https = readOne(httpsAt, readHostPort);
  const tlsCert = readOne(certAt, readNotEmpty);
  const tlsKey = readOne(keyAt, readNotEmpty);
  if (https === undefined) {
    const alone = certAt ?? keyAt;
    if (alone === undefined) return {};
    throw new UserError(
      `${alone.where}: this serves HTTPS only; write --https HOST:PORT as well, or leave it out`,
    );
  }
  if (tlsCert !== undefined && tlsKey !== undefined) return { https, tlsCert, tlsKey };
  if (sandbox && tlsCert === undefined && tlsKey === undefined) return { https };
  throw new UserError(
    `${httpsAt!.where}: HTTPS needs a certificate and its key; write both --tls-cert FILE and --tls-key FILE`,
  );
}

/** Where a setting stands: the first of flag, environment and file that has it. */
function settingsFinder(flags: GivenFlags, env: Environment): (name: string) => Found | undefined {
  function fromFlagOrEnvironment(setting: Setting): Found | undefined {
    const texts = flags.get(setting.name);
    if (texts !== undefined) return { texts, where: `--${setting.name}` };
    const variable = variableName(setting.name);
    const text = env[variable];
    // An empty variable is an unset one: it is how scripts and containers leave a variable out.
    if (text === undefined || text === '' || setting.only === 'file') return undefined;
    const list = setting.repeatable ? text.split(',').map((part) => part.trim()) : [text];
    return { texts: list, where: variable };
  }
  const settings = new Map(SETTINGS.map((setting) => [setting.name, setting]));
  const file = fromFlagOrEnvironment(settings.get('config')!);
  const inFile = file === undefined ? new Map<string, Found>() : readFile(file);
  return (name) => fromFlagOrEnvironment(settings.get(name)!) ?? inFile.get(name);
}

/** The environment variable of a setting: `notify-allow` is `CARILLON_NOTIFY_ALLOW`. */
export function variableName(name: string): string {
  return `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
}

function readFile({ texts, where }: Found): Map<string, Found> {
  const path = readNotEmpty(texts[0]!, where);
  const known = SETTINGS.filter((setting) => setting.only !== 'flag and environment');
  const found = new Map<string, Found>();
  for (const [key, value] of Object.entries(parseFile(path, where))) {
    const setting = known.find(({ name }) => name === key);
    if (setting === undefined) {
      const names = known.map(({ name }) => name);
      const hint = suggest(key, names) || `; the settings are ${names.join(', ')}`;
      throw new UserError(`${path}: unknown setting "${key}"${hint}`);
    }
    const place = `${path}: ${key}`;
    const values = setting.repeatable && Array.isArray(value) ? value : [value];
    found.set(key, { texts: values.map((one) => tomlText(one, place, setting)), where: place });
  }
  return found;
}

function parseFile(path: string, where: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(`${where}: there is no file ${path}; write the path of a TOML file`);
    }
    if (code === 'EISDIR') throw new UserError(`${where}: ${path} is a directory, not a TOML file`);
    throw new UserError(
      `${where}: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      1,
    );
  }
  if (text.length > LARGEST_FILE) throw new UserError(`${path}: this is too large for settings`);
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n', 1)[0]!.replace('Invalid TOML document: ', '');
    throw new UserError(`${path}, line ${error.line}: this is not TOML: ${reason}`);
  }
}

function tomlText(value: unknown, place: string, setting: Setting): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const example = setting.repeatable ? '["…", "…"]' : '"…"';
  throw new UserError(
    `${place}: write one ${setting.value ?? 'true'} as ${setting.name} = ${example}`,
  );
}

function readOne<T>(found: Found | undefined, read: (text: string, where: string) => T) {
  return found === undefined ? undefined : read(found.texts[0]!, found.where);
}

function readNotEmpty(text: string, where: string): string {
  // A NUL byte would end the path early in the system's calls; Node throws a fault for it.
  if (text === '' || text.includes('\0'))
    throw new UserError(`${where}: write a path, such as ./data`);
  return text;
}

function readSwitch(text: string, where: string): boolean {
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

function readHost(text: string, where: string): string {
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

function readSipPeer(text: string, where: string): HostPort {
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

function readCidrs(found: Found | undefined): string[] {
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

function readCountry(text: string, where: string): Country {
  const country = text.toUpperCase();
  if (isCountry(country)) return country;
  throw new UserError(`${where}: "${text}" is no country; write its two letters, such as FR`);
}

function readRealm(text: string, where: string): string {
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

function readLogLevel(text: string, where: string): LogLevel {
  const level = LOG_LEVELS.find((level) => level === text);
  if (level !== undefined) return level;
  throw new UserError(`${where}: "${text}" is no log level; write one of ${LOG_LEVELS.join(', ')}`);
}

function refuseSameAddress(https: HostPort, http: HostPort, where: string | undefined): void {
  if (https.port === 0 || https.port !== http.port || https.host !== http.host) return;
  throw new UserError(
    `${where}: ${formatHostPort(https)} is where --http listens already; write another port`,
  );
}

/** The sandbox's passwords are public, so it must not be reached from another machine. */
function refuseOpenSandbox({ host }: HostPort, where: string | undefined): void {
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
