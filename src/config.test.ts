import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  formatHostPort,
  type GivenFlags,
  loadConfig,
  loadStoreSettings,
  SETTINGS,
  suggest,
  UserError,
} from './config.ts';

const directory = mkdtempSync(join(tmpdir(), 'carillon-config-'));
after(() => rmSync(directory, { recursive: true }));

let files = 0;
function tomlFile(text: string): string {
  files += 1;
  const path = join(directory, `${files}.toml`);
  writeFileSync(path, text);
  return path;
}

function flags(given: Record<string, string | string[]>): GivenFlags {
  return new Map(Object.entries(given).map(([name, value]) => [name, [value].flat()]));
}

function mistake(
  given: Record<string, string | string[]>,
  env: Record<string, string> = {},
): UserError {
  let mistake: unknown;
  assert.throws(
    () => loadConfig(flags(given), env),
    (error) => {
      mistake = error;
      return error instanceof UserError;
    },
    JSON.stringify(given),
  );
  assert.ok(mistake instanceof UserError);
  return mistake;
}

test('without any setting the defaults hold', () => {
  assert.deepEqual(loadConfig(new Map(), {}), {
    data: './data',
    sandbox: false,
    http: { host: '127.0.0.1', port: 8080 },
    trustProxy: [],
    sip: { host: '127.0.0.1', port: 5060 },
    country: 'FR',
    notifyAllow: [],
    delivery: {
      timeoutMs: 5000,
      windowMs: 600_000,
      retryMs: [1000, 3000, 10_000, 30_000, 60_000, 120_000],
      atMostOnce: false,
    },
    keepDays: 90,
    keepMegabytes: 0,
    realm: 'carillon',
    ringTimeoutS: 60,
    maxCallS: 43_200,
    logLevel: 'info',
  });
});

test('the sandbox has its own data directory and logs warnings only', () => {
  const config = loadConfig(flags({ sandbox: 'true' }), {});
  assert.equal(config.data, './data-sandbox');
  assert.equal(config.logLevel, 'warn');
});

test('a flag wins over the environment, that over the file, and that over the default', () => {
  const file = tomlFile('http = "127.0.0.3:3"\nsip = "127.0.0.3:4"\ncountry = "be"\n');
  const env = { CARILLON_HTTP: '127.0.0.2:2', CARILLON_SIP: '127.0.0.2:3', CARILLON_CONFIG: file };
  const config = loadConfig(flags({ http: '127.0.0.1:1' }), env);
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 1 });
  assert.deepEqual(config.sip, { host: '127.0.0.2', port: 3 });
  assert.equal(config.country, 'BE');
  assert.equal(config.realm, 'carillon');
});

test('every setting can be written in the file, the longest call only there', () => {
  const file = tomlFile(`
    sandbox = false
    data = "/var/lib/carillon"
    http = "[::1]:0"
    https = "0.0.0.0:443"
    tls-cert = "/etc/tls/cert.pem"
    tls-key = "/etc/tls/key.pem"
    trust-proxy = ["127.0.0.1/32", "::1/128"]
    sip = "localhost:5070"
    advertise = "sip.example.org"
    outside = "sip:192.0.2.7:5060"
    country = "FR"
    notify-allow = ["10.0.0.0/8", "fd00::/8"]
    notify-ca = "/etc/tls/ca.pem"
    notify-timeout = 2.5
    notify-window = 86400
    notify-retry = "0.5 3600"
    notify-mode = "at-most-once"
    keep-days = 0
    keep-megabytes = 2000
    realm = "pbx.example"
    ring-timeout = 0.5
    max-call = 90
    log-level = "debug"
  `);
  const config = loadConfig(flags({ config: file }), { CARILLON_MAX_CALL: '5' });
  assert.deepEqual(config, {
    data: '/var/lib/carillon',
    sandbox: false,
    http: { host: '::1', port: 0 },
    https: { host: '0.0.0.0', port: 443 },
    tlsCert: '/etc/tls/cert.pem',
    tlsKey: '/etc/tls/key.pem',
    trustProxy: ['127.0.0.1/32', '::1/128'],
    sip: { host: 'localhost', port: 5070 },
    advertise: 'sip.example.org',
    outside: { host: '192.0.2.7', port: 5060 },
    country: 'FR',
    notifyAllow: ['10.0.0.0/8', 'fd00::/8'],
    notifyCa: '/etc/tls/ca.pem',
    delivery: {
      timeoutMs: 2500,
      windowMs: 86_400_000,
      retryMs: [500, 3_600_000],
      atMostOnce: true,
    },
    keepDays: 0,
    keepMegabytes: 2000,
    realm: 'pbx.example',
    ringTimeoutS: 0.5,
    maxCallS: 90,
    logLevel: 'debug',
  });
});

