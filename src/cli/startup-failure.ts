// Why a server could not start, as one line that says what to change.

import { type Config, formatHostPort, type HostPort, UserError } from '../config.ts';

/** The error to end with, for whatever startServer rejected with. Faults come back unchanged. */
export function startupFailure(error: unknown, config: Config): unknown {
  if (!(error instanceof Error)) return error;
  // The store and the readers of certificates classified their own errors and say what to do.
  if (['StoreError', 'TlsFileError', 'CertificateFileError'].includes(error.name))
    return new UserError(error.message, 1, { cause: error });
  const reason = reasonOf(error, config);
  return reason === undefined ? error : new UserError(reason, 1, { cause: error });
}

/** What Node adds to the errors of its sockets. */
type SystemError = Error & {
  code?: string;
  syscall?: string;
  port?: number;
  address?: string;
  hostname?: string;
};

function reasonOf(error: SystemError, { http, https, sip, outside }: Config): string | undefined {
  if (error.syscall === 'getaddrinfo') {
    const { hostname = '' } = error;
    const hosts = { '--http': http, '--https': https, '--outside': outside, '--sip': sip };
    const found = Object.entries(hosts).find(([, address]) => address?.host === hostname);
    const flag = found?.[0] ?? '--sip';
    return `${flag}: the name ${hostname} has no address; write an address or correct the name`;
  }
  // UDP fails in bind, TCP in listen; of the two that listen the port tells which it was.
  if (error.syscall === 'bind') return listenReason(error.code, '--sip', sip);
  if (error.syscall !== 'listen') return undefined;
  // Node leaves port 0 out. A name in place of an address leaves only the port to go by.
  const candidates = [
    { flag: '--http', at: http },
    ...(https === undefined ? [] : [{ flag: '--https', at: https }]),
    { flag: '--sip', at: sip },
  ].filter(({ at }) => at.port === (error.port ?? 0));
  const failed = candidates.find(({ at }) => at.host === error.address) ?? candidates[0];
  return listenReason(error.code, failed?.flag ?? '--sip', failed?.at ?? sip);
}

function listenReason(code: string | undefined, flag: string, address: HostPort) {
  const { host, port } = address;
  const where = formatHostPort(address);
  const other = (host: string, port: number) => `${flag} ${formatHostPort({ host, port })}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program; stop that one, or write another port, such as ${other(host, port + (port < 65_535 ? 1 : -1))}`;
    case 'EACCES':
      return `this user may not listen on ${where}; write a port above 1023, such as ${other(host, port + 8000)}`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine; write one that is, such as ${other('127.0.0.1', port)}`;
    default:
      return undefined;
  }
}
