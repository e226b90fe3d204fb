// The certificate that HTTPS is served with: read from its two files and read again when they change, or
// made by ourselves for the sandbox. It makes TLS servers and knows no HTTP. Neighbours: front.ts takes
// the connections, self-signed.ts writes the sandbox's certificate.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, createServer } from 'node:tls';
import type { Server as TlsServer } from 'node:tls';
import type { Config } from '../config.ts';
import { makeSelfSigned } from './self-signed.ts';
import type { KeyPair } from './self-signed.ts';

/** A certificate or key that cannot be used; the message is one line that says what to change. */
export class TlsFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TlsFileError';
  }
}

/** What HTTPS is served with. */
export interface Tls {
  /** Makes a server that gives each connection to `serve` once its handshake is done; for frontServer. */
  readonly makeServer: (serve: (socket: Socket) => void) => Server;
  /** Looks whether the files changed; the timer calls it. Never rejects. */
  look(): Promise<void>;
  /** Looks no more. The servers are closed by whoever had them made. */
  close(): void;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Told the end of the validity of each new certificate that was taken. */
  readonly onReload: (validTo: Date) => void;
  /** Told that a new pair cannot be used and the old one stays, or that ours is out of date. */
  readonly onFault: (error: TlsFileError) => void;
  /** How often the files are looked at, milliseconds. */
  readonly everyMs?: number;
}

