// All connections to receivers: a request takes one that is free, or a new one. How many there may be is the
// matter of whoever asks (endpoints.ts); which addresses may be connected to is pinned-connect.ts's.

import type { Clock } from '../clock.ts';
import { Connection, type AnswerListener, type ConnectionOwner } from './connection.ts';
import { HttpError } from './http-error.ts';
import type { PinnedConnector } from './pinned-connect.ts';

export interface HttpRequest {
  /** `scheme://host:port`. */
  readonly origin: string;
  /** Path and query, sent byte for byte. */
  readonly path: string;
  /** Lines that end with CR LF; nothing of them may come from outside without having been looked at. */
  readonly headers: string;
  /** Sent by POST; without it the request is a GET. */
  readonly body?: string | undefined;
}

const IS_ORIGIN = /^https?:\/\/[^/?#@]+\/$/;
/** What a request line cannot carry: blanks, controls, and what Latin-1 does not have. */
const NOT_IN_A_PATH = /[^\x21-\x7e\x80-\xff]/;
/** TLS sessions kept, so that the next connection there is made with less effort. */
const MOST_SESSIONS = 100;
/** A session is gone on with without a look at the certificate, which may have expired meanwhile. */
const OLDEST_SESSION_MS = 3_600_000;

interface TlsSession {
  readonly ticket: Buffer;
  /** When the certificate was looked at, on the clock that only rises. */
  readonly since: number;
}

export class Connections {
  readonly #connector: PinnedConnector;
  readonly #clock: Clock;
  readonly #servers = new Map<string, Server>();
  readonly #sessions = new Map<string, TlsSession>();
  #closed = false;

  constructor(connector: PinnedConnector, clock: Clock) {
    this.#connector = connector;
    this.#clock = clock;
  }

  /** Sends it and tells `listener` of the answer, or why there is none. Never throws. */
  request(request: HttpRequest, listener: AnswerListener): void {
    if (this.#closed) {
      listener.onError(new HttpError('stopped'));
      return;
    }
    const server = NOT_IN_A_PATH.test(request.path) ? undefined : this.#serverOf(request.origin);
    if (!server) {
      listener.onError(new HttpError('bad-url'));
      return;
    }
    const bytes = bytesOf(request, server.host);
    const free = server.free.pop();
    if (free) free.send(bytes, listener);
    else void this.#open(server, bytes, listener);
  }

  /** Drops every connection; who waits for an answer hears that we stopped, and so does who comes later. */
  close(): void {
    this.#closed = true;
    this.#connector.close();
    for (const { all } of this.#servers.values()) for (const each of all) each.drop();
  }

  async #open(
    server: Server,
    request: string | Uint8Array,
    listener: AnswerListener,
  ): Promise<void> {
    const { origin, hostname, port, tls } = server;
    const connection = new Connection(server, tls);
    server.all.add(connection);
    try {
      const socket = await this.#connector.connect({
        hostname,
        port,
        tls,
        onRead: connection.onRead,
        session: this.#sessionOf(origin),
        onSession: (ticket, resumed) => this.#keepSession(origin, ticket, resumed),
      });
      connection.opened(socket);
    } catch (error) {
      this.#sessions.delete(origin);
      connection.drop(error);
      listener.onError(error);
      return;
    }
    // It took too long, and nobody waits: nothing is sent, and the next request may have it.
    if (listener.ended) server.onFree(connection);
    else connection.send(request, listener);
  }

  #sessionOf(origin: string): Buffer | undefined {
    const session = this.#sessions.get(origin);
    const isYoung = session && this.#clock.elapsed() - session.since < OLDEST_SESSION_MS;
    return isYoung ? session.ticket : undefined;
  }

  #keepSession(origin: string, ticket: Buffer, resumed: boolean): void {
    const before = resumed ? this.#sessions.get(origin) : undefined;
    this.#sessions.delete(origin);
    this.#sessions.set(origin, { ticket, since: before?.since ?? this.#clock.elapsed() });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(oldest!);
  }

  /** Undefined where the text is no http or https origin. */
  #serverOf(origin: string): Server | undefined {
    const known = this.#servers.get(origin);
    if (known) return known;
    if (!URL.canParse(origin)) return undefined;
    const url = new URL(origin);
    // What is written as a host may be read as a path or a user: `example.com\\@other`. Then it is no origin.
    if (!IS_ORIGIN.test(url.href)) return undefined;
    const server = new Server(origin, url, () => this.#servers.delete(origin));
    this.#servers.set(origin, server);
    return server;
  }
}

/** The connections to one scheme, host and port; forgotten with the last of them. */
class Server implements ConnectionOwner {
  readonly origin: string;
  /** For the Host header. */
  readonly host: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  readonly all = new Set<Connection>();
  /** The last one that became free is the first to be taken: the others may close meanwhile. */
  readonly free: Connection[] = [];
  readonly #onEmpty: () => void;

  constructor(origin: string, url: URL, onEmpty: () => void) {
    this.origin = origin;
    this.host = url.host;
    this.hostname = url.hostname.replace(/^\[|\]$/g, '');
    this.tls = url.protocol === 'https:';
    this.port = Number(url.port) || (this.tls ? 443 : 80);
    this.#onEmpty = onEmpty;
  }

  onFree(connection: Connection): void {
    if (this.all.has(connection)) this.free.push(connection);
  }

  onGone(connection: Connection): void {
    this.all.delete(connection);
    const place = this.free.lastIndexOf(connection);
    if (place >= 0) this.free.splice(place, 1);
    if (this.all.size === 0) this.#onEmpty();
  }
}

/** A GET is all Latin-1; a body is UTF-8. */
function bytesOf({ path, headers, body }: HttpRequest, host: string): string | Uint8Array {
  const head = `${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n${headers}`;
  if (body === undefined) return `GET ${head}\r\n`;
  const bytes = Buffer.from(body, 'utf8');
  return Buffer.concat([
    Buffer.from(`POST ${head}Content-Length: ${bytes.length}\r\n\r\n`, 'latin1'),
    bytes,
  ]);
}
