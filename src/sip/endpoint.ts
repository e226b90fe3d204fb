// Our end of every SIP dialogue: gives out-of-dialogue requests to those who serve them, in-dialogue
// requests to their dialogue, and sends requests. Knows no customers and no lines.

import { randomHex, newTag } from './tokens.ts';
import {
  dialogKey,
  contactOf,
  Dialog,
  fixedHopFor,
  routeSet,
  withoutTag,
} from './dialog/dialog.ts';
import type { DialogState, HeaderLines } from './dialog/dialog.ts';
import { IncomingInvite } from './dialog/incoming-invite.ts';
import { OutgoingInvite } from './dialog/outgoing-invite.ts';
import type { OutgoingInviteHandlers, OutgoingInviteState } from './dialog/outgoing-invite.ts';
import { parseMessage } from './message/parse.ts';
import { responseTo, SipRequest } from './message/message.ts';
import type { SipMessage, SipResponse } from './message/message.ts';
import type { Timers } from './timers.ts';
import type { ClientFailure } from './transaction/client.ts';
import { TransactionLayer } from './transaction/layer.ts';
import type { ServerTransaction } from './transaction/server.ts';
import { hostPort } from './transport/hop.ts';
import type { Hop } from './transport/hop.ts';
import type { Source } from './transport/transport.ts';
import { allowedMethods } from './validate.ts';

export interface EndpointOptions {
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  /** The host that peers shall see instead of the bound address. */
  readonly advertise?: string | undefined;
  readonly timers: Timers;
  /** `Carillon/1.2.3`, sent as User-Agent and Server. */
  readonly product: string;
  readonly onDropped: (what: string, source: Hop) => void;
  readonly onFault: (error: unknown, message: SipMessage) => void;
}

/** Who serves requests that belong to no dialogue. */
export interface EndpointUsers {
  /** Answers with replyStateless() or takes it with acceptInvite(), at once. */
  onInvite(request: SipRequest, source: Source): void;
  onRegister?(request: SipRequest, source: Source): void;
}

/** What a new INVITE says; the rest (tags, Call-ID, Contact) is made here. */
export interface InviteOptions {
  readonly uri: string;
  readonly to: Source;
  /** The From and To values without tags. */
  readonly localParty: string;
  readonly remoteParty: string;
  /** Where requests in the dialogue go whatever Contact says, or null. */
  readonly fixedHop: Hop | null;
  readonly lines: HeaderLines;
  readonly body: string;
  readonly maxForwards: number;
}

export class SipEndpoint {
  readonly #options: EndpointOptions;
  #layer!: TransactionLayer;
  readonly #dialogs = new Map<string, Dialog>();
  /** First INVITEs whose dialogue stands, by Call-ID, From tag and CSeq. */
  readonly #invited = new Set<string>();
  users: EndpointUsers | undefined;

