// Several telephones ring at once: one INVITE each, the first to answer wins, and where none does the
// best failure is told (RFC 3261, 16.7, as far as it fits a server that ends every dialogue itself).

import type { Dialog } from '../sip/dialog/dialog.ts';
import type { OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import type { InviteOptions, SipEndpoint } from '../sip/endpoint.ts';
import type { SipResponse } from '../sip/message/message.ts';
import type { ClientFailure } from '../sip/transaction/client.ts';
import { failureOf, isGlobal } from './failure.ts';
import type { CallFailure } from './failure.ts';

export interface RingingHandlers {
  /** A 101 to 199 of one terminal. */
  onProvisional(response: SipResponse): void;
  /** The first answer. Answers of others are acknowledged and ended here. */
  onAnswer(response: SipResponse, dialog: Dialog, invite: OutgoingInvite): void;
  /** Every terminal failed. Not called after an answer or cancel(). */
  onAllFailed(failure: CallFailure, response: SipResponse | undefined): void;
}

/** Reason of the CANCEL that the other terminals get, so that they log no missed call (RFC 3326). */
export const answeredElsewhere = 'SIP;cause=200;text="Call completed elsewhere"';

export class Ringing {
  readonly #endpoint: SipEndpoint;
  readonly #handlers: RingingHandlers;
  readonly #open = new Set<OutgoingInvite>();
  /** Those who answered too late, until their BYE is answered. */
  readonly #late = new Set<Dialog>();
  readonly #quiet = Promise.withResolvers<void>();
  readonly count: number;
  #best: { failure: CallFailure; response: SipResponse | undefined } | undefined;
  #started = false;
  #decided = false;

  /** Prepares one INVITE for each target; start() sends them. */
  constructor(endpoint: SipEndpoint, targets: readonly InviteOptions[], handlers: RingingHandlers) {
    this.#endpoint = endpoint;
    this.#handlers = handlers;
    this.count = targets.length;
    for (const target of targets) {
      const invite: OutgoingInvite = endpoint.invite(target, {
        onProvisional: (response) => this.#onProvisional(response),
        onAnswer: (response, dialog) => this.#onAnswer(invite, response, dialog),
        onFailure: (failure) => this.#onFailure(invite, failure),
      });
      this.#open.add(invite);
    }
  }

  /** The INVITEs that are out and unanswered (before start(): that shall go out), to be kept against a crash. */
  get open(): readonly OutgoingInvite[] {
    return [...this.#open];
  }

  /** Who answered too late and has not confirmed yet that it is over; to be kept as well. */
  get late(): readonly Dialog[] {
    return [...this.#late];
  }

  start(): void {
    this.#started = true;
    for (const invite of this.#open) invite.start();
  }

  /** Nothing was sent yet, and nothing shall be. */
  discard(): void {
    this.#decided = true;
    for (const invite of this.#open) invite.discard();
    this.#open.clear();
    this.#settle();
  }

  /**
   * Whoever answers from now on is too late, though he is only told so by cancel(). Where nothing was sent
   * yet, nothing shall be.
   */
  decide(): void {
    if (!this.#started) this.discard();
    this.#decided = true;
    this.#settle();
  }

  /** Stops the ringing of all that have not answered; what they still say is dealt with here. */
  cancel(reason?: string): void {
    this.decide();
    for (const invite of this.#open) invite.cancel(reason);
  }

  /**
   * Resolves when it is decided and nothing rings any more: each INVITE has its final response, whoever
   * answered too late has confirmed his BYE, or the time for that is over.
   */
  whenQuiet(): Promise<void> {
    return this.#quiet.promise;
  }

  #settle(): void {
    if (this.#decided && this.#open.size === 0 && this.#late.size === 0) this.#quiet.resolve();
  }

  #onProvisional(response: SipResponse): void {
    if (!this.#decided) this.#handlers.onProvisional(response);
  }

  #onAnswer(invite: OutgoingInvite, response: SipResponse, dialog: Dialog): void {
    this.#open.delete(invite);
    if (this.#decided) {
      // Two telephones were picked up at the same moment: the second is acknowledged and hung up.
      invite.ack();
      this.#late.add(dialog);
      void this.#endpoint.request(dialog, 'BYE').then(() => {
        this.#late.delete(dialog);
        this.#settle();
      });
      this.#endpoint.forget(dialog);
      return;
    }
    this.#decided = true;
    this.#handlers.onAnswer(response, dialog, invite);
  }

  #onFailure(invite: OutgoingInvite, failure: SipResponse | ClientFailure): void {
    this.#open.delete(invite);
    this.#settle();
    if (this.#decided) return;
    const classified = failureOf(failure);
    if (!this.#best || classified.rank < this.#best.failure.rank) {
      const response = typeof failure === 'string' ? undefined : failure;
      this.#best = { failure: classified, response };
    }
    // The others ring on until the owner, who commits first, calls cancel().
    if (!isGlobal(classified) && this.#open.size > 0) return;
    this.#decided = true;
    this.#handlers.onAllFailed(this.#best.failure, this.#best.response);
  }
}
