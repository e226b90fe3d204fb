// WHERE: the terminals that a line has now (RFC 3261, 10). Serves REGISTER, keeps bindings in memory
// and on disk, and forgets them when their time is over. It rings nobody: calls/ asks terminalsOf().

import type { E164 } from '../numbers/e164.ts';
import { behindNat, hopOf } from '../sip/dialog/dialog.ts';
import type { HeaderLines } from '../sip/dialog/dialog.ts';
import { respond } from '../sip/endpoint.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import type { SipAuthenticator } from '../sip/authentication.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseUri } from '../sip/message/uri.ts';
import type { Hop, TransportName } from '../sip/transport/hop.ts';
import type { Source } from '../sip/transport/transport.ts';
import type { Binding, Store } from '../store/store.ts';
import { changesOf } from './changes.ts';

/** Most terminals of one line at once. */
export const terminalLimit = 20;
const longestExpiryS = 7200;
const defaultExpiryS = 3600;
/** How often expired bindings are looked for, milliseconds; terminalsOf() never gives one anyway. */
const sweepMs = 1000;

export interface RegistrarOptions {
  readonly endpoint: SipEndpoint;
  readonly authenticator: SipAuthenticator;
  readonly store: Pick<Store, 'allBindings' | 'changeBindings'>;
  /** The line whose SIP user this is, or undefined. */
  lineOf(user: string): E164 | undefined;
  onFault(error: unknown): void;
}

export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #byLine = new Map<E164, Binding[]>();
  /** How often each line was dropped: a REGISTER that was under way meanwhile must not undo it. */
  readonly #drops = new Map<E164, number>();
  readonly #listeners = new Set<(line: E164) => void>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /** Loads what was registered before a restart and starts to forget what expires. */
  async start(): Promise<void> {
    const now = this.#now();
    const kept = await this.#options.store.allBindings();
    const expired = kept.filter((binding) => binding.expiresAt <= now);
    for (const binding of kept) if (binding.expiresAt > now) this.#put(binding);
    if (expired.length > 0) await this.#options.store.changeBindings([], expired);
    this.#sweep = setInterval(() => this.#forgetExpired(), sweepMs).unref();
  }

  stop(): void {
    clearInterval(this.#sweep);
  }

  /** Calls `listener` with a line whose terminals changed. Returns how to end that. */
  onChange(listener: (line: E164) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The terminals registered on a line now, the oldest registration first. */
  terminalsOf(line: E164): readonly Binding[] {
    const now = this.#now();
    const all = this.#byLine.get(line) ?? [];
    return all.every((b) => b.expiresAt > now) ? all : all.filter((b) => b.expiresAt > now);
  }

  /** How many registrations there are, on all lines; those that ended in the last seconds may count. */
  get count(): number {
    let count = 0;
    for (const bindings of this.#byLine.values()) count += bindings.length;
    return count;
  }

  /** Where an INVITE to a terminal goes: its open connection, its translated address, its Contact. */
  hopOf(binding: Binding): { to: Hop; fixed: Hop | null } {
    const transport = binding.transport as TransportName;
    const observed: Hop = { transport, host: binding.sourceHost, port: binding.sourcePort };
    if (transport === 'tcp' && this.#options.endpoint.isConnected(observed)) {
      return { to: observed, fixed: observed };
    }
    if (binding.behindNat) return { to: observed, fixed: observed };
    return { to: hopOf(binding.contact, transport) ?? observed, fixed: null };
  }

  /** Drops all terminals of a line that was removed or got a new password. */
  dropLine(line: E164): void {
    this.#drops.set(line, (this.#drops.get(line) ?? 0) + 1);
    const dropped = this.#byLine.get(line);
    if (!dropped) return;
    this.#byLine.delete(line);
    this.#changed(line);
    this.#options.store.changeBindings([], dropped).catch(this.#options.onFault);
  }

  /** Serves one REGISTER. */
  onRegister(request: SipRequest, source: Source): void {
    const { endpoint, authenticator, lineOf } = this.#options;
    const proof = authenticator.check(request, source);
    if (!proof.ok) {
      endpoint.replyStateless(request, source, 401, undefined, proof.lines);
      return;
    }
    const line = lineOf(proof.user);
    const wanted = parseUri(request.to.uri);
    if (line === undefined || wanted === undefined || lineOf(wanted.user) !== line) {
      endpoint.replyStateless(request, source, 403, 'This login may register its own line only');
      return;
    }
    const transaction = endpoint.accept(request, source);
    this.#register(request, source, line).then(
      (answer) => respond(transaction, answer.status, answer.lines, '', answer.reason),
      (error: unknown) => {
        this.#options.onFault(error);
        respond(transaction, 500, [], '', 'The registration could not be kept');
      },
    );
  }

  async #register(
    request: SipRequest,
    source: Source,
    line: E164,
  ): Promise<{ status: number; reason?: string; lines: HeaderLines }> {
    const now = this.#now();
    const current = this.terminalsOf(line);
    const changes = changesOf(request, current, {
      line,
      now,
      transport: source.transport,
      sourceHost: source.host,
      sourcePort: source.port,
      behindNat: behindNat(request, source),
      longestExpiryS,
      defaultExpiryS,
    });
    if (!changes.ok) return { status: changes.status, reason: changes.reason, lines: [] };
    if (changes.put.length > 0 || changes.remove.length > 0) {
      const fresh = changes.put.filter((p) => !current.some((c) => c.contact === p.contact));
      if (current.length + fresh.length - changes.remove.length > terminalLimit) {
        return { status: 403, reason: `At most ${terminalLimit} terminals on a line`, lines: [] };
      }
      const drops = this.#drops.get(line);
      await this.#options.store.changeBindings(changes.put, changes.remove);
      if (this.#drops.get(line) !== drops) {
        await this.#options.store.changeBindings([], changes.put);
        return { status: 403, reason: 'The line or its password changed', lines: [] };
      }
      for (const binding of changes.remove) this.#remove(binding.line, binding.contact);
      for (const binding of changes.put) this.#put(binding);
      this.#changed(line);
    }
    return { status: 200, lines: this.#contacts(line, now) };
  }

  /** The Contact lines of a 200: every terminal with the seconds that it has left (10.3, step 8). */
  #contacts(line: E164, now: number): HeaderLines {
    return this.terminalsOf(line).map((binding) => {
      const seconds = Math.max(1, Math.ceil((binding.expiresAt - now) / 1000));
      return ['contact', `<${binding.contact}>;expires=${seconds}`];
    });
  }

  #put(binding: Binding): void {
    const others = (this.#byLine.get(binding.line) ?? []).filter(
      (b) => b.contact !== binding.contact,
    );
    this.#byLine.set(binding.line, [...others, binding]);
  }

  #remove(line: E164, contact: string): void {
    const left = (this.#byLine.get(line) ?? []).filter((b) => b.contact !== contact);
    if (left.length > 0) this.#byLine.set(line, left);
    else this.#byLine.delete(line);
  }

  #forgetExpired(): void {
    const now = this.#now();
    const expired = [...this.#byLine.values()].flat().filter((b) => b.expiresAt <= now);
    if (expired.length === 0) return;
    for (const binding of expired) this.#remove(binding.line, binding.contact);
    for (const line of new Set(expired.map((b) => b.line))) this.#changed(line);
    this.#options.store.changeBindings([], expired).catch(this.#options.onFault);
  }

  #changed(line: E164): void {
    for (const listener of this.#listeners) {
      try {
        listener(line);
      } catch (error) {
        this.#options.onFault(error);
      }
    }
  }

  #now(): number {
    return this.#options.endpoint.timers.now();
  }
}
