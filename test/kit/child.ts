// A program that a test started: what it printed, how it ended, and its sure end. When the test fails,
// its output is printed after the test. It ends only what it started, by process id. Built upon by
// sipp.ts, baresip.ts and server.ts.

import { spawn, type ChildProcess } from 'node:child_process';
import type { TestContext } from 'node:test';
import { descendants, isAlive } from './proc.ts';
import { HANG_MS, until, within } from './until.ts';

/** What the kit needs of a test; a bench, which is no test, gives undefined. */
export type Owner = Pick<TestContext, 'after' | 'passed' | 'name' | 'skip'> | undefined;

const running = new Set<Child>();
// A test file that dies (an uncaught fault, Ctrl-C, the runner's SIGTERM) must not leave its programs
// behind. `exit` alone does not come when a signal ends the process.
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killAll();
    process.kill(process.pid, signal); // now with its default effect
  });
}

function killAll(): void {
  for (const child of running) child.signalAll('SIGKILL');
}

/** Runs `stop` when the test ends, however it ends, and prints `report()` where it failed. */
export function atTestEnd(owner: Owner, stop: () => Promise<void>, report: () => string): void {
  owner?.after(async () => {
    await stop();
    if (owner.passed) return;
    process.stderr.write(`\n===== ${owner.name}: ${report().trimEnd()}\n=====\n`);
  });
}

export interface ChildOptions {
  /** What it is called in reports and errors, e.g. `sipp uas-answer`. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Extra text for the report of a failed test, e.g. log files. */
  readonly more?: () => string;
  readonly input?: string;
}

export class Child {
  readonly title: string;
  readonly pid: number;
  /** How it ended: the exit code, or the name of the signal. Never rejects. */
  readonly exit: Promise<number | string>;
  stdout = '';
  stderr = '';
  #ended: number | string | undefined;
  readonly #process: ChildProcess;
  readonly #more: () => string;

  constructor(owner: Owner, options: ChildOptions) {
    this.title = options.title;
    this.#more = options.more ?? (() => '');
    this.#process = spawn(options.command, options.args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#process.stdin?.end(options.input);
    this.#process.stdout
      ?.setEncoding('utf8')
      .on('data', (text: string) => (this.stdout = tail(this.stdout + text)));
    this.#process.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (this.stderr = tail(this.stderr + text)));
    this.pid = this.#process.pid ?? 0;
    const { promise, resolve } = Promise.withResolvers<number | string>();
    this.exit = promise;
    const end = (how: number | string): void => {
      this.#ended = how;
      running.delete(this);
      resolve(how);
    };
    running.add(this);
    // `close` comes after `exit`, when the output has been read to its end.
    this.#process.on('close', (code, signal) => end(code ?? signal ?? 'unknown'));
    this.#process.on('error', (error) => {
      this.stderr += `could not start: ${error.message}\n`;
      end('not started');
    });
    atTestEnd(
      owner,
      () => this.stop(),
      () => this.report(),
    );
  }

  /** The exit code or signal once it has ended, else undefined. */
  get ended(): number | string | undefined {
    return this.#ended;
  }

  /** Waits for a match in what it printed (either stream); fails at once where it ends without. */
  async waitForOutput(pattern: RegExp, deadlineMs: number): Promise<RegExpExecArray> {
    return until(
      () => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (!match && this.#ended !== undefined) {
          throw new Error(
            `${this.title} ended (${this.#ended}) without ${pattern}\n${this.report()}`,
          );
        }
        return match;
      },
      deadlineMs,
      () => `${pattern} from ${this.title}\n${this.report()}`,
    );
  }

  /** Sends a signal to the process alone, as a user's `kill` does. */
  signal(name: NodeJS.Signals): void {
    if (this.#ended === undefined) this.#process.kill(name);
  }

  /** Sends a signal to the process and to all that it started (a launcher's child must not survive). */
  signalAll(name: NodeJS.Signals): number[] {
    if (this.#ended !== undefined) return [];
    const family = [this.pid, ...descendants(this.pid)];
    for (const pid of family) {
      try {
        process.kill(pid, name);
      } catch {
        // it has ended meanwhile
      }
    }
    return family;
  }

  /** SIGTERM, then SIGKILL to the whole family after `graceMs`. Safe to call again. */
  async stop(graceMs = 2_000): Promise<void> {
    if (this.#ended !== undefined) return;
    this.signal('SIGTERM');
    try {
      await within(this.exit, graceMs, `${this.title} to end`);
    } catch {
      await this.killNow();
    }
  }

  /** SIGKILL to the whole family; resolves when none of it is left. */
  async killNow(): Promise<void> {
    const family = this.signalAll('SIGKILL');
    await this.exit;
    await until(() => !family.some(isAlive), HANG_MS, `${this.title} to be gone after SIGKILL`);
  }

  /** Everything it printed, for a person who looks for the reason of a failure. */
  report(): string {
    const how = this.#ended === undefined ? 'still running' : `ended: ${this.#ended}`;
    return [
      `${this.title} (${how})`,
      section('stdout', this.stdout),
      section('stderr', this.stderr),
      this.#more(),
    ]
      .filter((part) => part !== '')
      .join('\n');
  }
}

/** A program that talks for minutes must not fill the memory: only the end of its words is kept. */
function tail(text: string): string {
  return text.length > 4_000_000 ? text.slice(-2_000_000) : text;
}

/** A titled part of a report, at most its last 20,000 characters; nothing where it is empty. */
export function section(title: string, text: string): string {
  const kept = text.slice(-20_000).trimEnd();
  return kept === '' ? '' : `--- ${title}\n${kept}`;
}
