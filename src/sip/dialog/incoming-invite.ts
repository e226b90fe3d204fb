// An INVITE that came to us, from its first response to its ACK: the callee's side of RFC 3261, 13.3.
// The same for a first INVITE and for one within a dialogue (14.2).

import { responseTo } from '../message/message.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { T1, T2, TRANSACTION_TIMEOUT } from '../timers.ts';
import type { Timer } from '../timers.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { Dialog, HeaderLines } from './dialog.ts';

export class IncomingInvite {
  readonly request: SipRequest;
  readonly dialog: Dialog;
  readonly #transaction: InviteServerTransaction;
  readonly #layer: TransactionLayer;
  #retransmission: Timer | undefined;
  #timeout: Timer | undefined;
  #accepted = '';

  /** The caller gave up before an answer; whoever owns the call ends it with reject(487). */
  onCancel: ((cancel: SipRequest) => void) | undefined;
  /** The ACK of our 2xx came. Its body is the answer where our 2xx held an offer. */
  onAck: ((ack: SipRequest) => void) | undefined;
  /** No ACK came for 64*T1 (13.3.1.4): the session should be ended with a BYE. */
  onNoAck: (() => void) | undefined;

  constructor(transaction: InviteServerTransaction, dialog: Dialog, layer: TransactionLayer) {
    this.request = transaction.request;
    this.dialog = dialog;
    this.#transaction = transaction;
    this.#layer = layer;
    transaction.localTag = dialog.state.localTag;
    transaction.onCancel = (cancel) => this.onCancel?.(cancel);
  }

  get source() {
    return this.#transaction.source;
  }

  get answered(): boolean {
    return this.#transaction.answered;
  }

  /** True from our 2xx until its ACK. */
  get awaitsAck(): boolean {
    return this.#accepted !== '';
  }

  /** Sends a provisional response, 100 to 199. */
  provisional(status: number, lines: HeaderLines = [], body = ''): void {
    this.#transaction.respond(this.#response(status, undefined, lines, body));
  }

  /** Refuses, 300 to 699. */
  reject(status: number, reason?: string, lines: HeaderLines = []): void {
    this.#transaction.respond(this.#response(status, reason, lines, ''));
  }

  /** Accepts with a 200 and repeats it until its ACK comes; `lines` must hold the Contact. */
  accept(lines: HeaderLines, body: string): void {
    if (this.answered) return;
    const response = this.#response(200, undefined, lines, body);
    this.#accepted = response.toString();
    this.dialog.onAck = (ack) => this.#acknowledged(ack);
    this.#transaction.respond(response);
    // Over TCP as well: the 2xx goes end to end, and a hop beyond may be UDP (13.3.1.4).
    this.#repeatAfter(T1);
    this.#timeout = this.#layer.timers.after(TRANSACTION_TIMEOUT, () => {
      this.stop();
      this.onNoAck?.();
    });
  }

  /** Stops repeating the 2xx, e.g. since a BYE came in place of the ACK. */
  stop(): void {
    this.#retransmission?.cancel();
    this.#timeout?.cancel();
    this.#accepted = '';
  }

  #acknowledged(ack: SipRequest): void {
    if (ack.cseq.number !== this.request.cseq.number || this.#accepted === '') return;
    this.stop();
    this.onAck?.(ack);
  }

  #repeatAfter(ms: number): void {
    this.#retransmission = this.#layer.timers.after(ms, () => {
      this.#layer.transport.send(this.#accepted, this.#transaction.replyTo);
      this.#repeatAfter(Math.min(ms * 2, T2));
    });
  }

  #response(
    status: number,
    reason: string | undefined,
    lines: HeaderLines,
    body: string,
  ): SipResponse {
    const response = responseTo(this.request, status, reason, this.dialog.state.localTag);
    // 12.1.1: a response that makes a dialogue repeats the Record-Route.
    if (status > 100 && status < 300) {
      for (const route of this.request.all('record-route')) response.add('record-route', route);
    }
    for (const [name, value] of lines) response.add(name, value);
    response.body = body;
    return response;
  }
}