test('a list is repeated as a flag and separated by commas in the environment', () => {
  const allowed = ['10.0.0.0/8', '192.168.1.1/32'];
  assert.deepEqual(loadConfig(flags({ 'notify-allow': allowed }), {}).notifyAllow, allowed);
  const env = { CARILLON_NOTIFY_ALLOW: '10.0.0.0/8, 192.168.1.1/32' };
  assert.deepEqual(loadConfig(new Map(), env).notifyAllow, allowed);
});

test('how notifications are delivered is set one by one, also in the environment', () => {
  const env = { CARILLON_NOTIFY_RETRY: '1  2.5', CARILLON_NOTIFY_MODE: 'at-least-once' };
  assert.deepEqual(loadConfig(flags({ 'notify-window': '5' }), env).delivery, {
    timeoutMs: 5000,
    windowMs: 5000,
    retryMs: [1000, 2500],
    atMostOnce: false,
  });
});

test('an empty environment variable is an unset one', () => {
  assert.equal(loadConfig(new Map(), { CARILLON_HTTP: '' }).http.port, 8080);
});

test('the commands that do not serve are not disturbed by what they do not need', () => {
  const env = { CARILLON_HTTP: 'nonsense', CARILLON_DATA: 'here' };
  assert.deepEqual(loadStoreSettings(new Map(), env), {
    data: 'here',
    country: 'FR',
    realm: 'carillon',
  });
  assert.equal(loadStoreSettings(new Map(), {}, true).data, './data-sandbox');
  assert.equal(loadStoreSettings(new Map(), { CARILLON_SANDBOX: '1' }).data, './data-sandbox');
});

