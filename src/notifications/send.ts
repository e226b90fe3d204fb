// One HTTP request to a customer's server, once: what the outbox calls a try. Knows no events, no order and
// no retries; what comes back is exchange.ts's matter, the way there and back http/connections.ts's.

import type { Attempt } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { Exchange } from './exchange.ts';
import { Connections } from './http/connections.ts';
import { HttpError } from './http/http-error.ts';
import { createNameCache } from './http/name-cache.ts';
import { createPinnedConnector, lookUpAll } from './http/pinned-connect.ts';
import type { PinnedConnectorOptions } from './http/pinned-connect.ts';
import { failureOfError } from './send-failure.ts';
import type { FailureClass } from './send-failure.ts';
import type { TargetPolicy } from './http/target-policy.ts';
import { requestTargetOf } from './url.ts';
import type { RequestTarget } from './url.ts';

export interface SendRequest {
  /** The whole URL, expanded; its path and query are sent byte for byte. */
  readonly url: string;
  /** What `requestTargetOf` makes of it, where that is known already. */
  readonly target?: RequestTarget | undefined;
  /** The notification's id: the same in all its tries. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Sent by POST; without it the request is a GET. */
  readonly content?: { readonly type: string; readonly body: string };
  /**
   * Makes `Webhook-Signature` of what it is given: the body of a POST, the request target of a GET
   * (docs/destinations.md).
   */
  readonly sign?: (id: string, timestampSeconds: number, content: string) => string;
  /** For connecting, headers and body together; the sender's own where it is left out. */
  readonly timeoutMs?: number;
  /** True for a test call: a header tells the receiver that nobody is calling. */
  readonly test?: boolean;
}

export interface SendResult extends Attempt {
  /** Stable code of the failure; null where the try succeeded. */
  readonly failure: FailureClass | null;
  /** True where the request was perhaps sent, whatever came back. */
  readonly sent: boolean;
  /** How long the receiver asked us to wait (RFC 9110, 10.2.3); only with a failure. */
  readonly retryAfterMs?: number;
  /** Where a redirect leads, fit to be shown; only with the failure `redirect`. */
  readonly location?: string;
}

export interface Sender {
  /** Never rejects: every failure is a result. */
  readonly send: (request: SendRequest) => Promise<SendResult>;
  /** Drops every connection; requests on their way end with the failure `stopped`. */
  readonly close: () => Promise<void>;
}

export interface SenderOptions {
  readonly clock: Clock;
  /** The product's version, for `User-Agent`. */
  readonly version: string;
  /** Which addresses may be connected to (docs/targets.md). */
  readonly policy: TargetPolicy;
  /** For connecting, headers and body together; no connection may take longer to open. */
  readonly timeoutMs?: number;
  /** Certificates (PEM) to trust in place of the machine's own list. */
  readonly ca?: string | string[];
  /** Told of each address that was refused, for the operator's log. */
  readonly onRefused?: PinnedConnectorOptions['onRefused'];
}

/**
 * Ids and types come back out of the database, and a line break in one would be a header of its own. What else is
 * in the headers was made here, or is encoded.
 */
const NOT_IN_A_HEADER = /[^\x20-\x7e]/;

export function createSender(options: SenderOptions): Sender {
  const { clock, version, policy, timeoutMs: usualMs = 5000, ca } = options;
  const connector = createPinnedConnector({
    policy,
    clock,
    timeoutMs: usualMs,
    lookUp: createNameCache(lookUpAll, clock),
    ...(ca && { ca }),
    ...(options.onRefused && { onRefused: options.onRefused }),
  });
  const connections = new Connections(connector, clock);
  const usualHeaders = `User-Agent: Carillon/${version}\r\nAccept: */*\r\n`;
  let closed = false;
  const isClosed = (): boolean => closed;

  function send(request: SendRequest): Promise<SendResult> {
    const { url, target = requestTargetOf(url), timeoutMs = usualMs } = request;
    return new Promise((resolve) => {
      const hostAndPort = target?.hostAndPort ?? '';
      const exchange = new Exchange({ clock, timeoutMs, hostAndPort, isClosed, resolve });
      const { id, content } = request;
      if (!target || NOT_IN_A_HEADER.test(id) || NOT_IN_A_HEADER.test(content?.type ?? '')) {
        exchange.end(failureOfError(new HttpError('bad-url'), hostAndPort));
        return;
      }
      try {
        connections.request(
          {
            origin: target.origin,
            path: target.path,
            headers: headersOf(request, target, Math.floor(exchange.at / 1000)),
            body: content?.body,
          },
          exchange,
        );
      } catch (error) {
        exchange.onError(error);
      }
    });
  }

  function headersOf(request: SendRequest, target: RequestTarget, seconds: number): string {
    const { id, attempt, content, sign, test = false } = request;
    let headers =
      `${usualHeaders}Webhook-Id: ${id}\r\nWebhook-Timestamp: ${seconds}\r\n` +
      `Webhook-Attempt: ${attempt}\r\n`;
    if (test) headers += 'Webhook-Test: 1\r\n';
    if (content) headers += `Content-Type: ${content.type}\r\n`;
    if (sign) {
      const signature = sign(id, seconds, content?.body ?? target.path);
      headers += `Webhook-Signature: ${signature}\r\n`;
    }
    if (target.userInfo !== undefined) headers += `Authorization: ${basic(target.userInfo)}\r\n`;
    return headers;
  }

  return {
    send,
    close() {
      closed = true;
      connections.close();
      return Promise.resolve();
    },
  };
}

/** The credentials of a URL's user-info, percent-decoded (RFC 7617, 2; UTF-8). */
function basic(userInfo: string): string {
  const colon = userInfo.indexOf(':');
  const user = colon < 0 ? userInfo : userInfo.slice(0, colon);
  const password = colon < 0 ? '' : userInfo.slice(colon + 1);
  const pair = `${percentDecode(user)}:${percentDecode(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoding, so it means itself
  }
}
