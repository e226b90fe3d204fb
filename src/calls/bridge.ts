// Two dialogues joined: what one side says within the call reaches the other (re-INVITE and UPDATE, so
// that hold and codec changes work; INFO, so that keys do). Media flows between the two themselves; their
// descriptions pass untouched. Who hangs up is told to the owner.

import type { Dialog } from '../sip/dialog/dialog.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import type { OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import { respond } from '../sip/endpoint.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import type { SipResponse } from '../sip/message/message.ts';
import type { ClientFailure } from '../sip/transaction/client.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import { allowLine, carriedLines } from './carried.ts';

export interface BridgeHandlers {
  /** One side hung up. The owner answers the BYE through hangUp(); after answerByes() it is answered. */
  onBye(): void;
  /** A side is gone or broken (no ACK, 481 or no answer within the dialogue): the call should end. */
  onLost(): void;
}

interface Side {
  readonly dialog: Dialog;
  /** BYEs of this side that wait for their 200. */
  byes: ServerTransaction[];
  hungUp: boolean;
  /** It hung up, or was hung up on. */
  gone: boolean;
}

/** How long a side may take to answer a re-INVITE, milliseconds; nobody has to be fetched for it. */
const renegotiationMs = 60_000;

export class Bridge {
  readonly #endpoint: SipEndpoint;
  readonly #handlers: BridgeHandlers;
  readonly #sides: readonly [Side, Side];
  /** A re-INVITE is on its way through; another one has to wait (RFC 3261, 14.2). */
  #renegotiation:
    | { readonly invite: IncomingInvite; readonly outgoing: OutgoingInvite }
    | undefined;
  #over = false;
  /** The answers to the BYEs that were sent. */
  readonly #answers: Promise<unknown>[] = [];

