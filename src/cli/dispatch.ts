// From what was typed to the command that does it. It prints help and mistakes; the commands, one a
// file, do the rest.

import { suggest, UserError } from '../config.ts';
import { version } from '../version.ts';
import { type Command, type Io, readArguments } from './arguments.ts';
import { callList } from './call-list.ts';
import { customerAdd } from './customer-add.ts';
import { customerList } from './customer-list.ts';
import { customerRemove } from './customer-remove.ts';
import { customerSet } from './customer-set.ts';
import { destinationAdd } from './destination-add.ts';
import { destinationList } from './destination-list.ts';
import { destinationRemove } from './destination-remove.ts';
import { destinationSet } from './destination-set.ts';
import { commandHelp, generalHelp, groupHelp } from './help.ts';
import { lineAdd } from './line-add.ts';
import { lineList } from './line-list.ts';
import { lineRemove } from './line-remove.ts';
import { lineSet } from './line-set.ts';
import { notificationList } from './notification-list.ts';
import { notificationReplay } from './notification-replay.ts';
import { notificationResend } from './notification-resend.ts';
import { notificationTest } from './notification-test.ts';
import { numberErase } from './number-erase.ts';
import { secretList } from './secret-list.ts';
import { secretRemove } from './secret-remove.ts';
import { secretRemoveUnreadable } from './secret-remove-unreadable.ts';
import { secretRotate } from './secret-rotate.ts';
import { serve } from './serve.ts';
import { simulate } from './simulate.ts';
import { oneLine } from './table.ts';
import { tokenAdd } from './token-add.ts';
import { tokenList } from './token-list.ts';
import { tokenRemove } from './token-remove.ts';
import { tokenSet } from './token-set.ts';
import { userAdd } from './user-add.ts';
import { userLink } from './user-link.ts';
import { userList } from './user-list.ts';
import { userRemove } from './user-remove.ts';
import { userSet } from './user-set.ts';

const COMMANDS: readonly Command[] = [
  serve,
  lineAdd,
  lineSet,
  lineList,
  lineRemove,
  destinationAdd,
  destinationSet,
  destinationList,
  destinationRemove,
  secretRotate,
  secretList,
  secretRemove,
  secretRemoveUnreadable,
  customerAdd,
  customerSet,
  customerList,
  customerRemove,
  userAdd,
  userSet,
  userList,
  userRemove,
  userLink,
  tokenAdd,
  tokenSet,
  tokenList,
  tokenRemove,
  callList,
  notificationList,
  notificationTest,
  notificationResend,
  notificationReplay,
  numberErase,
  simulate,
];

/**
 * Does what the arguments ask for. Resolves with the exit status: 0 done, 1 could not (one line on
 * standard error), 2 wrong arguments (one line). `CARILLON_DEBUG=1` adds the stack of a failure.
 */
export async function dispatch(argv: readonly string[], io: Io): Promise<0 | 1 | 2> {
  let name = 'carillon';
  try {
    const asked = argv[0] === 'help' ? helpFor(argv.slice(1)) : topLevel(argv[0]);
    if (asked !== undefined) {
      io.print(asked);
      return 0;
    }
    const [command, rest] = findCommand(argv);
    if (typeof command === 'string') {
      io.print(command);
      return 0;
    }
    name = `carillon ${command.name}`;
    const given = readArguments(command, rest);
    if (given === 'help') io.print(commandHelp(command));
    else await command.run(given, io);
    return 0;
  } catch (error) {
    return tellFailure(name, error, io);
  }
}

/** Prints why something failed, in one line, and gives the exit status for it. */
export function tellFailure(name: string, error: unknown, io: Pick<Io, 'warn' | 'env'>): 1 | 2 {
  const text = error instanceof Error ? error.message : String(error);
  io.warn(`${name}: ${oneLine(text)}`);
  if (io.env['CARILLON_DEBUG'] === '1' && error instanceof Error) io.warn(error.stack ?? '');
  return error instanceof UserError ? error.status : 1;
}

function topLevel(word: string | undefined): string | undefined {
  if (word === '--help' || word === '-h') return generalHelp(COMMANDS);
  return word === '--version' ? `carillon ${version}` : undefined;
}

function helpFor(words: readonly string[]): string {
  if (words.length === 0) return generalHelp(COMMANDS);
  const [command, rest] = findCommand(words, true);
  if (rest.length > 0) {
    throw new UserError(`"${rest[0]}" is one too many; write carillon help COMMAND`);
  }
  return typeof command === 'string' ? command : commandHelp(command);
}

/** The command that the first words name, or a group's help text; and the words behind. */
function findCommand(
  words: readonly string[],
  forHelp = false,
): [Command | string, readonly string[]] {
  const [first, second] = words;
  const single = COMMANDS.find(({ name }) => name === first);
  if (single !== undefined) return [single, words.slice(1)];
  const group = COMMANDS.filter(({ name }) => first !== undefined && name.startsWith(`${first} `));
  if (group.length === 0) throw unknownCommand(first);
  const found = group.find(({ name }) => name === `${first} ${second}`);
  if (found !== undefined) return [found, words.slice(2)];
  if (second === '--help' || second === '-h' || (forHelp && second === undefined)) {
    return [groupHelp(first ?? '', group), []];
  }
  const verbs = group.map(({ name }) => name.slice(name.indexOf(' ') + 1));
  if (second === undefined) {
    throw new UserError(`${first} what? Write carillon ${first} ${verbs.join('|')}`);
  }
  const hint = suggest(second, verbs) || `; write carillon ${first} ${verbs.join('|')}`;
  throw new UserError(`unknown command "${first} ${second}"${hint}`);
}

function unknownCommand(word: string | undefined): UserError {
  const words = [...new Set(COMMANDS.map(({ name }) => name.split(' ', 1)[0] ?? ''))];
  const write = `; write one of ${words.join(', ')}, or --help`;
  if (word === undefined) return new UserError(`a command is missing${write}`);
  if (word.startsWith('-')) return new UserError(`unknown option ${word}${write}`);
  return new UserError(`unknown command "${word}"${suggest(word, words) || write}`);
}
