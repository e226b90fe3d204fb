// WHAT: one session on the wire, from a caller's INVITE to the last BYE, and the calls of our lines
// that it is (one or two). It reads top to bottom as a call goes: begin, ring, answer, talk, end. Every
// event is committed before the message that makes it true leaves (docs/rules.md, 1).

import type { Dialog } from '../sip/dialog/dialog.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import type { OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import { respond } from '../sip/endpoint.ts';
import type { InviteOptions, SipEndpoint } from '../sip/endpoint.ts';
import type { SipResponse } from '../sip/message/message.ts';
import type { Timer } from '../sip/timers.ts';
import { Bridge } from './bridge.ts';
import { eventsOf } from './call-event.ts';
import type { CallEventType, CallIdentity, CallJournal, ReleaseCause } from './call-event.ts';
import { allowLine, carriedLines } from './carried.ts';
import type { CallFailure } from './failure.ts';
import { answeredElsewhere, Ringing } from './ringing.ts';
import { wireText } from './wire-state.ts';

export interface SessionContext {
  readonly endpoint: SipEndpoint;
  readonly journal: CallJournal;
  /** How long telephones ring before the call counts as not answered. */
  readonly ringTimeoutMs: number;
  /**
   * Told when the session is over: its RELEASE is on disk, and all who must hear of it are being told. Where
   * something is kept of it, `done` resolves when that may be forgotten (open-ends.ts).
   */
  onOver(session: Session, done?: Promise<unknown>): void;
  /** A fault of ours; the session goes on as well as it can. */
  onFault(error: unknown, callref: string): void;
}

/** What a session is about, decided by calls.ts before it begins. */
export interface SessionPlan {
  readonly invite: IncomingInvite;
  readonly calls: readonly CallIdentity[];
  /** The INVITEs to send; empty where no terminal is registered. */
  readonly targets: readonly InviteOptions[];
}

type State = 'beginning' | 'ringing' | 'answering' | 'talking' | 'ending' | 'over';

export class Session {
  readonly calls: readonly CallIdentity[];
  readonly startedAt: number;
  readonly #context: SessionContext;
  readonly #invite: IncomingInvite;
  readonly #ringing: Ringing;
  #state: State = 'beginning';
  #bridge: Bridge | undefined;
  #answered: OutgoingInvite | undefined;
  #noAnswer: Timer | undefined;
  #lastProvisional = '';
  /** An end that was asked for while SETUP was being committed. */
  #endAfterSetup: { readonly cause: ReleaseCause; readonly status: number } | undefined;
  /** An end that was asked for while an answer was being committed; it follows right behind. */
  #endAfterAnswer: ReleaseCause | undefined;
  /** Something of the session is on disk. */
  #isKept = false;
  /** While a call that ends waits for its caller's ACK: what comes behind it. */
  #finish: (() => void) | undefined;

