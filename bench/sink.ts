// The customer's server of the bench: takes notifications at as little cost as possible, so that its
// own work does not become the figure. No node:http: a request here is a head without a body, and the
// answer always the same. Calls a function with each target.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

export class Sink implements AsyncDisposable {
  /** Requests so far. */
  count = 0;
  /** Told of each request's target; set it for the time of a measurement. */
  onRequest: ((target: string) => void) | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {}); // a server that was stopped resets its connections
      this.#serve(socket);
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('the sink does not listen');
    return `http://127.0.0.1:${bound.port}`;
  }

  #serve(socket: Socket): void {
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        this.count += 1;
        this.onRequest?.(rest.slice(rest.indexOf(' ') + 1, rest.indexOf(' HTTP/')));
        rest = rest.slice(end + 4);
        socket.write(ANSWER);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
