// Addresses and ports for peers. Each test process has loopback addresses of its own (all of
// 127.0.0.0/8 is loopback on Linux), so that test files that run side by side never meet; a port is
// held, over UDP and TCP at once, until the program that shall have it starts.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

let taken = 1;

/**
 * A loopback address that no other caller has: 127.A.B.2 to 127.A.B.254, where A and B come from the
 * process id. Elsewhere than on Linux only 127.0.0.1 exists.
 */
export function loopback(): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  taken = taken >= 254 ? 2 : taken + 1;
  return `127.${1 + ((process.pid >> 8) % 254)}.${process.pid & 255}.${taken}`;
}

export interface HeldPort {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  /** Lets the port go, so that a program can bind it at once. */
  handOver(): Promise<void>;
}

/** Finds a port that is free for UDP and for TCP on `host`, and holds it. */
export async function holdPort(host = loopback()): Promise<HeldPort> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const udp = createSocket('udp4');
    udp.bind({ port: 0, address: host });
    await once(udp, 'listening');
    const { port } = udp.address();
    const tcp = createServer();
    tcp.listen(port, host);
    try {
      await once(tcp, 'listening');
    } catch {
      udp.close(); // taken over TCP by somebody else
      continue;
    }
    const handOver = async (): Promise<void> => {
      const closed = [once(udp, 'close'), once(tcp, 'close')];
      udp.close();
      tcp.close();
      await Promise.all(closed);
    };
    return { host, port, address: `${host}:${port}`, handOver };
  }
  throw new Error(`no port of ${host} is free for both UDP and TCP`);
}

/** `127.0.0.2:5060`, also as `sip:…` or `http://…`, in its two parts. */
export function hostPort(address: string): { host: string; port: number } {
  const bare = address.replace(/^(?:sip:|https?:\/\/)/, '');
  const match = /^([^:/;]+):(\d+)$/.exec(bare);
  if (!match?.[1]) throw new Error(`"${address}" is not HOST:PORT`);
  return { host: match[1], port: Number(match[2]) };
}
