// A request on its way and its answer: which connection it took, the status, how much of the body is kept, and
// when there is nothing more to wait for. Opens nothing and sends nothing: http/connections.ts does.

import { StringDecoder } from 'node:string_decoder';
import type { Clock } from './clock.ts';
import type { AnswerListener, Connection } from './http/connection.ts';
import { HttpError } from './http/http-error.ts';
import type { ResponseHead } from './http/response-head.ts';
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
/** How long the body may take once the status is known: then it does not matter any more. */
const BODY_MS = 1000;

/** One class rather than a handful of closures: there is one for every notification. */
export class Exchange implements AnswerListener {
  /** When it began, milliseconds since 1970. */
  readonly at: number;
  readonly #options: ExchangeOptions;
  readonly #began: number;
  #timer;
  #connection: Connection | undefined;
  #status: number | null = null;
  #location: string | undefined;
  #waitMs: number | undefined;
  #answer: Buffer[] | undefined;
  #answerBytes = 0;
  #ended = false;

  /** The time begins to run. */
  constructor(options: ExchangeOptions) {
    const { clock, timeoutMs } = options;
    this.#options = options;
    this.at = clock.now();
    this.#began = clock.elapsed();
    this.#timer = clock.setTimer(() => this.#timeOut(), timeoutMs);
  }

  get ended(): boolean {
    return this.#ended;
  }

  onStart(connection: Connection): void {
    this.#connection = connection;
  }

  onHead({ status, body, location, retryAfter, date }: ResponseHead): void {
    const { clock, timeoutMs } = this.#options;
    this.#status = status;
    this.#location = location;
    if (retryAfter !== undefined) this.#waitMs = retryAfterMs(retryAfter, date, clock.now());
    if (body !== 0) {
      this.#timer.cancel();
      this.#timer = clock.setTimer(() => this.#timeOut(), Math.min(BODY_MS, timeoutMs));
    }
  }

  onBody(bytes: Uint8Array): void {
    if (this.#answerBytes < ANSWER_BYTES) {
      const kept = Buffer.from(bytes.subarray(0, ANSWER_BYTES - this.#answerBytes));
      (this.#answer ??= []).push(kept);
    }
    this.#answerBytes += bytes.length;
  }

  onEnd(): void {
    this.end(undefined);
  }

  onError(error: unknown): void {
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
      address: this.#connection?.address ?? outcome?.address ?? null,
      answer: this.#answer ? textOf(this.#answer) : null,
      sent: this.#connection !== undefined,
    };
    resolve(outcome ? { ...result, ...advice(this.#waitMs, outcome.location) } : result);
  }

  #timeOut(): void {
    this.end(timeoutFailure(this.#options.timeoutMs, this.#connection !== undefined));
    this.#connection?.drop();
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

/** What is kept of a body: as UTF-8, which any bytes can be read as, without half a character at the end. */
function textOf(pieces: readonly Buffer[]): string {
  return new StringDecoder('utf8').write(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
}

const STOPPED = new HttpError('stopped');
