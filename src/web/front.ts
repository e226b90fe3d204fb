// What stands in front of the HTTP parser: it reads each request's head itself, so that request lines as
// real programs send them (raw spaces, raw UTF-8) reach the server, encoded; Node's parser refuses them
// before any handler runs. It keeps the target as it came, since Digest is computed over that. The text
// of a head is request-head.ts; everything else about HTTP is left to the parser behind.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { readHead } from './request-head.ts';
import type { Body, HeadRefusal } from './request-head.ts';

/** How long a connection may take, milliseconds. */
export interface FrontTimes {
  /** Until the first byte of the first request; later ones have the parser's keep-alive time. */
  readonly idle: number;
  /** From the first byte of a head to its last. */
  readonly head: number;
  /** From our refusal until we stop reading what the client still sends. */
  readonly linger: number;
}

const usualTimes: FrontTimes = { idle: 30_000, head: 5_000, linger: 2_000 };

const targets = new WeakMap<IncomingMessage, string>();

/** The target of a request as the client sent it, Latin-1; undefined where it did not come this way. */
export function targetAsSent(request: IncomingMessage): string | undefined {
  return targets.get(request);
}

/** A server (plain or TLS) whose connections reach `http` through the front. */
export function frontServer(
  http: HttpServer,
  make: (serve: (socket: Socket) => void) => Server = plain,
  times: FrontTimes = usualTimes,
): Server {
  if (!http.listeners('request').includes(noteRequest)) {
    http.prependListener('request', noteRequest);
  }
  return make((socket) => {
    http.emit('connection', new Front(socket, times));
  });
}

function plain(serve: (socket: Socket) => void): Server {
  return createServer({ noDelay: true }, serve);
}

function noteRequest(request: IncomingMessage, response: ServerResponse): void {
  const connection: unknown = request.socket;
  if (connection instanceof Front) connection.begun(request, response);
}

/** One connection: what the HTTP parser reads from and writes to. */
export class Front extends Duplex {
  // Kept, since a socket forgets it when it closes.
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly encrypted: boolean;
  readonly #socket: Socket;
  readonly #times: FrontTimes;
  #held: Buffer = Buffer.alloc(0);
  #body: Body = { kind: 'length', left: 0 };
  #timer: NodeJS.Timeout | undefined;
  #headUnderWay = false;
  /** Requests passed on, and not yet begun by the parser. */
  #passed: { readonly rawTarget: string; readonly url: string }[] = [];
  #unanswered = 0;
  #refusal: HeadRefusal | undefined;

  constructor(socket: Socket, times: FrontTimes = usualTimes) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#times = times;
    this.remoteAddress = socket.remoteAddress;
    this.remotePort = socket.remotePort;
    this.encrypted = 'encrypted' in socket;
    this.#timer = setTimeout(() => this.destroy(), times.idle).unref();
    // A connection that breaks is no fault of ours: 'close' says all there is to know.
    this.on('error', () => {});
    socket.on('error', () => this.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.push(null));
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('close', () => this.destroy());
  }

  // What the HTTP server asks of a socket.
  setTimeout(ms: number, callback?: () => void): this {
    if (callback) this.once('timeout', callback);
    this.#socket.setTimeout(ms);
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  /** Closes when everything is written. Without it the server would leave the reading side open. */
  destroySoon(): void {
    if (!this.writableEnded) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Told by the HTTP server, through frontServer, that a request of this connection begins. */
  begun(request: IncomingMessage, response: ServerResponse): void {
    // Never the target of another request, even if the parser left one out.
    let passed = this.#passed.shift();
    while (passed && passed.url !== request.url) passed = this.#passed.shift();
    if (passed) targets.set(request, passed.rawTarget);
    response.once('close', () => {
      this.#unanswered -= 1;
      this.#sendRefusal();
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(chunk, done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    // After a refusal: read on, and drop it. Closing with bytes unread would reset the connection, and
    // our answer be lost with it.
    if (this.#refusal) return;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#held.length > 0 && this.#passBody() && this.#passHead());
    this.#watchHead();
  }

  /** Passes on what belongs to a body; true where the next bytes are a head. */
  #passBody(): boolean {
    const left = this.#body.kind === 'length' ? this.#body.left : Infinity;
    const count = Math.min(left, this.#held.length);
    if (count === 0) return true;
    if (this.#body.kind === 'length') this.#body.left -= count;
    this.#pass(this.#held.subarray(0, count));
    this.#held = this.#held.subarray(count);
    return this.#held.length > 0;
  }

  /** Passes a whole head on, its request line encoded; true where one was there. */
  #passHead(): boolean {
    // Empty lines ahead of a request are let through (RFC 9112, 2.2).
    while (this.#held.length > 1 && this.#held[0] === 13 && this.#held[1] === 10) {
      this.#held = this.#held.subarray(2);
    }
    if (this.#held.length === 0 || (this.#held.length === 1 && this.#held[0] === 13)) return false;
    const head = readHead(this.#held);
    if (head.kind === 'incomplete') return false;
    if (head.kind === 'refused') {
      this.#refuse(head);
      return false;
    }
    this.#headUnderWay = false;
    clearTimeout(this.#timer);
    this.#held = this.#held.subarray(head.size);
    this.#body = head.body;
    this.#passed.push({ rawTarget: head.rawTarget, url: head.url });
    this.#unanswered += 1;
    this.#pass(head.bytes);
    return true;
  }

  #pass(bytes: Buffer): void {
    if (!this.push(bytes)) this.#socket.pause();
  }

  /** Gives a head that has begun its time, once, however slowly its bytes drip. */
  #watchHead(): void {
    if (this.#held.length === 0 || this.#headUnderWay) return;
    this.#headUnderWay = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const text = 'The request did not come to its end';
      this.#refuse({ kind: 'refused', status: '408 Request Timeout', text });
    }, this.#times.head).unref();
  }

  /** Answers what never became a request, and closes. */
  #refuse(refusal: HeadRefusal): void {
    this.#refusal = refusal;
    this.#held = Buffer.alloc(0);
    this.#sendRefusal();
  }

  /** A refusal comes behind the answers to the requests before it. */
  #sendRefusal(): void {
    if (!this.#refusal || this.#unanswered > 0 || this.writableEnded || this.destroyed) return;
    const { status, text } = this.#refusal;
    const length = Buffer.byteLength(text);
    this.#socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${text}`,
    );
    this.#socket.resume();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.destroy(), this.#times.linger).unref();
  }
}
