// `carillon serve`: reads the settings, starts the server (src/server.ts), says where it can be reached
// and stops it on a signal. How a server is made of its parts is in server.ts.

import {
  type Config,
  DEFAULT_DATA,
  DEFAULT_SANDBOX_DATA,
  formatHostPort,
  loadConfig,
  SETTINGS,
} from '../config.ts';
import { createLog } from '../watch/log.ts';
import type { Command, Io, Option } from './arguments.ts';
import { startupFailure } from './startup-failure.ts';

const HELP: Readonly<Record<string, string>> = {
  sandbox: 'simulated telephones and outside world, two lines, this machine only',
  config: 'TOML file with any of these settings (docs/configuration.md)',
  data: `data directory (default ${DEFAULT_DATA}, in the sandbox ${DEFAULT_SANDBOX_DATA})`,
  http: 'where to listen for HTTP (default 127.0.0.1:8080; port 0: a free one)',
  https: 'where to listen for HTTPS (default: nowhere)',
  'tls-cert': 'certificate chain for it, PEM; read again when it changes (sandbox: its own)',
  'tls-key': "the certificate's key, PEM, without pass phrase",
  'trust-proxy':
    'block of the proxies whose X-Forwarded-For is believed; repeatable (default: none)',
  sip: 'where to listen for SIP, UDP and TCP (default 127.0.0.1:5060; port 0: a free one)',
  advertise: 'name or address that telephones reach us at, where it is not that of --sip',
  outside: 'SIP peer for all numbers that are no lines (default: none)',
  country: 'country whose national numbers are understood (default FR)',
  'notify-allow':
    'block that notifications may go to although it is not public, e.g. 127.0.0.1/32; repeatable',
  'notify-ca':
    'PEM file of certificates that receivers of notifications are believed by besides the usual ones',
  'notify-timeout':
    'seconds that a receiver has to answer, where its line does not say (default 5)',
  'notify-window': 'seconds for which a notification is tried again (default 600)',
  'notify-retry': "seconds between the tries, the last repeated (default '1 3 10 30 60 120')",
  'notify-mode': 'at-most-once: what may have arrived is not sent again (default at-least-once)',
  'keep-days': 'days for which calls are kept after their end (default 90; 0: for ever)',
  'keep-megabytes': 'size of the database beyond which the oldest calls go (default 0: no limit)',
  realm: 'realm of the passwords, fixed once the data directory exists (default carillon)',
  'ring-timeout': 'seconds that telephones ring unanswered (default 60)',
  'log-level': 'fatal, error, warn, info, debug, trace or silent (default info, sandbox warn)',
};

/** A second signal sooner than this is the first one, come twice: from terminal and launcher. */
const SAME_SIGNAL_MS = 500;

export const serve: Command = {
  name: 'serve',
  summary: 'Runs the server, or with --sandbox one to try things with.',
  operands: [],
  options: Object.fromEntries(
    SETTINGS.filter(({ only }) => only !== 'file').map(
      ({ name, value, repeatable }): [string, Option] => [
        name,
        {
          help: HELP[name] ?? '',
          ...(value === undefined ? {} : { value }),
          ...(repeatable === undefined ? {} : { repeatable }),
        },
      ],
    ),
  ),
  notes: [
    'A setting is taken from its option, else from the environment (CARILLON_HTTP for --http, and so on;',
    'lists such as CARILLON_TRUST_PROXY separated by commas), else from the file, else its default.',
    'It prints "carillon ready http://HOST:PORT sip:HOST:PORT" when it is ready, with " https://HOST:PORT"',
    'behind it where that is on, and logs JSON lines on standard error. SIGTERM or Ctrl-C ends it in order;',
    'a second one ends it at once.',
  ].join('\n'),
  examples: [
    'carillon serve --sandbox',
    'carillon serve --sip 0.0.0.0:5060 --outside sip:192.0.2.7:5060',
    'carillon serve --config /etc/carillon.toml --data /var/lib/carillon',
  ],
  async run(given, io) {
    const config = loadConfig(given.options, io.env);
    const signalled = firstSignal();
    // Not loaded for the other commands: the server's libraries take longer than a command does.
    const { startServer } = await import('../server.ts');
    const server = await startServer(config, createLog(config.logLevel)).catch((error: unknown) => {
      throw startupFailure(error, config);
    });
    const http = formatHostPort(server.httpAddress);
    const https = server.httpsAddress ? ` https://${formatHostPort(server.httpsAddress)}` : '';
    io.print(`carillon ready http://${http} sip:${formatHostPort(server.sipAddress)}${https}`);
    if (config.sandbox)
      printSandboxWelcome(config, `http://${http}`, server.signInLink('operator'), io);
    await signalled;
    const open = server.openCalls();
    if (open > 0) {
      const calls = open === 1 ? '1 call goes' : `${open} calls go`;
      io.warn(
        `stopping: ${calls} on; waiting up to 10 s for the end, a second signal ends at once`,
      );
    }
    await server.stop();
  },
};

/**
 * Resolves with the first SIGTERM, SIGINT or SIGHUP (a closed terminal). A signal well behind the
 * first ends the process at once: someone does not want to wait for the calls to end.
 */
function firstSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  function signal(): void {
    const now = performance.now();
    firstAt ??= now;
    if (now - firstAt > SAME_SIGNAL_MS) process.exit(1);
    resolve();
  }
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, signal);
  return promise;
}

function printSandboxWelcome(
  { data }: Config,
  http: string,
  signInLink: string | undefined,
  io: Io,
): void {
  // Each command says --data only where it would not look there by itself.
  const forSimulate = data === DEFAULT_SANDBOX_DATA ? '' : ` --data ${shellWord(data)}`;
  const forList = data === DEFAULT_DATA ? '' : ` --data ${shellWord(data)}`;
  if (signInLink !== undefined) {
    io.print(`Open ${signInLink} (a sign-in link, good once, for 10 minutes)`);
  }
  io.print('');
  io.print('This is a sandbox with two lines, 33123456789 and 33123456790 (password: sandbox).');
  io.print('Copy these into another terminal, to place a call and to see what was told about it:');
  io.print('');
  io.print(`  npx carillon simulate 33612345678 33123456789${forSimulate}`);
  io.print(`  npx carillon notification list${forList}`);
  io.print('');
  io.print("And this is how software places a call: the line's telephone rings, then Alice's.");
  io.print('');
  io.print(
    `  curl --digest -u 33123456789:sandbox '${http}/makecall.html?ACCOUNT=33123456789&CALLEE=33612345678&CALLEE_NAME=Alice'`,
  );
  io.print('');
  io.print("The requests that the sandbox's own receiver gets are printed below.");
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
