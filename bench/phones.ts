// The two ends of a call within the bench's own process: a caller that dials, is answered and hangs up,
// and a telephone that answers at once. One process and one clock (performance.now), so that the time
// from the caller's INVITE to the telephone's is a plain difference. Not a SIP stack: no retransmission,
// no checks, only what a call on loopback needs.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { hostPort } from '../test/kit/ports.ts';

async function open(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_194_304 });
  const { host, port } = hostPort(address);
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}

function header(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `);
  return at < 0 ? '' : text.slice(at + name.length + 4, text.indexOf('\r\n', at + 2));
}

function sdp(host: string): string {
  return `v=0
o=- 1 1 IN IP4 ${host}
s=-
c=IN IP4 ${host}
t=0 0
m=audio 6000 RTP/AVP 8 0
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
`.replaceAll('\n', '\r\n');
}

/** A telephone at `address`. `onInvite` hears each INVITE's caller (user of From) as it is read. */
export async function openTelephone(
  address: string,
  onInvite: (caller: string) => void,
): Promise<Socket> {
  const socket = await open(address);
  const { host } = hostPort(address);
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const text = bytes.toString('latin1');
    if (text.startsWith('INVITE ')) {
      onInvite(/<sip:([^@>]*)/.exec(header(text, 'From'))?.[1] ?? '');
      const contact = `Contact: <sip:phone@${address}>`;
      socket.send(reply(text, '180 Ringing', contact, ''), from.port, from.address);
      socket.send(reply(text, '200 OK', contact, sdp(host)), from.port, from.address);
    } else if (text.startsWith('BYE ') || text.startsWith('CANCEL ')) {
      socket.send(reply(text, '200 OK', '', ''), from.port, from.address);
    }
  });
  return socket;
}

function reply(request: string, status: string, contact: string, body: string): string {
  const to = header(request, 'To');
  const vias = request.match(/\r\nVia: [^\r]*/g) ?? [];
  return [
    `SIP/2.0 ${status}${vias.join('')}`,
    `From: ${header(request, 'From')}`,
    `To: ${to}${to.includes(';tag=') ? '' : ';tag=telephone'}`,
    `Call-ID: ${header(request, 'Call-ID')}`,
    `CSeq: ${header(request, 'CSeq')}`,
    ...(contact === '' ? [] : [contact]),
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** A caller at `from` who calls `remote`; ends each call as soon as it is answered. */
export class Caller {
  readonly #socket: Socket;
  readonly #from: string;
  readonly #remote: { host: string; port: number };
  /** Calls that ended as they should: BYE answered by 200. */
  ended = 0;
  /** Final answers other than 200, by status. */
  readonly refused: string[] = [];

  constructor(socket: Socket, from: string, remote: string) {
    this.#socket = socket;
    this.#from = from;
    this.#remote = hostPort(remote);
    socket.on('message', (bytes: Buffer) => this.#answered(bytes.toString('latin1')));
  }

  static async open(from: string, remote: string): Promise<Caller> {
    return new Caller(await open(from), from, remote);
  }

  /** Sends an INVITE; the time to be measured begins right before. */
  dial(caller: string, callee: string): void {
    const body = sdp(hostPort(this.#from).host);
    const { host, port } = this.#remote;
    const lines = [
      ...this.#head('INVITE', `sip:${callee}@${host}:${port}`, caller),
      `To: <sip:${callee}@${host}:${port}>`,
      `Contact: <sip:${caller}@${this.#from}>`,
      'CSeq: 1 INVITE',
      'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO',
      'User-Agent: bench',
      'Content-Type: application/sdp',
    ];
    this.#send([...lines, `Content-Length: ${body.length}`, '', body]);
  }

  #head(method: string, uri: string, caller: string): string[] {
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.#from};branch=z9hG4bK${caller}${method}`,
      'Max-Forwards: 70',
      `From: <sip:${caller}@${this.#from}>;tag=caller`,
      `Call-ID: ${caller}@bench`,
    ];
  }

  #answered(text: string): void {
    if (text.startsWith('SIP/2.0 1')) return;
    const cseq = header(text, 'CSeq');
    if (cseq.endsWith('BYE')) {
      this.ended += 1;
      return;
    }
    const caller = header(text, 'Call-ID').split('@')[0] ?? '';
    if (!text.startsWith('SIP/2.0 200')) {
      this.refused.push(text.slice(8, text.indexOf('\r\n')));
      return; // without ACK the other side repeats its answer; the run is void anyhow
    }
    const uri = /<([^>]*)>/.exec(header(text, 'Contact'))?.[1] ?? '';
    const to = `To: ${header(text, 'To')}`;
    for (const [method, number] of [
      ['ACK', 1],
      ['BYE', 2],
    ] as const) {
      const lines = [...this.#head(method, uri, caller), to, `CSeq: ${number} ${method}`];
      this.#send([...lines, 'Content-Length: 0', '', '']);
    }
  }

  #send(lines: readonly string[]): void {
    this.#socket.send(lines.join('\r\n'), this.#remote.port, this.#remote.host);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A telephone that refuses every call at once (486), so that a call costs as little as it can. */
export class BusyTelephone {
  readonly address: string;
  /** Calls that rang so far; repeated INVITEs count once. */
  invites = 0;
  /** When a refusal was last acknowledged (performance.now). */
  lastAckAt = 0;
  /** Told of the number that each call is for (the user of the request URI), as the INVITE is read. */
  onInvite: ((number: string) => void) | undefined;
  readonly #socket: Socket;
  readonly #seen = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.address = address;
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      const text = bytes.toString('latin1');
      const call = header(text, 'Call-ID');
      if (text.startsWith('ACK ') && this.#refused.delete(call)) {
        this.lastAckAt = performance.now();
      }
      if (!text.startsWith('INVITE ')) return;
      if (!this.#seen.has(call)) {
        this.onInvite?.(text.slice('INVITE sip:'.length, text.indexOf('@')));
        this.#seen.add(call);
        this.#refused.add(call);
        this.invites += 1;
      }
      socket.send(reply(text, '486 Busy Here', '', ''), from.port, from.address);
    });
  }

  static async open(address: string): Promise<BusyTelephone> {
    return new BusyTelephone(await open(address), address);
  }

  /** Calls whose refusal has not been acknowledged yet. */
  get unacknowledged(): number {
    return this.#refused.size;
  }

  close(): void {
    this.#socket.close();
  }
}
