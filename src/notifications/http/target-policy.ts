// Which addresses a notification may go to. Pure: it judges an address and looks nothing up, opens
// nothing and knows no names. pinned-connect.ts asks it about each address before it connects; what
// is allowed when is told to operators in docs/targets.md.

import { isIPv4, isIPv6 } from 'node:net';

/** Why an address is refused; stable codes. `translated`: an IPv6 form that stands for another address. */
export type TargetClass =
  | 'loopback'
  | 'link-local'
  | 'metadata'
  | 'private'
  | 'cgnat'
  | 'multicast'
  | 'unspecified'
  | 'reserved'
  | 'translated';

export type TargetVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly class: TargetClass };

export interface TargetPolicy {
  /** Judges one address, IPv4 in four decimal parts or IPv6; any other text is refused. */
  readonly check: (address: string) => TargetVerdict;
  /**
   * Whether customers must not be told which address a name has here: of several customers none may
   * learn the names of the operator's, or another's, network.
   */
  readonly discreet: () => boolean;
}

export interface TargetPolicyOptions {
  /** The operator's blocks, `ADDRESS/BITS`; bits behind the prefix do not count. */
  readonly allow: readonly string[];
  /** The sandbox's receiver is on this machine, so loopback is allowed there. */
  readonly sandbox: boolean;
  /** Asked at each check: one customer's private network is his own, of several it may be another's. */
  readonly severalCustomers: () => boolean;
}

interface Block {
  readonly address: Uint8Array;
  readonly bits: number;
}

const NAT64 = block('64:ff9b::/96'); // RFC 6052
const TEREDO = block('2001::/32'); // RFC 4380
const SIX_TO_FOUR = block('2002::/16'); // RFC 3056

// The first block that holds the address decides. After IANA's special-purpose registries (RFC 6890).
// The documentation blocks are never routed: where one answers, it is somebody's own network (a lab).
const CLASSES: readonly (readonly [Block, TargetClass | 'public'])[] = [
  // What clouds give their machines' credentials out at, or their own settings. A link-local one is
  // named apart so that a list that opens link-local addresses does not open it.
  ...blocks('metadata', [
    '169.254.169.254/32', // most clouds
    '169.254.170.2/32', // Amazon: containers
    '169.254.170.23/32', // Amazon: pods
    '169.254.42.42/32', // Scaleway
    '169.254.0.23/32', // Tencent
    '100.100.100.200/32', // Alibaba
    '168.63.129.16/32', // Azure; a public address that never leaves the host
    '192.0.0.192/32', // Oracle
    'fd00:ec2::/32', // Amazon
    'fd20:ce::254/128', // Google
    'fd00:42::42/128', // Scaleway
    'fd00:a9fe:a9fe::/48', // Linode
    'fe80::a9fe:a9fe/128', // OpenStack
  ]),
  ...blocks('unspecified', ['0.0.0.0/8', '::/128']),
  ...blocks('loopback', ['127.0.0.0/8', '::1/128']),
  ...blocks('link-local', ['169.254.0.0/16', 'fe80::/10']),
  ...blocks('private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']),
  ...blocks('private', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']), // documentation
  ...blocks('private', ['2001:db8::/32', '3fff::/20']), // documentation
  ...blocks('cgnat', ['100.64.0.0/10']),
  ...blocks('multicast', ['224.0.0.0/4', 'ff00::/8']),
  ...blocks('reserved', ['192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15', '240.0.0.0/4']),
  // Translation (RFC 8215: local NAT64, where the IPv4 address may stand in several places) and tunnels
  // that nobody runs any more (RFC 7526; IPv4-compatible: RFC 4291, 2.5.5.1).
  [TEREDO, 'translated'],
  [SIX_TO_FOUR, 'translated'],
  ...blocks('translated', ['::/96', '64:ff9b:1::/48']),
  ...blocks('reserved', ['2001::/23']),
  // Judged by the IPv4 address in it alone: where only IPv6 is spoken, all of IPv4 is reached so.
  [NAT64, 'public'],
  ...blocks('public', ['0.0.0.0/0', '2000::/3']),
];

/**
 * Makes the policy. In this order: metadata only where a block of the list is exactly that one address,
 * since a wide block that holds it by chance would give the machine's credentials away; whatever the
 * list names; public addresses; private ones with a single customer; loopback in the sandbox.
 * @throws Error for a block that is not `ADDRESS/BITS`
 */
