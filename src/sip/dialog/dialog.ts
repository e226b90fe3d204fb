// A dialogue (RFC 3261, 12): what two user agents agreed on, and requests within it both ways. Its
// state is plain data, so that a server that was killed can end it at the next start.

import { HeaderError, nameAddr, splitValues, withoutParameter } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import type { SipResponse } from '../message/message.ts';
import { isAddress, parseUri, transportOf } from '../message/uri.ts';
import type { Hop, TransportName } from '../transport/hop.ts';
import type { Source } from '../transport/transport.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import type { ServerTransaction } from '../transaction/server.ts';

/** Everything that a request within the dialogue needs. Goes to disk as JSON. */
export interface DialogState {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To as we write them, without tags. */
  readonly localParty: string;
  readonly remoteParty: string;
  localCseq: number;
  /** -1 until the peer sent its first request. */
  remoteCseq: number;
  remoteTarget: string;
  readonly routes: readonly string[];
  /** Where requests go whatever the target says (translated address, open connection), or null. */
  fixedHop: Hop | null;
  readonly transport: TransportName;
}

/** What the owner of a dialogue does with requests that come in it. */
export interface DialogHandlers {
  onBye(transaction: ServerTransaction): void;
  onReinvite(invite: IncomingInvite): void;
  /** UPDATE, INFO: whatever else is carried through. */
  onRequest(transaction: ServerTransaction): void;
}

/** Header lines to be added to a request or response, canonical names. */
export type HeaderLines = readonly (readonly [string, string])[];

export class Dialog {
  readonly state: DialogState;
  /** Set by whoever owns the dialogue; without one, requests are answered 481. */
  handlers: DialogHandlers | undefined;
  /** The INVITE of ours or of the peer's that waits for its ACK, told when one comes. */
  onAck: ((ack: SipRequest) => void) | undefined;

  /** What the INVITE that made it is known by, however it reaches us (8.2.2.2). */
  mergeKey = '';

  constructor(state: DialogState) {
    this.state = state;
  }

  /** The key under which the peer's requests find it. */
  get key(): string {
    return dialogKey(this.state.callId, this.state.localTag);
  }

  /** A request within the dialogue, with the next CSeq (or, for an ACK, the one given). */
  request(method: string, lines: HeaderLines = [], body = '', cseq?: number): SipRequest {
    const { state } = this;
    const number = cseq ?? ++state.localCseq;
    // 12.2.1.1: an old strict router wants to stand in the Request-URI itself.
    const first = state.routes[0];
    const strict = first !== undefined && !/;\s*lr\b/i.test(first);
    const request = new SipRequest(method, strict ? nameAddr(first).uri : state.remoteTarget);
    const routes = strict ? [...state.routes.slice(1), `<${state.remoteTarget}>`] : state.routes;
    for (const route of routes) request.add('route', route);
    request
      .add('max-forwards', '70')
      .add('from', `${state.localParty};tag=${state.localTag}`)
      .add(
        'to',
        state.remoteTag === '' ? state.remoteParty : `${state.remoteParty};tag=${state.remoteTag}`,
      )
      .add('call-id', state.callId)
      .add('cseq', `${number} ${method}`);
    for (const [name, value] of lines) request.add(name, value);
    request.body = body;
    return request;
  }

  /** Where the next request goes. */
  nextHop(): Hop {
    const { state } = this;
    if (state.fixedHop) return state.fixedHop;
    const route = state.routes[0];
    const uri = route === undefined ? state.remoteTarget : nameAddr(route).uri;
    return hopOf(uri, state.transport) ?? { transport: state.transport, host: '0.0.0.0', port: 9 };
  }

  /** Takes a new remote target from a Contact, where there is one (12.2.2: target refresh). */
  refreshTarget(message: SipRequest | SipResponse): void {
    const contact = contactOf(message);
    if (contact !== undefined) this.state.remoteTarget = contact;
  }
}

export function dialogKey(callId: string, localTag: string): string {
  return `${callId}|${localTag}`;
}

/** The URI of a message's first Contact, or undefined where it has none that can be read. */
export function contactOf(message: SipRequest | SipResponse): string | undefined {
  const value = message.get('contact');
  if (value === undefined || value === '*') return undefined;
  try {
    const first = value.includes(',') ? splitValues([value])[0]! : value;
    const { uri } = nameAddr(first);
    // A telephone number is no place to send a request to.
    const parsed = parseUri(uri);
    return parsed && parsed.host !== '' ? uri : undefined;
  } catch (error) {
    if (error instanceof HeaderError) return undefined;
    throw error;
  }
}

/** Host, port and transport that a SIP URI names; undefined where it cannot be used. */
export function hopOf(uri: string, defaultTransport: TransportName): Hop | undefined {
  const parsed = parseUri(uri);
  if (!parsed || parsed.host === '') return undefined;
  const named = transportOf(parsed);
  const transport = named === 'tcp' || named === 'udp' ? named : defaultTransport;
  return { transport, host: parsed.host.replace(/^\[|\]$/g, ''), port: parsed.port || 5060 };
}

/**
 * True where the sender does not know the address that we see it at (address translation), or names
 * itself by something that is no address, or not at all: then requests to it go where its own came from.
 */
export function behindNat(request: SipRequest, source: Hop): boolean {
  const host = request.via.host.replace(/^\[|\]$/g, '');
  if (isAddress(request.via.host) && host !== source.host) return true;
  const contact = contactOf(request);
  const parsed = contact === undefined ? undefined : parseUri(contact);
  return parsed === undefined || !isAddress(parsed.host);
}

/**
 * The hop that a dialogue with the sender of this request keeps to, or null where its Contact decides.
 * Over TCP it is the connection that is open already.
 */
export function fixedHopFor(request: SipRequest, source: Source): Hop | null {
  if (source.transport === 'udp' && !behindNat(request, source)) return null;
  return { transport: source.transport, host: source.host, port: source.port };
}

/**
 * The Record-Route entries as a route set: in order for the called side, reversed for the caller. Those
 * that cannot be read are left out: nothing could be sent to them, and the call must still end.
 */
export function routeSet(message: SipRequest | SipResponse, reversed: boolean): string[] {
  const routes = splitValues(message.all('record-route')).filter(isRoute);
  return reversed ? routes.toReversed() : routes;
}

function isRoute(value: string): boolean {
  try {
    return hopOf(nameAddr(value).uri, 'udp') !== undefined;
  } catch (error) {
    if (error instanceof HeaderError) return false;
    throw error;
  }
}

/** A From or To value without its tag, as the other side of a dialogue repeats it. */
export function withoutTag(value: string): string {
  return withoutParameter(value, 'tag');
}
