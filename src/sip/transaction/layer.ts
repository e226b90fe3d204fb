// Matches messages to transactions (RFC 3261, 17.1.3 and 17.2.3) and makes new ones. Above it is the
// endpoint (endpoint.ts), below the transport.

import { createHash } from 'node:crypto';
import { HeaderError } from '../message/headers.ts';
import { responseTo } from '../message/message.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import type { Timers } from '../timers.ts';
import { branchCookie, newBranch, randomHex } from '../tokens.ts';
import { hostPort } from '../transport/hop.ts';
import type { Hop } from '../transport/hop.ts';
import { Transport } from '../transport/transport.ts';
import type { Source, TransportOptions } from '../transport/transport.ts';
import { faultOf } from '../validate.ts';
import { ClientTransaction } from './client.ts';
import type { ClientContext, ClientHandlers } from './client.ts';
import { InviteClientTransaction } from './invite-client.ts';
import { InviteServerTransaction } from './invite-server.ts';
import { ServerTransaction } from './server.ts';
import type { ServerContext } from './server.ts';

/** Most server transactions at once; further requests are refused with 503 and kept nowhere. */
const serverLimit = 400_000;

export interface LayerOptions {
  readonly transport: Omit<TransportOptions, 'handlers'>;
  readonly timers: Timers;
  /**
   * A new request, valid and no retransmission. The user answers it statelessly or makes it a
   * transaction with accept() or acceptInvite(), at once.
   */
  onRequest(request: SipRequest, source: Source): void;
  /** An ACK that belongs to no transaction: that of a 2xx, or a stray one. */
  onAck(ack: SipRequest): void;
  /** A fault of ours while a message was handled: logged, and kept from other messages. */
  onFault(error: unknown, message: SipMessage): void;
}

export class TransactionLayer {
  readonly #options: LayerOptions;
  #transport!: Transport;
  readonly #servers = new Map<string, ServerTransaction | InviteServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction | InviteClientTransaction>();
  readonly #secret = randomHex(16);

  private constructor(options: LayerOptions) {
    this.#options = options;
  }