  constructor(plan: SessionPlan, context: SessionContext) {
    this.calls = plan.calls;
    this.#invite = plan.invite;
    this.#context = context;
    this.startedAt = context.endpoint.timers.now();
    this.#ringing = new Ringing(context.endpoint, plan.targets, {
      onProvisional: (response) => this.#onProvisional(response),
      onAnswer: (response, dialog, invite) => this.#onAnswer(response, dialog, invite),
      onAllFailed: (failure, response) => this.#onAllFailed(failure, response),
    });
    this.#invite.onCancel = () => this.#giveUp('cancelled', 487);
    // A caller may also end an early dialogue with a BYE (RFC 3261, 15).
    this.#invite.dialog.handlers = {
      onBye: (bye) => {
        respond(bye, 200);
        this.#giveUp('cancelled', 487);
      },
      // 14.2: an INVITE on top of one that has no answer yet.
      onReinvite: (invite) => invite.reject(500, undefined, [['retry-after', '5']]),
      onRequest: (transaction) => respond(transaction, 488),
    };
  }

  get callref(): string {
    return this.calls[0]!.callref;
  }
  get dref(): string {
    return this.calls[0]!.dref;
  }

  /** Begins: SETUP is committed, then the telephones ring. */
  begin(): void {
    this.#invite.provisional(100);
    if (this.#ringing.count === 0) {
      this.#endUnreachable();
      return;
    }
    this.#record('SETUP')
      .then(
        () => this.#ring(),
        (error: unknown) => this.#couldNotBegin(error),
      )
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  /** Ends the session from outside: the server stops, or the call is too long. */
  end(cause: ReleaseCause): void {
    switch (this.#state) {
      case 'beginning':
      case 'ringing':
        this.#giveUp(cause, 480);
        return;
      case 'answering':
        this.#endAfterAnswer ??= cause;
        return;
      case 'talking':
        this.#hangUp(cause);
        return;
      case 'ending':
      case 'over':
        return;
    }
  }

  #ring(): void {
    this.#state = 'ringing';
    if (this.#endAfterSetup) {
      this.#giveUp(this.#endAfterSetup.cause, this.#endAfterSetup.status);
      return;
    }
    this.#noAnswer = this.#context.endpoint.timers.after(this.#context.ringTimeoutMs, () =>
      this.#giveUp('no-answer', 480),
    );
    this.#ringing.start();
  }

  /** No terminal is registered: both events at once, nothing rings. */
  #endUnreachable(): void {
    this.#state = 'ending';
    const at = this.#now();
    const events = [
      ...eventsOf(this.calls, 'SETUP', at),
      ...eventsOf(this.calls, 'RELEASE', at, 'no-terminal'),
    ];
    this.#context.journal
      .record(events, this.dref, undefined)
      .then(
        () => this.#rejectAndClose(480),
        (error: unknown) => this.#couldNotBegin(error),
      )
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  /** What could not be kept did not happen: the caller is refused, and nothing rang. */
  #couldNotBegin(error: unknown): void {
    this.#context.onFault(error, this.callref);
    this.#isKept = false;
    this.#ringing.discard();
    this.#rejectAndClose(503, undefined, [retryAfter]);
  }

  #onProvisional(response: SipResponse): void {
    if (this.#state !== 'ringing') return;
    // Several telephones cannot share one early dialogue: their early media stays away.
    const single = this.#ringing.count === 1;
    const status = single || response.status === 180 ? response.status : 180;
    const body = single ? response.body : '';
    const signature = `${status}|${body}`;
    if (signature === this.#lastProvisional) return;
    this.#lastProvisional = signature;
    const lines = body === '' ? [] : carriedLines(response);
    this.#invite.provisional(status, [this.#contact(), allowLine, ...lines], body);
  }

  #onAnswer(response: SipResponse, dialog: Dialog, answered: OutgoingInvite): void {
    this.#noAnswer?.cancel();
    this.#state = 'answering';
    this.#answered = answered;
    const bridge = new Bridge(this.#context.endpoint, this.#invite.dialog, dialog, {
      onBye: () => this.#onBye(),
      onLost: () => this.end('failed'),
    });
    this.#bridge = bridge;
    this.#record('CONNECT')
      .then(
        () => this.#connect(response, answered),
        (error: unknown) => {
          this.#context.onFault(error, this.callref);
          this.#ringing.cancel();
          this.#invite.reject(500);
          bridge.leave(this.#invite.dialog);
          this.#hangUp('failed');
        },
      )
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  #connect(response: SipResponse, answered: OutgoingInvite): void {
    this.#state = 'talking';
    this.#ringing.cancel(answeredElsewhere);
    // With an offer from the caller the 2xx held the answer, and the ACK needs nothing more; else the
    // 2xx held the offer, and the caller's ACK brings the answer (RFC 3261, 13.2.1).
    const offered = this.#invite.request.body !== '';
    if (offered) answered.ack();
    this.#invite.onAck = (ack) => {
      if (!offered) answered.ack(carriedLines(ack), ack.body);
    };
    this.#invite.onNoAck = () => this.end('failed');
    this.#invite.accept([this.#contact(), allowLine, ...carriedLines(response)], response.body);
    if (this.#endAfterAnswer) this.#hangUp(this.#endAfterAnswer);
  }

  #onAllFailed(failure: CallFailure, response: SipResponse | undefined): void {
    const reason = response?.status === failure.status ? response.reason : undefined;
    this.#giveUp(failure.cause, failure.status, reason, response);
  }

  /** Ends a call that was not answered: RELEASE, then the caller and all telephones are told. */
  #giveUp(cause: ReleaseCause, status: number, reason?: string, response?: SipResponse): void {
    if (this.#state === 'beginning') {
      // A RELEASE without its SETUP must not be kept: what becomes of that one comes first.
      this.#endAfterSetup ??= { cause, status };
      return;
    }
    if (this.#state !== 'ringing') return;
    this.#state = 'ending';
    this.#noAnswer?.cancel();
    // An answer that comes while RELEASE is being committed is too late.
    this.#ringing.decide();
    this.#record('RELEASE', cause)
      .catch((error: unknown) => this.#context.onFault(error, this.callref))
      .finally(() => {
        this.#ringing.cancel();
        this.#rejectAndClose(status, reason, response ? linesOfFailure(response) : []);
      })
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  #rejectAndClose(status: number, reason?: string, lines: [string, string][] = []): void {
    this.#invite.reject(status, reason, lines);
    this.#context.endpoint.forget(this.#invite.dialog);
    this.#close(this.#ringing.whenQuiet());
  }

  /**
   * Ends an answered call: RELEASE, then 200 to who hung up and BYE to who did not. Where it cannot be
   * kept now they are told all the same: for them the call is over, no message of ours says that its
   * RELEASE is on disk, and it is not lost (late-releases.ts).
   */
  #hangUp(cause: ReleaseCause): void {
    this.#state = 'ending';
    this.#record('RELEASE', cause)
      .catch((error: unknown) => this.#context.onFault(error, this.callref))
      .finally(() => this.#hangUpOnTheWire())
      .catch((error: unknown) => this.#context.onFault(error, this.callref));
  }

  /** One side hung up; perhaps in place of the ACK that an ending call still waits for. */
  #onBye(): void {
    this.end('normal');
    if (this.#bridge?.hasHungUp(this.#invite.dialog)) this.#finish?.();
  }

  #hangUpOnTheWire(): void {
    const bridge = this.#bridge!;
    const finish = (): void => {
      this.#finish = undefined;
      this.#invite.stop();
      this.#close(Promise.all([bridge.hangUp(), this.#ringing.whenQuiet()]));
    };
    // Whoever was answered without an ACK so far gets it before the BYE (RFC 3261, 13.2.2.4), and who
    // has not acknowledged yet is not hung up on before he did (15).
    this.#answered?.ack();
    bridge.hangUpOn(bridge.dialogs[1]);
    if (!this.#invite.awaitsAck || bridge.hasHungUp(this.#invite.dialog)) {
      finish();
      return;
    }
    this.#finish = finish;
    this.#invite.onAck = finish;
    this.#invite.onNoAck = finish;
  }

  #close(done: Promise<unknown>): void {
    this.#state = 'over';
    if (this.#isKept) this.#context.onOver(this, done);
    else this.#context.onOver(this);
  }

  /** Commits an event, with what a crash behind it would leave to be ended on the wire. */
  #record(type: CallEventType, cause?: ReleaseCause): Promise<void> {
    const bridge = this.#bridge;
    const dialogs = [...(bridge?.open ?? []), ...this.#ringing.late];
    const wire = wireText(bridge ? undefined : this.#invite, this.#ringing.open, dialogs);
    this.#isKept = wire !== undefined;
    const events = eventsOf(this.calls, type, this.#now(), cause);
    return this.#context.journal.record(events, this.dref, wire);
  }

  #contact(): [string, string] {
    return ['contact', this.#context.endpoint.contactFor(this.#invite.source)];
  }

  #now(): number {
    return this.#context.endpoint.timers.now();
  }
}

/** For a caller whom we cannot serve now. */
export const retryAfter: [string, string] = ['retry-after', '10'];

const passedOnFailure = new Set(['retry-after', 'warning']);

function linesOfFailure(response: SipResponse): [string, string][] {
  return carriedLines(response).filter(([name]) => passedOnFailure.has(name));
}
