// Opens the sender's connections, and only to addresses that the target policy allows: looks the name
// up once, checks what came, and connects to those very addresses. Knows no HTTP and keeps no
// connections: undici's agent does. Beside it: target-policy.ts judges, send.ts uses it.

import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, isIPv4 } from 'node:net';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { buildConnector, errors } from 'undici';
import type { Clock } from './clock.ts';
import { sameAddress } from './target-policy.ts';
import type { TargetClass, TargetPolicy } from './target-policy.ts';

/** All addresses of a name, in the order in which they are to be tried. */
export type LookUp = (name: string) => Promise<readonly { readonly address: string }[]>;

export interface PinnedConnectorOptions {
  readonly policy: TargetPolicy;
  readonly clock: Clock;
  /** For looking up, connecting and TLS together. */
  readonly timeoutMs: number;
  /** Certificates (PEM) to trust in place of the machine's own list. */
  readonly ca?: string | string[];
  /** The machine's own resolver, unless a test brings another. */
  readonly lookUp?: LookUp;
  /** Told of each refusal in full, for the operator's log. */
  readonly onRefused?: (refused: { host: string; address: string; class: TargetClass }) => void;
}

export interface PinnedConnector {
  /** For the `connect` option of undici's agent. */
  readonly connect: buildConnector.connector;
  /** Drops what is not connected yet; nothing connects from then on. What is connected is the agent's. */
  readonly close: () => void;
}

/** An address that notifications must not go to. Nothing was sent to it. */
export class TargetRefused extends Error {
  readonly code = 'CARILLON_TARGET_REFUSED';
  readonly class: TargetClass;
  /** Undefined where it is not to be told. */
  readonly address: string | undefined;

  constructor(host: string, address: string, reason: TargetClass, discreet = false) {
    const isName = host !== address;
    const where = isName ? `${host} (${address}, ${reason})` : `${address} (${reason})`;
    super(
      discreet && isName
        ? `Notifications may not go to ${host} (${reason}). The operator can allow it.`
        : `Notifications may not go to ${where}. The operator can allow it with --notify-allow ` +
            `${address}/${isIPv4(address) ? 32 : 128}.`,
    );
    this.name = 'TargetRefused';
    this.class = reason;
    this.address = discreet && isName ? undefined : address;
  }
}

/** A name may have a thousand addresses; who answers at none of these is not there. */
const ADDRESSES_TRIED = 10;

/**
 * A connector for undici's agent. Its errors: TargetRefused where every address of the server is
 * refused; the resolver's; ConnectTimeoutError; ClientDestroyedError after `close`; what TCP or TLS
 * says, in an AggregateError where several addresses were tried in vain.
 */
