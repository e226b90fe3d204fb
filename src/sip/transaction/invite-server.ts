// The INVITE server transaction (RFC 3261, 17.2.1, figure 7, with the Accepted state of RFC 6026, 7.1).
// A 2xx is sent again by the dialogue's owner (dialog/incoming-invite.ts), not here.

import type { SipRequest, SipResponse } from '../message/message.ts';
import { T1, T2, T4, TRANSACTION_TIMEOUT } from '../timers.ts';
import type { Timer } from '../timers.ts';
import type { Source } from '../transport/transport.ts';
import type { ServerContext } from './server.ts';

type State = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

export class InviteServerTransaction {
  readonly request: SipRequest;
  readonly source: Source;
  /** Where the answer goes (18.2.2). */
  readonly replyTo: Source;
  readonly #context: ServerContext;
  #state: State = 'proceeding';
  #last = '';
  #retransmission: Timer | undefined;
  #timeout: Timer | undefined;

  /** The To tag of our responses, which the answer to a CANCEL repeats (9.2). */
  localTag = '';
  /** A CANCEL for this INVITE came, and no final response was sent yet (9.2). */
  onCancel: ((cancel: SipRequest) => void) | undefined;

  constructor(request: SipRequest, source: Source, replyTo: Source, context: ServerContext) {
    this.request = request;
    this.source = source;
    this.replyTo = replyTo;
    this.#context = context;
  }

  get answered(): boolean {
    return this.#state !== 'proceeding';
  }

  /** Sends a provisional or the one final response; later ones are ignored. */
  respond(response: SipResponse): void {
    if (this.answered) return;
    this.#last = response.toString();
    this.#context.send(this.#last, this.replyTo);
    if (response.status < 200) return;
    this.onCancel = undefined;
    if (response.status < 300) {
      this.#state = 'accepted';
      this.#last = '';
      // Timer L (RFC 6026): so long are retransmissions of the INVITE absorbed.
      this.#timeout = this.#context.timers.after(TRANSACTION_TIMEOUT, () => this.#terminate());
      return;
    }
    this.#state = 'completed';
    // Timer G, over UDP only; timer H.
    if (this.source.transport === 'udp') this.#retransmitAfter(T1);
    this.#timeout = this.#context.timers.after(TRANSACTION_TIMEOUT, () => this.#terminate());
  }

  onRetransmission(): void {
    switch (this.#state) {
      case 'proceeding':
      case 'completed':
        if (this.#last !== '') this.#context.send(this.#last, this.replyTo);
        return;
      case 'confirmed':
      case 'accepted':
      case 'terminated':
        return;
    }
  }

  /** The ACK for a final response of 300 or above. Returns false where it is not ours to absorb. */
  onAck(): boolean {
    switch (this.#state) {
      case 'completed':
        this.#retransmission?.cancel();
        this.#timeout?.cancel();
        this.#state = 'confirmed';
        // Timer I: further ACKs are absorbed for so long.
        if (this.source.transport === 'tcp') this.#terminate();
        else this.#context.timers.after(T4, () => this.#terminate());
        return true;
      case 'confirmed':
      case 'terminated':
        return true;
      case 'proceeding':
      case 'accepted':
      default:
        return false;
    }
  }

  #retransmitAfter(ms: number): void {
    this.#retransmission = this.#context.timers.after(ms, () => {
      this.#context.send(this.#last, this.replyTo);
      this.#retransmitAfter(Math.min(ms * 2, T2));
    });
  }

  #terminate(): void {
    this.#retransmission?.cancel();
    this.#state = 'terminated';
    this.#context.ended();
  }
}