export function createTargetPolicy(options: TargetPolicyOptions): TargetPolicy {
  const { sandbox, severalCustomers } = options;
  const listed = options.allow.map(block);

  function permitted(each: TargetClass): boolean {
    if (each === 'private') return !severalCustomers();
    return each === 'loopback' && sandbox;
  }

  return {
    discreet: severalCustomers,
    check(text) {
      // A zone (`fe80::1%eth0`) chooses an interface of this machine; only link-local addresses have one.
      if (text.includes('%')) return { allowed: false, class: 'link-local' };
      const address = parseAddress(text);
      if (!address) return { allowed: false, class: 'reserved' };

      const classes = classesOf(address);
      const naming = listed.filter((each) => holds(each, address));
      if (classes.includes('metadata')) {
        const exactly = naming.some(({ bits }) => bits === address.length * 8);
        return exactly ? { allowed: true } : { allowed: false, class: 'metadata' };
      }
      if (naming.length > 0) return { allowed: true };
      for (const each of classes) {
        if (each !== 'public' && !permitted(each)) return { allowed: false, class: each };
      }
      return { allowed: true };
    },
  };
}

/** True where both texts are the same address, however written; an IPv4-mapped one is its IPv4 address. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [parseAddress(one), parseAddress(other)];
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

/** All that an address is: the IPv4 addresses that an IPv6 one carries first, then itself. */
function classesOf(address: Uint8Array): (TargetClass | 'public')[] {
  const own = classOf(address);
  return [...carriedIpv4(address, own).map(classOf), own];
}

function classOf(address: Uint8Array): TargetClass | 'public' {
  const found = CLASSES.find(([each]) => holds(each, address));
  // IANA has given nothing else of IPv6 out; discard prefix, SRv6 and site-local are here as well.
  return found ? found[1] : 'reserved';
}

function carriedIpv4(address: Uint8Array, own: TargetClass | 'public'): Uint8Array[] {
  if (address.length === 4) return [];
  if (holds(SIX_TO_FOUR, address)) return [address.subarray(2, 6)];
  // The server, and the client's address with each bit turned (RFC 4380, 4).
  if (holds(TEREDO, address)) {
    return [address.subarray(4, 8), address.subarray(12).map((byte) => byte ^ 0xff)];
  }
  const compatible = own === 'translated' && address.subarray(0, 12).every((byte) => byte === 0);
  const last = compatible || holds(NAT64, address) || isIsatap(address);
  return last ? [address.subarray(12)] : [];
}

/** An ISATAP interface identifier under any prefix: 0000:5efe or 0200:5efe, then IPv4 (RFC 5214, 6.1). */
function isIsatap(address: Uint8Array): boolean {
  return (
    (address[8]! & 0xfd) === 0 && address[9] === 0 && address[10] === 0x5e && address[11] === 0xfe
  );
}

function holds({ address: prefix, bits }: Block, address: Uint8Array): boolean {
  if (prefix.length !== address.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (prefix[at] !== address[at]) return false;
  const mask = (0xff00 >> (bits & 7)) & 0xff;
  return mask === 0 || ((prefix[whole]! ^ address[whole]!) & mask) === 0;
}

function blocks(name: TargetClass | 'public', texts: readonly string[]) {
  return texts.map((text): [Block, TargetClass | 'public'] => [block(text), name]);
}

function block(text: string): Block {
  const [, written = '', digits] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const address = parseAddress(written);
  // A mapped block is one of IPv4, if it names no more than that.
  const bits = Number(digits) - (address?.length === 4 && isIPv6(written) ? 96 : 0);
  if (address && bits >= 0 && bits <= address.length * 8) return { address, bits };
  throw new Error(
    `"${text}" is no address block; write ADDRESS/BITS, such as 192.168.0.0/16 or fd00::/8`,
  );
}

/** The 4 or 16 bytes of an address; an IPv4-mapped one (RFC 4291, 2.5.5.2) gives the 4 that it stands for. */
function parseAddress(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const front = groups(head);
  const back = groups(tail ?? '');
  const address = new Uint8Array(16); // zeros, where `::` leaves a gap
  address.set(front);
  address.set(back, 16 - back.length);
  const mapped =
    address.subarray(0, 10).every((byte) => byte === 0) &&
    address[10] === 0xff &&
    address[11] === 0xff;
  return mapped ? address.subarray(12) : address;
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
