// The product, started as a user starts it: a process of its own through the launcher, a data directory
// of its own, ports that the system chooses. Tests reach it only through its addresses and its
// commands; nothing of src/ is imported.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Owner } from './child.ts';
import { loopback } from './ports.ts';
import { HANG_MS, within } from './until.ts';

const launcher = join(import.meta.dirname, '../../bin/carillon.js');

export interface ServerOptions {
  /** Further arguments of `serve`, e.g. `['--outside', 'sip:127.0.0.9:5070']`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A data directory that outlives this server; by default a temporary one. */
  readonly dataDir?: string;
  /** `HOST:PORT` of SIP; by default a loopback address of its own, and a free port. */
  readonly sip?: string;
  /** `HOST:PORT` of HTTP; by default 127.0.0.1 and a free port. */
  readonly http?: string;
  readonly readyWithinMs?: number;
}

export interface CommandResult {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `carillon serve` and resolves when it says that it is ready. */
export async function startServer(owner: Owner, options: ServerOptions = {}): Promise<Server> {
  const server = new Server(owner, options);
  await server.start();
  return server;
}

export class Server implements AsyncDisposable {
  readonly dataDir: string;
  /** `http://HOST:PORT` */
  http = '';
  /** `HOST:PORT` of SIP, over UDP and TCP. */
  sip = '';
  readonly #owner: Owner;
  readonly #options: ServerOptions;
  readonly #ownsData: boolean;
  #child: Child | undefined;

  constructor(owner: Owner, options: ServerOptions) {
    this.#owner = owner;
    this.#options = options;
    this.#ownsData = options.dataDir === undefined;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'carillon-data-'));
    owner?.after(() => this[Symbol.asyncDispose]()); // for a test that does not say `await using`
  }

  /** The process: its output, its id (of the launcher; the server may be its child). */
  get process(): Child {
    if (!this.#child) throw new Error('the server was not started');
    return this.#child;
  }

  /** Starts it, on the same addresses and data as before where it has run already. */
  async start(): Promise<void> {
    const http = this.http === '' ? (this.#options.http ?? '127.0.0.1:0') : this.http.slice(7);
    const sip = this.sip === '' ? (this.#options.sip ?? `${loopback()}:0`) : this.sip;
    const addresses = ['--data', this.dataDir, '--http', http, '--sip', sip];
    const child = new Child(this.#owner, {
      title: 'carillon serve',
      command: process.execPath,
      args: [launcher, 'serve', ...addresses, ...(this.#options.args ?? [])],
      env: this.#environment(),
    });
    this.#child = child;
    const ready = /^carillon ready http:\/\/(\S+) sip:([^\s;]+)/m;
    const match = await child.waitForOutput(ready, this.#options.readyWithinMs ?? HANG_MS);
    this.http = `http://${match[1]}`;
    this.sip = match[2] ?? '';
  }

  /** Runs `carillon …args` against this server's data directory, as an operator does. */
  async cli(...args: string[]): Promise<CommandResult> {
    return this.cliWithInput(undefined, ...args);
  }

  /** The same with a text on standard input, for `--password -`. */
  async cliWithInput(input: string | undefined, ...args: string[]): Promise<CommandResult> {
    const child = new Child(this.#owner, {
      title: `carillon ${args.join(' ')}`,
      command: process.execPath,
      args: [launcher, ...args],
      env: this.#environment(),
      ...(input === undefined ? {} : { input }),
    });
    const code = await within(child.exit, HANG_MS, `${child.title} to end`);
    return { code, stdout: child.stdout, stderr: child.stderr };
  }

  /** Runs a command that must succeed, and gives what it printed. */
  async run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cli(...args);
    if (code !== 0) throw new Error(`carillon ${args.join(' ')}: exit ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Runs a command with `--json` and gives the array that it printed. */
  async json(...args: string[]): Promise<Record<string, unknown>[]> {
    const value: unknown = JSON.parse(await this.run(...args, '--json'));
    if (!Array.isArray(value))
      throw new Error(`carillon ${args.join(' ')} --json printed no array`);
    return value.map((row: unknown) => (typeof row === 'object' && row ? { ...row } : {}));
  }

  /** `carillon line add NUMBER --password PASSWORD …` */
  async addLine(number: string, password: string, ...settings: string[]): Promise<void> {
    await this.run('line', 'add', number, '--password', password, ...settings);
  }

  /** SIGKILL to the server and its launcher at once: what a crash leaves behind. */
  async kill9(): Promise<void> {
    await this.process.killNow();
  }

  /** SIGTERM, as a user's `kill`; resolves to the exit code. Calls and deliveries may take 15 s. */
  async stop(deadlineMs = HANG_MS): Promise<number | string> {
    this.process.signal('SIGTERM');
    return within(this.process.exit, deadlineMs, `carillon to end after SIGTERM`);
  }

  /** Ends it (by SIGTERM, unless it has ended) and starts it again on the same addresses and data. */
  async restart(): Promise<void> {
    if (this.process.ended === undefined) await this.stop();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A test that is over has no interest in a graceful end; those that have call stop() themselves.
    await this.#child?.killNow();
    if (this.#ownsData) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** The caller's environment without its own CARILLON_ settings. */
  #environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('CARILLON_'));
    return { ...Object.fromEntries(kept), CARILLON_DATA: this.dataDir, ...this.#options.env };
  }
}
