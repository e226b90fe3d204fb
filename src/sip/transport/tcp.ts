// TCP (RFC 3261, 18): connections that terminals open to us and that we open to them. A connection is
// used both ways; when it is gone the next message opens a new one.

import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Framing } from './framing.ts';
import type { Hop } from './hop.ts';
import type { Source } from './transport.ts';

/** Most connections open at once; further ones are closed at once. */
const connectionLimit = 10_000;
/** A connection may be silent for so long; terminals keep theirs alive at least every 2 minutes. */
const idleMs = 3_600_000;
const connectTimeoutMs = 10_000;
/** Bytes that may wait for a peer which does not read. */
const unsentLimit = 1_000_000;

/** `refusal` comes with a request that must be refused whatever it holds. */
export type Receive = (
  text: string,
  source: Source,
  refusal?: { readonly status: number; readonly reason: string },
) => void;

export class TcpTransport {
  readonly #server: Server;
  readonly #receive: Receive;
  readonly #onDropped: (what: string, source: Hop) => void;
  /** By `host:port` of the far side. */
  readonly #connections = new Map<string, Socket>();

  private constructor(server: Server, receive: Receive, onDropped: (what: string, s: Hop) => void) {
    this.#server = server;
    this.#receive = receive;
    this.#onDropped = onDropped;
  }

  static async open(
    host: string,
    port: number,
    receive: Receive,
    onDropped: (what: string, source: Hop) => void,
  ): Promise<TcpTransport> {
    const server = createServer();
    const transport = new TcpTransport(server, receive, onDropped);
    server.on('connection', (socket) => transport.#adopt(socket));
    server.maxConnections = connectionLimit;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) =>
      onDropped(error.message, { transport: 'tcp', host: '', port: 0 }),
    );
    return transport;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** True while a connection to that far side is open. */
  isConnected(to: Hop): boolean {
    return this.#connections.get(key(to))?.writable === true;
  }

  send(text: string, to: Source, onError?: (error: Error) => void): void {
    const open = to.connection?.writable ? to.connection : this.#connections.get(key(to));
    if (open?.writable) {
      // While it is still being made, its failure is that of everybody who waits for it.
      if (open.connecting && onError) open.once('error', onError);
      if (open.writableLength > unsentLimit) {
        open.destroy();
        onError?.(new Error(`${key(to)} does not read what is sent to it`));
      } else {
        open.write(text, 'latin1');
      }
      return;
    }
    this.#connectAndSend(text, to, onError);
  }

  #connectAndSend(text: string, to: Hop, onError?: (error: Error) => void): void {
    const socket = connect({ host: to.host, port: to.port });
    let connected = false;
    socket.setTimeout(connectTimeoutMs, () => {
      if (!connected) socket.destroy(new Error(`No TCP connection to ${key(to)}: time out`));
    });
    socket.once('connect', () => {
      connected = true;
    });
    socket.once('error', (error) => {
      if (!connected) onError?.(error);
    });
    this.#connections.set(key(to), socket);
    this.#serve(socket, { transport: 'tcp', host: to.host, port: to.port, connection: socket });
    socket.write(text, 'latin1');
  }

  #adopt(socket: Socket): void {
    if (socket.remoteAddress === undefined || socket.remotePort === undefined) {
      socket.destroy();
      return;
    }
    const source: Source = {
      transport: 'tcp',
      host: socket.remoteAddress,
      port: socket.remotePort,
      connection: socket,
    };
    this.#connections.set(key(source), socket);
    this.#serve(socket, source);
  }

  #serve(socket: Socket, source: Source): void {
    const framing = new Framing();
    socket.setNoDelay(true);
    socket.once('connect', () => socket.setTimeout(idleMs, () => socket.destroy()));
    if (!socket.connecting) socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('error', (error) => this.#onDropped(error.message, source));
    socket.on('close', () => {
      if (this.#connections.get(key(source)) === socket) this.#connections.delete(key(source));
    });
    let followed = true;
    socket.on('data', (chunk: Buffer) => {
      // What follows a message that could not be framed is read and forgotten, never understood: it
      // may be the rest of a body that was made to look like requests.
      if (!followed) return;
      framing.push(chunk.toString('latin1'));
      followed = this.#takeFrames(framing, socket, source);
    });
  }

  /** False once the stream cannot be followed any further. */
  #takeFrames(framing: Framing, socket: Socket, source: Source): boolean {
    for (;;) {
      const frame = framing.next();
      if (frame.kind === 'incomplete') return true;
      if (frame.kind === 'message') {
        this.#receive(frame.text, source);
      } else if (frame.kind === 'ping') {
        socket.write('\r\n');
      } else {
        this.#refuse(frame.text, frame.reason, socket, source);
        return false;
      }
    }
  }

  /** A stream that cannot be followed is answered once, if it began as a request, and closed. */
  #refuse(text: string, reason: 'too large' | 'no length', socket: Socket, source: Source): void {
    this.#onDropped(`stream closed: message ${reason}`, source);
    const end = text.indexOf('\r\n\r\n');
    if (end > 0) {
      const head = text.slice(0, end).replace(/\r\n(content-length|l)[ \t]*:[^\r]*/gi, '');
      const refusal =
        reason === 'too large'
          ? { status: 513, reason: 'Message Too Large' }
          : { status: 400, reason: 'Missing Content-Length header' };
      this.#receive(`${head}\r\n\r\n`, source, refusal);
    }
    socket.end();
    setTimeout(() => socket.destroy(), 1000).unref();
  }

  async close(): Promise<void> {
    for (const socket of this.#connections.values()) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function key(hop: Hop): string {
  return `${hop.host}:${hop.port}`;
}
