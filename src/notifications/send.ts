// One HTTP request to a customer's server, once: what the outbox calls a try. Knows no events, no order and
// no retries; what comes back is exchange.ts's matter. undici's bare `dispatch` is used because it costs half
// of its `request` and a ninth of `fetch`, and because it sends the path as given.

import { Agent } from 'undici';
import type { Attempt } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { Exchange } from './exchange.ts';
import { createNameCache } from './name-cache.ts';
import { createPinnedConnector, lookUpAll } from './pinned-connect.ts';
import type { PinnedConnectorOptions } from './pinned-connect.ts';
import { failureOfError } from './send-failure.ts';
import type { FailureClass } from './send-failure.ts';
import type { TargetPolicy } from './target-policy.ts';
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
  readonly connectionsPerOrigin?: number;
  /** Certificates (PEM) to trust in place of the machine's own list. */
  readonly ca?: string | string[];
  /** Told of each address that was refused, for the operator's log. */
  readonly onRefused?: PinnedConnectorOptions['onRefused'];
}

/** undici keeps an idle connection for so long, unless the receiver says less. */
const KEEP_ALIVE_MS = 4000;

export function createSender(options: SenderOptions): Sender {
  const {
    clock,
    version,
    policy,
    timeoutMs: usualMs = 5000,
    connectionsPerOrigin = 50,
    ca,
  } = options;
  const connector = createPinnedConnector({
    policy,
    clock,
    timeoutMs: usualMs,
    lookUp: createNameCache(lookUpAll, clock),
    ...(ca && { ca }),
    ...(options.onRefused && { onRefused: options.onRefused }),
  });
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connections: connectionsPerOrigin,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connector.connect,
  });
  const userAgent = `Carillon/${version}`;
  let closed = false;
  const isClosed = (): boolean => closed;

  function send(request: SendRequest): Promise<SendResult> {
    const { url, target = requestTargetOf(url), timeoutMs = usualMs } = request;
    return new Promise((resolve) => {
      const hostAndPort = target?.hostAndPort ?? '';
      const exchange = new Exchange({ clock, timeoutMs, hostAndPort, isClosed, resolve });
      if (!target) {
        exchange.end({
          class: 'bad-url',
          sentence: 'The URL of the notification cannot be requested.',
        });
        return;
      }
      const { content } = request;
      try {
        agent.dispatch(
          {
            origin: target.origin,
            path: target.path,
            method: content ? 'POST' : 'GET',
            headers: headersOf(request, target, Math.floor(exchange.at / 1000)),
            body: content?.body ?? null,
          },
          exchange,
        );
      } catch (error) {
        exchange.end(failureOfError(error, hostAndPort));
      }
    });
  }

  function headersOf(request: SendRequest, target: RequestTarget, seconds: number): string[] {
    const { id, attempt, content, sign, test = false } = request;
    const headers = [
      'User-Agent',
      userAgent,
      'Accept',
      '*/*',
      'Webhook-Id',
      id,
      'Webhook-Timestamp',
      String(seconds),
      'Webhook-Attempt',
      String(attempt),
    ];
    if (test) headers.push('Webhook-Test', '1');
    if (content) headers.push('Content-Type', content.type);
    if (sign) headers.push('Webhook-Signature', sign(id, seconds, content?.body ?? target.path));
    if (target.userInfo !== undefined) headers.push('Authorization', basic(target.userInfo));
    return headers;
  }

  return {
    send,
    async close() {
      if (closed) return;
      closed = true;
      // Destroying an agent leaves connections that are still being made, and they would hold a stopped
      // server up.
      connector.close();
      await agent.destroy();
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
