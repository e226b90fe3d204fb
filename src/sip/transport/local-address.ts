// The address that a peer can reach us at. Bound to one address it is that one; bound to all
// (0.0.0.0) it depends on where the peer is, so it is chosen for each destination.

import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** How long a choice is kept, milliseconds: interfaces come and go. */
const keptMs = 30_000;

/** Returns a function from a peer's address to ours. `advertise` wins over everything. */
export function localAddressChooser(
  bound: string,
  advertise: string | undefined,
): (peer: string) => string {
  if (advertise) return () => advertise;
  if (bound !== '0.0.0.0' && bound !== '::') return () => bound;
  let chosen = new Map<string, string>();
  let since = Date.now();
  return (peer) => {
    const now = Date.now();
    if (now - since > keptMs || chosen.size > 10_000) {
      chosen = new Map();
      since = now;
    }
    let address = chosen.get(peer);
    if (address === undefined) {
      address = nearestAddress(peer) ?? bound;
      chosen.set(peer, address);
    }
    return address;
  };
}

/** Our address on the peer's network, else our first one that is not loopback. */
function nearestAddress(peer: string): string | undefined {
  const family = isIPv6(peer) ? 'IPv6' : 'IPv4';
  const ours = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((each) => each.family === family);
  // A peer on 127.0.0.0/8 sees us where it is.
  if (family === 'IPv4' && peer.startsWith('127.')) return '127.0.0.1';
  const wanted = ipv4Bits(peer);
  const near = ours.find((each) => {
    const mask = ipv4Bits(each.netmask);
    const address = ipv4Bits(each.address);
    return (
      wanted !== undefined &&
      mask !== undefined &&
      address !== undefined &&
      (wanted & mask) >>> 0 === (address & mask) >>> 0
    );
  });
  return (near ?? ours.find((each) => !each.internal) ?? ours[0])?.address;
}

function ipv4Bits(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((bits, part) => ((bits << 8) | part) >>> 0, 0);
}
