// A call that software placed (third-party call control, RFC 3725): the line's terminals ring, whoever
// picks up waits, the callee is called with the line's number, both are joined. It reads top to bottom
// as such a call goes. What makes it work with real telephones: the first INVITE offers nothing and its
// ACK answers "inactive"; the callee is offered what the first party offered; then the first party is
// re-invited with what the callee answered, early media included.

import type { Dialog, HeaderLines } from '../sip/dialog/dialog.ts';
import type { OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import { respond } from '../sip/endpoint.ts';
import type { InviteOptions, SipEndpoint } from '../sip/endpoint.ts';
import type { SipResponse } from '../sip/message/message.ts';
import type { Timer } from '../sip/timers.ts';
import { Bridge } from './bridge.ts';
import { eventsOf } from './call-event.ts';
import type { CallEventType, CallIdentity, CallJournal, ReleaseCause } from './call-event.ts';
import { carriedLines } from './carried.ts';
import type { CallFailure } from './failure.ts';
import { isCommitting, isUnderWay } from './placed-state.ts';
import type { PlacedState } from './placed-state.ts';
import { answeredElsewhere, Ringing } from './ringing.ts';
import { audioAddress, inactiveAnswer } from './sdp.ts';
import { wireText } from './wire-state.ts';

export interface PlacedCallContext {
  readonly endpoint: SipEndpoint;
  readonly journal: CallJournal;
  readonly ringTimeoutMs: number;
  /** As a session's (session.ts). */
  onOver(call: PlacedCall, done?: Promise<unknown>): void;
  onFault(error: unknown, callref: string): void;
}

export interface PlacedCallPlan {
  /** The line's own call: its SETUP is when its terminals ring. */
  readonly lineCall: CallIdentity;
  /** The called line's call, where the callee is a line: its SETUP is when its terminals ring. */
  readonly calleeCall: CallIdentity | undefined;
  /** The INVITEs to the line's terminals, without a description. */
  readonly terminals: readonly InviteOptions[];
  /** The INVITEs to the callee, who is offered `body`; empty where he has no terminal. */
  callees(body: string, lines: readonly (readonly [string, string])[]): readonly InviteOptions[];
}

/** How long a party may take to answer a re-INVITE, milliseconds; nobody has to be fetched for it. */
const renegotiationMs = 60_000;

/** What the first party said: his dialogue and his description. */
interface FirstParty {
  readonly dialog: Dialog;
  readonly description: string;
}

export class PlacedCall {
  readonly startedAt: number;
  readonly #plan: PlacedCallPlan;
  readonly #context: PlacedCallContext;
  readonly #terminals: Ringing;
  /** The calls that have had their SETUP and need a RELEASE. */
  #open: CallIdentity[];
  #state: PlacedState = 'beginning';
  #noAnswer: Timer | undefined;
  #first: FirstParty | undefined;
  #callees: Ringing | undefined;
  #bridge: Bridge | undefined;
  /** What the first party shall hear, as the callee said last, and what he was re-invited with. */
  #wanted = '';
  #heard = '';
  #refusesEarlyMedia = false;
  /** His answer to that; undefined once the callee needs no word of it. */
  #firstAnswer: SipResponse | undefined;
  /** A re-INVITE of ours that is out and until when, or (none) when the next one is due. */
  #asking: { readonly invite: OutgoingInvite | undefined; readonly timer: Timer } | undefined;
  /** How often one of ours met one of theirs. */
  #meetings = 0;
  /** An end that was asked for while an event was being committed; it follows right behind. */
  #endAfterCommit: ReleaseCause | undefined;
  /** Something of the call is on disk. */
  #isKept = false;

  constructor(plan: PlacedCallPlan, context: PlacedCallContext) {
    this.#plan = plan;
    this.#context = context;
    this.#open = [plan.lineCall];
    this.startedAt = context.endpoint.timers.now();
    this.#terminals = new Ringing(context.endpoint, plan.terminals, {
      onProvisional() {},
      onAnswer: (response, dialog, invite) => this.#onPickUp(response, dialog, invite),
      onAllFailed: (failure) => this.#end(failure.cause),
    });
  }

  get callref(): string {
    return this.#plan.lineCall.callref;
  }
  get dref(): string {
    return this.#plan.lineCall.dref;
  }

  /** Begins: SETUP is committed, then the terminals ring. Rejects where it could not be kept. */
  async begin(): Promise<void> {
    try {
      await this.#record('SETUP', this.#open);
    } catch (error) {
      this.#isKept = false;
      this.#terminals.discard();
      this.#close(this.#terminals.whenQuiet());
      throw error;
    }
    this.#state = 'ringing';
    if (this.#endAfterCommit) {
      this.#end(this.#endAfterCommit);
      return;
    }
    this.#noAnswer = this.#after(this.#context.ringTimeoutMs, () => this.#end('no-answer'));
    this.#terminals.start();
  }

  /** Ends it from outside: the server stops, or the call is too long. */
  end(cause: ReleaseCause): void {
    this.#end(cause);
  }

  /** A terminal was picked up: it waits, and the callee is called. */
  #onPickUp(response: SipResponse, dialog: Dialog, invite: OutgoingInvite): void {
    const { endpoint } = this.#context;
    this.#noAnswer?.cancel();
    this.#terminals.cancel(answeredElsewhere);
    const answer = inactiveAnswer(response.body, endpoint.hostFor(invite.to));
    invite.ack(answer === undefined ? [] : [['content-type', 'application/sdp']], answer ?? '');
    this.#first = { dialog, description: response.body };
    dialog.handlers = {
      onBye: (bye) => {
        respond(bye, 200);
        this.#first = undefined;
        endpoint.forget(dialog);
        this.#end('cancelled');
      },
      onReinvite: (again) => again.reject(491),
      onRequest: (transaction) => respond(transaction, 488),
    };
    if (answer === undefined) {
      this.#end('failed');
      return;
    }
    this.#state = 'picked-up';
    this.#callCallee(this.#first).catch((error: unknown) => {
      this.#context.onFault(error, this.callref);
      if (this.#state === 'picked-up') this.#state = 'calling';
      this.#end(this.#endAfterCommit ?? 'failed');
    });
  }

  async #callCallee(first: FirstParty): Promise<void> {
    const { endpoint, ringTimeoutMs } = this.#context;
    const targets = this.#plan.callees(first.description, [['content-type', 'application/sdp']]);
    const callees = new Ringing(endpoint, targets, {
      onProvisional: (response) => this.#onProgress(response),
      onAnswer: (response, dialog, invite) => this.#onAnswer(response, dialog, invite),
      onAllFailed: (failure) => this.#onCalleeFailed(failure),
    });
    this.#callees = callees;
    const { calleeCall } = this.#plan;
    // The callee's own SETUP where it is a line; in any case what a crash would have to end.
    await this.#record('SETUP', calleeCall ? [calleeCall] : []);
    if (calleeCall) this.#open.push(calleeCall);
    this.#state = 'calling';
    if (this.#endAfterCommit) {
      this.#end(this.#endAfterCommit);
      return;
    }
    if (targets.length === 0) {
      this.#end('no-terminal');
      return;
    }
    this.#noAnswer = this.#after(ringTimeoutMs, () => this.#end('no-answer'));
    callees.start();
  }

  /** Early media of the callee reaches the first party, who hears it ring, or why it does not. */
  #onProgress(response: SipResponse): void {
    if (this.#callees?.count !== 1 || response.body === '' || this.#refusesEarlyMedia) return;
    this.#wanted = response.body;
    this.#letHear();
  }

  #onCalleeFailed(failure: CallFailure): void {
    this.#end(failure.cause, `SIP;cause=${failure.status}`);
  }

  #onAnswer(response: SipResponse, dialog: Dialog, invite: OutgoingInvite): void {
    const first = this.#first;
    this.#noAnswer?.cancel();
    if (!first || this.#state !== 'calling') {
      // The first party hung up at this very moment.
      invite.ack();
      void this.#context.endpoint.request(dialog, 'BYE');
      this.#context.endpoint.forget(dialog);
      return;
    }
    this.#state = 'answering';
    const bridge = new Bridge(this.#context.endpoint, first.dialog, dialog, {
      onBye: () => this.#end('normal'),
      onLost: () => this.#end('failed'),
    });
    this.#bridge = bridge;
    for (const each of bridge.dialogs) this.#keepApart(each);
    this.#record('CONNECT', this.#open)
      .catch((error: unknown) => {
        this.#context.onFault(error, this.callref);
        this.#endAfterCommit ??= 'failed';
      })
      .then(() => {
        this.#state = 'talking';
        invite.ack();
        this.#callees?.cancel(answeredElsewhere);
        if (this.#endAfterCommit) this.#end(this.#endAfterCommit);
        else this.#joinMedia(response.body);
      })
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  /** Gives the first party the callee's description; where his answer moved, the callee learns it. */
  #joinMedia(description: string): void {
    // A 2xx without a description stands by that of the early media.
    if (description !== '') this.#wanted = description;
    if (this.#wanted === '') this.#end('failed');
    else this.#letHear();
  }

  /** Re-invites the first party with what he shall hear, once at a time; the last description wins. */
  #letHear(): void {
    const first = this.#first;
    if (!first || this.#asking || this.#wanted === '' || !isUnderWay(this.#state)) return;
    if (this.#refusesEarlyMedia && this.#state !== 'talking') return;
    if (this.#wanted === this.#heard) {
      this.#tellCallee(first);
      return;
    }
    const description = this.#wanted;
    const lines = [['content-type', 'application/sdp']] as const;
    this.#ask(
      first.dialog,
      lines,
      description,
      (response) => {
        this.#heard = description;
        this.#firstAnswer = response;
      },
      () => {
        // Early media that he refuses is no harm; the call itself needs his answer.
        this.#refusesEarlyMedia = true;
        if (this.#state === 'talking' && description === this.#wanted) this.#end('failed');
      },
    );
  }

  /** The callee sends to where the first party said at first: told where his last answer moved. */
  #tellCallee(first: FirstParty): void {
    const answer = this.#firstAnswer;
    if (!answer || answer.body === '' || this.#state !== 'talking') return;
    if (audioAddress(answer.body) === audioAddress(first.description)) return;
    this.#ask(
      this.#bridge!.dialogs[1],
      carriedLines(answer),
      answer.body,
      () => {
        this.#firstAnswer = undefined;
      },
      () => this.#end('failed'),
    );
  }

  /**
   * A re-INVITE of ours, one at a time: given up after a while, and sent again where it met one of the
   * other side's (RFC 3261, 14.1). What is still to be said follows it.
   */
  #ask(
    dialog: Dialog,
    lines: HeaderLines,
    body: string,
    onAnswer: (response: SipResponse) => void,
    onRefused: () => void,
  ): void {
    const settle = (what: () => void): void => {
      this.#asking?.timer.cancel();
      this.#asking = undefined;
      if (!isUnderWay(this.#state)) return;
      what();
      this.#letHear();
    };
    const invite: OutgoingInvite = this.#context.endpoint.reinvite(dialog, lines, body, {
      onProvisional() {},
      onAnswer: (response) => {
        invite.ack();
        settle(() => onAnswer(response));
      },
      onFailure: (failure) => {
        if (typeof failure === 'string' || failure.status === 481 || failure.status === 408) {
          settle(() => this.#end('failed'));
        } else if (failure.status === 491 && isUnderWay(this.#state) && this.#meetings++ < 3) {
          this.#asking?.timer.cancel();
          const timer = this.#after(2100 + 10 * Math.floor(Math.random() * 190), () =>
            settle(() => {}),
          );
          this.#asking = { invite: undefined, timer };
        } else {
          settle(onRefused);
        }
      },
    });
    this.#asking = { invite, timer: this.#after(renegotiationMs, () => invite.cancel()) };
    invite.start();
  }

  /** While a re-INVITE of ours is out, one of the parties' waits (14.2). */
  #keepApart(dialog: Dialog): void {
    const carrying = dialog.handlers!;
    dialog.handlers = {
      ...carrying,
      onReinvite: (invite) => {
        if (this.#asking?.invite) invite.reject(491);
        else carrying.onReinvite(invite);
      },
    };
  }

  /** Ends whatever there is: RELEASE first, then everybody is told. */
  #end(cause: ReleaseCause, reason?: string): void {
    if (isCommitting(this.#state)) {
      this.#endAfterCommit ??= cause;
      return;
    }
    if (this.#state === 'ending' || this.#state === 'over') return;
    this.#state = 'ending';
    this.#noAnswer?.cancel();
    this.#asking?.timer.cancel();
    // Who answers while RELEASE is being committed is too late.
    this.#terminals.decide();
    this.#callees?.decide();
    this.#record('RELEASE', this.#open, cause)
      .catch((error: unknown) => this.#context.onFault(error, this.callref))
      .finally(() => {
        this.#terminals.cancel();
        this.#callees?.cancel();
        this.#asking?.invite?.cancel();
        const hungUp = this.#bridge ? this.#bridge.hangUp() : this.#hangUpFirst(reason);
        const quiet = [this.#terminals.whenQuiet(), this.#callees?.whenQuiet()];
        this.#close(Promise.all([hungUp, ...quiet]));
      })
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  /** Resolves when the BYE has its final answer, or its time is over. */
  async #hangUpFirst(reason: string | undefined): Promise<void> {
    const { endpoint } = this.#context;
    if (!this.#first) return;
    const { dialog } = this.#first;
    const answer = endpoint.request(
      dialog,
      'BYE',
      reason === undefined ? [] : [['reason', reason]],
    );
    endpoint.forget(dialog);
    await answer;
  }

  #close(done: Promise<unknown>): void {
    this.#state = 'over';
    if (this.#isKept) this.#context.onOver(this, done);
    else this.#context.onOver(this);
  }

  /** Commits an event, with what a crash behind it would leave to be ended on the wire. */
  #record(
    type: CallEventType,
    calls: readonly CallIdentity[],
    cause?: ReleaseCause,
  ): Promise<void> {
    const asked = this.#callees ? [this.#terminals, this.#callees] : [this.#terminals];
    const joined = this.#bridge?.open ?? (this.#first ? [this.#first.dialog] : []);
    const wire = wireText(
      undefined,
      asked.flatMap((each) => each.open),
      [...joined, ...asked.flatMap((each) => each.late)],
    );
    this.#isKept = wire !== undefined;
    const at = this.#context.endpoint.timers.now();
    return this.#context.journal.record(eventsOf(calls, type, at, cause), this.dref, wire);
  }

  #after(ms: number, fire: () => void): Timer {
    return this.#context.endpoint.timers.after(ms, fire);
  }
}
