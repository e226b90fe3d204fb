// Starts the processes of the delivery bench and gives them folders, for all its parts.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BareCommands } from './bare-client.ts';
import { Remote, type RemoteOptions } from './remote.ts';
import type { Behaviour, SinkCommands } from './sink-process.ts';
import type { SubjectCommands, SubjectOptions } from './subject-process.ts';

export type Sink = Remote<SinkCommands>;
export type Subject = Remote<SubjectCommands>;

/** A folder that is gone with the bench, however that ends. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'carillon-delivery-'));
  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true });

  constructor() {
    process.once('exit', this.#remove);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }
}

function file(name: string): string {
  return join(import.meta.dirname, name);
}

export interface StartedSink extends AsyncDisposable {
  readonly remote: Sink;
  /** The same at each of its addresses. */
  readonly port: number;
}

export async function startSink(
  addresses: readonly string[] = ['127.0.0.1'],
  behaviour: Behaviour = 'answer',
): Promise<StartedSink> {
  const remote: Sink = new Remote<SinkCommands>(file('sink-process.ts'));
  const port = await remote.ask('listen', { addresses, behaviour });
  return { remote, port, [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose]() };
}

export async function startBareClient(origin: string): Promise<Remote<BareCommands>> {
  const client = new Remote<BareCommands>(file('bare-client.ts'));
  await client.ask('open', { origin });
  return client;
}

/** As bin/carillon.js starts the runtime that npm installed; who runs a newer Node himself goes without. */
const RUNTIME_OPTIONS = ['--max-semi-space-size=64'];

/** A subject with its lines, ready for calls. */
export async function startSubject(
  options: SubjectOptions,
  process: RemoteOptions = {},
): Promise<Subject> {
  const nodeArguments = [...RUNTIME_OPTIONS, ...(process.nodeArguments ?? [])];
  const started = { ...process, nodeArguments };
  const subject: Subject = new Remote<SubjectCommands>(file('subject-process.ts'), started);
  await subject.ask('open', options);
  return subject;
}

/** Closes its store in order, then ends it. */
export async function stopSubject(subject: Subject): Promise<void> {
  await subject.ask('close');
  await subject[Symbol.asyncDispose]();
}

/** What a subject is where one sink takes everything. */
export function subjectAt(
  origin: string,
  dataDir: string | undefined,
  count = 1_000,
): SubjectOptions {
  return { dataDir, lines: { count, origins: [origin] }, newLines: true };
}
