// What the makecall figures ask: a server of its own with a thousand lines, each with one telephone, all
// of them at one address of this process that refuses every call; and beside it the bare HTTP server.

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../test/kit/child.ts';
import { cpuSeconds } from '../test/kit/proc.ts';
import { registerTerminal } from '../test/kit/register.ts';
import { startServer, type Server } from '../test/kit/server.ts';
import { connectControl } from '../src/control/control-client.ts';
import { atOnce } from './at-once.ts';
import { BusyTelephone } from './phones.ts';
import { freeAddress } from './subject.ts';

const LINES = 1_000;
/** Keep-alive connections that ask side by side. */
export const CONNECTIONS = 20;
export const PASSWORD = 'bench-password';
/** The lines' pattern accepts the first; who comes from the second needs Digest. */
export const ACCEPTED_ADDRESS = '127.0.0.1';
export const OTHER_ADDRESS = '127.0.0.2';
/** A line may ask once a second; a little more, since the server's clock has whole milliseconds. */
const QUOTA_MS = 1_010;
const REGISTERING_AT_ONCE = 20;

export class MakecallSubject implements AsyncDisposable {
  readonly server: Server;
  readonly telephone: BusyTelephone;
  /** `http://HOST:PORT` of the server that only answers `OK`. */
  readonly bareUrl: string;
  readonly lines: readonly string[];
  readonly #bare: Child;
  /** By line; performance.now. */
  readonly #answeredAt = new Map<string, number>();

  constructor(
    server: Server,
    telephone: BusyTelephone,
    bare: Child,
    bareUrl: string,
    lines: readonly string[],
  ) {
    this.server = server;
    this.telephone = telephone;
    this.#bare = bare;
    this.bareUrl = bareUrl;
    this.lines = lines;
  }

  /** The request of a line, without host. */
  targetOf(line: string): string {
    return `/makecall.html?ACCOUNT=${line}&CALLEE=33612345678&CALLEE_NAME=Alice`;
  }

  /** Told of lines that have just had their answer. */
  haveAsked(lines: readonly string[]): void {
    for (const line of lines) this.#answeredAt.set(line, performance.now());
  }

  /** Waits until all these lines may ask again. */
  async mayAsk(lines: readonly string[]): Promise<void> {
    const last = Math.max(...lines.map((line) => this.#answeredAt.get(line) ?? -QUOTA_MS));
    await pause(Math.max(0, last + QUOTA_MS - performance.now()));
  }

  /** Processor seconds of the server, launcher and all threads included, since its start. */
  cpuSeconds(): number {
    return cpuSeconds(this.server.process.pid);
  }

  bareCpuSeconds(): number {
    return cpuSeconds(this.#bare.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#bare.killNow();
    this.telephone.close();
  }
}

/** Starts all of it; some seconds. */
export async function startMakecallSubject(): Promise<MakecallSubject> {
  const telephone = await BusyTelephone.open(await freeAddress());
  // A way out must exist, or makecall answers 503; nobody picks up, so that it is never gone.
  const server = await startServer(undefined, {
    args: ['--outside', `sip:${await freeAddress()}`],
  });
  const lines = Array.from({ length: LINES }, (_, i) => String(33_123_450_000 + i));
  await addLines(server, lines);
  await atOnce(REGISTERING_AT_ONCE, lines, async (number) => {
    await registerTerminal(undefined, {
      server: server.sip,
      number,
      password: PASSWORD,
      contact: telephone.address,
      expires: 3_600,
      deadlineMs: 10_000,
    });
  });
  const bare = new Child(undefined, {
    title: 'the bare HTTP server',
    command: process.execPath,
    args: [join(import.meta.dirname, 'bare-server.ts')],
  });
  const [, bareUrl = ''] = await bare.waitForOutput(/ready (http:\S+)/, 10_000);
  return new MakecallSubject(server, telephone, bare, bareUrl, lines);
}

/** Over one connection of the control socket: a thousand `carillon line add` would take minutes. */
async function addLines(server: Server, numbers: readonly string[]): Promise<void> {
  const control = await connectControl(server.dataDir);
  if (!control) throw new Error(`no server answers on the control socket of ${server.dataDir}`);
  const settings = { sourceIp: ACCEPTED_ADDRESS.replaceAll('.', String.raw`\.`) };
  try {
    for (const number of numbers) {
      const reply = await control.request('line.add', { number, password: PASSWORD, settings });
      if (!reply.ok) throw new Error(`adding line ${number}: ${reply.error}`);
    }
  } finally {
    control.close();
  }
}
