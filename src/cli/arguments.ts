// What a command accepts, and the strict reading of what was written behind its name. Every mistake
// is a UserError of one line that says what to write. What the values mean is the commands' matter.

import { parseArgs } from 'node:util';
import { suggest, UserError } from '../config.ts';

export interface Option {
  /** What stands for the value in texts, e.g. `HOST:PORT`; absent where the option is a switch. */
  readonly value?: string;
  readonly help: string;
  readonly repeatable?: true;
}

export interface Command {
  /** As it is typed, e.g. `line add`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Names of what stands without an option, e.g. `NUMBER`; all of them are required. */
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** Options that cannot be left out, as the usage line shows them. */
  readonly required?: string;
  /** What else one should know, in whole lines. */
  readonly notes?: string;
  readonly examples: readonly string[];
  run(given: Given, io: Io): Promise<void>;
}

/** What the user wrote. */
export interface Given {
  readonly operands: readonly string[];
  /** Values by the option's name; a switch that is on has the value `true`. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** What a command sees of the process it runs in. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Writes a line on standard output. */
  print(line: string): void;
  /** Writes a line on standard error. */
  warn(line: string): void;
}

/** Reads the arguments behind a command's name; `help` where the user asks for it instead. */
export function readArguments(command: Command, argv: readonly string[]): Given | 'help' {
  // Not strict: Node's own messages are made for programmers and some take three lines.
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries([
      ...Object.entries(command.options).map(
        ([name, { value }]) =>
          [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
      ),
      ['help', { type: 'boolean', short: 'h' }] as const,
    ]),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const operands: string[] = [];
  const options = new Map<string, string[]>();
  let mistake: UserError | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') return 'help';
    try {
      const value = readOption(command, token);
      options.set(token.name, [...(options.get(token.name) ?? []), value]);
    } catch (error) {
      // The first mistake is told, but a --help behind it wins.
      if (!(error instanceof UserError)) throw error;
      mistake ??= error;
    }
  }
  mistake ??= repetition(command, options) ?? operandMistake(command, operands);
  if (mistake !== undefined) throw mistake;
  return { operands, options };
}

/** The last value of an option, or undefined where it was not written. */
export function valueOf(given: Given, name: string): string | undefined {
  return given.options.get(name)?.at(-1);
}

/** The line that says how a command is called. */
export function usageOf(command: Command): string {
  const options = Object.keys(command.options).length === 0 ? [] : ['[options]'];
  const required = command.required === undefined ? [] : [command.required];
  return ['carillon', command.name, ...command.operands, ...required, ...options].join(' ');
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readOption(command: Command, { name, rawName, value, inlineValue }: OptionToken): string {
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (option === undefined) {
    const names = Object.keys(command.options).map((known) => `--${known}`);
    const hint = suggest(rawName, names) || `; carillon help ${command.name} lists the options`;
    throw new UserError(`unknown option ${rawName}${hint}`);
  }
  if (option.value === undefined) {
    if (value === undefined) return 'true';
    throw new UserError(`${rawName} takes no value; write ${rawName} alone`);
  }
  if (value === undefined) {
    throw new UserError(`${rawName} lacks its value; write ${rawName} ${option.value}`);
  }
  // `--title --json`: a value was forgotten. A negative number is left to the option's own check.
  if (inlineValue !== true && /^-[^\d]/.test(value)) {
    throw new UserError(
      `${rawName} lacks its value; write ${rawName} ${option.value}, or ${rawName}=${value} if ${value} is the value`,
    );
  }
  return value;
}

function repetition(command: Command, options: Given['options']): UserError | undefined {
  for (const [name, values] of options) {
    if (values.length > 1 && command.options[name]?.repeatable === undefined) {
      return new UserError(`--${name} is given ${values.length} times; write it once`);
    }
  }
  return undefined;
}

function operandMistake(command: Command, operands: readonly string[]): UserError | undefined {
  const missing = command.operands[operands.length];
  const write = `; write ${usageOf(command)}`;
  if (missing !== undefined) return new UserError(`${missing} is missing${write}`);
  const extra = operands[command.operands.length];
  return extra === undefined ? undefined : new UserError(`"${extra}" is one too many${write}`);
}
