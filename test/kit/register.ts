// Registers a terminal over a bare socket with Digest MD5, so that a SIPp telephone that listens on
// another port can be called. An implementation of its own (RFC 2617, RFC 3261 section 22), apart
// from the product's, so that both do not share a mistake.

import { createHash, randomBytes } from 'node:crypto';
import type { Owner } from './child.ts';
import { openSipSocket, type ReceivedMessage, type SipSocket } from './sip-socket.ts';
import { HANG_MS } from './until.ts';
import { sipText } from './wire.ts';

export interface Registration {
  /** `HOST:PORT` of the server. */
  readonly server: string;
  readonly number: string;
  readonly password: string;
  /** The Contact, as a URI (`sip:…`) or `HOST:PORT`; `*` with expires 0 removes all. */
  readonly contact: string;
  /** Seconds; 0 unregisters. */
  readonly expires?: number;
  readonly transport?: 'udp' | 'tcp';
  /** Call-ID and the CSeq to begin with; a refresh repeats the first and counts the second up. */
  readonly callId?: string;
  readonly cseq?: number;
  readonly deadlineMs?: number;
}

/** Registers, and gives the 200; fails with the status where the server refuses. */
export async function registerTerminal(
  owner: Owner,
  wanted: Registration,
): Promise<ReceivedMessage> {
  const { server: remote, transport = 'udp' } = wanted;
  await using socket = await openSipSocket(owner, { remote, transport });
  const answer = await tryToRegister(socket, wanted);
  if (answer.status !== 200) {
    throw new Error(`REGISTER of ${wanted.number} at ${wanted.server} got: ${answer.start}`);
  }
  return answer;
}

/** Sends REGISTER over an open socket, answers one challenge, and gives the last answer, whatever it is. */
export async function tryToRegister(
  socket: SipSocket,
  wanted: Registration,
): Promise<ReceivedMessage> {
  const uri = `sip:${wanted.server}`;
  const callId = wanted.callId ?? token();
  const deadlineMs = wanted.deadlineMs ?? HANG_MS;
  const cseq = wanted.cseq ?? 1;
  const fromTag = token();

  const send = async (number: number, credentials: readonly string[]): Promise<ReceivedMessage> => {
    const branch = `z9hG4bK${token()}`;
    await socket.send(
      sipText([
        `REGISTER ${uri} SIP/2.0`,
        `Via: SIP/2.0/${socket.transport} ${socket.address};branch=${branch};rport`,
        'Max-Forwards: 70',
        `From: <sip:${wanted.number}@${wanted.server}>;tag=${fromTag}`,
        `To: <sip:${wanted.number}@${wanted.server}>`,
        `Call-ID: ${callId}`,
        `CSeq: ${number} REGISTER`,
        `Contact: ${contactValue(wanted)}`,
        `Expires: ${wanted.expires ?? 300}`,
        ...credentials,
      ]),
    );
    return socket.waitFor(
      (one) => one.status >= 200 && one.header('Via').includes(branch),
      deadlineMs,
      'the answer to REGISTER',
    );
  };

  const first = await send(cseq, []);
  if (first.status !== 401) return first;
  const challenge = first.header('WWW-Authenticate');
  const { number: user, password } = wanted;
  const credentials = digestCredentials(challenge, { method: 'REGISTER', uri, user, password });
  return send(cseq + 1, [`Authorization: ${credentials}`]);
}

function contactValue(wanted: Registration): string {
  if (wanted.contact === '*') return '*';
  if (wanted.contact.startsWith('sip:')) return `<${wanted.contact}>`;
  const transport = wanted.transport === 'tcp' ? ';transport=tcp' : '';
  return `<sip:${wanted.number}@${wanted.contact}${transport}>`;
}

export interface DigestRequest {
  readonly method: string;
  readonly uri: string;
  readonly user: string;
  readonly password: string;
}

/** The value of an Authorization (or Proxy-Authorization) header for a Digest challenge, MD5 only. */
export function digestCredentials(challenge: string, request: DigestRequest): string {
  const asked = digestParameters(challenge);
  const algorithm = asked['algorithm'] ?? 'MD5';
  if (algorithm.toUpperCase() !== 'MD5') throw new Error(`this client knows MD5, not ${algorithm}`);
  const { realm = '', nonce = '' } = asked;
  const { method, uri, user, password } = request;
  const ha1 = md5(`${user}:${realm}:${password}`);
  const ha2 = md5(`${method}:${uri}`);
  const given = [`username="${user}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${uri}"`];
  if (asked['opaque'] !== undefined) given.push(`opaque="${asked['opaque']}"`);
  if (asked['qop']?.split(/\s*,\s*/).includes('auth')) {
    const cnonce = token();
    const response = md5(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`);
    given.push(`response="${response}"`, 'qop=auth', 'nc=00000001', `cnonce="${cnonce}"`);
  } else {
    given.push(`response="${md5(`${ha1}:${nonce}:${ha2}`)}"`);
  }
  return `Digest ${[...given, 'algorithm=MD5'].join(', ')}`;
}

/** `Digest realm="a", qop="auth"` as `{realm: 'a', qop: 'auth'}`; names in lower case. */
export function digestParameters(value: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, quoted, bare] of value.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/g)) {
    if (name) found[name.toLowerCase()] = quoted ?? bare ?? '';
  }
  return found;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** A fresh word for a tag, a branch, a Call-ID or a cnonce. */
export function token(): string {
  return randomBytes(8).toString('hex');
}
