// The telephone side of the soak: one SIPp that calls from outside without end, and one SIPp for each
// kind of telephone. They run through all rounds, whether a server is there or not, and log what they
// are told. They know no rule.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdPort } from '../kit/ports.ts';
import type { Owner } from '../kit/child.ts';
import { registerTerminal } from '../kit/register.ts';
import { startSipp, type Sipp } from '../kit/sipp.ts';
import { HANG_MS, within } from '../kit/until.ts';
import { readSightings, type Sighting } from './sightings.ts';

const PASSWORD = 'soak';
/** The longest that a registration may last (the server cuts it there), seconds: longer than a soak. */
const EXPIRES_S = 7_200;
/** SIPp slows down rather than have more calls open, however long no server answers. */
const OPEN_CALLS = 400;
/** SIPp keeps a call that is over for 33 s, and waits for that before it quits. */
const LOGS = ['-deadcall_wait', '0', '-trace_logs', '-log_file'];

interface Telephone {
  readonly lines: readonly string[];
  readonly scenario: string;
  readonly fill?: Readonly<Record<string, string>>;
}

/** Six lines, called in turn: of six calls four are answered, and one of these is ended by the callee. */
const TELEPHONES: readonly Telephone[] = [
  { lines: ['33123456701', '33123456702', '33123456703'], scenario: 'uas-soak-answer' },
  {
    lines: ['33123456704'],
    scenario: 'uas-soak-answer',
    fill: { TALK_MS: '80', THEN: 'hangup' },
  },
  { lines: ['33123456705'], scenario: 'uas-soak-busy' },
  { lines: ['33123456706'], scenario: 'uas-soak-ring' },
];

export const LINES: readonly string[] = TELEPHONES.flatMap(({ lines }) => lines);
export { PASSWORD };

export interface LoadOptions {
  /** `HOST:PORT` that the server knows as its outside peer, and that the calls come from. */
  readonly outside: string;
  readonly callsPerSecond: number;
  readonly timeoutSeconds: number;
}

export class Load implements AsyncDisposable {
  readonly #owner: Owner;
  readonly #options: LoadOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'carillon-soak-'));
  readonly #telephones: { readonly sipp: Sipp; readonly lines: readonly string[] }[] = [];
  #caller: Sipp | undefined;

  constructor(owner: Owner, options: LoadOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  /** Starts the telephones and registers each at its lines. */
  async openTelephones(server: string): Promise<void> {
    for (const { lines, scenario, fill } of TELEPHONES) {
      const sipp = await this.#start(scenario, lines[0]!, fill ? { fill } : {});
      await sipp.waitUntilReady();
      this.#telephones.push({ sipp, lines });
      for (const number of lines) {
        const contact = `sip:${number}@${sipp.address}`;
        const registration = { server, number, password: PASSWORD, contact, expires: EXPIRES_S };
        await registerTerminal(this.#owner, registration);
      }
    }
  }

  /** Begins to call. */
  async startCalling(server: string): Promise<void> {
    this.#caller = await this.#start('uac-soak', 'caller', {
      remote: server,
      local: this.#options.outside,
      rows: LINES.map((number) => [number]),
      more: ['-r', String(this.#options.callsPerSecond), '-l', String(OPEN_CALLS)],
    });
  }

  /** Places no more calls, and resolves when caller and telephones have ended or given up their last. */
  async finishCalling(): Promise<void> {
    await this.#finish(this.#caller);
    for (const { sipp } of this.#telephones) await this.#finish(sipp);
  }

  async #finish(sipp: Sipp | undefined): Promise<void> {
    if (!sipp) return;
    sipp.child.signal('SIGUSR1'); // "quit when all calls are over"
    await within(sipp.child.exit, HANG_MS, 'the last calls to end');
  }

  /** Fails where a SIPp has ended by itself: the load would not be what it says. */
  assertAlive(): void {
    for (const sipp of [...this.#telephones.map((one) => one.sipp), this.#caller]) {
      if (sipp && sipp.child.ended !== undefined) throw new Error(sipp.child.report());
    }
  }

  sightings(): Sighting[] {
    const callers = readSightings('caller', this.#logOf('caller'));
    const telephones = this.#telephones.flatMap(({ lines }) =>
      readSightings(`telephone of ${lines[0]}`, this.#logOf(lines[0]!)),
    );
    return [...callers, ...telephones];
  }

  #start(
    scenario: string,
    name: string,
    options: {
      readonly remote?: string;
      readonly local?: string;
      readonly fill?: Readonly<Record<string, string>>;
      readonly rows?: readonly (readonly string[])[];
      readonly more?: readonly string[];
    },
  ): Promise<Sipp> {
    return startSipp(this.#owner, {
      ...options,
      scenario: join(import.meta.dirname, `${scenario}.xml`),
      caller: name,
      calls: 100_000_000,
      timeoutSeconds: this.#options.timeoutSeconds,
      trace: false,
      more: [...LOGS, this.#logOf(name), ...(options.more ?? [])],
    });
  }

  #logOf(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = this.#telephones.map(({ sipp }) => sipp);
    if (this.#caller) all.push(this.#caller);
    await Promise.all(all.map((sipp) => sipp.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A free `HOST:PORT` on a loopback address that nobody else of this process uses. */
export async function freeAddress(): Promise<string> {
  const held = await holdPort();
  await held.handOver();
  return held.address;
}
