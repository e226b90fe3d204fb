// The INVITE client transaction (RFC 3261, 17.1.1, figure 5, with the Accepted state of RFC 6026, 7.2).
// It acknowledges failures itself; the ACK for a 2xx belongs to the dialogue (dialog/).

import { SipRequest } from '../message/message.ts';
import type { SipResponse } from '../message/message.ts';
import { T1, TRANSACTION_TIMEOUT } from '../timers.ts';
import type { Timer } from '../timers.ts';
import type { Source } from '../transport/transport.ts';
import type { ClientContext, ClientFailure, ClientHandlers } from './client.ts';

/** Timer D: at least 32 s over UDP (17.1.1.2). */
const timerD = 32_000;

type State = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

export class InviteClientTransaction {
  readonly request: SipRequest;
  readonly to: Source;
  readonly #handlers: ClientHandlers;
  readonly #context: ClientContext;
  #state: State = 'calling';
  #text = '';
  #ack = '';
  #retransmission: Timer | undefined;
  #timeout: Timer | undefined;

  constructor(request: SipRequest, to: Source, handlers: ClientHandlers, context: ClientContext) {
    this.request = request;
    this.to = to;
    this.#handlers = handlers;
    this.#context = context;
  }

  /** True from the first provisional response until a final one: only then may it be cancelled (9.1). */
  get proceeding(): boolean {
    return this.#state === 'proceeding';
  }

  start(): void {
    this.#text = this.request.toString();
    this.#transmit();
    if (this.#state === 'terminated') return;
    // Timer A, over UDP only; timer B.
    if (this.to.transport === 'udp') this.#retransmitAfter(T1);
    this.#timeout = this.#context.timers.after(TRANSACTION_TIMEOUT, () => this.#fail('timeout'));
  }

  /** Takes up, after a restart, an INVITE that was sent before: as if a 1xx had come. */
  resume(): void {
    this.#state = 'proceeding';
  }

  /** Ends a transaction that was never started. */
  discard(): void {
    this.#terminate();
  }

  /** Gives up waiting, e.g. when a cancelled INVITE got no final response for 64*T1 (9.1). */
  abandon(): void {
    this.#fail('timeout');
  }

  onResponse(response: SipResponse): void {
    switch (this.#state) {
      case 'calling':
      case 'proceeding':
        this.#stopTimers();
        if (response.status < 200) this.#state = 'proceeding';
        else if (response.status < 300) this.#accept();
        else this.#complete(response);
        this.#handlers.onResponse(response);
        return;
      case 'accepted':
        // A repeated 2xx, or that of another branch beyond a proxy: the dialogue answers each.
        if (response.status >= 200 && response.status < 300) this.#handlers.onResponse(response);
        return;
      case 'completed':
        if (response.status >= 300) this.#context.send(this.#ack, this.to, () => {});
        return;
      case 'terminated':
        return;
    }
  }

  #accept(): void {
    this.#state = 'accepted';
    this.#text = '';
    // Timer M.
    this.#timeout = this.#context.timers.after(TRANSACTION_TIMEOUT, () => this.#terminate());
  }

  #complete(response: SipResponse): void {
    this.#state = 'completed';
    this.#text = '';
    this.#ack = ackFor(this.request, response).toString();
    this.#context.send(this.#ack, this.to, () => {});
    if (this.to.transport === 'tcp') this.#terminate();
    else this.#timeout = this.#context.timers.after(timerD, () => this.#terminate());
  }

  #transmit(): void {
    this.#context.send(this.#text, this.to, () => this.#fail('transport'));
  }

  #retransmitAfter(ms: number): void {
    this.#retransmission = this.#context.timers.after(ms, () => {
      this.#transmit();
      if (this.#state !== 'terminated') this.#retransmitAfter(ms * 2);
    });
  }

  #fail(failure: ClientFailure): void {
    if (this.#state !== 'calling' && this.#state !== 'proceeding') return;
    this.#terminate();
    this.#handlers.onFailure(failure);
  }

  #stopTimers(): void {
    this.#retransmission?.cancel();
    this.#timeout?.cancel();
  }

  #terminate(): void {
    this.#stopTimers();
    this.#state = 'terminated';
    this.#context.ended();
  }
}

/** The ACK of a failure: same branch, the response's To (17.1.1.3). */
function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  return hopByHop(invite, 'ACK').set('to', response.get('to')!);
}

/** A CANCEL for an INVITE: same branch, Request-URI, From, To, Call-ID and CSeq number (9.1). */
export function cancelFor(invite: SipRequest, reason: string | undefined): SipRequest {
  const cancel = hopByHop(invite, 'CANCEL');
  if (reason !== undefined) cancel.add('reason', reason);
  return cancel;
}

function hopByHop(invite: SipRequest, method: 'ACK' | 'CANCEL'): SipRequest {
  const request = new SipRequest(method, invite.uri);
  request.add('via', invite.get('via')!);
  for (const route of invite.all('route')) request.add('route', route);
  return request
    .add('max-forwards', '70')
    .add('from', invite.get('from')!)
    .add('to', invite.get('to')!)
    .add('call-id', invite.callId)
    .add('cseq', `${invite.cseq.number} ${method}`);
}
