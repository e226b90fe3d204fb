// Why a request to a customer's server failed: one class with a stable code, and one plain sentence
// to show. Decides nothing about retries. Only send.ts and exchange.ts make these.

import { HttpError } from './http/http-error.ts';
import type { HttpErrorCode } from './http/http-error.ts';
import { TargetRefused } from './http/pinned-connect.ts';
import { maskUserInfo } from './url.ts';

export type FailureClass =
  | 'name-not-found'
  | 'refused' // nobody listens on that port
  | 'unreachable' // no route, or the network is down
  | 'certificate' // TLS could not be agreed on
  | 'timeout'
  | 'redirect'
  | 'status' // any other answer than 2xx
  | 'bad-answer' // not HTTP, too large, or cut off
  | 'bad-url'
  | 'target-refused' // the address is none that notifications may go to
  | 'circuit-open' // not sent: the server has failed too often just before
  | 'unknown-outcome' // begun before a crash, and must not be repeated
  | 'stopped'; // this server was stopped meanwhile

export interface SendFailure {
  readonly class: FailureClass;
  readonly sentence: string;
  /** Where a redirect leads, fit to be shown. */
  readonly location?: string;
  /** The address that could not be connected to, where it is known. */
  readonly address?: string;
}

/** The failure that a status is, or undefined for success: any 2xx, and nothing else. */
export function failureOfStatus(
  status: number,
  location: string | undefined,
): SendFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400 && location !== undefined) {
    const shown = readable(location);
    return {
      class: 'redirect',
      sentence:
        `The server answered ${status}, a redirect to ${shown}. Redirects are ` +
        'not followed: write the final address into the setting.',
      location: shown,
    };
  }
  return { class: 'status', sentence: `The server answered ${status}.` };
}

export function timeoutFailure(timeoutMs: number, connected: boolean): SendFailure {
  const seconds = timeoutMs / 1000;
  return {
    class: 'timeout',
    sentence: connected
      ? `The server did not answer within ${seconds} s.`
      : `No connection to the server within ${seconds} s.`,
  };
}

const CERTIFICATE_CODES =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERR_TLS_CERT_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_)/;

/** The class of what the network, TLS or the HTTP parser threw. `host` is for the sentence. */
export function failureOfError(error: unknown, host: string): SendFailure {
  const failure = classOfError(error, host);
  const address = addressOfError(error);
  return address === undefined ? failure : { ...failure, address };
}

function classOfError(error: unknown, host: string): SendFailure {
  if (error instanceof TargetRefused) return { class: 'target-refused', sentence: error.message };
  if (error instanceof HttpError) return failureOfHttp(error);
  const code = codeOf(error);
  const reason = readable(error instanceof Error ? error.message : String(error));
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return { class: 'name-not-found', sentence: `The name of the server ${host} was not found.` };
    case 'ECONNREFUSED':
      return { class: 'refused', sentence: `The server ${host} refused the connection.` };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
    case 'EACCES':
      return { class: 'unreachable', sentence: `The server ${host} cannot be reached (${code}).` };
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
      return {
        class: 'unreachable',
        sentence: `This server has no room for another connection (${code}).`,
      };
    case 'ETIMEDOUT':
      return NO_CONNECTION_IN_TIME;
    case 'ECONNRESET':
    case 'EPIPE':
      return CLOSED_EARLY;
  }
  if (CERTIFICATE_CODES.test(code)) {
    return {
      class: 'certificate',
      sentence: `The certificate of the server ${host} is not accepted: ${reason}.`,
    };
  }
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) {
    return {
      class: 'certificate',
      sentence: `The server ${host} speaks no TLS that we accept on this port (${code}).`,
    };
  }
  return notHttp(reason);
}

function failureOfHttp({ code, message }: HttpError): SendFailure {
  return code === 'not-http' ? notHttp(message) : HTTP_FAILURES[code];
}

const NO_CONNECTION_IN_TIME: SendFailure = {
  class: 'timeout',
  sentence: 'No connection to the server in time.',
};
const CLOSED_EARLY: SendFailure = {
  class: 'bad-answer',
  sentence: 'The server closed the connection before its answer was complete.',
};
const HTTP_FAILURES: Readonly<Record<Exclude<HttpErrorCode, 'not-http'>, SendFailure>> = {
  'bad-url': {
    class: 'bad-url',
    sentence: 'The URL of the notification cannot be requested.',
  },
  'connect-timeout': NO_CONNECTION_IN_TIME,
  'closed-early': CLOSED_EARLY,
  'head-too-long': {
    class: 'bad-answer',
    sentence: "The headers of the server's answer are too long.",
  },
  stopped: { class: 'stopped', sentence: 'This server was stopped before an answer came.' },
};

function notHttp(reason: string): SendFailure {
  return { class: 'bad-answer', sentence: `The server's answer is not valid HTTP: ${reason}.` };
}

/** Where a name has several addresses, Node wraps what each of them said: the first one decides. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The address that a failed connection was for: Node says it in the error, as does the target policy. */
function addressOfError(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return addressOfError(error.errors[0]);
  }
  if (!(error instanceof Error) || !('address' in error)) return undefined;
  const { address } = error;
  const port = 'port' in error && typeof error.port === 'number' ? `:${error.port}` : '';
  return typeof address === 'string' ? `${address}${port}` : undefined;
}

/** A text from outside, fit for one line of a log or page: printable, short, without credentials. */
function readable(text: string): string {
  const line = maskUserInfo(text.replace(/[^\x20-\x7e]+/g, ' ').trim()).replace(/\.+$/, '');
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
