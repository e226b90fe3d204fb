// Keeps a simulated telephone registered on its line with real REGISTERs, as any telephone would.

import { answerChallenge } from '../sip/authentication.ts';
import { SipRequest } from '../sip/message/message.ts';
import { newTag, randomHex } from '../sip/tokens.ts';
import { hostPort } from '../sip/transport/hop.ts';
import type { Hop } from '../sip/transport/hop.ts';
import type { Line } from '../lines/line.ts';
import type { Telephone } from './telephone.ts';

const expiresS = 600;
const refreshMs = 240_000;

/** The `+sip.instance` of every simulated telephone: tells it from real ones. */
export function instanceOf(number: string): string {
  return `<urn:x-carillon-sandbox:${number}>`;
}

export class Registration {
  readonly #telephone: Telephone;
  readonly #server: Hop;
  readonly #callId = randomHex(16);
  #cseq = 0;
  #refresh: NodeJS.Timeout | undefined;
  #registered = false;

  constructor(telephone: Telephone, server: Hop) {
    this.#telephone = telephone;
    this.#server = server;
  }

  get registered(): boolean {
    return this.#registered;
  }

  /** Registers and keeps registered. Resolves with whether the server took it. */
  async register(line: Line): Promise<boolean> {
    clearInterval(this.#refresh);
    this.#registered = true;
    this.#refresh = setInterval(() => void this.#send(line, expiresS), refreshMs).unref();
    return this.#send(line, expiresS);
  }

  async unregister(line: Line): Promise<boolean> {
    clearInterval(this.#refresh);
    this.#registered = false;
    return this.#send(line, 0);
  }

  /** Ends the refreshing without a word to the server. */
  stop(): void {
    clearInterval(this.#refresh);
  }

  async #send(line: Line, expires: number): Promise<boolean> {
    const { endpoint } = this.#telephone;
    const address = `<sip:${line.number}@${hostPort(this.#server.host, this.#server.port)}>`;
    const contact = `<sip:${line.number}@${hostPort(endpoint.host, endpoint.port)}>`;
    const request = (): SipRequest =>
      new SipRequest('REGISTER', `sip:${hostPort(this.#server.host, this.#server.port)}`)
        .add('max-forwards', '70')
        .add('from', `${address};tag=${newTag()}`)
        .add('to', address)
        .add('call-id', this.#callId)
        .add('cseq', `${++this.#cseq} REGISTER`)
        .add('contact', `${contact};+sip.instance="${instanceOf(line.number)}";expires=${expires}`)
        .add('user-agent', 'Carillon sandbox telephone');
    const first = request();
    const answer = await endpoint.requestOutside(first, this.#server);
    if (typeof answer === 'string') return false;
    if (answer.status !== 401) return answer.status === 200;
    const own = { user: line.number, secret: { ha1Md5: line.ha1Md5 } };
    const again = request();
    for (const [name, value] of answerChallenge(again, answer, own) ?? []) again.add(name, value);
    const second = await endpoint.requestOutside(again, this.#server);
    return typeof second !== 'string' && second.status === 200;
  }
}