  static async open(options: LayerOptions): Promise<TransactionLayer> {
    const layer = new TransactionLayer(options);
    layer.#transport = await Transport.open({
      ...options.transport,
      handlers: {
        onMessage: (message, source) => layer.#receive(message, source),
        onInvalidRequest: (request, status, reason, source) =>
          layer.#refuseInvalid(request, status, reason, source),
      },
    });
    return layer;
  }

  get timers(): Timers {
    return this.#options.timers;
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** How many transactions are alive, for tests and metrics. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  accept(request: SipRequest, source: Source): ServerTransaction {
    const key = serverKey(request, request.method);
    const made = new ServerTransaction(
      request,
      source,
      replyTo(request, source),
      this.#serverContext(key),
    );
    this.#servers.set(key, made);
    return made;
  }

  acceptInvite(request: SipRequest, source: Source): InviteServerTransaction {
    const key = serverKey(request, 'INVITE');
    const made = new InviteServerTransaction(
      request,
      source,
      replyTo(request, source),
      this.#serverContext(key),
    );
    this.#servers.set(key, made);
    return made;
  }

  /** Answers and keeps nothing (RFC 3261, 8.2.7): the same request gets the same To tag. */
  replyStateless(
    request: SipRequest,
    source: Source,
    status: number,
    reason?: string,
    headers: readonly (readonly [string, string])[] = [],
  ): void {
    if (request.method === 'ACK') return;
    const seed = `${this.#secret}${request.callId}${request.get('via')}`;
    const tag = createHash('md5').update(seed).digest('hex').slice(0, 16);
    const response = responseTo(request, status, reason, tag);
    for (const [name, value] of headers) response.add(name, value);
    this.#transport.send(response.toString(), replyTo(request, source));
  }

  /** Sends a request other than INVITE and ACK in a new transaction. */
  send(request: SipRequest, to: Source, handlers: ClientHandlers): void {
    const branch = request.has('via') ? request.via.branch : this.addVia(request, to);
    const key = `${branch}|${request.method}`;
    const made = new ClientTransaction(request, to, handlers, this.#clientContext(key));
    this.#clients.set(key, made);
    made.start();
  }

  /** Makes the transaction of an INVITE; the caller starts it. */
  prepareInvite(
    request: SipRequest,
    to: Source,
    handlers: ClientHandlers,
  ): InviteClientTransaction {
    const branch = request.has('via') ? request.via.branch : this.addVia(request, to);
    const key = `${branch}|INVITE`;
    const made = new InviteClientTransaction(request, to, handlers, this.#clientContext(key));
    this.#clients.set(key, made);
    return made;
  }

  /** Puts our Via on top of a request to `to`; returns its new branch. */
  addVia(request: SipRequest, to: Hop): string {
    const branch = newBranch();
    const host = hostPort(this.#transport.localHost(to), this.#transport.port);
    request.names.unshift('via');
    request.values.unshift(`SIP/2.0/${to.transport.toUpperCase()} ${host};branch=${branch};rport`);
    return branch;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  #receive(message: SipMessage, source: Source): void {
    try {
      if (message.kind === 'response') this.#receiveResponse(message);
      else this.#receiveRequest(message, source);
    } catch (error) {
      // A header that cannot be read leaves nothing to answer to; everything else is our fault.
      if (!(error instanceof HeaderError)) this.#options.onFault(error, message);
    }
  }

  #receiveResponse(response: SipResponse): void {
    if (!response.has('via') || !response.has('cseq') || !response.has('call-id')) return;
    if (!response.has('from') || !response.has('to')) return;
    const { branch, rest } = response.via;
    // More than our own Via means that it was not meant for us (8.1.3.3).
    if (rest !== '' || response.names.indexOf('via', response.names.indexOf('via') + 1) >= 0)
      return;
    // Read here, where a malformed one is dropped, and not in the middle of a call.
    void response.to;
    this.#clients.get(`${branch}|${response.cseq.method}`)?.onResponse(response);
  }

  #receiveRequest(request: SipRequest, source: Source): void {
    const fault = faultOf(request);
    if (fault) {
      this.#refuseInvalid(request, fault.status, fault.reason, source, fault.headers);
      return;
    }
    stampVia(request, source);
    if (request.method === 'ACK') {
      this.#receiveAck(request);
      return;
    }
    const known = this.#servers.get(serverKey(request, request.method));
    if (known) known.onRetransmission();
    else if (request.method === 'CANCEL') this.#receiveCancel(request, source);
    else if (this.#servers.size >= serverLimit) this.replyStateless(request, source, 503);
    else this.#options.onRequest(request, source);
  }

  #receiveAck(ack: SipRequest): void {
    const known = this.#servers.get(serverKey(ack, 'INVITE'));
    const absorbed = known instanceof InviteServerTransaction && known.onAck();
    if (!absorbed) this.#options.onAck(ack);
  }

  /** 9.2: answered 200 where the INVITE is known, whatever becomes of it. */
  #receiveCancel(cancel: SipRequest, source: Source): void {
    const invite = this.#servers.get(serverKey(cancel, 'INVITE'));
    // 22.1: nobody can be asked to prove himself for a CANCEL; it must come from where the INVITE did.
    if (!(invite instanceof InviteServerTransaction) || invite.source.host !== source.host) {
      this.replyStateless(cancel, source, 481);
      return;
    }
    this.accept(cancel, source).respond(
      responseTo(cancel, 200, undefined, invite.localTag || randomHex(8)),
    );
    invite.onCancel?.(cancel);
  }

  #refuseInvalid(
    request: SipRequest,
    status: number,
    reason: string,
    source: Source,
    headers: readonly (readonly [string, string])[] = [],
  ): void {
    try {
      const answerable = ['via', 'from', 'to', 'call-id', 'cseq'].filter((n) => request.has(n));
      // Without a Via nobody can tell where the answer belongs; without the rest it is of no use.
      if (!answerable.includes('via') || request.method === 'ACK') return;
      stampVia(request, source);
      const response = responseTo(request, status, reason, request.has('to') ? randomHex(8) : '');
      for (const [name, value] of headers) response.add(name, value);
      this.#transport.send(response.toString(), replyTo(request, source));
    } catch (error) {
      if (!(error instanceof HeaderError)) this.#options.onFault(error, request);
    }
  }

  #serverContext(key: string): ServerContext {
    return {
      timers: this.#options.timers,
      send: (text, to) => this.#transport.send(text, to),
      ended: () => {
        this.#servers.delete(key);
      },
    };
  }

  #clientContext(key: string): ClientContext {
    return {
      timers: this.#options.timers,
      send: (text, to, onError) => this.#transport.send(text, to, onError),
      ended: () => {
        this.#clients.delete(key);
      },
    };
  }
}

/**
 * 17.2.3: branch, sent-by and method; for senders of the time before RFC 3261 (no cookie) the fields
 * that stay the same over a transaction.
 */
function serverKey(request: SipRequest, method: string): string {
  const via = request.via;
  if (via.branch.length > branchCookie.length && via.branch.startsWith(branchCookie)) {
    return `${via.branch}|${via.host}:${via.port}|${method}`;
  }
  return `${request.callId}|${request.from.tag}|${request.cseq.number}|${request.uri}|${via.first}|${method}`;
}

const rportParameter = /;\s*rport(?:\s*=\s*\d*)?(?=\s*;|\s*$)/i;
const receivedParameter = /;\s*received\s*=[^;]*/gi;

/** Notes the source address in the topmost Via (18.2.1, RFC 3581). */
function stampVia(request: SipRequest, source: Source): void {
  const via = request.via;
  if (!via.rport && via.host === source.host) return;
  let first = via.first.replace(receivedParameter, '');
  if (via.rport) first = first.replace(rportParameter, `;rport=${source.port}`);
  request.setTopVia(`${first};received=${source.host}${via.rest}`);
}

/** Where a response goes (18.2.2): over TCP back on the connection; over UDP as rport and Via say. */
function replyTo(request: SipRequest, source: Source): Source {
  if (source.transport === 'tcp' || request.via.rport) return source;
  return { transport: 'udp', host: source.host, port: request.via.port || 5060 };
}
