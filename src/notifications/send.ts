// One HTTP request to a customer's server, once: what the outbox calls a try. Knows no events, no order and
// no retries. undici's bare `dispatch` is used because it costs half of its `request` and a ninth of
// `fetch`, and because it sends the path as given.

import diagnosticsChannel from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Attempt } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createNameCache } from './name-cache.ts';
import { createPinnedConnector, lookUpAll } from './pinned-connect.ts';
import type { PinnedConnectorOptions } from './pinned-connect.ts';
import { retryAfterMs } from './retry-after.ts';
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

/** The body is kept up to this length, and not read much further. */
const ANSWER_BYTES = 2048;
/** A server says once or twice that it has begun; a few more for those that say so every second. */
const MOST_ANNOUNCED = 20;
/** How long the body may take once the status is known: then it does not matter any more. */
const BODY_MS = 1000;
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

  function send(request: SendRequest): Promise<SendResult> {
    const { url, id, attempt, content, sign, timeoutMs = usualMs, test = false } = request;
    const at = clock.now();
    const began = clock.elapsed();
    const parts = splitUrl(url);

    return new Promise((resolve) => {
      let controller: Dispatcher.DispatchController | undefined;
      let status: number | null = null;
      let location: string | undefined;
      let waitMs: number | undefined;
      let address: string | null = null;
      let answer: Buffer[] | undefined;
      let answerBytes = 0;
      let announced = 0;
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
          ms: Math.round(clock.elapsed() - began),
          status,
          error: outcome?.sentence ?? null,
          failure: outcome?.class ?? null,
          address: address ?? outcome?.address ?? null,
          answer: answer ? textOf(answer) : null,
          sent: controller !== undefined,
          ...(outcome && waitMs !== undefined ? { retryAfterMs: waitMs } : {}),
          ...(outcome?.location === undefined ? {} : { location: outcome.location }),
        });
      }

      function timeOut(): void {
        settle(timeoutFailure(timeoutMs, controller !== undefined));
        controller?.abort(new Error('timeout'));
      }
      let timer = clock.setTimer(timeOut, timeoutMs);

      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(started) {
          controller = started;
          // Timed out while connecting: the connection came too late, and nothing may be sent on it.
          if (settled) controller.abort(new Error('timeout'));
          else onNextSocket = (socket) => void (address = addressOf(socket));
        },
        onResponseStart(reading, statusCode, headers) {
          if (statusCode < 200) {
            // 1xx announces the answer, it is none; without end, it would keep us busy for nothing.
            if (++announced > MOST_ANNOUNCED) reading.abort(new Error('bad answer: no end of 1xx'));
            return;
          }
          status = statusCode;
          location = [headers['location']].flat()[0];
          waitMs = retryAfterMs(
            [headers['retry-after']].flat()[0],
            [headers['date']].flat()[0],
            clock.now(),
          );
          if (Number(headers['content-length'] ?? 1) > 0) {
            timer.cancel();
            timer = clock.setTimer(timeOut, Math.min(BODY_MS, timeoutMs));
          }
        },
        onResponseData(reading, chunk) {
          if (answerBytes < ANSWER_BYTES) (answer ??= []).push(chunk);
          answerBytes += chunk.length;
          if (answerBytes <= BODY_LIMIT_BYTES) return;
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
      const path = (parts.path || '/') + (parts.query === undefined ? '' : `?${parts.query}`);
      const seconds = Math.floor(at / 1000);
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
      if (sign) headers.push('Webhook-Signature', sign(id, seconds, content?.body ?? path));
      if (parts.userInfo !== undefined) headers.push('Authorization', basic(parts.userInfo));
      try {
        agent.dispatch(
          {
            origin: originOf(parts),
            path,
            method: content ? 'POST' : 'GET',
            headers,
            ...(content && { body: content.body }),
          },
          handler,
        );
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

/** More of a body than this is not even read; a little more than is kept, so that most connections stay. */
const BODY_LIMIT_BYTES = 64 * 1024;

// Which connection a request takes is told by a diagnostics channel only, in the same turn as, and right
// after, `onRequestStart`: whoever has just been started is the one it tells of.
let onNextSocket: ((socket: Socket) => void) | undefined;
diagnosticsChannel.subscribe('undici:client:sendHeaders', (message) => {
  const tell = onNextSocket;
  onNextSocket = undefined;
  // The shape that undici documents for this channel.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  tell?.((message as { readonly socket: Socket }).socket);
});

/** Where a connection leads, `192.0.2.1:443` or `[2001:db8::1]:443`. The same for all its requests. */
const addresses = new WeakMap<Socket, string>();
function addressOf(socket: Socket): string | null {
  const known = addresses.get(socket);
  if (known !== undefined) return known;
  const { remoteAddress: host, remotePort: port } = socket;
  if (host === undefined) return null;
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  addresses.set(socket, address);
  return address;
}

/** What is kept of a body: as UTF-8, which any bytes can be read as, without half a character at the end. */
function textOf(chunks: readonly Buffer[]): string {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  const kept = bytes.length > ANSWER_BYTES ? bytes.subarray(0, ANSWER_BYTES) : bytes;
  return new StringDecoder('utf8').write(kept);
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
