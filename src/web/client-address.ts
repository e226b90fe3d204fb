// Whose request it is: the address of the peer, or, where the peer is a proxy that the operator listed,
// the one that the proxy says (X-Forwarded-For). What a client may have written itself is never believed.

import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from '../lines/source-ip-match.ts';

/**
 * Reads the client's address. Empty where the connection is gone and its address with it.
 *
 * @param remoteAddress the peer of the connection, as Node gives it.
 * @param forwardedFor the value of X-Forwarded-For, several joined by commas.
 */
export type ClientAddress = (
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
) => string;

/** @param trusted CIDR blocks of the proxies that are believed, checked by src/config.ts. */
export function createClientAddress(trusted: readonly string[]): ClientAddress {
  const isProxy = createIsProxy(trusted);
  return (remoteAddress, forwardedFor) => {
    let client = canonicalAddress(remoteAddress ?? '');
    if (client === undefined) return '';
    // Each proxy appends the address that it saw: believed from the right, as long as a proxy said it.
    const said = forwardedFor?.split(',') ?? [];
    while (said.length > 0 && isProxy(client)) {
      const address = canonicalAddress(withoutPort(said.pop()!.trim()));
      if (address === undefined) break;
      client = address;
    }
    return client;
  };
}

/** Tells whether an address is that of a listed proxy: only then is anything believed that it adds. */
export function createIsProxy(
  trusted: readonly string[],
): (remoteAddress: string | undefined) => boolean {
  const proxies = blockList(trusted);
  return (remoteAddress) => {
    const address = canonicalAddress(remoteAddress ?? '');
    if (address === undefined) return false;
    return proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  };
}

/** Some proxies add the port, and brackets around IPv6. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d{1,5}$/, '$1');
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [text = '', bits = ''] = block.split('/');
    const address = canonicalAddress(text);
    if (address === undefined) throw new Error(`"${block}" is no address block`);
    // A block of mapped addresses is one of IPv4, as the addresses are.
    const mapped = isIPv6(text) && isIPv4(address);
    list.addSubnet(address, Number(bits) - (mapped ? 96 : 0), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}
