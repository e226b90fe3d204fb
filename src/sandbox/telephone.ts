// A simulated telephone: a real SIP user agent on loopback that answers as it is told, calls, talks and
// hangs up, without anybody there. One of them plays all telephones of the sandbox, another one the
// outside world (sandbox.ts says which number behaves how).

import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { answerChallenge } from '../sip/authentication.ts';
import type { OwnCredentials } from '../sip/authentication.ts';
import type { Dialog } from '../sip/dialog/dialog.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import type { OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import { respond, SipEndpoint } from '../sip/endpoint.ts';
import type { SipRequest, SipResponse } from '../sip/message/message.ts';
import { parseUri } from '../sip/message/uri.ts';
import { realTimers } from '../sip/timers.ts';
import type { ClientFailure } from '../sip/transaction/client.ts';
import { hostPort } from '../sip/transport/hop.ts';
import type { Hop } from '../sip/transport/hop.ts';
import type { Source } from '../sip/transport/transport.ts';

/** What a telephone does with a call that reaches it. */
export interface Behaviour {
  readonly kind: 'answer' | 'busy' | 'ring' | 'not-found' | 'silent';
  /** Only for `answer`: how long it rings first, and how long it talks; undefined: it never hangs up. */
  readonly answerAfterMs: number;
  readonly talkMs: number | undefined;
}

export interface OutgoingCall {
  /** The user part that calls and the one that is called. */
  readonly from: string;
  readonly to: string;
  readonly server: Hop;
  readonly credentials: OwnCredentials | undefined;
  /** Hangs up after so long a talk; undefined: waits for the other side. */
  readonly talkMs: number | undefined;
  /** Gives up after so much ringing. */
  readonly patienceMs: number;
}

/** How a call that a telephone made ended: its Call-ID and the final status, 487 where it gave up. */
export interface CallEnd {
  readonly callId: string;
  readonly status: number;
}

export class Telephone {
  readonly endpoint: SipEndpoint;
  readonly #media: Socket;
  readonly #behaviourOf: (called: string, caller: string) => Behaviour;