/** What this asks of a log; pino's loggers have this shape. */
export interface TlsLog {
  info(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const handshakeTimeoutMs = 10_000;
const usualEveryMs = 3_000;

/**
 * Opens what the settings say: the operator's two files, or in the sandbox, where there are none, a
 * certificate that we made. Throws TlsFileError where they cannot be used.
 */
export function openTlsFor(
  { data, tlsCert, tlsKey }: Pick<Config, 'data' | 'tlsCert' | 'tlsKey'>,
  log: TlsLog,
): Tls {
  if (tlsCert === undefined || tlsKey === undefined) return selfSignedTls(data);
  return openTls({
    certFile: tlsCert,
    keyFile: tlsKey,
    onReload: (validTo) => log.info({ validTo }, 'a new certificate is in use'),
    onFault: (error) => log.error({ err: error }, 'the certificate'),
  });
}

/** Opens a certificate and its key, PEM. Throws TlsFileError where they cannot be used. */
export function openTls(files: TlsFiles): Tls {
  const { certFile, keyFile, onReload, onFault } = files;
  const options = { throwIfNoEntry: false } as const;
  // What the files looked like when they were last read, and at the last look.
  let taken = fingerprint([statSync(certFile, options), statSync(keyFile, options)]);
  let seen = taken;
  let pair = readPair(certFile, keyFile);
  const servers = new Set<TlsServer>();

  function tellWhereOutdated(validTo: Date): void {
    if (validTo.getTime() > Date.now()) return;
    onFault(new TlsFileError(`the certificate in ${certFile} ended on ${validTo.toISOString()}`));
  }

  // fs.watch misses renames and symbolic links, and is silent on network file systems. A change is
  // taken when two looks agree on it: the second file may be a moment behind the first.
  async function look(): Promise<void> {
    const now = fingerprint([await statsOf(certFile), await statsOf(keyFile)]);
    const settled = now === seen;
    seen = now;
    if (!settled || now === taken) return;
    taken = now;
    try {
      const next = readPair(certFile, keyFile);
      if (next.cert === pair.cert && next.key === pair.key) return;
      pair = next;
    } catch (error) {
      onFault(error as TlsFileError);
      return;
    }
    for (const server of servers) server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
    const validTo = validityOf(pair.cert);
    onReload(validTo);
    tellWhereOutdated(validTo);
  }

  tellWhereOutdated(validityOf(pair.cert));
  const timer = setInterval(() => void look(), files.everyMs ?? usualEveryMs).unref();
  return {
    makeServer: (serve) => {
      const server = tlsServer(pair, serve);
      servers.add(server);
      server.once('close', () => servers.delete(server));
      return server;
    },
    look,
    close: () => clearInterval(timer),
  };
}

/**
 * The sandbox's own certificate, for this machine's names: `tls-cert.pem` and `tls-key.pem` (mode 0600) in
 * the data directory, made where they are missing, unusable or near their end.
 */
export function selfSignedTls(dataDirectory: string, now: Date = new Date()): Tls {
  const pair = keptPair(dataDirectory, now);
  return {
    makeServer: (serve) => tlsServer(pair, serve),
    look: async () => {},
    close: () => {},
  };
}

const dayMs = 86_400_000;

function keptPair(dataDirectory: string, now: Date): KeyPair {
  const certFile = join(dataDirectory, 'tls-cert.pem');
  const keyFile = join(dataDirectory, 'tls-key.pem');
  try {
    const kept = readPair(certFile, keyFile);
    const daysLeft = (validityOf(kept.cert).getTime() - now.getTime()) / dayMs;
    if (daysLeft > 30) return kept;
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
  }
  const pair = makeSelfSigned(now, new Date(now.getTime() + 365 * dayMs));
  try {
    for (const [file, text] of [
      [keyFile, pair.key],
      [certFile, pair.cert],
    ] as const) {
      // Written aside and renamed: never half a file, and the mode holds from the first byte.
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    }
  } catch (error) {
    throw new TlsFileError(`cannot keep a certificate in ${dataDirectory}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return pair;
}

function tlsServer(pair: KeyPair, serve: (socket: Socket) => void): TlsServer {
  const server = createServer(
    {
      ...pair,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeTimeoutMs,
      noDelay: true,
    },
    serve,
  );
  // A handshake that failed or took too long: the client's matter, and nothing to keep open.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** Reads both files and tries them together. */
function readPair(certFile: string, keyFile: string): KeyPair {
  const cert = readPem('--tls-cert', certFile, 'a certificate');
  const key = readPem('--tls-key', keyFile, 'a private key');
  try {
    validityOf(cert);
  } catch (error) {
    const text = `--tls-cert: ${certFile} holds no certificate; write the path of one in PEM form`;
    throw new TlsFileError(text, { cause: error });
  }
  try {
    createPrivateKey(key);
  } catch (error) {
    const text = /ENCRYPTED/.test(key)
      ? `--tls-key: the key in ${keyFile} has a pass phrase; write it without (openssl pkey -in ${keyFile} -out FILE)`
      : `--tls-key: ${keyFile} holds no private key; write the path of one in PEM form`;
    throw new TlsFileError(text, { cause: error });
  }
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      const text = `--tls-key: the key in ${keyFile} is not that of the certificate in ${certFile}; write the two that belong together`;
      throw new TlsFileError(text);
    }
    createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  } catch (error) {
    if (error instanceof TlsFileError) throw error;
    const text = `--tls-cert: ${certFile} and ${keyFile} cannot be used: ${messageOf(error)}`;
    throw new TlsFileError(text, { cause: error });
  }
  return { cert, key };
}

function readPem(flag: string, file: string, what: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const text =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `${flag}: there is no file ${file}; write the path of ${what} in PEM form`
        : code === 'EACCES'
          ? `${flag}: this user may not read ${file}; let it, or write another file`
          : `${flag}: cannot read ${file}: ${messageOf(error)}`;
    throw new TlsFileError(text, { cause: error });
  }
}

function validityOf(cert: string): Date {
  return new Date(new X509Certificate(cert).validTo);
}

async function statsOf(file: string): Promise<Stats | undefined> {
  return stat(file).catch(() => undefined);
}

/** Changes with every way that a file is replaced: written over, renamed over, or a link turned. */
function fingerprint(files: readonly (Stats | undefined)[]): string {
  return files
    .map((file) => (file ? `${file.dev}:${file.ino}:${file.size}:${file.mtimeMs}` : 'missing'))
    .join(' ');
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
