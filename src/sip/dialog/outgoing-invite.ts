// An INVITE that we send, from the first transmission to the ACK: the caller's side of RFC 3261, 13.2.
// A crossing of CANCEL and 200 is settled here: a call that was given up is acknowledged and ended.

import { SipRequest } from '../message/message.ts';
import type { SipResponse } from '../message/message.ts';
import { TRANSACTION_TIMEOUT } from '../timers.ts';
import type { ClientFailure } from '../transaction/client.ts';
import { cancelFor } from '../transaction/invite-client.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { Source } from '../transport/transport.ts';
import { contactOf, Dialog, routeSet } from './dialog.ts';
import type { DialogState, HeaderLines } from './dialog.ts';

/** Most further callees of one INVITE that are hung up on; each costs a stranger one 2xx. */
const forkLimit = 10;

export interface OutgoingInviteHandlers {
  /** A response of 101 to 199. */
  onProvisional(response: SipResponse): void;
  /**
   * The first 2xx. The owner calls ack() once it knows what to say; until then the far side repeats
   * its 2xx.
   */
  onAnswer(response: SipResponse, dialog: Dialog): void;
  /** A final failure, or none at all. Not called after onAnswer. */
  onFailure(failure: SipResponse | ClientFailure): void;
}

/** What makes an INVITE, as plain data: after a restart it can be taken up and cancelled. */
export interface OutgoingInviteState {
  readonly request: string;
  readonly to: Source;
}

export class OutgoingInvite {
  readonly #layer: TransactionLayer;
  readonly #handlers: OutgoingInviteHandlers;
  /** The dialogue as far as known before an answer: remoteTag is empty. */
  readonly #early: DialogState;
  readonly #existing: Dialog | undefined;
  #transaction: InviteClientTransaction;
  #cancelled: { reason: string | undefined } | undefined;
  #cancelSent = false;
  #dialog: Dialog | undefined;
  #ack: { text: string; to: Source } | undefined;
  /** The ACKs of further callees that answered too, by their tag (13.2.2.4). */
  readonly #dismissed = new Map<string, { text: string; to: Source }>();

  private constructor(
    layer: TransactionLayer,
    request: SipRequest,
    to: Source,
    early: DialogState,
    existing: Dialog | undefined,
    handlers: OutgoingInviteHandlers,
  ) {
    this.#layer = layer;
    this.#handlers = handlers;
    this.#early = early;
    this.#existing = existing;
    this.#transaction = this.#prepare(request, to);
  }

  /**
   * Prepares an INVITE; start() sends it. `early` gives Call-ID, tags and parties; with `existing` it is
   * one within that dialogue.
   */
  static create(
    layer: TransactionLayer,
    request: SipRequest,
    to: Source,
    early: DialogState,
    existing: Dialog | undefined,
    handlers: OutgoingInviteHandlers,
  ): OutgoingInvite {
    return new OutgoingInvite(layer, request, to, early, existing, handlers);
  }

  get request(): SipRequest {
    return this.#transaction.request;
  }

  get to(): Source {
    return this.#transaction.to;
  }

  start(): void {
    this.#transaction.start();
  }

  /** After a restart: nothing is sent again; a cancel() goes out at once. */
  resume(): void {
    this.#transaction.resume();
  }

  /** Sends the same INVITE anew with more headers and the next CSeq, e.g. with credentials (22.2). */
  retryWith(lines: HeaderLines): void {
    const { request, to } = this.#transaction;
    // Everything but the Via, which stands first and names the old transaction.
    const again = new SipRequest(
      'INVITE',
      request.uri,
      request.names.slice(1),
      request.values.slice(1),
      request.body,
    );
    again.set('cseq', `${++this.#early.localCseq} INVITE`);
    for (const [name, value] of lines) again.set(name, value);
    this.#transaction = this.#prepare(again, to);
    this.#transaction.start();
  }

  /** Was never sent, and never shall be. */
  discard(): void {
    this.#transaction.discard();
  }

