// A request on its way and its answer, as undici tells of them: which connection it took, the status, how much
// of the body is kept, and when there is nothing more to wait for. Opens nothing and sends nothing: send.ts does.

import diagnosticsChannel from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import type { Clock } from './clock.ts';
import { retryAfterMs } from './retry-after.ts';
import { failureOfError, failureOfStatus, timeoutFailure } from './send-failure.ts';
import type { SendFailure } from './send-failure.ts';
import type { SendResult } from './send.ts';

export interface ExchangeOptions {
  readonly clock: Clock;
  /** For connecting, headers and body together. */
  readonly timeoutMs: number;
  /** Where it goes, for the sentence that tells of a failure. */
  readonly hostAndPort: string;
  /** True where the connections are dropped because the server stops. */
  readonly isClosed: () => boolean;
  /** Called once. */
  readonly resolve: (result: SendResult) => void;
}

/** The body is kept up to this length. */
const ANSWER_BYTES = 2048;
/** More of a body than this is not even read; a little more than is kept, so that most connections stay. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** A server says once or twice that it has begun; a few more for those that say so every second. */
const MOST_ANNOUNCED = 20;
/** How long the body may take once the status is known: then it does not matter any more. */
const BODY_MS = 1000;

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** One class rather than a handful of closures: there is one for every notification. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** When it began, milliseconds since 1970. */
  readonly at: number;
  readonly #options: ExchangeOptions;
  readonly #began: number;
  #timer;
  #controller: Controller | undefined;
  #status: number | null = null;
  #location: string | undefined;
  #waitMs: number | undefined;
  #address: string | null = null;
  #answer: Buffer[] | undefined;
  #answerBytes = 0;
  #announced = 0;
  #ended = false;

  /** The time begins to run. */
  constructor(options: ExchangeOptions) {
    const { clock, timeoutMs } = options;
    this.#options = options;
    this.at = clock.now();
    this.#began = clock.elapsed();
    this.#timer = clock.setTimer(() => this.#timeOut(), timeoutMs);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // Timed out while connecting: the connection came too late, and nothing may be sent on it.
    if (this.#ended) controller.abort(new Error('timeout'));
    else hasStarted(this);
  }

  /** Which connection it takes. */
  onSocket(socket: Socket): void {
    this.#address = addressOf(socket);
  }

  onResponseStart(controller: Controller, status: number, headers: Headers): void {
    if (status < 200) {
      // 1xx announces the answer, it is none; without end, it would keep us busy for nothing.
      if (++this.#announced > MOST_ANNOUNCED) {
        controller.abort(new Error('bad answer: no end of 1xx'));
      }
      return;
    }
    const { clock, timeoutMs } = this.#options;
    this.#status = status;
    this.#location = first(headers['location']);
    const retryAfter = first(headers['retry-after']);
    if (retryAfter !== undefined) {
      this.#waitMs = retryAfterMs(retryAfter, first(headers['date']), clock.now());
    }
    if (Number(headers['content-length'] ?? 1) > 0) {
      this.#timer.cancel();
      this.#timer = clock.setTimer(() => this.#timeOut(), Math.min(BODY_MS, timeoutMs));
    }
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#answerBytes < ANSWER_BYTES) (this.#answer ??= []).push(chunk);
    this.#answerBytes += chunk.length;
    if (this.#answerBytes <= BODY_LIMIT_BYTES) return;
    this.end(undefined);
    controller.abort(new Error('enough of the body was read'));
  }

  onResponseEnd(): void {
    this.end(undefined);
  }

  onResponseError(_controller: Controller, error: Error): void {
    const { isClosed, hostAndPort } = this.#options;
    this.end(failureOfError(isClosed() ? STOPPED : error, hostAndPort));
  }

  /**
   * There is nothing more to wait for. Once the headers are in, the status decides, whatever becomes of the
   * body: the receiver has acted on the request, and repeating it would hurt.
   */
  end(failure: SendFailure | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer.cancel();
    const { clock, resolve } = this.#options;
    const status = this.#status;
    const outcome = status === null ? failure : failureOfStatus(status, this.#location);
    const result = {
      at: this.at,
      ms: Math.round(clock.elapsed() - this.#began),
      status,
      error: outcome?.sentence ?? null,
      failure: outcome?.class ?? null,
      address: this.#address ?? outcome?.address ?? null,
      answer: this.#answer ? textOf(this.#answer) : null,
      sent: this.#controller !== undefined,
    };
    resolve(outcome ? { ...result, ...advice(this.#waitMs, outcome.location) } : result);
  }

  #timeOut(): void {
    this.end(timeoutFailure(this.#options.timeoutMs, this.#controller !== undefined));
    this.#controller?.abort(new Error('timeout'));
  }
}

/** What a failed try says of the next one. */
function advice(
  waitMs: number | undefined,
  location: string | undefined,
): Pick<SendResult, 'retryAfterMs' | 'location'> {
  return {
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(location === undefined ? {} : { location }),
  };
}

// Which connection a request takes is told by a diagnostics channel only, in the same turn as, and right
// after, `onRequestStart`: whoever has just been started is the one it tells of.
let justStarted: Exchange | undefined;
function hasStarted(exchange: Exchange): void {
  justStarted = exchange;
}
diagnosticsChannel.subscribe('undici:client:sendHeaders', (message) => {
  const exchange = justStarted;
  justStarted = undefined;
  // The shape that undici documents for this channel.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  exchange?.onSocket((message as { readonly socket: Socket }).socket);
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

/** Of a header that may come several times. */
function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

/** What is kept of a body: as UTF-8, which any bytes can be read as, without half a character at the end. */
function textOf(chunks: readonly Buffer[]): string {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  const kept = bytes.length > ANSWER_BYTES ? bytes.subarray(0, ANSWER_BYTES) : bytes;
  return new StringDecoder('utf8').write(kept);
}

const STOPPED = Object.assign(new Error('stopped'), { code: 'UND_ERR_DESTROYED' });
