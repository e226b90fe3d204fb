// How a request reached us: the client's address, whether it came encrypted, and the name that the client
// knows this server by. What a proxy says is believed only where the operator listed it
// (client-address.ts); names are checked, since they come back in links.

import type { IncomingMessage } from 'node:http';
import type { ClientAddress } from './client-address.ts';

export interface RequestOrigin {
  /** Canonical; empty where the connection is gone. */
  readonly address: string;
  readonly encrypted: boolean;
  /** `host` or `host:port` as the client wrote it; undefined where it wrote none that can be one. */
  readonly host: string | undefined;
  /** The host alone, without port and brackets. */
  readonly hostname: string | undefined;
}

/** What is needed to tell: both made from the operator's list of proxies. */
export interface Proxies {
  readonly clientAddress: ClientAddress;
  /** Whether the peer of the connection is a listed proxy. */
  isProxy(remoteAddress: string | undefined): boolean;
}

const HOST = /^(?:[a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Reads where a request comes from. */
export function originOfRequest(request: IncomingMessage, proxies: Proxies): RequestOrigin {
  const { headers, socket } = request;
  const proxied = proxies.isProxy(socket.remoteAddress);
  const said = proxied ? last(headers['x-forwarded-host']) : undefined;
  const host = [said, headers.host].find((text) => text !== undefined && HOST.test(text));
  return {
    address: proxies.clientAddress(socket.remoteAddress, text(headers['x-forwarded-for'])),
    encrypted:
      ('encrypted' in socket && socket.encrypted === true) ||
      (proxied && last(headers['x-forwarded-proto'])?.toLowerCase() === 'https'),
    host,
    hostname: host?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
  };
}

/** `http://host:port` as the client reaches us, or what we listen on where it said no name. */
export function baseUrlOf({ encrypted, host }: RequestOrigin, listening: string): string {
  return `${encrypted ? 'https' : 'http'}://${host ?? listening}`;
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The nearest proxy's word; those before it may be the client's own. */
function last(value: string | string[] | undefined): string | undefined {
  return text(value)?.split(',').at(-1)?.trim();
}
