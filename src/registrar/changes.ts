// What one REGISTER asks for (RFC 3261, 10.3, steps 6 and 7): which bindings come, which go. Pure.

import type { E164 } from '../numbers/e164.ts';
import { HeaderError, nameAddr, parameterOf, splitValues } from '../sip/message/headers.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseUri } from '../sip/message/uri.ts';
import type { Binding } from '../store/store.ts';

export interface RegisterContext {
  readonly line: E164;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly transport: string;
  readonly sourceHost: string;
  readonly sourcePort: number;
  readonly behindNat: boolean;
  readonly longestExpiryS: number;
  readonly defaultExpiryS: number;
}

export type Changes =
  | { readonly ok: true; readonly put: readonly Binding[]; readonly remove: readonly Binding[] }
  | { readonly ok: false; readonly status: number; readonly reason: string };

/** Longest Contact URI that is kept. */
const contactLimit = 512;

function refused(status: number, reason: string): Changes {
  return { ok: false, status, reason };
}

/** Reads the Contacts of a REGISTER against the bindings that the line has now. */
export function changesOf(
  request: SipRequest,
  current: readonly Binding[],
  context: RegisterContext,
): Changes {
  const values = splitValues(request.all('contact'));
  const header = secondsOf(request.get('expires'));
  const callId = request.callId;
  const cseq = request.cseq.number;
  const outOfOrder = (b: Binding): boolean => b.callId === callId && b.cseq >= cseq;
  if (values.includes('*')) {
    if (values.length > 1 || header !== 0)
      return refused(400, 'Contact * goes alone, with Expires: 0');
    if (current.some(outOfOrder)) return refused(500, 'CSeq out of order');
    return { ok: true, put: [], remove: current };
  }
  // By Contact URI, so that one that is named twice counts once, as it stands last.
  const put = new Map<string, Binding>();
  const remove = new Map<string, Binding>();
  const contacts: Contact[] = [];
  for (const value of values) {
    const contact = contactOf(value);
    if (typeof contact === 'string') return refused(400, contact);
    contacts.push(contact);
  }
  for (const contact of contacts) {
    const seconds = contact.expires ?? header ?? context.defaultExpiryS;
    const before = current.find((b) => b.contact === contact.uri);
    if (before && outOfOrder(before)) return refused(500, 'CSeq out of order');
    if (seconds === 0) {
      if (before) remove.set(contact.uri, before);
      put.delete(contact.uri);
      continue;
    }
    // A terminal that names its instance replaces what it registered before from another address.
    for (const b of current) {
      const moved = contact.instance !== '' && b.instance === contact.instance;
      if (moved && !contacts.some((c) => c.uri === b.contact)) remove.set(b.contact, b);
    }
    remove.delete(contact.uri);
    put.set(contact.uri, {
      line: context.line,
      contact: contact.uri,
      transport: context.transport,
      sourceHost: context.sourceHost,
      sourcePort: context.sourcePort,
      behindNat: context.behindNat,
      callId,
      cseq,
      expiresAt: context.now + Math.min(seconds, context.longestExpiryS) * 1000,
      registeredAt: before?.registeredAt ?? context.now,
      userAgent: (request.get('user-agent') ?? '').slice(0, 128),
      instance: contact.instance,
    });
  }
  return { ok: true, put: [...put.values()], remove: [...remove.values()] };
}

interface Contact {
  readonly uri: string;
  readonly expires: number | undefined;
  readonly instance: string;
}

/** One Contact, or what is wrong with it. */
function contactOf(value: string): Contact | string {
  try {
    const address = nameAddr(value);
    if (address.uri.length > contactLimit) return 'Contact is too long';
    const uri = parseUri(address.uri);
    if (!uri || uri.scheme !== 'sip') return 'Contact must be a sip: URI';
    const expires = secondsOf(parameterOf(address.parameters, 'expires'));
    const instance = parameterOf(address.parameters, '+sip.instance') ?? '';
    return { uri: address.uri, expires, instance: instance.slice(0, 128) };
  } catch (error) {
    if (error instanceof HeaderError) return 'Malformed Contact header';
    throw error;
  }
}

/**
 * Delta-seconds: up to 2^32-1, larger numbers are taken as that (20.19); a malformed one counts as an
 * hour (10.2.1.1).
 */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,20}$/.test(text) ? Math.min(Number(text), 0xffffffff) : 3600;
}