  private constructor(
    endpoint: SipEndpoint,
    media: Socket,
    behaviourOf: (called: string, caller: string) => Behaviour,
  ) {
    this.endpoint = endpoint;
    this.#media = media;
    this.#behaviourOf = behaviourOf;
    endpoint.users = { onInvite: (request, source) => this.#onInvite(request, source) };
  }

  /** A telephone on a free port of `host`. */
  static async open(
    host: string,
    product: string,
    behaviourOf: (called: string, caller: string) => Behaviour,
    onFault: (error: unknown) => void,
  ): Promise<Telephone> {
    const endpoint = await SipEndpoint.open({
      host,
      port: 0,
      timers: realTimers(onFault),
      product,
      onDropped() {},
      onFault,
    });
    // Speech that reaches it is received and forgotten, so that nobody is told that the port is closed.
    const media = createSocket('udp4');
    media.on('message', () => {}).on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      media.once('error', reject);
      media.bind({ address: host, port: 0 }, resolve);
    });
    return new Telephone(endpoint, media, behaviourOf);
  }

  get hop(): Hop {
    return { transport: 'udp', host: this.endpoint.host, port: this.endpoint.port };
  }

  /** Places a call and resolves when it is over. */
  call(options: OutgoingCall): Promise<CallEnd> {
    const { endpoint } = this;
    const at = hostPort(options.server.host, options.server.port);
    const { promise, resolve } = Promise.withResolvers<CallEnd>();
    let challenged = false;
    let gaveUp = false;
    const patience = setTimeout(() => {
      gaveUp = true;
      invite.cancel();
    }, options.patienceMs);
    const end = (status: number): void => {
      clearTimeout(patience);
      resolve({ callId: invite.request.callId, status });
    };
    const onFailure = (failure: SipResponse | ClientFailure): void => {
      if (
        typeof failure !== 'string' &&
        failure.status === 401 &&
        !challenged &&
        options.credentials
      ) {
        challenged = true;
        const lines = answerChallenge(invite.request, failure, options.credentials);
        if (lines) {
          invite.retryWith(lines);
          return;
        }
      }
      end(gaveUp ? 487 : typeof failure === 'string' ? 408 : failure.status);
    };
    const invite: OutgoingInvite = endpoint.invite(
      {
        uri: `sip:${options.to}@${at}`,
        to: options.server,
        localParty: `<sip:${options.from}@${hostPort(endpoint.host, endpoint.port)}>`,
        remoteParty: `<sip:${options.to}@${at}>`,
        fixedHop: null,
        lines: [['content-type', 'application/sdp']],
        body: this.#sdp(),
        maxForwards: 70,
      },
      {
        onProvisional() {},
        onAnswer: (_response, dialog) => {
          clearTimeout(patience);
          invite.ack();
          this.#talk(dialog, options.talkMs, () => end(200));
        },
        onFailure,
      },
    );
    invite.start();
    return promise;
  }

  async close(): Promise<void> {
    this.#media.close();
    await this.endpoint.close();
  }

  #onInvite(request: SipRequest, source: Source): void {
    const called = parseUri(request.uri)?.user ?? '';
    const caller = parseUri(request.from.uri)?.user ?? '';
    const behaviour = this.#behaviourOf(called, caller);
    const invite = this.endpoint.acceptInvite(request, source);
    const refuse = (status: number): void => {
      invite.reject(status);
      this.endpoint.forget(invite.dialog);
    };
    if (behaviour.kind === 'silent') return refuse(480);
    if (behaviour.kind === 'busy') return refuse(486);
    if (behaviour.kind === 'not-found') return refuse(404);
    invite.provisional(180, [['contact', this.endpoint.contactFor(source)]]);
    const answer = setTimeout(
      () => this.#answer(invite, behaviour.talkMs),
      behaviour.kind === 'answer' ? behaviour.answerAfterMs : 2 ** 31 - 1,
    );
    invite.onCancel = () => {
      clearTimeout(answer);
      refuse(487);
    };
  }

  #answer(invite: IncomingInvite, talkMs: number | undefined): void {
    const contact = this.endpoint.contactFor(invite.source);
    invite.onNoAck = () => this.endpoint.forget(invite.dialog);
    // It hangs up only once the answer was acknowledged (RFC 3261, 15).
    invite.onAck = () => this.#talk(invite.dialog, talkMs, () => {});
    invite.dialog.handlers = this.#handlers(invite.dialog, () => invite.stop());
    invite.accept(
      [
        ['contact', contact],
        ['content-type', 'application/sdp'],
      ],
      this.#sdp(),
    );
  }

  /** Talks until either side hangs up. */
  #talk(dialog: Dialog, talkMs: number | undefined, onOver: () => void): void {
    const hangUp =
      talkMs === undefined
        ? undefined
        : setTimeout(() => {
            void this.endpoint.request(dialog, 'BYE').then(onOver);
            this.endpoint.forget(dialog);
          }, talkMs);
    dialog.handlers = this.#handlers(dialog, () => {
      clearTimeout(hangUp);
      onOver();
    });
  }

  #handlers(dialog: Dialog, onBye: () => void): NonNullable<Dialog['handlers']> {
    return {
      onBye: (transaction) => {
        respond(transaction, 200);
        this.endpoint.forget(dialog);
        onBye();
      },
      onReinvite: (again) => {
        dialog.refreshTarget(again.request);
        const contact = this.endpoint.contactFor(again.source);
        again.accept(
          [
            ['contact', contact],
            ['content-type', 'application/sdp'],
          ],
          this.#sdp(),
        );
      },
      onRequest: (transaction) => {
        const lines = [['contact', this.endpoint.contactFor(transaction.source)]] as const;
        respond(transaction, transaction.request.method === 'UPDATE' ? 488 : 200, lines);
      },
    };
  }

  #sdp(): string {
    const { host } = this.endpoint;
    return [
      'v=0',
      `o=- 1 1 IN IP4 ${host}`,
      's=-',
      `c=IN IP4 ${host}`,
      't=0 0',
      `m=audio ${this.#media.address().port} RTP/AVP 8 0 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=sendrecv',
      '',
    ].join('\r\n');
  }
}
