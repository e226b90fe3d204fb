// The non-INVITE server transaction (RFC 3261, 17.2.2, figure 8): answers a request once and repeats
// that answer for each retransmission of the request.

import type { SipRequest, SipResponse } from '../message/message.ts';
import { TRANSACTION_TIMEOUT } from '../timers.ts';
import type { Timers } from '../timers.ts';
import type { Source } from '../transport/transport.ts';

/** What a server transaction needs around it. */
export interface ServerContext {
  readonly timers: Timers;
  /** Sends a response where the request's Via says (18.2.2). */
  send(text: string, to: Source): void;
  /** The transaction is over: forget it. */
  ended(): void;
}

type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

export class ServerTransaction {
  readonly request: SipRequest;
  /** Where the request came from; the answer goes where its Via says. */
  readonly source: Source;
  readonly #replyTo: Source;
  readonly #context: ServerContext;
  #state: State = 'trying';
  #last = '';

  constructor(request: SipRequest, source: Source, replyTo: Source, context: ServerContext) {
    this.request = request;
    this.source = source;
    this.#replyTo = replyTo;
    this.#context = context;
  }

  get answered(): boolean {
    return this.#state === 'completed' || this.#state === 'terminated';
  }

  /** Sends a response. A second final one is ignored (17.2.2). */
  respond(response: SipResponse): void {
    if (this.answered) return;
    this.#last = response.toString();
    this.#context.send(this.#last, this.#replyTo);
    if (response.status < 200) {
      this.#state = 'proceeding';
      return;
    }
    this.#state = 'completed';
    // Timer J: 0 where the transport is reliable, since nothing is retransmitted there.
    if (this.source.transport === 'tcp') this.#terminate();
    else this.#context.timers.after(TRANSACTION_TIMEOUT, () => this.#terminate());
  }

  /** The same request came again. */
  onRetransmission(): void {
    switch (this.#state) {
      case 'trying':
      case 'terminated':
        return;
      case 'proceeding':
      case 'completed':
        this.#context.send(this.#last, this.#replyTo);
    }
  }

  #terminate(): void {
    this.#state = 'terminated';
    this.#context.ended();
  }
}
