// For this room's tests only: a server's calls over real SIP between the outside and two telephones, with the
// journal and the time in the test's hand. Calls from the outside begin in incoming-test-kit.ts, those that
// software places in placed-test-kit.ts.

import assert from 'node:assert/strict';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { SipAuthenticator } from '../sip/authentication.ts';
import { SipEndpoint } from '../sip/endpoint.ts';
import { ManualTimers } from '../sip/manual-timers.ts';
import { request } from '../sip/message/samples.ts';
import { header, Peer } from '../sip/test-peer.ts';
import type { CallEvent } from './call-event.ts';
import { Calls } from './calls.ts';

/** The line of these tests, and its telephone number. */
export const NUMBER = '33123456789' as E164;
export const LINE: Line = { ...emptyLine(NUMBER), title: 'Desk', customer: '' };

/** Where the server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The sockets of one test, open. */
export interface Wires {
  readonly timers: ManualTimers;
  readonly endpoint: SipEndpoint;
  readonly outside: Peer;
  readonly phones: Peer[];
  readonly faults: unknown[];
}

export async function openWires(): Promise<Wires> {
  const timers = new ManualTimers();
  const faults: unknown[] = [];
  const outside = await Peer.open('127.0.0.11');
  const phones = [await Peer.open('127.0.0.12'), await Peer.open('127.0.0.13')];
  const endpoint = await SipEndpoint.open({
    host: '127.0.0.1',
    port: 0,
    timers,
    product: 'Carillon/test',
    onDropped() {},
    onFault: (error) => faults.push(error),
  });
  return { timers, endpoint, outside, phones, faults };
}

/** The calls of one server, whatever crosses on its wires or fails on its disk. */
export class Stage {
  readonly timers: ManualTimers;
  /** The way to the outside. */
  readonly outside: Peer;
  readonly phones: Peer[];
  readonly to: Address;
  readonly faults: unknown[];
  /** Which phones are registered on which line. */
  readonly registered: Map<string, readonly Peer[]>;
  /** What was asked to be kept, `SETUP`, `RELEASE normal`, …, whether it could be or not. */
  events: string[] = [];
  /** What the disk holds of each session to end it on the wire, by dref. */
  readonly kept = new Map<string, string>();
  /** How often a session was forgotten by an operation of its own. */
  forgotten = 0;
  /** Commits without an event: of what a crash would have to end on the wire. */
  wireCommits = 0;
  /** Commits wait in `waiting` while this is set. */
  held = false;
  readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  calls: Calls;
  readonly #endpoint: SipEndpoint;
  readonly #lines: readonly Line[];
  readonly #unhandled: unknown[] = [];
  readonly #onUnhandled = (error: unknown): void => void this.#unhandled.push(error);