export function createPinnedConnector(options: PinnedConnectorOptions): PinnedConnector {
  const { policy, clock, timeoutMs, ca, lookUp = lookUpAll, onRefused } = options;
  // For TLS alone, on a connection that was checked: `timeout` is ours, below.
  // One context for all: making one of the usual list's certificates takes 15 ms.
  const trust = ca ? { secureContext: createSecureContext({ ca }) } : {};
  const startTls = buildConnector({ allowH2: false, timeout: 0, ...trust });
  const opening = new Set<AbortController>();
  let closed = false;

  async function open(target: buildConnector.Options, stop: AbortSignal): Promise<Socket> {
    stop.throwIfAborted();
    const { hostname } = target;
    const addresses = allowedOf(hostname, await addressesOf(hostname));
    stop.throwIfAborted();
    const tcp = await connectToFirst(addresses, target, stop);
    return target.protocol === 'https:' ? secure(tcp, target) : tcp;
  }

  /** A literal address is its own; a name is looked up here and nowhere else. */
  async function addressesOf(hostname: string): Promise<string[]> {
    if (isIP(hostname) !== 0) return [hostname];
    const found = await lookUp(hostname);
    if (found.length > 0) return found.map(({ address }) => address);
    throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
  }

  function refuse(host: string, address: string, reason: TargetClass): TargetRefused {
    onRefused?.({ host, address, class: reason });
    return new TargetRefused(host, address, reason, policy.discreet());
  }

  function allowedOf(hostname: string, addresses: readonly string[]): string[] {
    const allowed: string[] = [];
    let refused: TargetRefused | undefined;
    for (const address of addresses) {
      const verdict = policy.check(address);
      if (verdict.allowed) allowed.push(address);
      else refused ??= refuse(hostname, address, verdict.class);
      if (allowed.length === ADDRESSES_TRIED) break;
    }
    if (refused && allowed.length === 0) throw refused;
    return allowed;
  }

  /** One after the other. Each has its share of the time, so that one that hangs leaves some for the next. */
  async function connectToFirst(
    addresses: readonly string[],
    target: buildConnector.Options,
    stop: AbortSignal,
  ): Promise<Socket> {
    const failures: unknown[] = [];
    for (const [place, address] of addresses.entries()) {
      const last = place === addresses.length - 1;
      try {
        return await connectTo(
          address,
          target,
          stop,
          last ? undefined : timeoutMs / addresses.length,
        );
      } catch (error) {
        stop.throwIfAborted();
        failures.push(error);
      }
    }
    throw failures.length === 1
      ? failures[0]
      : new AggregateError(failures, `no address of ${target.hostname} could be connected to`);
  }

  function connectTo(
    address: string,
    target: buildConnector.Options,
    stop: AbortSignal,
    limitMs: number | undefined,
  ): Promise<Socket> {
    const socket = connectTcp({
      host: address,
      port: Number(target.port) || (target.protocol === 'https:' ? 443 : 80),
      ...(target.localAddress && { localAddress: target.localAddress }),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    // For as long as this is being opened, TLS included: once the agent has it, nobody aborts `stop`.
    stop.addEventListener('abort', () => socket.destroy(reasonOf(stop)), { once: true });
    const limit =
      limitMs === undefined
        ? undefined
        : clock.setTimer(() => socket.destroy(tooSlow(target)), limitMs);
    return new Promise<Socket>((resolve, reject) => {
      socket.on('error', reject); // stays: an error without a listener ends the process
      socket.once('connect', () => {
        const elsewhere = checkReached(socket, address, target.hostname);
        if (!elsewhere) return resolve(socket);
        socket.destroy();
        reject(elsewhere);
      });
    }).finally(() => limit?.cancel());
  }

  /**
   * Where the kernel really connected, before a byte is written. It differs for 0.0.0.0 and ::, which
   * lead to this machine, and is not known where the other side has closed already.
   */
  function checkReached(socket: Socket, address: string, hostname: string): Error | undefined {
    const reached = socket.remoteAddress;
    if (reached === undefined) {
      return Object.assign(new Error('the connection was closed at once'), { code: 'ECONNRESET' });
    }
    if (sameAddress(reached, address)) return undefined;
    const verdict = policy.check(reached);
    return refuse(hostname, reached, verdict.allowed ? 'translated' : verdict.class);
  }

  /** TLS on a connection: name and certificate are those of the URL, whatever the address. */
  function secure(tcp: Socket, target: buildConnector.Options): Promise<Socket> {
    // undici names one only where a Host header differs. Without the dot that a name may end with
    // (RFC 6066, 3); an address is no server name.
    const name = (target.servername || target.hostname).replace(/\.$/, '');
    const servername = isIP(name) === 0 ? name : undefined;
    return new Promise((resolve, reject) => {
      startTls({ ...target, servername, httpSocket: tcp }, (error, socket) => {
        if (error) reject(error);
        else resolve(socket);
      });
    });
  }

  function tooSlow({ hostname }: buildConnector.Options): Error {
    return new errors.ConnectTimeoutError(`no connection to ${hostname} within ${timeoutMs} ms`);
  }

  return {
    connect(target, callback) {
      const stop = new AbortController();
      const timer = clock.setTimer(() => stop.abort(tooSlow(target)), timeoutMs);
      if (closed) stop.abort(new errors.ClientDestroyedError());
      opening.add(stop);
      void unlessStopped(open(target, stop.signal), stop.signal)
        .finally(() => {
          timer.cancel();
          opening.delete(stop);
        })
        .then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
    },
    close() {
      closed = true;
      for (const each of opening) each.abort(new errors.ClientDestroyedError());
    },
  };
}

/** The machine's own resolver. */
export const lookUpAll: LookUp = (name) => systemLookup(name, { all: true, order: 'verbatim' });

/** What `work` gives, or the reason of `stop` as soon as that is aborted: a resolver cannot be interrupted. */
function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(reasonOf(stop));
    stop.addEventListener('abort', give, { once: true });
    if (stop.aborted) give();
    work.then(resolve, reject);
  });
}

function reasonOf(stop: AbortSignal): Error {
  const reason: unknown = stop.reason;
  return reason instanceof Error ? reason : new Error('stopped', { cause: reason });
}
