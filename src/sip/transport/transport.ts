// Sends and receives SIP over UDP and TCP on one address and port (RFC 3261, 18). Knows no
// transactions: it hands every message up with where it came from, and says when it could not send.

import type { Socket } from 'node:net';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import type { Hop } from './hop.ts';
import { localAddressChooser } from './local-address.ts';
import { TcpTransport } from './tcp.ts';
import type { Receive } from './tcp.ts';
import { UdpTransport } from './udp.ts';

/** Largest datagram understood, bytes; larger ones are answered with 513. */
const largestDatagram = 32_768;

/** Where a message came from; over TCP with the connection, on which the answer goes back. */
export interface Source extends Hop {
  readonly connection?: Socket;
}

export interface TransportHandlers {
  onMessage(message: SipMessage, source: Source): void;
  /** A request that could be read in part: to be answered with `status` and `reason`. */
  onInvalidRequest(request: SipRequest, status: number, reason: string, source: Source): void;
}

export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  readonly advertise?: string | undefined;
  readonly handlers: TransportHandlers;
  /** Told of what was dropped: garbage, sockets' errors. Must not throw. */
  readonly onDropped: (what: string, source: Hop) => void;
}

export class Transport {
  readonly #udp: UdpTransport;
  readonly #tcp: TcpTransport;
  readonly #localAddress: (peer: string) => string;
  readonly host: string;
  readonly port: number;

  private constructor(udp: UdpTransport, tcp: TcpTransport, options: TransportOptions) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.host = options.host;
    this.port = udp.port;
    this.#localAddress = localAddressChooser(options.host, options.advertise);
  }

  /** Binds UDP and TCP to the same port. Rejects with the system's error (EADDRINUSE, EACCES). */
  static async open(options: TransportOptions): Promise<Transport> {
    const receive: Receive = (text, source, refusal) => receiveText(text, source, options, refusal);
    for (let attempt = 1; ; attempt++) {
      const udp = await UdpTransport.open(options.host, options.port, receive, options.onDropped);
      try {
        const tcp = await TcpTransport.open(options.host, udp.port, receive, options.onDropped);
        return new Transport(udp, tcp, options);
      } catch (error) {
        await udp.close();
        // A free UDP port may be taken for TCP: with port 0 another one serves as well.
        if (options.port !== 0 || attempt === 10) throw error;
      }
    }
  }

  /** Our host as the peer should see it, for Via and Contact. */
  localHost(peer: Hop): string {
    return this.#localAddress(peer.host);
  }

  /**
   * Sends. Over TCP on `connection` while it is open, else on one to that hop, made if need be.
   * `onError` is called once where the message certainly did not leave.
   */
  send(text: string, to: Source, onError?: (error: Error) => void): void {
    if (to.transport === 'tcp') this.#tcp.send(text, to, onError);
    else this.#udp.send(text, to, onError);
  }

  /** True where a message to that hop can leave without a new connection. */
  isConnected(to: Hop): boolean {
    return to.transport === 'udp' || this.#tcp.isConnected(to);
  }

  async close(): Promise<void> {
    await Promise.all([this.#udp.close(), this.#tcp.close()]);
  }
}

function receiveText(
  text: string,
  source: Source,
  options: TransportOptions,
  refusal?: { readonly status: number; readonly reason: string },
): void {
  const parsed = parseMessage(text);
  if (parsed.kind === 'nothing') return;
  if (parsed.kind === 'message') {
    const tooLarge = { status: 513, reason: 'Message Too Large' };
    const refused = refusal ?? (text.length > largestDatagram ? tooLarge : undefined);
    if (refused && parsed.message.kind === 'request') {
      options.handlers.onInvalidRequest(parsed.message, refused.status, refused.reason, source);
    } else {
      options.handlers.onMessage(parsed.message, source);
    }
  } else if (parsed.request) {
    options.handlers.onInvalidRequest(parsed.request, parsed.status, parsed.reason, source);
  } else {
    options.onDropped(parsed.reason, source);
  }
}
