// SIPp as a peer: a caller (uac-*), a telephone (uas-*) or a registration, by a scenario file of
// test/scenarios. Fills the scenarios' @NAME=default@ places, keeps SIPp's logs, and reads the
// messages it traced, byte for byte. Knows nothing of the server.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { Child, section, type Owner } from './child.ts';
import { hostPort, holdPort } from './ports.ts';
import { isBound } from './proc.ts';
import { fillIn, readTrace, surprisesIn, type TracedMessage } from './sipp-files.ts';
import { HANG_MS, until } from './until.ts';

const scenarios = join(import.meta.dirname, '../scenarios');

export interface SippOptions {
  /** A file of test/scenarios, without `.xml`; or the path of another. */
  readonly scenario: string;
  /** Whom to call, `HOST:PORT`; leave out for a telephone, which waits. */
  readonly remote?: string;
  /** Our address, `HOST` or `HOST:PORT`; by default a loopback address and port of its own. */
  readonly local?: string;
  readonly transport?: 'udp' | 'tcp';
  /** User of the request URI (`-s`): whom a caller dials, whom a registration registers. */
  readonly dial?: string;
  /** User of From and Contact (key `caller`). */
  readonly caller?: string;
  /** Host of From (key `from_host`); by default our address. */
  readonly fromHost?: string;
  /** Display name of From (key `name`). */
  readonly name?: string;
  /** `HOST:PORT` of Contact (key `contact`); by default our address. */
  readonly contact?: string;
  /** Digest credentials; the user is `caller`, else `dial`, where none is given. */
  readonly user?: string;
  readonly password?: string;
  /** Whole header lines for the INVITE, joined by CRLF, e.g. `Privacy: id`. */
  readonly extraHeaders?: string;
  /** Asks for answers to the port that the request came from (RFC 3581); needed behind a UdpRelay. */
  readonly rport?: boolean;
  /** Values for the scenario's other @NAME=default@ places. */
  readonly fill?: Readonly<Record<string, string>>;
  readonly keys?: Readonly<Record<string, string>>;
  /** Calls until SIPp ends by itself; 1 by default. */
  readonly calls?: number;
  /** Length of the scenario's `<pause/>`, milliseconds. */
  readonly pauseMs?: number;
  /** Rows of the file that [field0], [field1]… read, one a call, from the top again at the end. */
  readonly rows?: readonly (readonly string[])[];
  /** When SIPp gives up by itself, seconds; by default shortly before the kit does (HANG_MS). */
  readonly timeoutSeconds?: number;
  /**
   * `fail`: a message that the scenario does not expect, unless it is one that came before, fails at
   * once (without a trace SIPp itself gives the call up, and on a repeated one too); `ignore` carries on.
   */
  readonly unexpected?: 'fail' | 'ignore';
  /** False under load: tracing each message costs more than the call. */
  readonly trace?: boolean;
  /** Further arguments as they are, e.g. `['-r', '100']`. */
  readonly more?: readonly string[];
}

/** Starts SIPp on a port that was free a moment ago. For a telephone, `waitUntilReady` comes next. */
export async function startSipp(owner: Owner, options: SippOptions): Promise<Sipp> {
  const [host, fixedPort] = options.local?.split(':') ?? [];
  const held = fixedPort === undefined ? await holdPort(host) : undefined;
  const local = held ?? hostPort(options.local ?? '');
  await held?.handOver();
  return new Sipp(owner, options, local.host, local.port);
}