test('every wrong value is refused with its place and an example', () => {
  const table: [setting: string, values: string[], says: RegExp][] = [
    [
      'http',
      ['', '8080', ':8080', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '127.0.0.1:-1', '1.2.3:1']
        .concat(['127.0.0.1:8080/', 'http://127.0.0.1:80', '::1:80', '[127.0.0.1]:80', 'a b:80'])
        .concat(['-a:1', 'a..b:1', '127.0.0.1:1e3', '127.0.0.256:80', '[::1]']),
      /^--http: .* write an address and a port from 0 to 65535, such as 127\.0\.0\.1:8080/,
    ],
    ['sip', ['5060', 'sip:127.0.0.1:5060'], /^--sip: .*such as/],
    [
      'outside',
      [
        '127.0.0.1:5060',
        'sip:127.0.0.1',
        'sip:127.0.0.1:0',
        'sip:127.0.0.1:70000',
        'sips:a:1',
      ].concat(['sip:user@127.0.0.1:5060', 'sip:127.0.0.1:5060;transport=tcp', 'sip:', '']),
      /^--outside: .*write sip:HOST:PORT with a port from 1 to 65535/,
    ],
    [
      'advertise',
      ['', '1.2.3', '192.0.2.7:5060', 'http://a', '-a'],
      /^--advertise: .*without port/,
    ],
    ['country', ['', 'F', 'FRA', 'XX', '33', 'France'], /^--country: .*two letters, such as FR/],
    [
      'notify-allow',
      ['', '10.0.0.0', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/-1', '10.0.0.0/', '::/129', 'a/8'],
      /^--notify-allow: .*such as 192\.168\.0\.0\/16/,
    ],
    ['https', ['', '443', 'https://a:443'], /^--https: .*write an address and a port/],
    ['trust-proxy', ['', '10.0.0.1', 'loopback'], /^--trust-proxy: .*such as 192\.168\.0\.0\/16/],
    ['realm', ['', ' a', 'a"b', 'é', 'a'.repeat(65), 'a\tb'], /^--realm: .*write up to 64 letters/],
    [
      'ring-timeout',
      ['', '0', '-1', 'x', '1e3', '0x10', ' 5', 'NaN', 'Infinity', '3601', '5s', '.5'],
      /^--ring-timeout: .*write one from 0\.1 to 3600/,
    ],
    ['notify-ca', ['', 'a\0b'], /^--notify-ca: write a path/],
    [
      'notify-timeout',
      ['', '0', '0.4', '31', '5s', '5,5', '1e1'],
      /^--notify-timeout: .*write one from 0\.5 to 30$/,
    ],
    ['keep-days', ['', '-1', '1.5', '36501'], /^--keep-days: .*whole one from 0 to 36500$/],
    ['keep-megabytes', ['1 GB', '0x10'], /^--keep-megabytes: .* no number of megabytes; write/],
    ['notify-window', ['', '0', '86401'], /^--notify-window: .*write one from 1 to 86400$/],
    [
      'notify-retry',
      ['', ' ', Array(21).fill('1').join(' ')],
      /^--notify-retry: .*separated by spaces, such as 1 3 10$/,
    ],
    ['notify-retry', ['1 0', '1,3', '3601'], /^--notify-retry: .*write one from 0\.5 to 3600$/],
    [
      'notify-mode',
      ['', 'once', 'At-least-once'],
      /^--notify-mode: .*write one of at-least-once, at-most-once$/,
    ],
    ['log-level', ['', 'INFO', 'verbose'], /^--log-level: .*write one of fatal, /],
    ['data', ['', 'a\0b'], /^--data: write a path/],
    ['config', ['', '/nonexistent/carillon.toml'], /^--config: .*write (a|the) path/],
  ];
  for (const [setting, values, says] of table) {
    for (const value of values) {
      const { message, status } = mistake({ [setting]: value });
      assert.match(message, says, `--${setting} ${JSON.stringify(value)}`);
      assert.equal(status, 2);
    }
  }
});

test('an address, a name and the ends of the port range are accepted', () => {
  for (const text of ['0.0.0.0:0', '127.0.0.1:65535', '[::]:5060', 'pbx-1.example.org:5060']) {
    const { sip } = loadConfig(flags({ sip: text }), {});
    assert.equal(formatHostPort(sip), text);
  }
});

test('a wrong value in the environment is told by its variable', () => {
  assert.match(mistake({}, { CARILLON_SIP: '5060' }).message, /^CARILLON_SIP: "5060"/);
  assert.match(
    mistake({}, { CARILLON_SANDBOX: 'maybe' }).message,
    /^CARILLON_SANDBOX: .*true or false/,
  );
  assert.match(
    mistake({}, { CARILLON_NOTIFY_ALLOW: '10.0.0.0/8,' }).message,
    /^CARILLON_NOTIFY_ALLOW/,
  );
});

test('a wrong file is told by its path, with the key or the line', () => {
  const table: [text: string, says: RegExp][] = [
    ['htp = "127.0.0.1:1"', /unknown setting "htp"; did you mean "http"\?$/],
    ['config = "other.toml"', /unknown setting "config"; the settings are sandbox, data,/],
    ['ringtimeout = 3', /unknown setting "ringtimeout"; did you mean "ring-timeout"\?$/],
    ['zzzzzzzzzzz = 3', /unknown setting "zzzzzzzzzzz"; the settings are /],
    ['http = 8080', /: http: "8080" is no HOST:PORT/],
    ['[http]\nport = 8080', /: http: write one HOST:PORT as http = /],
    ['http = ["127.0.0.1:1"]', /: http: write one HOST:PORT as http = /],
    ['max-call = 0', /: max-call: .*write one from 1 to 604800/],
    ['notify-allow = ["10.0.0.0/8", 5]', /: notify-allow: "5" is no address block/],
    ['notify-allow = [["10.0.0.0/8"]]', /: notify-allow: write one CIDR as /],
    ['sip = "127.0.0.1:1"\nhttp = ', /\.toml, line 2: this is not TOML: /],
    ['country = "FR"\ncountry = "BE"', /\.toml, line 2: this is not TOML: /],
  ];
  for (const [text, says] of table) {
    const { message, status } = mistake({ config: tomlFile(text) });
    assert.match(message, says, text);
    assert.ok(message.startsWith(directory), message);
    assert.equal(status, 2);
  }
  assert.match(mistake({ config: directory }).message, /is a directory, not a TOML file$/);
});

test('a sandbox that other machines could reach is refused', () => {
  for (const host of ['0.0.0.0', '192.0.2.7', '[::]', 'example.org', '127.example.org']) {
    assert.match(
      mistake({ sandbox: 'true', sip: `${host}:5060` }).message,
      /^--sip: the sandbox listens on this machine only; write 127\.0\.0\.1:PORT/,
    );
  }
  for (const host of ['127.0.0.9', 'localhost', '[::1]']) {
    loadConfig(flags({ sandbox: 'true', sip: `${host}:5060`, http: `${host}:80` }), {});
  }
});

test('HTTPS needs certificate and key, and they need HTTPS', () => {
  const pair = { 'tls-cert': 'c.pem', 'tls-key': 'k.pem' };
  const { https, tlsCert, tlsKey } = loadConfig(flags({ https: '[::]:443', ...pair }), {});
  assert.deepEqual([https, tlsCert, tlsKey], [{ host: '::', port: 443 }, 'c.pem', 'k.pem']);
  const both = /^--https: .*write both --tls-cert FILE and --tls-key FILE$/;
  for (const sandbox of ['false', 'true']) {
    for (const [name, file] of Object.entries(pair)) {
      assert.match(mistake({ sandbox, https: '127.0.0.1:1', [name]: file }).message, both);
      const { message, status } = mistake({ sandbox, [name]: file });
      assert.match(message, new RegExp(`^--${name}: .*write --https HOST:PORT as well`));
      assert.equal(status, 2);
    }
  }
  assert.match(mistake({ https: '127.0.0.1:1' }).message, both);
  assert.match(
    mistake({ https: '127.0.0.1:1' }, { CARILLON_TLS_CERT: 'c', CARILLON_TLS_KEY: '' }).message,
    both,
  );
});

test('the sandbox makes its own certificate, and its HTTPS stays on this machine as well', () => {
  const config = loadConfig(flags({ sandbox: 'true', https: '127.0.0.1:0' }), {});
  assert.deepEqual(config.https, { host: '127.0.0.1', port: 0 });
  assert.equal(config.tlsCert, undefined);
  assert.match(
    mistake({ sandbox: 'true', https: '0.0.0.0:443' }).message,
    /^--https: the sandbox listens on this machine only/,
  );
});

test('HTTP and HTTPS cannot share an address', () => {
  const pair = { 'tls-cert': 'c.pem', 'tls-key': 'k.pem' };
  assert.match(
    mistake({ ...pair, http: '127.0.0.1:80', https: '127.0.0.1:80' }).message,
    /^--https: 127\.0\.0\.1:80 is where --http listens already; write another port$/,
  );
  loadConfig(flags({ ...pair, http: '127.0.0.1:0', https: '127.0.0.1:0' }), {});
});

test('proxies are listed like blocks for notifications', () => {
  const env = { CARILLON_TRUST_PROXY: '127.0.0.1/32,::1/128' };
  assert.deepEqual(loadConfig(new Map(), env).trustProxy, ['127.0.0.1/32', '::1/128']);
});

test('a near name is suggested and a far one is not', () => {
  const names = SETTINGS.map(({ name }) => name);
  assert.equal(suggest('advertize', names), '; did you mean "advertise"?');
  assert.equal(suggest('pasword', names), '');
  assert.equal(suggest('x'.repeat(100_000), names), '');
});