  private constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** Binds UDP and TCP. Rejects with the system's error where the port is taken. */
  static async open(options: EndpointOptions): Promise<SipEndpoint> {
    const endpoint = new SipEndpoint(options);
    endpoint.#layer = await TransactionLayer.open({
      transport: options,
      timers: options.timers,
      onRequest: (request, source) => endpoint.#onRequest(request, source),
      onAck: (ack) => endpoint.#onAck(ack),
      onFault: options.onFault,
    });
    return endpoint;
  }

  get timers(): Timers {
    return this.#options.timers;
  }
  get port(): number {
    return this.#layer.transport.port;
  }
  get host(): string {
    return this.#layer.transport.host;
  }
  /** Dialogues and transactions alive, for tests and metrics. */
  get sizes(): { dialogs: number; transactions: number } {
    return { dialogs: this.#dialogs.size, transactions: this.#layer.size };
  }

  isConnected(hop: Hop): boolean {
    return this.#layer.transport.isConnected(hop);
  }

  /** Our `host` as that peer should see it. */
  hostFor(peer: Hop): string {
    return this.#layer.transport.localHost(peer);
  }

  /** Our Contact value towards a peer. It names no user: a hidden caller stays hidden. */
  contactFor(peer: Hop): string {
    const at = hostPort(this.hostFor(peer), this.port);
    return peer.transport === 'tcp' ? `<sip:${at};transport=tcp>` : `<sip:${at}>`;
  }

  /** Answers an out-of-dialogue request and keeps nothing about it. */
  replyStateless(
    request: SipRequest,
    source: Source,
    status: number,
    reason?: string,
    lines: HeaderLines = [],
  ): void {
    this.#layer.replyStateless(request, source, status, reason, lines);
  }

  accept(request: SipRequest, source: Source): ServerTransaction {
    return this.#layer.accept(request, source);
  }

  /** Takes a first INVITE: its transaction, and the dialogue that it makes, early at first. */
  acceptInvite(request: SipRequest, source: Source, localTag = newTag()): IncomingInvite {
    const dialog = new Dialog({
      callId: request.callId,
      localTag,
      remoteTag: request.from.tag,
      localParty: withoutTag(request.get('to')!),
      remoteParty: withoutTag(request.get('from')!),
      localCseq: 0,
      remoteCseq: request.cseq.number,
      remoteTarget: contactOf(request) ?? request.from.uri,
      routes: routeSet(request, false),
      fixedHop: fixedHopFor(request, source),
      transport: source.transport,
    });
    dialog.mergeKey = mergeKey(request);
    this.#invited.add(dialog.mergeKey);
    this.adopt(dialog);
    return new IncomingInvite(this.#layer.acceptInvite(request, source), dialog, this.#layer);
  }

  /** Prepares a first INVITE; the caller starts it. A dialogue that it makes is adopted by answer(). */
  invite(options: InviteOptions, handlers: OutgoingInviteHandlers): OutgoingInvite {
    const state: DialogState = {
      callId: randomHex(16),
      localTag: newTag(),
      remoteTag: '',
      localParty: options.localParty,
      remoteParty: options.remoteParty,
      localCseq: 1,
      remoteCseq: -1,
      remoteTarget: options.uri,
      routes: [],
      fixedHop: options.fixedHop,
      transport: options.to.transport,
    };
    const request = new SipRequest('INVITE', options.uri)
      .add('max-forwards', String(options.maxForwards))
      .add('from', `${options.localParty};tag=${state.localTag}`)
      .add('to', options.remoteParty)
      .add('call-id', state.callId)
      .add('cseq', '1 INVITE')
      .add('contact', this.contactFor(options.to))
      .add('user-agent', this.#options.product);
    for (const [name, value] of options.lines) request.add(name, value);
    request.body = options.body;
    return OutgoingInvite.create(
      this.#layer,
      request,
      options.to,
      state,
      undefined,
      this.#adopting(handlers),
    );
  }

  /** Takes up an INVITE that was sent before a restart, so that it can be cancelled. */
  resumeInvite(
    kept: OutgoingInviteState,
    handlers: OutgoingInviteHandlers,
  ): OutgoingInvite | undefined {
    const parsed = parseMessage(kept.request);
    if (parsed.kind !== 'message' || parsed.message.kind !== 'request') return undefined;
    const request = parsed.message;
    const state: DialogState = {
      callId: request.callId,
      localTag: request.from.tag,
      remoteTag: '',
      localParty: withoutTag(request.get('from')!),
      remoteParty: request.get('to')!,
      localCseq: request.cseq.number,
      remoteCseq: -1,
      remoteTarget: request.uri,
      routes: [],
      fixedHop: null,
      transport: kept.to.transport,
    };
    const invite = OutgoingInvite.create(
      this.#layer,
      request,
      kept.to,
      state,
      undefined,
      this.#adopting(handlers),
    );
    invite.resume();
    return invite;
  }

  /** An INVITE within a dialogue (14.1); the caller starts it. */
  reinvite(
    dialog: Dialog,
    lines: HeaderLines,
    body: string,
    handlers: OutgoingInviteHandlers,
  ): OutgoingInvite {
    const to = dialog.nextHop();
    const request = dialog.request('INVITE', [['contact', this.contactFor(to)], ...lines], body);
    return OutgoingInvite.create(this.#layer, request, to, dialog.state, dialog, handlers);
  }

  /** Sends a request within a dialogue; resolves with the final response or why none came. */
  request(
    dialog: Dialog,
    method: string,
    lines: HeaderLines = [],
    body = '',
  ): Promise<SipResponse | ClientFailure> {
    return this.#send(dialog.request(method, lines, body), dialog.nextHop());
  }

  /** Sends a request outside any dialogue. `request` needs everything but the Via. */
  requestOutside(request: SipRequest, to: Source): Promise<SipResponse | ClientFailure> {
    return this.#send(request, to);
  }

  /** Lets the dialogue's peer find it. */
  adopt(dialog: Dialog): void {
    this.#dialogs.set(dialog.key, dialog);
  }

  /** Forgets a dialogue: further requests in it are answered 481. */
  forget(dialog: Dialog): void {
    dialog.handlers = undefined;
    this.#dialogs.delete(dialog.key);
    if (dialog.mergeKey !== '') this.#invited.delete(dialog.mergeKey);
  }

  async close(): Promise<void> {
    await this.#layer.close();
  }

  #send(request: SipRequest, to: Source): Promise<SipResponse | ClientFailure> {
    return new Promise((resolve) => {
      this.#layer.send(request, to, {
        onResponse(response) {
          if (response.status >= 200) resolve(response);
        },
        onFailure: resolve,
      });
    });
  }

  #adopting(handlers: OutgoingInviteHandlers): OutgoingInviteHandlers {
    return {
      onProvisional: handlers.onProvisional,
      onFailure: handlers.onFailure,
      onAnswer: (response, dialog) => {
        this.adopt(dialog);
        handlers.onAnswer(response, dialog);
      },
    };
  }

  #onRequest(request: SipRequest, source: Source): void {
    if (request.to.tag !== '') {
      this.#onDialogRequest(request, source);
      return;
    }
    switch (request.method) {
      case 'INVITE':
        // 8.2.2.2: one INVITE that reaches us on two ways is one call.
        if (this.#invited.has(mergeKey(request))) this.replyStateless(request, source, 482);
        else if (!this.users) this.replyStateless(request, source, 480);
        else this.users.onInvite(request, source);
        return;
      case 'REGISTER':
        if (this.users?.onRegister) this.users.onRegister(request, source);
        else
          this.replyStateless(request, source, 405, undefined, [
            ['allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO'],
          ]);
        return;
      case 'OPTIONS':
        this.replyStateless(request, source, 200, undefined, capabilities);
        return;
      default:
        // BYE, UPDATE, INFO belong to a dialogue, and this one names none.
        this.replyStateless(request, source, 481);
    }
  }

  #onDialogRequest(request: SipRequest, source: Source): void {
    const dialog = this.#dialogs.get(dialogKey(request.callId, request.to.tag));
    const isRegister = request.method === 'REGISTER';
    if (!dialog?.handlers || dialog.state.remoteTag !== request.from.tag || isRegister) {
      this.replyStateless(request, source, isRegister ? 400 : 481);
      return;
    }
    // 12.2.2: a request older than one already seen is out of order.
    if (request.cseq.number <= dialog.state.remoteCseq) {
      this.replyStateless(request, source, 500, 'CSeq out of order');
      return;
    }
    dialog.state.remoteCseq = request.cseq.number;
    if (request.method === 'INVITE') {
      const transaction = this.#layer.acceptInvite(request, source);
      dialog.handlers.onReinvite(new IncomingInvite(transaction, dialog, this.#layer));
      return;
    }
    const transaction = this.accept(request, source);
    if (request.method === 'BYE') dialog.handlers.onBye(transaction);
    else if (request.method === 'OPTIONS') respond(transaction, 200, capabilities);
    else dialog.handlers.onRequest(transaction);
  }

  #onAck(ack: SipRequest): void {
    this.#dialogs.get(dialogKey(ack.callId, ack.to.tag))?.onAck?.(ack);
  }
}

function mergeKey(request: SipRequest): string {
  return `${request.callId}|${request.from.tag}|${request.cseq.number}`;
}

const capabilities: HeaderLines = [
  ['allow', allowedMethods],
  ['accept', 'application/sdp'],
  ['supported', ''],
];

/** Answers a request in a transaction. */
export function respond(
  transaction: ServerTransaction,
  status: number,
  lines: HeaderLines = [],
  body = '',
  reason?: string,
): void {
  const response = responseTo(transaction.request, status, reason, randomHex(8));
  for (const [name, value] of lines) response.add(name, value);
  response.body = body;
  transaction.respond(response);
}
