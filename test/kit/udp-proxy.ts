// A bad network between one peer and the server: a UDP relay that loses, repeats or delays chosen
// packets, each way by a plan that is the same in every run. It changes no byte; so a peer behind it
// needs `rport` in its Via, and the relay's `serverSide` as its Contact.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { atTestEnd, type Owner } from './child.ts';
import { hostPort, loopback } from './ports.ts';
import { readWire } from './wire.ts';

/** `late`: goes out right after the packet that follows it, so that the two change places. */
export type Fate = 'pass' | 'drop' | 'twice' | 'late';

/** Decides on the n-th packet of its direction, from 1; `start` is the message's first line. */
export type Plan = (n: number, start: string) => Fate;

/** A plan by numbers, e.g. `byNumber({ drop: [1, 2], twice: [4] })`; all others pass. */
export function byNumber(fates: Partial<Record<Fate, readonly number[]>>): Plan {
  return (n) => {
    for (const fate of ['drop', 'twice', 'late'] as const) {
      if (fates[fate]?.includes(n)) return fate;
    }
    return 'pass';
  };
}

/**
 * A plan by kind of message: the n-th (from 1) whose first line matches gets the fate, e.g.
 * `byStart(/^INVITE/, 'drop', 1)` loses the first INVITE; without `n` all that match.
 */
export function byStart(pattern: RegExp, fate: Fate, n?: number): Plan {
  let seen = 0;
  return (_, start) => {
    if (!pattern.test(start)) return 'pass';
    seen += 1;
    return n === undefined || seen === n ? fate : 'pass';
  };
}

export interface RelayOptions {
  /** `HOST:PORT` of the server; set `relay.server` later where the server must know the relay first. */
  readonly server?: string;
  /** `HOST:PORT` of the peer; where it is left out, the first that sends to `peerSide`. */
  readonly peer?: string;
  readonly toServer?: Plan;
  readonly toPeer?: Plan;
}

export interface RelayedPacket {
  readonly to: 'server' | 'peer';
  readonly n: number;
  readonly fate: Fate;
  readonly start: string;
}

export async function startUdpRelay(owner: Owner, options: RelayOptions): Promise<UdpRelay> {
  const relay = new UdpRelay(owner, options);
  await relay.listen();
  return relay;
}

export class UdpRelay implements AsyncDisposable {
  /** What happened to each packet, in the order of their coming. */
  readonly packets: RelayedPacket[] = [];
  /** Where packets for the server go, `HOST:PORT`; until it is set they are lost. */
  server: string | undefined;
  readonly #options: RelayOptions;
  readonly #towardsPeer: Socket = createSocket('udp4');
  readonly #towardsServer: Socket = createSocket('udp4');
  #peer: string | undefined;
  readonly #counts = { server: 0, peer: 0 };
  readonly #kept: { server: Buffer[]; peer: Buffer[] } = { server: [], peer: [] };
  #closed = false;

  constructor(owner: Owner, options: RelayOptions) {
    this.#options = options;
    this.server = options.server;
    this.#peer = options.peer;
    this.#towardsPeer.on('message', (bytes, from) => {
      this.#peer ??= `${from.address}:${from.port}`;
      this.#relay('server', bytes);
    });
    this.#towardsServer.on('message', (bytes) => this.#relay('peer', bytes));
    const report = (): string =>
      this.packets.map((one) => `to ${one.to} #${one.n} ${one.fate}: ${one.start}`).join('\n');
    atTestEnd(
      owner,
      () => this.stop(),
      () => `udp relay\n${report()}`,
    );
  }

  async listen(): Promise<void> {
    this.#towardsPeer.bind(0, loopback());
    this.#towardsServer.bind(0, loopback());
    await Promise.all([
      once(this.#towardsPeer, 'listening'),
      once(this.#towardsServer, 'listening'),
    ]);
  }

  /** Where the peer sends, `HOST:PORT`: for it, this is the server. */
  get peerSide(): string {
    return addressOf(this.#towardsPeer);
  }

  /** Where the server sees the peer, `HOST:PORT`. */
  get serverSide(): string {
    return addressOf(this.#towardsServer);
  }

  #relay(to: 'server' | 'peer', bytes: Buffer): void {
    const n = (this.#counts[to] += 1);
    const { start } = readWire(bytes);
    const plan = to === 'server' ? this.#options.toServer : this.#options.toPeer;
    const fate = plan?.(n, start) ?? 'pass';
    this.packets.push({ to, n, fate, start });
    if (fate === 'late') {
      this.#kept[to].push(bytes);
      return;
    }
    if (fate !== 'drop') this.#send(to, bytes);
    if (fate === 'twice') this.#send(to, bytes);
    for (const late of this.#kept[to].splice(0)) this.#send(to, late);
  }

  #send(to: 'server' | 'peer', bytes: Buffer): void {
    const target = to === 'server' ? this.server : this.#peer;
    if (target === undefined || this.#closed) return; // nobody has come from that side yet
    const { host, port } = hostPort(target);
    const socket = to === 'server' ? this.#towardsServer : this.#towardsPeer;
    socket.send(bytes, port, host);
  }

  async stop(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const sockets = [this.#towardsPeer, this.#towardsServer];
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.close();
    await Promise.all(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function addressOf(socket: Socket): string {
  const { address, port } = socket.address();
  return `${address}:${port}`;
}
