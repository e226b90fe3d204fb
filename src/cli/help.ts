// The help texts: of all commands, of a group such as `line`, and of one command. They are made from
// the commands' own descriptions, so that nothing is described that does not exist.

import { type Command, usageOf } from './arguments.ts';

/** The text of `carillon --help`. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    'carillon: a CTI server for telephone lines. Real SIP phones ring, your software is told, and dials.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'carillon help COMMAND explains one of them, carillon --version prints the version.',
    'Every option of serve can stand in the environment as well, e.g. CARILLON_HTTP for --http;',
    'CARILLON_DATA serves all commands.',
    'Exit status: 0 done, 1 could not, 2 wrong arguments.',
    '',
    'To begin: carillon serve --sandbox, and in another terminal',
    '          carillon simulate 33612345678 33123456789',
  ].join('\n');
}

/** The text for a group of commands, such as `line`. */
export function groupHelp(group: string, commands: readonly Command[]): string {
  return [
    `carillon ${group}: one of`,
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    `carillon help ${group} COMMAND explains one of them.`,
  ].join('\n');
}

/** The text for one command. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { value, help }]) =>
      [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  return [
    usageOf(command),
    '',
    command.summary,
    ...(command.notes === undefined ? [] : ['', command.notes]),
    '',
    'Options:',
    ...columns([...options, ['--help', 'this text']]),
    '',
    command.examples.length === 1 ? 'Example:' : 'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
