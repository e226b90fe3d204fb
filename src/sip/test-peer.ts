// A peer for tests: a raw UDP socket that sends the bytes it is told and shows those that came. It
// understands no SIP beyond what a test needs to copy from a message.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';

/** Longest wait for something that must come, milliseconds. */
const patienceMs = 5_000;

/** A message from its lines; Content-Length is added. */
export function sip(lines: readonly string[], body = ''): string {
  return `${[...lines, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`].join('\r\n')}\r\n\r\n${body}`;
}

/** The values of a header in a message, as they are written there. */
export function headers(text: string, name: string): string[] {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
  const start = `${name.toLowerCase()}:`;
  return head
    .filter((l) => l.toLowerCase().startsWith(start))
    .map((l) => l.slice(start.length).trim());
}

/** The one value of a header. */
export function header(text: string, name: string): string {
  const found = headers(text, name);
  assert.equal(found.length, 1, `one ${name} expected in\n${text}`);
  return found[0]!;
}

/** A response to a request that came, with the headers that must be copied. `tag` goes to To. */
export function answer(
  request: string,
  status: string,
  tag = '',
  lines: readonly string[] = [],
  body = '',
): string {
  const to = header(request, 'To');
  return sip(
    [
      `SIP/2.0 ${status}`,
      ...headers(request, 'Via').map((via) => `Via: ${via}`),
      ...headers(request, 'Record-Route').map((route) => `Record-Route: ${route}`),
      `From: ${header(request, 'From')}`,
      `To: ${tag === '' || to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      `Call-ID: ${header(request, 'Call-ID')}`,
      `CSeq: ${header(request, 'CSeq')}`,
      ...lines,
    ],
    body,
  );
}

export class Peer {
  readonly #socket: Socket;
  readonly host: string;
  readonly #came: string[] = [];
  #wake: (() => void) | undefined;
  #pings = 0;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.host = host;
    socket.on('message', (data) => {
      this.#came.push(data.toString('latin1'));
      this.#wake?.();
    });
  }

  static async open(host: string): Promise<Peer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ address: host, port: 0 }, resolve));
    return new Peer(socket, host);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string, to: { readonly host: string; readonly port: number }): void {
    this.#socket.send(Buffer.from(text, 'latin1'), to.port, to.host);
  }

  /** The next message whose start line begins with `start`; those before it are dropped. */
  async next(start = ''): Promise<string> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      for (let each = this.#came.shift(); each !== undefined; each = this.#came.shift()) {
        if (each.startsWith(start)) return each;
      }
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`No ${start} came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /**
   * Everything that came and was not taken yet, once `to` has dealt with all that was sent to it: an
   * OPTIONS goes behind, and its answer comes behind whatever else there was to say.
   */
  async settled(to: { readonly host: string; readonly port: number }): Promise<string[]> {
    const found: string[] = [];
    for (let round = 0; round < 3; round++) {
      const id = `ping-${this.port}-${this.#pings++}`;
      this.send(
        sip([
          `OPTIONS sip:${to.host} SIP/2.0`,
          `Via: SIP/2.0/UDP ${this.host}:${this.port};branch=z9hG4bK${id};rport`,
          `From: <sip:ping@${this.host}>;tag=${id}`,
          `To: <sip:${to.host}>`,
          `Call-ID: ${id}`,
          'CSeq: 1 OPTIONS',
        ]),
        to,
      );
      for (;;) {
        const each = await this.next();
        if (headers(each, 'Call-ID')[0] === id) break;
        found.push(each);
      }
    }
    return found;
  }

  close(): void {
    this.#socket.close();
  }
}
