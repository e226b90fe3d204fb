// The non-INVITE client transaction (RFC 3261, 17.1.2, figure 6).

import type { SipRequest, SipResponse } from '../message/message.ts';
import { T1, T2, T4, TRANSACTION_TIMEOUT } from '../timers.ts';
import type { Timer, Timers } from '../timers.ts';
import type { Source } from '../transport/transport.ts';

/** What a client transaction needs around it. */
export interface ClientContext {
  readonly timers: Timers;
  send(text: string, to: Source, onError: (error: Error) => void): void;
  ended(): void;
}

/** Why no answer will come: nobody answered in time, or the message could not be sent. */
export type ClientFailure = 'timeout' | 'transport';

export interface ClientHandlers {
  onResponse(response: SipResponse): void;
  /** Called at most once, and never after a final response. */
  onFailure(failure: ClientFailure): void;
}

type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

export class ClientTransaction {
  readonly #handlers: ClientHandlers;
  readonly #context: ClientContext;
  readonly #to: Source;
  #text: string;
  #state: State = 'trying';
  #retransmission: Timer | undefined;
  #timeout: Timer | undefined;

  constructor(request: SipRequest, to: Source, handlers: ClientHandlers, context: ClientContext) {
    this.#handlers = handlers;
    this.#context = context;
    this.#to = to;
    this.#text = request.toString();
  }

  start(): void {
    this.#transmit();
    if (this.#state === 'terminated') return;
    // Timer E, over UDP only; timer F.
    if (this.#to.transport === 'udp') this.#retransmitAfter(T1);
    this.#timeout = this.#context.timers.after(TRANSACTION_TIMEOUT, () => this.#fail('timeout'));
  }

  onResponse(response: SipResponse): void {
    switch (this.#state) {
      case 'trying':
      case 'proceeding':
        if (response.status < 200) {
          this.#state = 'proceeding';
        } else {
          this.#state = 'completed';
          this.#stopTimers();
          this.#text = '';
          // Timer K: late repetitions of the answer are absorbed.
          if (this.#to.transport === 'tcp') this.#terminate();
          else this.#context.timers.after(T4, () => this.#terminate());
        }
        this.#handlers.onResponse(response);
        return;
      case 'completed':
      case 'terminated':
        return;
    }
  }

  #transmit(): void {
    this.#context.send(this.#text, this.#to, () => this.#fail('transport'));
  }

  #retransmitAfter(ms: number): void {
    this.#retransmission = this.#context.timers.after(ms, () => {
      this.#transmit();
      if (this.#state === 'terminated') return;
      // Once a provisional answer came it is every T2 (17.1.2.2).
      this.#retransmitAfter(this.#state === 'proceeding' ? T2 : Math.min(ms * 2, T2));
    });
  }

  #fail(failure: ClientFailure): void {
    if (this.#state === 'completed' || this.#state === 'terminated') return;
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
