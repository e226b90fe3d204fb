// One HTTP GET to a customer's server, once: what the outbox calls a try. Knows no events, no order and
// no retries. undici's bare `dispatch` is used because it costs half of its `request` and a ninth of
// `fetch`, and because it sends the path as given.

import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Attempt } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createPinnedConnector } from './pinned-connect.ts';
import { failureOfError, failureOfStatus, timeoutFailure } from './send-failure.ts';
import type { FailureClass, SendFailure } from './send-failure.ts';
import type { TargetPolicy } from './target-policy.ts';
import { originOf, splitUrl } from './url.ts';

export interface SendRequest {
  /** The whole URL, expanded; its path and query are sent byte for byte. */
  readonly url: string;
  /** The notification's id: the same in all its tries. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** True for a test call: a header tells the receiver that nobody is calling. */
  readonly test?: boolean;
}

export interface SendResult extends Attempt {
  /** Stable code of the failure; null where the try succeeded. */
  readonly failure: FailureClass | null;
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
  /** For connecting, headers and body together. */
  readonly timeoutMs?: number;
  readonly connectionsPerOrigin?: number;
  /** Certificates (PEM) to trust in place of the machine's own list. */
  readonly ca?: string | string[];
}

/** The body is ignored; more of it than this is not even read. */
const BODY_LIMIT_BYTES = 64 * 1024;

export function createSender(options: SenderOptions): Sender {
  const { clock, version, policy, timeoutMs = 5000, connectionsPerOrigin = 20, ca } = options;
  const connector = createPinnedConnector({ policy, clock, timeoutMs, ...(ca && { ca }) });
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connections: connectionsPerOrigin,
    keepAliveTimeout: 4000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connector.connect,
  });
  let closed = false;

  function send({ url, id, attempt, test = false }: SendRequest): Promise<SendResult> {
    const at = clock.now();
    const parts = splitUrl(url);

    return new Promise((resolve) => {
      let controller: Dispatcher.DispatchController | undefined;
      let status: number | null = null;
      let location: string | undefined;
      let bodyBytes = 0;
      let settled = false;

      // Once the headers are in, the status decides, whatever becomes of the body: the receiver has
      // acted on the request, and repeating it would hurt.
      function settle(failure: SendFailure | undefined): void {
        if (settled) return;
        settled = true;
        timer.cancel();
        const outcome = status === null ? failure : failureOfStatus(status, location);
        resolve({
          at,
          ms: Math.max(0, clock.now() - at),
          status,
          error: outcome?.sentence ?? null,
          failure: outcome?.class ?? null,
          ...(outcome?.location === undefined ? {} : { location: outcome.location }),
        });
      }

      const timer = clock.setTimer(() => {
        settle(timeoutFailure(timeoutMs, controller !== undefined));
        controller?.abort(new Error('timeout'));
      }, timeoutMs);

      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(started) {
          controller = started;
          // Timed out while connecting: the connection came too late, and nothing may be sent on it.
          if (settled) controller.abort(new Error('timeout'));
        },
        onResponseStart(_controller, statusCode, headers) {
          if (statusCode < 200) return; // 1xx announces the answer, it is none
          status = statusCode;
          location = [headers['location']].flat()[0];
        },
        onResponseData(reading, chunk) {
          bodyBytes += chunk.length;
          if (bodyBytes <= BODY_LIMIT_BYTES) return;
          settle(undefined);
          reading.abort(new Error('enough of the body was read'));
        },
        onResponseEnd() {
          settle(undefined);
        },
        onResponseError(_controller, error) {
          settle(failureOfError(closed ? STOPPED : error, parts?.hostAndPort ?? ''));
        },
      };

      if (!parts) {
        settle({ class: 'bad-url', sentence: 'The URL of the notification cannot be requested.' });
        return;
      }
      const headers = [
        'User-Agent',
        `Carillon/${version}`,
        'Accept',
        '*/*',
        'Webhook-Id',
        id,
        'Webhook-Timestamp',
        String(Math.floor(at / 1000)),
        'Webhook-Attempt',
        String(attempt),
      ];
      if (test) headers.push('Webhook-Test', '1');
      if (parts.userInfo !== undefined) headers.push('Authorization', basic(parts.userInfo));
      const path = (parts.path || '/') + (parts.query === undefined ? '' : `?${parts.query}`);
      try {
        agent.dispatch({ origin: originOf(parts), path, method: 'GET', headers }, handler);
      } catch (error) {
        settle(failureOfError(error, parts.hostAndPort));
      }
    });
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

const STOPPED = Object.assign(new Error('stopped'), { code: 'UND_ERR_DESTROYED' });

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
