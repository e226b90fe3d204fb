// The customer's server of the soak: it writes every request down, with its moment and what was answered,
// and fails on purpose: some requests get 503, some lose their connection, some wait. It judges nothing;
// books.ts does.

import { once } from 'node:events';
import {
  createServer,
  get,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

/** One request. Times are those of `performance.now()` in this process. */
export interface Receipt {
  /** `Webhook-Id`, empty where the request had none. */
  readonly id: string;
  readonly target: string;
  /** The life of the server that opened the connection: 1 for its first start. */
  readonly life: number;
  readonly at: number;
  outcome: 'ok' | 'refused' | 'hung-up';
  /** When the answer was handed to the socket; undefined while it was kept back. */
  answeredAt: number | undefined;
}

/** Shares of 1, decided anew for each request. */
export interface Behaviour {
  readonly refuse: number;
  readonly hangUp: number;
  /** Answered 200, but only after 5 to 60 ms. */
  readonly slow: number;
}

export const CALM: Behaviour = { refuse: 0.05, hangUp: 0.03, slow: 0.2 };
export const STORM: Behaviour = { refuse: 0.6, hangUp: 0.2, slow: 0.1 };
export const KIND: Behaviour = { refuse: 0, hangUp: 0, slow: 0 };

/** A notification is failed at most so often, so that none is given up after its last try. */
const MOST_FAILURES = 2;

/** What we ask of ourselves; not written down. */
const OWN = '/own';

export class Ledger implements AsyncDisposable {
  readonly receipts: Receipt[] = [];
  behaviour: Behaviour = CALM;
  /** Called with each request as it is written down. */
  onReceipt: ((receipt: Receipt) => void) | undefined;
  #life = 1;
  readonly #random: () => number;
  readonly #failures = new Map<string, number>();
  readonly #accepted = new Set<string>();
  /** The life that opened each connection: what it sends may be read when it is over. */
  readonly #lifeOf = new WeakMap<Socket, number>();
  readonly #server: Server;

  constructor(random: () => number) {
    this.#random = random;
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('connection', (socket) => this.#lifeOf.set(socket, this.#life));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** `http://HOST:PORT` */
  get url(): string {
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('the ledger does not listen');
    return `http://127.0.0.1:${bound.port}`;
  }

  /** The life of the server whose connections come now. */
  get life(): number {
    return this.#life;
  }

  /**
   * Says that the server of this life is gone. Its last connections may still wait to be accepted: one
   * of our own, which waits behind them, shows when they have been.
   */
  async endLife(): Promise<void> {
    const request = get(this.url + OWN, { agent: false });
    const [response]: IncomingMessage[] = await once(request, 'response');
    response?.resume();
    this.#life += 1;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === OWN) {
      response.end();
      return;
    }
    const header = request.headers['webhook-id'];
    const id = typeof header === 'string' ? header : '';
    const outcome = this.#decide(id);
    const receipt: Receipt = {
      id,
      target: request.url ?? '',
      life: this.#lifeOf.get(request.socket) ?? 0,
      at: performance.now(),
      outcome,
      answeredAt: undefined,
    };
    this.receipts.push(receipt);
    const answer = (): void => {
      receipt.answeredAt = performance.now();
      if (outcome === 'hung-up') request.socket.destroy();
      else response.writeHead(outcome === 'ok' ? 200 : 503).end();
    };
    const isSlow = outcome === 'ok' && this.#random() < this.behaviour.slow;
    // What is still kept back when the soak ends must not keep the process.
    if (isSlow) setTimeout(answer, 5 + this.#random() * 55).unref();
    else answer();
    this.onReceipt?.(receipt);
  }

  /** What was accepted once is accepted again: a repeat has then no reason in the receiver. */
  #decide(id: string): Receipt['outcome'] {
    if (this.#accepted.has(id)) return 'ok';
    const chance = this.#random();
    const failed = this.#failures.get(id) ?? 0;
    const { refuse, hangUp } = this.behaviour;
    if (failed < MOST_FAILURES && chance < refuse + hangUp) {
      this.#failures.set(id, failed + 1);
      return chance < refuse ? 'refused' : 'hung-up';
    }
    this.#accepted.add(id);
    return 'ok';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
