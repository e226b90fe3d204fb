// For this room's tests only: a clock turned by hand, chance that repeats itself, a receiver that speaks raw
// TCP, events and lines. Nothing of the server imports it. A store in memory is memory-store.ts, an outbox
// outbox-test-kit.ts.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { CallEvent } from '../calls/call-event.ts';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Destination } from './destination.ts';
import type { Log } from './log.ts';
import { createSender } from './send.ts';
import type { SenderOptions, SendRequest } from './send.ts';
import { createTargetPolicy } from './http/target-policy.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that brands test numbers
export const number = (digits: string): E164 => digits as E164;

export const LINE = number('33123456789');

export function event(type: CallEvent['type'], call: Partial<CallEvent['call']> = {}): CallEvent {
  return {
    type,
    at: 1_700_000_000_123,
    call: {
      callref: 'call-0001',
      dref: '0123456789abcdef0123456789abcdef',
      drefReplace: '',
      sessionId: '',
      isAcd: false,
      redirectingNumber: '',
      account: LINE,
      caller: '33612345678',
      callee: LINE,
      sipCallId: 'x',
      ...call,
    },
  };
}

export function lineWith(settings: Partial<Line>): Line {
  return { ...emptyLine(LINE), customer: '', ...settings };
}

/** Told of everything by GET, unless it is said otherwise. */
export function destinationWith(settings: Partial<Destination>): Destination {
  return {
    id: 2,
    line: LINE,
    title: '',
    url: 'http://d/',
    format: 'get',
    enabled: true,
    direction: 'any',
    types: ['SETUP', 'CONNECT', 'RELEASE'],
    numbers: [],
    createdAt: 0,
    ...settings,
  };
}

/** Tests talk to receivers on loopback, as a sandbox may. */
export const loopbackPolicy = createTargetPolicy({
  allow: [],
  sandbox: true,
  severalCustomers: () => false,
});

export const silent: Log = { info() {}, warn() {}, error() {} };

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK';

/** A sender that its test closes by leaving the block. */
export function sender(options: Partial<SenderOptions> = {}) {
  const made = createSender({
    policy: loopbackPolicy,
    clock: systemClock,
    version: '1.2.3',
    ...options,
  });
  return {
    get: (url: string, attempt = 1) => made.send({ url, id: 'call-0001-1', attempt }),
    send: (request: Partial<SendRequest> & Pick<SendRequest, 'url'>) =>
      made.send({ id: 'call-0001-1', attempt: 1, ...request }),
    close: () => made.close(),
    [Symbol.asyncDispose]: () => made.close(),
  };
}

/** Numbers from 0 up to 1, the same ones each time for a seed: a small linear congruential generator. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** As long as a slow disk might take: none to five turns of the event loop. */
export async function someTurns(random: () => number): Promise<void> {
  for (let turns = Math.floor(random() * 6); turns > 0; turns--) await turn();
}

/** A clock that moves only when told. */
export class HandClock implements Clock {
  #now = 1_700_000_000_000;
  /** What somebody set the time of day forward by. */
  #set = 0;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now + this.#set;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Somebody sets the machine's clock: only the time of day changes. */
  jump(ms: number): void {
    this.#set += ms;
  }

  setTimer(run: () => void, ms: number) {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((each) => each !== timer)) };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves on, running what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }
}

/** Resolves when `condition` holds, looking again at every `changed()`; fails after 10 s. */
export class Signal {
  readonly #looks = new Set<() => void>();

  changed(): void {
    for (const look of this.#looks) look();
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#looks.delete(look);
        reject(new Error(`did not happen within 10 s: ${what}`));
      }, 10_000);
      const look = () => {
        if (!condition()) return;
        clearTimeout(deadline);
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }
}

export interface RawReceiver extends AsyncDisposable {
  readonly port: number;
  /** Each request's head as it came, without the empty line. */
  readonly heads: string[];
  readonly connections: number;
  received(count: number): Promise<void>;
}

/** A TCP server that keeps each request's bytes and lets `answer` write whatever it likes. */
export async function rawReceiver(
  answer: (socket: Socket, head: string) => void,
): Promise<RawReceiver> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const signal = new Signal();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        heads.push(head);
        answer(socket, head);
        signal.changed();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    heads,
    get connections() {
      return connections;
    },
    received: (count) => signal.until(() => heads.length >= count, `${count} requests`),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}
