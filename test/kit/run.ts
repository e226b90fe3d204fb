// Runs a program of somebody else's to its end and gives what it printed.

import { Child, type Owner } from './child.ts';
import { HANG_MS, within } from './until.ts';

export interface Outcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(owner: Owner, command: string, ...args: string[]): Promise<Outcome> {
  const child = new Child(owner, { title: `${command} ${args.join(' ')}`, command, args });
  const code = await within(child.exit, HANG_MS, `${child.title} to end`);
  return { code, stdout: child.stdout, stderr: child.stderr };
}
