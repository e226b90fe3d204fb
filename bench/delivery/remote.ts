// A process of the delivery bench that is asked over IPC: one file runs it (`serve`), another asks it
// (`Remote`). It ends with the bench, however that ends; nothing of what is measured goes over IPC while
// it is measured.

import { fork, type ChildProcess } from 'node:child_process';
import { within } from '../../test/kit/until.ts';

/** What a process can be asked, by name: each takes one argument and answers with plain data. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly ask: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Reply {
  readonly ask: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface RemoteOptions {
  /** For Node itself, e.g. `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Longer than any run and shorter than a night: a process that hangs ends the bench. */
const LONGEST_ANSWER_MS = 900_000;

export class Remote<C extends Commands> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #title: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #last = 0;

  /** Starts the TypeScript or JavaScript file at `path` as a process of its own. */
  constructor(path: string, options: RemoteOptions = {}) {
    this.#title = path.slice(path.lastIndexOf('/') + 1);
    this.#process = fork(path, {
      execArgv: [...(options.nodeArguments ?? [])],
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const kill = (): void => void this.#process.kill('SIGKILL');
    process.once('exit', kill);
    this.#process.on('message', (reply: Reply) => this.#answered(reply));
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        process.off('exit', kill);
        for (const { reject } of this.#waiting.values()) {
          reject(new Error(`${this.#title} ended (${code ?? signal}) before its answer`));
        }
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The answer of that command; rejects with its error, or when the process ends. */
  ask<N extends keyof C & string>(
    name: N,
    ...[argument]: Parameters<C[N]>
  ): Promise<Awaited<ReturnType<C[N]>>> {
    this.#last += 1;
    const question: Question = { ask: this.#last, name, argument };
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(question.ask, { resolve, reject });
      this.#process.send(question, (error) => {
        if (error) reject(error);
      });
    });
    // What comes back is the answer of the command of that name.
    return within(answer, LONGEST_ANSWER_MS, `${this.#title} ${name}`) as Promise<
      Awaited<ReturnType<C[N]>>
    >;
  }

  #answered({ ask, value, error }: Reply): void {
    const waiting = this.#waiting.get(ask);
    this.#waiting.delete(ask);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`${this.#title}: ${error}`));
  }

  /** Lets it end by itself (a profile is written then), or ends it after 5 s. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await this.#exited;
    clearTimeout(kill);
  }
}

/** Answers questions in this process until the bench is gone. */
export function serve(commands: Commands): void {
  process.on('message', (question: Question) => {
    void answer(commands, question).then((reply) => process.send?.(reply));
  });
  process.once('disconnect', () => process.exit(0));
}

async function answer(commands: Commands, { ask, name, argument }: Question): Promise<Reply> {
  try {
    const command = commands[name];
    if (!command) throw new Error(`no command is called ${name}`);
    return { ask, value: await command(argument as never) };
  } catch (error) {
    return { ask, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Milliseconds on the clock that all processes of this machine share (CLOCK_MONOTONIC on Linux). */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