  constructor(endpoint: SipEndpoint, caller: Dialog, callee: Dialog, handlers: BridgeHandlers) {
    this.#endpoint = endpoint;
    this.#handlers = handlers;
    this.#sides = [
      { dialog: caller, byes: [], hungUp: false, gone: false },
      { dialog: callee, byes: [], hungUp: false, gone: false },
    ];
    this.#listen(this.#sides[0], this.#sides[1]);
    this.#listen(this.#sides[1], this.#sides[0]);
  }

  get dialogs(): readonly [Dialog, Dialog] {
    return [this.#sides[0].dialog, this.#sides[1].dialog];
  }

  /** Those that are still to be hung up on. */
  get open(): readonly Dialog[] {
    return this.#sides.filter(({ gone, hungUp }) => !gone && !hungUp).map(({ dialog }) => dialog);
  }

  /** True where that side sent a BYE. */
  hasHungUp(dialog: Dialog): boolean {
    return this.#sides.some((side) => side.dialog === dialog && side.hungUp);
  }

  /** Answers the BYEs that came; from now on each is answered at once. */
  answerByes(): void {
    this.#over = true;
    // A BYE ends what is still asked within the call (RFC 3261, 15.1.2).
    this.#renegotiation?.invite.reject(487);
    this.#renegotiation?.outgoing.cancel();
    this.#renegotiation = undefined;
    for (const side of this.#sides) {
      for (const bye of side.byes) respond(bye, 200);
      side.byes = [];
    }
  }

  /**
   * Ends the call on the wire: 200 to who hung up, BYE to who did not. Resolves when each BYE has its final
   * answer, or its time is over.
   */
  hangUp(): Promise<unknown> {
    this.answerByes();
    for (const side of this.#sides) this.#end(side);
    return Promise.all(this.#answers);
  }

  /** Ends one side of the call only; hangUp() is for what is left. */
  hangUpOn(dialog: Dialog): void {
    this.answerByes();
    for (const side of this.#sides) if (side.dialog === dialog) this.#end(side);
  }

  /** That side's INVITE was refused: it gets no BYE. */
  leave(dialog: Dialog): void {
    for (const side of this.#sides) if (side.dialog === dialog) side.gone = true;
    this.#endpoint.forget(dialog);
  }

  #end(side: Side): void {
    if (side.gone) return;
    side.gone = true;
    if (!side.hungUp) this.#answers.push(this.#endpoint.request(side.dialog, 'BYE'));
    this.#endpoint.forget(side.dialog);
  }

  #listen(side: Side, other: Side): void {
    side.dialog.handlers = {
      onBye: (transaction) => {
        side.hungUp = true;
        if (this.#over) respond(transaction, 200);
        else side.byes.push(transaction);
        this.#handlers.onBye();
      },
      onReinvite: (invite) => this.#carryInvite(invite, other.dialog),
      onRequest: (transaction) => this.#carryRequest(transaction, side.dialog, other.dialog),
    };
  }

  #carryInvite(invite: IncomingInvite, to: Dialog): void {
    if (this.#over || this.#renegotiation) {
      invite.reject(this.#over ? 481 : 491);
      return;
    }
    invite.provisional(100);
    invite.dialog.refreshTarget(invite.request);
    const offered = invite.request.body !== '';
    const outgoing: OutgoingInvite = this.#endpoint.reinvite(
      to,
      carriedLines(invite.request),
      invite.request.body,
      {
        onProvisional() {},
        onAnswer: (response) => {
          if (offered || this.#over || invite.answered) {
            outgoing.ack();
            done();
          }
          const contact = this.#endpoint.contactFor(invite.source);
          invite.accept(
            [['contact', contact], allowLine, ...carriedLines(response)],
            response.body,
          );
        },
        onFailure: (failure) => {
          done();
          const lines = typeof failure === 'string' ? [] : carriedLines(failure);
          invite.reject(statusOf(failure), undefined, lines);
          if (isLost(failure) && !this.#over) this.#handlers.onLost();
        },
      },
    );
    const renegotiation = { invite, outgoing };
    this.#renegotiation = renegotiation;
    const limit = this.#endpoint.timers.after(renegotiationMs, () => outgoing.cancel());
    const done = (): void => {
      limit.cancel();
      if (this.#renegotiation === renegotiation) this.#renegotiation = undefined;
    };
    invite.onCancel = () => {
      // 9.2: answered at once; the other side may be slow to answer, or never do.
      invite.reject(487);
      outgoing.cancel();
    };
    invite.onAck = (ack) => {
      if (!offered) outgoing.ack(carriedLines(ack), ack.body);
      done();
    };
    invite.onNoAck = () => {
      outgoing.ack();
      done();
      this.#handlers.onLost();
    };
    outgoing.start();
  }

  #carryRequest(transaction: ServerTransaction, from: Dialog, to: Dialog): void {
    if (this.#over) {
      respond(transaction, 481);
      return;
    }
    const { request } = transaction;
    const refreshes = request.method === 'UPDATE';
    if (refreshes) from.refreshTarget(request);
    const lines = carriedLines(request);
    if (refreshes) lines.push(['contact', this.#endpoint.contactFor(to.nextHop())]);
    void this.#endpoint.request(to, request.method, lines, request.body).then((answer) => {
      const answerLines = typeof answer === 'string' ? [] : carriedLines(answer);
      if (refreshes) answerLines.push(['contact', this.#endpoint.contactFor(transaction.source)]);
      const body = typeof answer === 'string' ? '' : answer.body;
      respond(transaction, statusOf(answer), answerLines, body);
      if (isLost(answer) && !this.#over) this.#handlers.onLost();
    });
  }
}

/** What the asking side is told; a challenge within a call is never answered by us (digest leak). */
function statusOf(answer: SipResponse | ClientFailure): number {
  if (typeof answer === 'string') return 408;
  if (answer.status === 401 || answer.status === 407) return 403;
  return answer.status < 400 && answer.status >= 300 ? 488 : answer.status;
}

/** 12.2.1.2: the dialogue no longer exists over there. */
function isLost(answer: SipResponse | ClientFailure): boolean {
  return typeof answer === 'string' || answer.status === 481 || answer.status === 408;
}
