// The options that `line add` and `line set` share, and their reading into what the lines room takes.

import { createInterface } from 'node:readline';
import { UserError } from '../config.ts';
import type { LineChanged } from '../control/commands.ts';
import { type Given, type Io, type Option, valueOf } from './arguments.ts';
import { oneLine } from './table.ts';

export const LINE_OPTIONS: Readonly<Record<string, Option>> = {
  password: {
    value: 'P|-',
    help: 'password of its telephones and of its HTTP requests; - reads it from standard input',
  },
  title: { value: 'T', help: 'what the line is called' },
  short: { value: 'N', help: 'short number, 2 to 6 digits, unique within a customer' },
  offer: { value: 'O', help: 'class of service' },
  'notification-url': {
    value: 'U',
    help: 'URL that every call is told to, with keywords such as _CALLER_ in it',
  },
  'source-ip': {
    value: 'RE',
    help: 'pattern of the addresses that may order calls without a password',
  },
  'source-ip-match': {
    value: 'whole|search',
    help: 'whether the pattern must match the whole address (default) or a part of it',
  },
  'buzzee-url': { value: 'U', help: 'URL of a Delos Buzzee server' },
  customer: { value: 'C', help: 'whose line it is' },
};

/** The settings that were written, by their names in the lines room; an empty text clears. */
export function lineSettings(given: Given): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of Object.keys(LINE_OPTIONS)) {
    const value = valueOf(given, name);
    if (value !== undefined && name !== 'password') settings[camelCase(name)] = value;
  }
  const match = settings['sourceIpMatch'];
  if (match === '') settings['sourceIpMatch'] = 'whole';
  else if (match !== undefined && match !== 'whole' && match !== 'search') {
    throw new UserError(`--source-ip-match: "${match}" is unknown; write whole or search`);
  }
  return settings;
}

/** The password that was written, or the first line of standard input where it is `-`. */
export async function passwordFrom(given: Given, io: Io): Promise<string | undefined> {
  const written = valueOf(given, 'password');
  if (written === '') {
    throw new UserError('--password: it is empty; write --password P, or - to read standard input');
  }
  if (written !== '-') return written;
  if (io.stdin.isTTY === true) io.warn('Password, then Enter (it is shown):');
  for await (const line of createInterface({ input: io.stdin })) {
    if (line !== '') return line;
    break;
  }
  throw new UserError(
    '--password -: standard input is empty; write the password on its first line',
  );
}

/** Prints what `line add` and `line set` answered: one line, and a warning each on standard error. */
export function printLineResult(result: LineChanged, done: string, io: Io): void {
  const { line, warnings } = result;
  io.print(`line ${line.number} ${done}`);
  for (const warning of warnings) io.warn(`warning: ${oneLine(warning)}`);
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
