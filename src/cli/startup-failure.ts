// Why a server could not start, as one line that says what to change.

import { type Config, formatHostPort, type HostPort, UserError } from '../config.ts';

/** The error to end with, for whatever startServer rejected with. Faults come back unchanged. */
export function startupFailure(error: unknown, config: Config): unknown {
  if (!(error instanceof Error)) return error;
  // The store classified its own errors and says what to do.
  if (error.name === 'StoreError') return new UserError(error.message, 1, { cause: error });
  const { code, port, syscall } = error as NodeJS.ErrnoException & { port?: number };
  if (syscall !== 'listen' && syscall !== 'bind' && syscall !== 'getaddrinfo') return error;
  const [flag, address] = listenerOf(error, port, config);
  const reason = listenReason(code, flag, address);
  return reason === undefined ? error : new UserError(reason, 1, { cause: error });
}

/** Which of the listeners failed: SIP alone uses `bind` (UDP), else the port tells. */
function listenerOf(
  { syscall, hostname }: Error & { syscall?: string; hostname?: string },
  port: number | undefined,
  { http, sip }: Config,
): ['--http' | '--sip', HostPort] {
  const isHttp =
    syscall !== 'bind' && (hostname === undefined ? port === http.port : hostname === http.host);
  return isHttp ? ['--http', http] : ['--sip', sip];
}

function listenReason(code: string | undefined, flag: string, address: HostPort) {
  const { host, port } = address;
  const where = formatHostPort(address);
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program; stop that one, or write another port: ${flag} ${formatHostPort({ host, port: port + 1 })}`;
    case 'EACCES':
      return `this user may not listen on ${where}; write a port above 1023, such as ${flag} ${formatHostPort({ host, port: 8080 })}`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine; write one that is, such as ${flag} 127.0.0.1:${port}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${host} has no address; write an address, such as ${flag} 127.0.0.1:${port}`;
    default:
      return undefined;
  }
}
