// A bare SIP socket, UDP or TCP, for tests of bytes: sends exactly what it is given and keeps exactly
// what comes. It retransmits nothing and answers nothing by itself.

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { atTestEnd, type Owner } from './child.ts';
import { hostPort, loopback } from './ports.ts';
import { HANG_MS, Inbox } from './until.ts';
import { readWire, type WireMessage } from './wire.ts';

export interface SipSocketOptions {
  readonly transport?: 'udp' | 'tcp';
  /** Where it sends, `HOST:PORT`. UDP may leave it out and say so at each send. */
  readonly remote?: string;
  /** Our address; by default one of its own. */
  readonly host?: string;
  /** 0 chooses a free one. */
  readonly port?: number;
}

/** Over UDP, where a message came from is in `from`. */
export type ReceivedMessage = WireMessage & { readonly from: string };

export async function openSipSocket(
  owner: Owner,
  options: SipSocketOptions = {},
): Promise<SipSocket> {
  const host = options.host ?? loopback();
  const port = options.port ?? 0;
  if (options.transport === 'tcp') {
    const remote = hostPort(options.remote ?? '');
    const tcp = connect({ ...remote, localAddress: host, localPort: port, noDelay: true });
    await once(tcp, 'connect');
    return new SipSocket(owner, host, tcp.localPort ?? 0, tcp, options.remote);
  }
  const udp = createSocket('udp4');
  udp.bind(port, host);
  await once(udp, 'listening');
  return new SipSocket(owner, host, udp.address().port, udp, options.remote);
}

export class SipSocket implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  /** `UDP` or `TCP`, for the Via. */
  readonly transport: 'UDP' | 'TCP';
  readonly #remote: string | undefined;
  readonly #socket: UdpSocket | TcpSocket;
  readonly #sent: string[] = [];
  readonly #inbox = new Inbox<ReceivedMessage>((one) => `${one.start} from ${one.from}`);
  #open = true;

  constructor(
    owner: Owner,
    host: string,
    port: number,
    socket: UdpSocket | TcpSocket,
    remote: string | undefined,
  ) {
    this.host = host;
    this.port = port;
    this.address = `${host}:${port}`;
    this.#socket = socket;
    this.#remote = remote;
    this.transport = isUdp(socket) ? 'UDP' : 'TCP';
    if (isUdp(socket)) {
      socket.on('message', (raw, from) => this.#receive(raw, `${from.address}:${from.port}`));
    } else {
      const framer = new StreamFramer();
      socket.on('data', (chunk: Buffer) => {
        for (const raw of framer.push(chunk)) this.#receive(raw, remote ?? '');
      });
    }
    socket.on('error', () => {}); // a refused or reset connection shows as a wait that fails
    socket.on('close', () => (this.#open = false));
    atTestEnd(
      owner,
      () => this.close(),
      () =>
        `sip socket ${this.address}\n--- sent\n${this.#sent.join('\n')}\n--- received\n${this.#log()}`,
    );
  }

  #receive(raw: Buffer, from: string): void {
    this.#inbox.push({ ...readWire(raw), from });
  }

  #log(): string {
    return this.#inbox.all.map((one) => one.raw.toString('latin1')).join('\n');
  }

  /** Sends these bytes as they are: one datagram, or so much of the stream. */
  async send(message: string | Buffer, to = this.#remote): Promise<void> {
    const bytes = Buffer.from(message);
    this.#sent.push(bytes.toString('latin1'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (isUdp(this.#socket)) {
      const { host, port } = hostPort(to ?? '');
      this.#socket.send(bytes, port, host, done);
    } else {
      this.#socket.write(bytes, done);
    }
    return promise;
  }

  /** Everything received so far. */
  get received(): readonly ReceivedMessage[] {
    return this.#inbox.all;
  }

  /** False once the other side has closed the TCP connection. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Takes the first message that no earlier wait took and that matches. */
  async waitFor(
    matches: (message: ReceivedMessage) => boolean,
    deadlineMs: number,
    what: string,
  ): Promise<ReceivedMessage> {
    return this.#inbox.take(matches, deadlineMs, `${what} at ${this.address}`);
  }

  /** The next response with this status, e.g. 200, or class, e.g. `4xx`; of `method` where given. */
  async waitForStatus(
    status: number | string,
    deadlineMs = HANG_MS,
    method = '',
  ): Promise<ReceivedMessage> {
    const pattern = new RegExp(`^${String(status).replaceAll('x', '\\d')}$`);
    return this.waitFor(
      (one) => pattern.test(String(one.status)) && (method === '' || one.method === method),
      deadlineMs,
      `${status} ${method}`.trim(),
    );
  }

  /** The next request of this method. */
  async waitForRequest(method: string, deadlineMs = HANG_MS): Promise<ReceivedMessage> {
    return this.waitFor((one) => one.status === 0 && one.method === method, deadlineMs, method);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    const closed = once(this.#socket, 'close');
    if (isUdp(this.#socket)) this.#socket.close();
    else this.#socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function isUdp(socket: UdpSocket | TcpSocket): socket is UdpSocket {
  return 'bind' in socket;
}

/** Cuts a TCP stream into messages by Content-Length (RFC 3261, 18.3). */
class StreamFramer {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: Buffer[] = [];
    for (;;) {
      while (this.#rest[0] === 13 || this.#rest[0] === 10) this.#rest = this.#rest.subarray(1);
      const blank = this.#rest.indexOf('\r\n\r\n');
      if (blank < 0) return found;
      const head = this.#rest.toString('latin1', 0, blank);
      const length = Number(/\r\n(?:content-length|l)\s*:\s*(\d+)/i.exec(head)?.[1] ?? 0);
      const end = blank + 4 + length;
      if (this.#rest.length < end) return found;
      found.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
