// One connection to a receiver: a request at a time, and its answer. It is opened by connections.ts, which
// keeps it for the next request; where it leads was checked before (pinned-connect.ts).

import type { OnReadOpts, Socket } from 'node:net';
import { HttpError } from './http-error.ts';
import type { ResponseHead } from './response-head.ts';
import { ResponseReader, type ResponseListener } from './response-reader.ts';

/** Who waits for an answer. After `onEnd` or `onError` it is told nothing more. */
export interface Exchange {
  /** Nobody waits any more: nothing is to be sent. */
  readonly ended: boolean;
  /** The request is about to be sent on that connection; `drop` it to give up. */
  onStart(connection: Connection): void;
  onHead(head: ResponseHead): void;
  /** The bytes are only there during the call. */
  onBody(bytes: Uint8Array): void;
  onEnd(): void;
  onError(error: unknown): void;
}

/** Who keeps connections. */
export interface ConnectionOwner {
  /** It may take the next request. */
  onFree(connection: Connection): void;
  /** It is gone. */
  onGone(connection: Connection): void;
}

/** How long a connection waits for its next request, unless the receiver says less. */
const KEEP_ALIVE_MS = 4000;
/** So much earlier than the receiver we let go of one, or a request would meet its closing. */
const EARLIER_MS = 1000;
/** Answers are short; what is longer comes in several pieces. */
const READ_BYTES = 4096;
/** More of a body than this is not even read; a little more than is kept, so that most connections stay. */
const BODY_LIMIT_BYTES = 64 * 1024;

export class Connection implements ResponseListener {
  /** Where it leads, `192.0.2.1:443` or `[2001:db8::1]:443`; null before it is open. */
  address: string | null = null;
  readonly #owner: ConnectionOwner;
  readonly #reader = new ResponseReader(this);
  #socket: Socket | undefined;
  #exchange: Exchange | undefined;
  #keepMs = KEEP_ALIVE_MS;
  /** Why it was dropped; undefined while it is of use. */
  #gone: { readonly why: unknown } | undefined;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  /** For a TCP socket without TLS: its bytes come here directly, which costs half as much as a stream. */
  onRead(): OnReadOpts {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (length: number): boolean => {
      this.#read(buffer, length);
      return true;
    };
    return { buffer, callback };
  }

  /** It is open. `asStream`: its bytes do not come by `onRead`. */
  opened(socket: Socket, asStream: boolean): void {
    this.#socket = socket;
    const { remoteAddress: host = '', remotePort: port } = socket;
    this.address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    if (asStream) socket.on('data', (bytes: Buffer) => this.#read(bytes, bytes.length));
    socket.on('end', () => this.#otherSideEnded());
    socket.on('error', (error) => this.drop(error));
    socket.on('close', () => this.drop(new HttpError('closed-early')));
    socket.setTimeout(this.#keepMs);
    socket.on('timeout', () => {
      if (!this.#exchange) this.drop();
    });
    if (this.#gone || socket.destroyed) this.drop(new HttpError('closed-early'));
  }

  /** Sends a request, head and body as bytes or as Latin-1, and tells `exchange` of the answer. */
  send(request: string | Uint8Array, exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.onStart(this);
    if (this.#gone) {
      this.#fail(this.#gone.why);
      return;
    }
    this.#reader.expect();
    this.#socket?.write(request, 'latin1');
  }

  /** Closes it; who waits for an answer hears why. */
  drop(error: unknown = new HttpError('stopped')): void {
    this.#socket?.destroy();
    if (!this.#gone) {
      this.#gone = { why: error };
      this.#owner.onGone(this);
    }
    this.#fail(error);
  }

  onHead(head: ResponseHead): void {
    const { keepAliveSeconds } = head;
    if (keepAliveSeconds !== undefined) this.#keepFor(keepAliveSeconds * 1000 - EARLIER_MS);
    this.#exchange?.onHead(head);
  }

  onBody(bytes: Uint8Array): void {
    this.#exchange?.onBody(bytes);
  }

  onEnd(reusable: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    // Free before anybody hears of it: the next request may follow at once.
    if (reusable && this.#keepMs > 0 && !this.#gone) this.#owner.onFree(this);
    else this.drop();
    exchange?.onEnd();
  }

  #read(bytes: Buffer, length: number): void {
    // Before it was asked, or behind its answer: what it says later could be taken for another answer.
    if (this.#reader.idle) {
      this.drop(new HttpError('not-http', 'it spoke before it was asked'));
      return;
    }
    try {
      this.#reader.read(bytes, length);
    } catch (error) {
      this.drop(error);
      return;
    }
    if (this.#reader.bodyBytes > BODY_LIMIT_BYTES) this.#hasEnough();
  }

  /** The status is known, and as much of the body as anybody looks at. */
  #hasEnough(): void {
    if (this.#reader.idle) return;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.drop();
    exchange?.onEnd();
  }

  #otherSideEnded(): void {
    try {
      this.#reader.end();
    } catch (error) {
      this.drop(error);
    }
    this.drop();
  }

  #keepFor(ms: number): void {
    const wanted = Math.min(KEEP_ALIVE_MS, ms);
    if (wanted === this.#keepMs) return;
    this.#keepMs = wanted;
    this.#socket?.setTimeout(Math.max(1, wanted));
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onError(error);
  }
}