export class Sipp implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  readonly child: Child;
  readonly #folder: string;
  readonly #transport: 'udp' | 'tcp';
  /** Whether we, in place of SIPp, say what a message that it did not expect means. */
  readonly #judges: boolean;
  #kept: { messages: Buffer; errors: string; logs: string } | undefined;

  constructor(owner: Owner, options: SippOptions, host: string, port: number) {
    this.host = host;
    this.port = port;
    this.address = `${host}:${port}`;
    this.#transport = options.transport ?? 'udp';
    this.#judges = options.unexpected !== 'ignore' && options.trace !== false;
    this.#folder = mkdtempSync(join(tmpdir(), 'carillon-sipp-'));
    this.child = new Child(owner, {
      title: `sipp ${basename(options.scenario, '.xml')} at ${this.address}`,
      command: 'sipp',
      args: this.#arguments(options),
      cwd: this.#folder,
      // Without a terminal SIPp asks curses for one, and fails where TERM is unset.
      env: { ...process.env, TERM: 'xterm' },
      more: () => [section('errors', this.errors()), section('wire', this.#wireText())].join('\n'),
    });
    void this.child.exit.then(() => this.#keep());
  }

  #arguments(options: SippOptions): string[] {
    const file = join(this.#folder, 'scenario.xml');
    const source = isAbsolute(options.scenario)
      ? options.scenario
      : join(scenarios, `${options.scenario}.xml`);
    const text = readFileSync(source, 'utf8');
    const fill = {
      EXTRA_HEADERS: options.extraHeaders ?? '',
      VIA_PARAMS: options.rport ? ';rport' : '',
      ...options.fill,
    };
    writeFileSync(file, fillIn(text, fill));
    const keys = {
      caller: options.caller ?? 'sipp',
      name: options.name ?? 'SIPp',
      contact: options.contact ?? this.address,
      from_host: options.fromHost ?? this.address,
      expires: '300',
      ...options.keys,
    };
    const args = ['-sf', file, '-i', this.host, '-p', String(this.port), '-nostdin'];
    args.push('-t', this.#transport === 'udp' ? 'u1' : 't1', '-m', String(options.calls ?? 1));
    args.push('-timeout', `${options.timeoutSeconds ?? HANG_MS / 1000 - 5}s`, '-timeout_error');
    for (const [key, value] of Object.entries(keys)) args.push('-key', key, value);
    if (options.dial !== undefined) args.push('-s', options.dial);
    if (options.pauseMs !== undefined) args.push('-d', String(options.pauseMs));
    if (options.password !== undefined) {
      const user = options.user ?? options.caller ?? options.dial ?? '';
      args.push('-au', user, '-ap', options.password);
    }
    if (options.unexpected === 'ignore') args.push('-nd');
    // SIPp goes on, and we look at what it did not expect: it cannot tell a message that is repeated.
    else if (this.#judges) args.push('-default_behaviors', 'all,-abortunexp');
    if (options.rows) {
      const rows = options.rows.map((row) => `${row.join(';')}\n`).join('');
      writeFileSync(join(this.#folder, 'rows.csv'), `SEQUENTIAL\n${rows}`);
      args.push('-inf', join(this.#folder, 'rows.csv'));
    }
    args.push('-trace_err', '-error_file', join(this.#folder, 'errors'));
    if (options.trace !== false) {
      args.push('-trace_msg', '-message_file', join(this.#folder, 'messages'));
      args.push('-trace_logs', '-log_file', join(this.#folder, 'logs'));
    }
    args.push(...(options.more ?? []));
    if (options.remote !== undefined) args.push(hostPortText(options.remote));
    return args;
  }

  /** Resolves once SIPp has bound its port; then a telephone can be called. */
  async waitUntilReady(deadlineMs = HANG_MS): Promise<this> {
    await until(
      () => {
        if (this.child.ended !== undefined) throw new Error(this.child.report());
        return isBound(this.#transport, this.host, this.port);
      },
      deadlineMs,
      () => `${this.child.title} to bind its port\n${this.child.report()}`,
    );
    return this;
  }

  /** SIPp's exit code: 0 all calls went as the scenario says, 1 some failed, 255 timed out or a fault. */
  get exitCode(): Promise<number | string> {
    return this.child.exit;
  }

  /** Waits for the end and fails, with SIPp's own words, unless every call went as the scenario says. */
  async succeeds(deadlineMs = HANG_MS): Promise<void> {
    const code = await until(
      () => this.child.ended ?? (this.#isSurprised() ? 'an unexpected message' : undefined),
      deadlineMs,
      `${this.child.title} to end`,
    );
    if (code === 0 && !this.#isSurprised()) return;
    throw new Error(`not as the scenario says (${code}): ${this.child.report()}`);
  }

  #isSurprised(): boolean {
    if (!this.#judges) return false;
    const errors = this.errors();
    return errors !== '' && surprisesIn(errors, this.messages()).length > 0;
  }

  /** The messages so far, in order, with their bytes as they were on the wire. */
  messages(): TracedMessage[] {
    return readTrace(this.#read('messages'));
  }

  /** The first message so far or to come that matches. */
  async waitForMessage(
    matches: (message: TracedMessage) => boolean,
    deadlineMs: number,
    what: string,
  ): Promise<TracedMessage> {
    return until(() => this.messages().find(matches), deadlineMs, what);
  }

  /** What the scenario's `<log/>` actions wrote. */
  logs(): string {
    return this.#kept?.logs ?? this.#read('logs').toString('utf8');
  }

  /** What SIPp says went wrong. */
  errors(): string {
    return this.#kept?.errors ?? this.#read('errors').toString('utf8');
  }

  async stop(): Promise<void> {
    await this.child.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #read(name: 'messages' | 'logs' | 'errors'): Buffer {
    if (this.#kept && name === 'messages') return this.#kept.messages;
    try {
      return readFileSync(join(this.#folder, name));
    } catch {
      return Buffer.alloc(0); // SIPp makes each file only when it has something to say
    }
  }

  /** The logs outlive the folder: a test looks at them after SIPp's end. */
  #keep(): void {
    const messages = this.#read('messages');
    this.#kept = { messages, errors: this.errors(), logs: this.logs() };
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #wireText(): string {
    const each = this.messages().map((one) => `[${one.direction}]\n${one.raw.toString('latin1')}`);
    return each.join('\n');
  }
}

function hostPortText(address: string): string {
  const { host, port } = hostPort(address);
  return `${host}:${port}`;
}
