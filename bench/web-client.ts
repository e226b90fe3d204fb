// A keep-alive HTTP client over a bare socket, one request at a time, with HTTP Digest. As little as
// possible, so that the client's own work does not become the figure; both servers, the product and the
// bare one, are asked by it. Not for anything else: no redirects, no chunks, no retries.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { hostPort } from '../test/kit/ports.ts';
import { digestCredentials } from '../test/kit/register.ts';

export interface Answer {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: string;
}

export class WebConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = '';
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#take(chunk));
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      this.#waiting?.reject(new Error(`${host} closed the connection without an answer`));
    });
  }

  /** Connects to `http://HOST:PORT` from `localAddress`, one of our own. */
  static async open(url: string, localAddress: string): Promise<WebConnection> {
    const { host, port } = hostPort(url);
    const socket = connect({ host, port, localAddress, noDelay: true });
    await once(socket, 'connect');
    return new WebConnection(socket, `${host}:${port}`);
  }

  /** Sends a GET before it returns, and resolves with the answer; `credentials` is Authorization. */
  get(target: string, credentials?: string): Promise<Answer> {
    if (this.#waiting) throw new Error('this connection still waits for an answer');
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting = { resolve, reject };
    if (this.#socket.destroyed) this.#socket.emit('close', false);
    const authorization = credentials === undefined ? '' : `Authorization: ${credentials}\r\n`;
    this.#socket.write(`GET ${target} HTTP/1.1\r\nHost: ${this.#host}\r\n${authorization}\r\n`);
    return promise;
  }

  /** As software with a password asks: first without it, then with the answer to the challenge. */
  async getWithDigest(target: string, user: string, password: string): Promise<Answer> {
    const first = await this.get(target);
    if (first.status !== 401) return first;
    const challenge = /^WWW-Authenticate: (Digest .*algorithm="?MD5\b.*)$/im.exec(first.head)?.[1];
    if (challenge === undefined) throw new Error(`401 without a challenge for MD5: ${first.head}`);
    const request = { method: 'GET', uri: target, user, password };
    return this.get(target, digestCredentials(challenge, request));
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const size = /^Content-Length: *(\d+)/im.exec(head)?.[1];
    const whole = end + 4 + Number(size ?? 0);
    if (this.#received.length < whole) return;
    const body = this.#received.slice(end + 4, whole);
    this.#received = this.#received.slice(whole);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Opens so many connections, lends them to `use`, and closes them however that ends. */
export async function withConnections<T>(
  url: string,
  options: { readonly count: number; readonly from: string },
  use: (connections: readonly WebConnection[]) => Promise<T>,
): Promise<T> {
  const opening = Array.from({ length: options.count }, () =>
    WebConnection.open(url, options.from),
  );
  const connections = await Promise.all(opening);
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
