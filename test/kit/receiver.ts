// A customer's HTTP server, real: it keeps every request as it came (the raw target above all) and
// answers as the test says. Stands for the software that gets the notifications.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { atTestEnd, type Owner } from './child.ts';
import { HANG_MS, Inbox } from './until.ts';

export interface ReceivedRequest {
  /** Milliseconds since 1970, when its head had been read. */
  readonly at: number;
  readonly method: string;
  /** The request target byte for byte, e.g. `/notify?caller=33612345678&type=SETUP`. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** The parameters of the target's query, decoded. */
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the answer is kept back, milliseconds. */
  readonly afterMs?: number;
  /** Closes the connection instead of answering. */
  readonly hangUp?: boolean;
}

/** What to answer to a request; `n` counts all requests from 1. */
export type Answer = (request: ReceivedRequest, n: number) => Reply | undefined;

export interface ReceiverOptions {
  readonly host?: string;
  /** 0 chooses a free one. */
  readonly port?: number;
  readonly answer?: Answer;
}

/** Starts a receiver that answers 200 to everything, unless `answer` says otherwise. */
export async function startReceiver(
  owner: Owner,
  options: ReceiverOptions = {},
): Promise<Receiver> {
  const receiver = new Receiver(owner, options.answer);
  await receiver.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return receiver;
}

export class Receiver implements AsyncDisposable {
  /** Changes what is answered from now on. */
  answer: Answer;
  readonly #inbox = new Inbox<ReceivedRequest>(
    (request) => `${request.method} ${request.target} at ${new Date(request.at).toISOString()}`,
  );
  readonly #server: Server;
  #url = '';

  constructor(owner: Owner, answer: Answer = () => undefined) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      const at = Date.now();
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const target = request.url ?? '';
        const received: ReceivedRequest = {
          at,
          method: request.method ?? '',
          target,
          headers: request.headers,
          query: new URL(target, 'http://receiver').searchParams,
          body: Buffer.concat(chunks).toString('utf8'),
        };
        this.#inbox.push(received);
        const reply = this.answer(received, this.#inbox.all.length) ?? {};
        void pause(reply.afterMs ?? 0, undefined, { ref: false }).then(() => {
          if (reply.hangUp) return request.socket.destroy();
          return response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? '');
        });
      });
    });
    atTestEnd(
      owner,
      () => this.stop(),
      () => `receiver ${this.#url} got:\n${this.targets().join('\n')}`,
    );
  }

  async listen(host: string, port: number): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('the receiver has no port');
    this.#url = `http://${host}:${bound.port}`;
  }

  /** `http://HOST:PORT` */
  get url(): string {
    return this.#url;
  }

  /** All requests so far, in the order of their arrival. */
  get requests(): readonly ReceivedRequest[] {
    return this.#inbox.all;
  }

  targets(): string[] {
    return this.#inbox.all.map((request) => request.target);
  }

  /** Waits until `n` requests have arrived since the start, and gives all of them. */
  async waitForCount(n: number, deadlineMs = HANG_MS): Promise<ReceivedRequest[]> {
    return this.#inbox.count(n, deadlineMs, `${n} requests at the receiver`);
  }

  /** Takes the first request that no earlier wait took and that matches. */
  async waitFor(
    matches: (request: ReceivedRequest) => boolean,
    deadlineMs: number,
    what: string,
  ): Promise<ReceivedRequest> {
    return this.#inbox.take(matches, deadlineMs, what);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
