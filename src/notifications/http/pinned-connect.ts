// Opens the sender's connections, and only to addresses that the target policy allows: looks the name
// up once, checks what came, and connects to those very addresses. Knows no HTTP and keeps no
// connections: connections.ts does. Beside it: target-policy.ts judges.

import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, isIPv4 } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../clock.ts';
import { HttpError } from './http-error.ts';
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

/** Where to connect, and how. */
export interface ConnectTarget {
  /** A name, or an address without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  /** Takes the bytes, only where there is no TLS; left out, they come as the socket's stream. */
  readonly onRead?: OnReadOpts | undefined;
  /** Of an earlier connection with TLS, to be gone on with. */
  readonly session?: Buffer | undefined;
  /** Told of sessions for later connections; `resumed` where this one went on with an earlier one itself. */
  readonly onSession?: (session: Buffer, resumed: boolean) => void;
}

export interface PinnedConnector {
  /**
   * A connection that is open, TLS included. Rejects with TargetRefused where every address of the server is
   * refused; what the resolver, TCP or TLS says, in an AggregateError where several addresses were tried in
   * vain; HttpError `connect-timeout`, and `stopped` after `close`.
   */
  readonly connect: (target: ConnectTarget) => Promise<Socket>;
  /** Drops what is not connected yet; nothing connects from then on. What is connected is the caller's. */
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

/** The way to the receivers that a policy leaves open. */
export function createPinnedConnector(options: PinnedConnectorOptions): PinnedConnector {
  const { policy, clock, timeoutMs, ca, lookUp = lookUpAll, onRefused } = options;
  // One context for all, made when it is needed: that of the usual list's certificates takes 15 ms.
  let secureContext: SecureContext | undefined;
  const opening = new Set<AbortController>();
  let closed = false;

  async function open(target: ConnectTarget, stop: AbortSignal): Promise<Socket> {
    stop.throwIfAborted();
    const { hostname } = target;
    const addresses = allowedOf(hostname, await addressesOf(hostname));
    stop.throwIfAborted();
    const tcp = await connectToFirst(addresses, target, stop);
    return target.tls ? secure(tcp, target) : tcp;
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
    target: ConnectTarget,
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
    target: ConnectTarget,
    stop: AbortSignal,
    limitMs: number | undefined,
  ): Promise<Socket> {
    const socket = connectTcp({
      host: address,
      port: target.port,
      ...(target.onRead && { onread: target.onRead }),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    // For as long as this is being opened, TLS included: once the caller has it, nobody aborts `stop`.
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
    if (reached === undefined) return new HttpError('closed-early');
    if (sameAddress(reached, address)) return undefined;
    const verdict = policy.check(reached);
    return refuse(hostname, reached, verdict.allowed ? 'translated' : verdict.class);
  }

  /** TLS on a connection: name and certificate are those of the URL, whatever the address. */
  function secure(tcp: Socket, target: ConnectTarget): Promise<Socket> {
    const { hostname, session, onSession } = target;
    secureContext ??= createSecureContext(ca ? { ca } : {});
    // Without the dot that a name may end with (RFC 6066, 3); an address is no server name.
    const name = hostname.replace(/\.$/, '');
    const socket = connectTls({
      socket: tcp,
      host: name,
      ...(isIP(name) === 0 && { servername: name }),
      ALPNProtocols: ['http/1.1'],
      secureContext,
      session,
    });
    if (onSession) socket.on('session', (one) => onSession(one, socket.isSessionReused()));
    return new Promise((resolve, reject) => {
      socket.on('error', reject); // stays, as above
      socket.once('secureConnect', () => resolve(socket));
      socket.once('close', () => reject(new HttpError('closed-early')));
    });
  }

  function tooSlow({ hostname }: ConnectTarget): Error {
    return new HttpError('connect-timeout', `no connection to ${hostname} within ${timeoutMs} ms`);
  }

  return {
    connect(target) {
      const stop = new AbortController();
      const timer = clock.setTimer(() => stop.abort(tooSlow(target)), timeoutMs);
      if (closed) stop.abort(new HttpError('stopped'));
      opening.add(stop);
      return unlessStopped(open(target, stop.signal), stop.signal).finally(() => {
        timer.cancel();
        opening.delete(stop);
      });
    },
    close() {
      closed = true;
      for (const each of opening) each.abort(new HttpError('stopped'));
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
