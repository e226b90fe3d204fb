// What the operator decides for one server: from flags, the environment, one TOML file and defaults,
// in this order. It only reads and checks texts; it opens no socket and no data directory, and knows
// no command (src/cli gives it the flags, src/server.ts gets the result).

import { readFileSync } from 'node:fs';
import { parse as parseToml, TomlError } from 'smol-toml';
import {
  readCidrs,
  readCountry,
  readDelivery,
  readHost,
  readHostPort,
  readLogLevel,
  readNotEmpty,
  readOne,
  readRealm,
  readSipPeer,
  readSwitch,
  refuseOpenSandbox,
  refuseSameAddress,
  secondsReader,
  suggest,
  UserError,
  wholeReader,
} from './config-values.ts';
import type { Found, HostPort, LogLevel } from './config-values.ts';
import type { DeliveryPolicy } from './notifications/delivery-policy.ts';
import type { Country } from './numbers/numbering-plan.ts';

export {
  formatHostPort,
  LOG_LEVELS,
  readHostPort,
  secondsReader,
  suggest,
  UserError,
} from './config-values.ts';
export type { HostPort, LogLevel } from './config-values.ts';

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
  /** CIDR blocks that notifications may go to besides what is usual (docs/targets.md). */
  readonly notifyAllow: readonly string[];
  /** PEM file of certificates by which receivers are believed besides the usual ones. */
  readonly notifyCa?: string;
  /** How notifications are delivered where a line does not say otherwise. */
  readonly delivery: DeliveryPolicy;
  /** How many days a call is kept after its end, with what was told of it; 0: for ever. */
  readonly keepDays: number;
  /** How large the database may become before the oldest calls go; 0: as it likes. */
  readonly keepMegabytes: number;
  readonly realm: string;
  /** Seconds that a line's terminals ring before the call ends as not answered. */
  readonly ringTimeoutS: number;
  /** Seconds after which an answered call is ended. */
  readonly maxCallS: number;
  readonly logLevel: LogLevel;
}

/** What a command that does not serve needs of the settings. */
export type StoreSettings = Pick<Config, 'data' | 'country' | 'realm'>;

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
  { name: 'notify-ca', value: 'FILE' },
  { name: 'notify-timeout', value: 'S' },
  { name: 'notify-window', value: 'S' },
  { name: 'notify-retry', value: "'S S S'" },
  { name: 'notify-mode', value: 'at-least-once|at-most-once' },
  { name: 'keep-days', value: 'D' },
  { name: 'keep-megabytes', value: 'MB' },
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

/** Reads everything that `serve` needs. Throws UserError with a line that says what to write. */
export function loadConfig(flags: GivenFlags, env: Environment): Config {
  const find = settingsFinder(flags, env);
  const sandbox = readOne(find('sandbox'), readSwitch) ?? false;
  const http = find('http');
  const https = find('https');
  const sip = find('sip');
  const advertise = readOne(find('advertise'), readHost);
  const outside = readOne(find('outside'), readSipPeer);
  const notifyCa = readOne(find('notify-ca'), readNotEmpty);
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
    ...(notifyCa === undefined ? {} : { notifyCa }),
    delivery: readDelivery(find),
    keepDays: readOne(find('keep-days'), wholeReader(36_500, 'days')) ?? 90,
    keepMegabytes: readOne(find('keep-megabytes'), wholeReader(100_000_000, 'megabytes')) ?? 0,
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
