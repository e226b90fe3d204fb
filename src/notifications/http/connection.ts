// One connection to a receiver: a request at a time, and its answer. It is opened by connections.ts, which
// keeps it for the next request; where it leads was checked before (pinned-connect.ts). In its life it is
//
//   opening   until `opened`
//   free      waiting for a request, kept by its owner; what it says then nobody asked for
//   busy      from `send` until the answer is there, and a turn longer (see `onEnd`)
//   gone      dropped, by either side; whoever still waits for an answer hears why

import type { OnReadOpts, Socket } from 'node:net';
import { formatHostPort } from '../../config.ts';
import { HttpError } from './http-error.ts';
import type { ResponseHead } from './response-head.ts';
import { ResponseReader, type ResponseListener } from './response-reader.ts';

/** Who waits for an answer. After `onEnd` or `onError` it is told nothing more. */
export interface AnswerListener {
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
  /** Where it leads, `192.0.2.1:443` or `[2001:db8::1]:443`; null where that is not known (yet). */
  address: string | null = null;
  readonly #owner: ConnectionOwner;
  readonly #reader = new ResponseReader(this);
  /** How its bytes come where there is no TLS: directly, which costs half as much as a stream. */
  readonly onRead: OnReadOpts | undefined;
  #socket: Socket | undefined;
  #waiting: AnswerListener | undefined;
  #keepMs = KEEP_ALIVE_MS;
  /** Why it was dropped; undefined while it is of use. */
  #gone: { readonly why: unknown } | undefined;

  constructor(owner: ConnectionOwner, tls: boolean) {
    this.#owner = owner;
    this.onRead = tls ? undefined : this.#intoBuffer();
  }

  /** It is open. */
  opened(socket: Socket): void {
    this.#socket = socket;
    const { remoteAddress: host, remotePort: port } = socket;
    if (host !== undefined && port !== undefined) this.address = formatHostPort({ host, port });
    if (!this.onRead) socket.on('data', (bytes: Buffer) => this.#read(bytes, bytes.length));
    socket.on('end', () => this.#otherSideEnded());
    socket.on('error', (error) => this.drop(error));
    socket.on('close', () => this.drop(new HttpError('closed-early')));
    socket.setTimeout(this.#keepMs);
    socket.on('timeout', () => {
      if (!this.#waiting) this.drop();
    });
    if (this.#gone || host === undefined) this.drop(new HttpError('closed-early'));
  }

  /** Sends a request, head and body as bytes or as Latin-1, and tells `listener` of the answer. */
  send(request: string | Uint8Array, listener: AnswerListener): void {
    if (this.#gone || !this.#socket) {
      listener.onError(this.#gone?.why);
      return;
    }
    this.#waiting = listener;
    listener.onStart(this);
    this.#reader.expect();
    this.#socket.write(request, 'latin1');
  }

  /** Closes it; who waits for an answer hears why. */
  drop(error: unknown = new HttpError('stopped')): void {
    this.#socket?.destroy();
    if (!this.#gone) {
      this.#gone = { why: error };
      this.#owner.onGone(this);
    }
    this.#take()?.onError(error);
  }

  onHead(head: ResponseHead): void {
    const { keepAliveSeconds } = head;
    if (keepAliveSeconds !== undefined) this.#keepFor(keepAliveSeconds * 1000 - EARLIER_MS);
    this.#waiting?.onHead(head);
  }

  onBody(bytes: Uint8Array): void {
    this.#waiting?.onBody(bytes);
  }

  /**
   * Many servers close behind an answer without saying so in it. We look once more before the connection can be
   * taken again, or every second request to such a server would meet its closing. The answer is told of with
   * that, so that its place (endpoints.ts) and its connection are free together.
   */
  onEnd(reusable: boolean): void {
    if (reusable && this.#keepMs > 0) afterNextLook(this);
    else this.#letGo();
  }

  /** Nothing came behind the answer. */
  settled(): void {
    if (this.#gone) return;
    const listener = this.#take();
    this.#owner.onFree(this);
    listener?.onEnd();
  }

  #intoBuffer(): OnReadOpts {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (length: number): boolean => {
      this.#read(buffer, length);
      return true;
    };
    return { buffer, callback };
  }

  #read(bytes: Buffer, length: number): void {
    if (this.#reader.idle) {
      // Before it was asked, or behind its answer: what it says could be taken for the next answer.
      if (this.#waiting) this.#letGo();
      else this.drop(new HttpError('not-http', 'it spoke before it was asked'));
      return;
    }
    try {
      this.#reader.read(bytes, length);
    } catch (error) {
      this.drop(error);
      return;
    }
    // The status is known, and as much of the body as anybody looks at.
    if (!this.#reader.idle && this.#reader.bodyBytes > BODY_LIMIT_BYTES) this.#letGo();
  }

  #otherSideEnded(): void {
    try {
      this.#reader.end();
    } catch (error) {
      this.drop(error);
    }
    this.#letGo();
  }

  /** The answer has come, and this connection is of no further use. */
  #letGo(): void {
    const listener = this.#take();
    this.drop();
    listener?.onEnd();
  }

  #take(): AnswerListener | undefined {
    const listener = this.#waiting;
    this.#waiting = undefined;
    return listener;
  }

  #keepFor(ms: number): void {
    const wanted = Math.min(KEEP_ALIVE_MS, ms);
    if (wanted === this.#keepMs) return;
    this.#keepMs = wanted;
    this.#socket?.setTimeout(Math.max(1, wanted));
  }
}

// All of them together: an immediate for each would cost as much as reading the answer.
let answered: Connection[] = [];

/** Settles a connection when the event loop has asked the kernel once more what there is to read. */
function afterNextLook(connection: Connection): void {
  if (answered.push(connection) > 1) return;
  // The first is run at the end of this turn, the second at the end of the next one.
  setImmediate(() => setImmediate(settleAll));
}

function settleAll(): void {
  const connections = answered;
  answered = [];
  for (const connection of connections) connection.settled();
}
