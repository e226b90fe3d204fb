// The options that `line add` and `line set` share, and their reading into what the lines room takes.

import { createInterface } from 'node:readline';
import { UserError } from '../config.ts';
import type { LineChanged } from '../control/commands.ts';
import { DELIVERY_MODES } from '../lines/delivery-forms.ts';
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
  api: {
    value: 'on|off',
    help: 'off: nothing is told to the notification URL, and makecall is refused (default on)',
  },
  'auto-answer': {
    value: 'on|off',
    help: 'on: its telephones pick up by themselves when makecall rings them (default off)',
  },
  origins: {
    value: "'URL URL'",
    help: 'web sites whose pages may use makecall in a browser, such as https://crm.example',
  },
  'delivery-timeout': {
    value: 'S',
    help: 'seconds that the receiver of a notification has to answer, 0.5 to 30',
  },
  'delivery-window': {
    value: 'S',
    help: 'seconds for which a notification is tried again, 1 to 86400; then it is parked',
  },
  'delivery-retry': {
    value: "'S S S'",
    help: 'seconds between the tries, up to 20 numbers, the last repeated',
  },
  'delivery-mode': {
    value: 'at-least-once|at-most-once',
    help: 'at-most-once: what may have arrived is not sent again',
  },
};

/** The settings that have a few values only; an empty text sets the default. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'source-ip-match': ['whole', 'search'],
  api: ['on', 'off'],
  'auto-answer': ['on', 'off'],
  'delivery-mode': DELIVERY_MODES,
};

/** The settings that are called otherwise in the lines room: there the unit is in the name. */
const NAMES: Readonly<Record<string, string>> = {
  'delivery-timeout': 'deliveryTimeoutS',
  'delivery-window': 'deliveryWindowS',
  'delivery-retry': 'deliveryRetryS',
};

/** The settings that were written, by their names in the lines room; an empty text clears. */
export function lineSettings(given: Given): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of Object.keys(LINE_OPTIONS)) {
    const value = valueOf(given, name);
    if (value === undefined || name === 'password') continue;
    const choices = CHOICES[name];
    if (choices !== undefined && value !== '' && !choices.includes(value)) {
      throw new UserError(`--${name}: "${value}" is unknown; write ${choices.join(' or ')}`);
    }
    settings[NAMES[name] ?? camelCase(name)] = value;
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