  /** Gives the call up. Waits for a provisional response where none came yet (9.1). */
  cancel(reason?: string): void {
    if (this.#cancelled || this.#dialog) return;
    this.#cancelled = { reason };
    if (this.#transaction.proceeding) this.#sendCancel();
  }

  /** Acknowledges the 2xx, with the answer where the 2xx held the offer. */
  ack(lines: HeaderLines = [], body = ''): void {
    if (!this.#dialog || this.#ack) return;
    this.#ack = this.#acknowledge(this.#dialog, lines, body);
  }

  #prepare(request: SipRequest, to: Source): InviteClientTransaction {
    return this.#layer.prepareInvite(request, to, {
      onResponse: (response) => this.#onResponse(response),
      onFailure: (failure) => this.#handlers.onFailure(failure),
    });
  }

  #onResponse(response: SipResponse): void {
    if (response.status < 200) {
      if (this.#cancelled) this.#sendCancel();
      else if (response.status > 100) this.#handlers.onProvisional(response);
    } else if (response.status < 300) {
      this.#onSuccess(response);
    } else {
      this.#handlers.onFailure(response);
    }
  }

  #onSuccess(response: SipResponse): void {
    if (this.#dialog) {
      this.#onFurtherSuccess(response, this.#dialog);
      return;
    }
    const dialog = this.#existing ?? this.#dialogFrom(response);
    this.#dialog = dialog;
    if (this.#existing) dialog.refreshTarget(response);
    if (this.#cancelled && !this.#existing) {
      this.#dismiss(dialog);
      this.#handlers.onFailure('timeout');
      return;
    }
    this.#handlers.onAnswer(response, dialog);
  }

  /** A repetition is answered with the same ACK; a second callee is thanked and dismissed, once. */
  #onFurtherSuccess(response: SipResponse, first: Dialog): void {
    const { tag } = response.to;
    if (first.state.remoteTag === tag) {
      if (this.#ack) this.#layer.transport.send(this.#ack.text, this.#ack.to);
      return;
    }
    const known = this.#dismissed.get(tag);
    if (known) this.#layer.transport.send(known.text, known.to);
    // An INVITE within a dialogue has one callee; and forking has an end.
    else if (!this.#existing && this.#dismissed.size < forkLimit) {
      this.#dismiss(this.#dialogFrom(response));
    }
  }

  #dismiss(dialog: Dialog): void {
    const ack = this.#acknowledge(dialog, [], '');
    if (dialog === this.#dialog) this.#ack = ack;
    else this.#dismissed.set(dialog.state.remoteTag, ack);
    this.#layer.send(dialog.request('BYE'), dialog.nextHop(), { onResponse() {}, onFailure() {} });
  }

  #acknowledge(dialog: Dialog, lines: HeaderLines, body: string): { text: string; to: Source } {
    // The ACK of a 2xx is a transaction of its own, with the INVITE's CSeq number (13.2.2.4).
    const ack = dialog.request('ACK', lines, body, this.#transaction.request.cseq.number);
    const to = dialog.nextHop();
    this.#layer.addVia(ack, to);
    const text = ack.toString();
    this.#layer.transport.send(text, to);
    return { text, to };
  }

  #sendCancel(): void {
    if (this.#cancelSent) return;
    this.#cancelSent = true;
    const { request, to } = this.#transaction;
    const transaction = this.#transaction;
    this.#layer.send(cancelFor(request, this.#cancelled?.reason), to, {
      onResponse() {},
      onFailure() {},
    });
    // 9.1: without a final response to the INVITE within 64*T1 it counts as over.
    this.#layer.timers.after(TRANSACTION_TIMEOUT, () => transaction.abandon());
  }

  #dialogFrom(response: SipResponse): Dialog {
    const early = this.#early;
    return new Dialog({
      ...early,
      remoteTag: response.to.tag,
      remoteTarget: contactOf(response) ?? early.remoteTarget,
      routes: routeSet(response, true),
    });
  }
}