  constructor(wires: Wires, lines: readonly Line[], registered: Map<string, readonly Peer[]>) {
    this.timers = wires.timers;
    this.outside = wires.outside;
    this.phones = wires.phones;
    this.faults = wires.faults;
    this.registered = registered;
    this.to = { host: '127.0.0.1', port: wires.endpoint.port };
    this.#endpoint = wires.endpoint;
    this.#lines = lines;
    this.calls = this.#start();
    this.#endpoint.users = { onInvite: (each, source) => this.calls.onInvite(each, source) };
    process.on('unhandledRejection', this.#onUnhandled);
  }

  /** A server on the same wires, behind one that was stopped. */
  startAgain(): void {
    this.calls = this.#start();
  }

  /** Everything that was under way is dealt with. Returns what reached the outside and each phone meanwhile. */
  async quiet(): Promise<string[][]> {
    const peers = [this.outside, ...this.phones];
    const first = await Promise.all(peers.map((each) => each.settled(this.to)));
    const second = await Promise.all(peers.map((each) => each.settled(this.to)));
    return first.map((list, i) => [...list, ...second[i]!]);
  }

  /** Lets time clear everything away, and fails where something is left. */
  async close(): Promise<void> {
    for (const each of this.waiting.splice(0)) each.resolve();
    await this.quiet();
    for (let i = 0; i < 8; i++) {
      this.timers.advance(40_000);
      await this.quiet();
    }
    const left = {
      ...this.#endpoint.sizes,
      sessions: this.calls.size,
      timers: this.timers.waiting,
      kept: this.kept.size,
    };
    await this.calls.stop(0);
    for (const each of [this.outside, ...this.phones]) each.close();
    await this.#endpoint.close();
    process.off('unhandledRejection', this.#onUnhandled);
    assert.deepEqual(left, { dialogs: 0, transactions: 0, sessions: 0, timers: 0, kept: 0 });
    assert.deepEqual(this.#unhandled, []);
  }

  #start(): Calls {
    const registrar = {
      terminalsOf: (n: E164) =>
        (this.registered.get(n) ?? []).map((p) => ({
          contact: `sip:phone@${p.host}:${p.port}`,
          p,
        })),
      hopOf: ({ p }: { p: Peer }) => {
        return { to: { transport: 'udp', host: p.host, port: p.port }, fixed: null };
      },
    };
    return new Calls({
      endpoint: this.#endpoint,
      authenticator: new SipAuthenticator({
        realm: 'carillon',
        algorithms: ['MD5'],
        ha1Of: () => undefined,
        now: () => this.timers.now(),
      }),
      registrar: registrar as unknown as Registrar,
      directory: {
        byNumber: (n) => this.#lines.find((each) => each.number === n),
        byShort: () => undefined,
      },
      journal: {
        record: (...what) => this.#record(...what),
        forgetSession: async (dref) => {
          this.forgotten++;
          this.kept.delete(dref);
        },
      },
      routing: { country: 'FR' },
      outsides: [{ transport: 'udp', host: this.outside.host, port: this.outside.port }],
      ringTimeoutMs: 60_000,
      longestCallMs: 3_600_000,
      onFault: (error) => this.faults.push(error),
    });
  }

  #record(events: readonly CallEvent[], dref: string, wire: string | undefined): Promise<void> {
    if (events.length === 0) this.wireCommits++;
    else this.events.push(events.map(inShort).join(', '));
    const commit = (): void => {
      if (wire === undefined) this.kept.delete(dref);
      else this.kept.set(dref, wire);
    };
    if (!this.held) {
      commit();
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onDisk = (): void => {
        commit();
        resolve();
      };
      this.waiting.push({ resolve: onDisk, reject });
    });
  }
}

function inShort({ type, call, cause }: CallEvent): string {
  return `${type}${call.account === NUMBER ? '' : ' other'}${cause ? ` ${cause}` : ''}`;
}

/** Start lines in short: `BYE`, `200 INVITE`. */
export function short(list: readonly string[]): string[] {
  return list.map((each) => {
    const words = each.split(' ');
    return words[0] === 'SIP/2.0' ? `${words[1]} ${header(each, 'CSeq').split(' ')[1]}` : words[0]!;
  });
}

let counter = 0;
/** A request of a peer's in the dialogue of the INVITE that it got and answered with that tag. */
export function from(
  peer: Peer,
  method: string,
  got: string,
  tag: string,
  cseq = 1,
  body = '',
): string {
  const to = header(got, 'To');
  return request(
    `${method} sip:127.0.0.1 SIP/2.0`,
    {
      Via: `SIP/2.0/UDP ${peer.host}:${peer.port};branch=z9hG4bKm${counter++};rport`,
      From: to.includes(';tag=') ? to : `${to};tag=${tag}`,
      To: header(got, 'From'),
      'Call-ID': header(got, 'Call-ID'),
      CSeq: `${cseq} ${method}`,
      Contact: `<sip:phone@${peer.host}:${peer.port}>`,
    },
    body,
  );
}
