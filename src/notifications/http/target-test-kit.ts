// For the tests of the target policy only: servers on chosen addresses of this machine that count who
// comes, and requests made as the sender makes them, through its connections and the pinned connector.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { on, once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import type { Server } from 'node:net';
import { systemClock } from '../clock.ts';
import { Connections } from './connections.ts';
import { createPinnedConnector, TargetRefused } from './pinned-connect.ts';
import type { LookUp, PinnedConnectorOptions } from './pinned-connect.ts';
import { failureOfError } from '../send-failure.ts';
import { createTargetPolicy } from './target-policy.ts';
import type { TargetPolicy, TargetPolicyOptions } from './target-policy.ts';
import { portOf } from '../test-kit.ts';
import { requestTargetOf } from '../url.ts';

export const strict = (options: Partial<TargetPolicyOptions> = {}): TargetPolicy => ({
  ...createTargetPolicy({ allow: [], sandbox: false, severalCustomers: () => true, ...options }),
  // Tests look at what the operator would see.
  discreet: () => false,
});

/** What the tests let through to see that something would have come: no policy at all. */
export const anything = {
  check: () => ({ allowed: true }) as const,
  discreet: () => false,
};

/** A resolver that knows these names alone; `asked` has each question. */
export function names(known: Record<string, readonly string[]>): LookUp & { asked: string[] } {
  const asked: string[] = [];
  const lookUp = async (name: string) => {
    asked.push(name);
    const found = known[name];
    if (found) return found.map((address) => ({ address }));
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
  };
  return Object.assign(lookUp, { asked });
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** How many connected. */
  readonly connections: number;
  /** How many sent anything. */
  readonly spoken: number;
  /** Waits until everything that connected before this call has been counted. */
  readonly counted: () => Promise<void>;
}

/**
 * Listens on one port of all these addresses, and answers everything with `answer`.
 * @param port 0 for a free one
 */
export async function listenOn(
  addresses: readonly string[],
  port = 0,
  answer = 'HTTP/1.1 204 Ours\r\nConnection: close\r\n\r\n',
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  let connections = 0;
  let spoken = 0;
  const accept = (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', () => spoken++);
    socket.on('data', () => socket.write(answer));
  };
  for (const host of addresses) {
    const server = createServer(accept).listen({ host, port, ipv6Only: true });
    servers.push(server);
    await once(server, 'listening');
    port ||= portOf(server.address());
  }
  return {
    port,
    get connections() {
      return connections;
    },
    get spoken() {
      return spoken;
    },
    async counted() {
      // The kernel hands connections out in the order in which they came: ours is the last.
      for (const [place, server] of servers.entries()) {
        const arriving = on(server, 'connection', { signal: AbortSignal.timeout(10_000) });
        const own = connect(port, addresses[place]);
        await once(own, 'connect');
        for await (const [socket] of arriving) {
          if (socket instanceof Socket && socket.remotePort === own.localPort) break;
        }
        own.destroy();
        connections--;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) {
        server.close();
        await once(server, 'close');
      }
    },
  };
}

/** How many TCP connections of this process began, to whatever address, while `work` ran. */
export async function connectionsDuring(work: () => Promise<unknown>): Promise<number> {
  let begun = 0;
  const count = () => void begun++;
  subscribe('net.client.socket', count);
  try {
    await work();
  } finally {
    unsubscribe('net.client.socket', count);
  }
  return begun;
}

/** Connections as the sender has them, on the pinned connector. */
export function pinned(options: Partial<PinnedConnectorOptions> = {}) {
  const connector = createPinnedConnector({
    policy: strict(),
    clock: systemClock,
    timeoutMs: 10_000,
    lookUp: names({}),
    ...options,
  });
  const connections = new Connections(connector, options.clock ?? systemClock);
  return {
    close: connector.close,
    /** The status, or what went wrong: the class of a refusal, else a code; the error itself in `error`. */
    get: (url: string) => get(connections, url),
    [Symbol.asyncDispose]() {
      connections.close();
      return Promise.resolve();
    },
  };
}

interface Outcome {
  readonly result: string | number;
  readonly error?: Error;
}

function get(connections: Connections, url: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const target = requestTargetOf(url);
    if (!target) return resolve({ result: 'bad-url' });
    const { origin, path } = target;
    let answered = 0;
    connections.request(
      { origin, path, headers: '' },
      {
        ended: false,
        onStart() {},
        onBody() {},
        onHead: ({ status }) => (answered = status),
        onEnd: () => resolve({ result: answered }),
        onError: (error) =>
          resolve(
            error instanceof Error ? { result: resultOf(error), error } : { result: String(error) },
          ),
      },
    );
  });
}

function resultOf(error: Error): string {
  if (error instanceof TargetRefused) return error.class;
  if (failureOfError(error, '').class === 'bad-url') return 'bad-url';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
