// What is measured: the product as a user starts it, with lines, a customer's server, an outside peer
// and one telephone address that all lines are registered at. Started once for the whole bench.

import { holdPort } from '../test/kit/ports.ts';
import { cpuSeconds } from '../test/kit/proc.ts';
import { registerTerminal } from '../test/kit/register.ts';
import { startServer, type Server } from '../test/kit/server.ts';
import { Sink } from './sink.ts';

/** Five lines that are notified and five that are not: each figure says which it called. */
const LINES = 10;
const PASSWORD = 'bench';
const TEMPLATE = '/n?caller=_CALLER_&callee=_CALLEE_&callref=_CALLREF_&type=_N_TYPE_';

export class Subject implements AsyncDisposable {
  readonly server: Server;
  readonly sink: Sink;
  /** `HOST:PORT` that the outside calls from. */
  readonly outside: string;
  /** `HOST:PORT` that every line's telephone is registered at. */
  readonly telephone: string;
  readonly notified: readonly string[];
  readonly silent: readonly string[];

  constructor(
    server: Server,
    sink: Sink,
    addresses: { outside: string; telephone: string },
    lines: { notified: readonly string[]; silent: readonly string[] },
  ) {
    this.server = server;
    this.sink = sink;
    this.outside = addresses.outside;
    this.telephone = addresses.telephone;
    this.notified = lines.notified;
    this.silent = lines.silent;
  }

  /** Processor seconds of the server, launcher and all threads included, since its start. */
  cpuSeconds(): number {
    return cpuSeconds(this.server.process.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}

/** Starts the server and its surroundings; some 3 s, most of it for adding the lines. */
export async function startSubject(): Promise<Subject> {
  const outside = await freeAddress();
  const telephone = await freeAddress();
  const sink = new Sink();
  await sink.listen();
  const server = await startServer(undefined, {
    args: ['--outside', `sip:${outside}`, '--notify-allow', '127.0.0.0/8'],
  });
  const numbers = Array.from({ length: LINES }, (_, i) => String(33_123_456_700 + i));
  const notified = numbers.slice(0, LINES / 2);
  const silent = numbers.slice(LINES / 2);
  for (const number of numbers) {
    const told = notified.includes(number) ? ['--notification-url', sink.url + TEMPLATE] : [];
    await server.addLine(number, PASSWORD, ...told);
    await registerTerminal(undefined, {
      server: server.sip,
      number,
      password: PASSWORD,
      contact: telephone,
      expires: 3_600,
    });
  }
  return new Subject(server, sink, { outside, telephone }, { notified, silent });
}

/** A free `HOST:PORT` on a loopback address that nobody else of this process uses. */
export async function freeAddress(): Promise<string> {
  const held = await holdPort();
  await held.handOver();
  return held.address;
}
