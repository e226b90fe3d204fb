// `carillon secret rotate`: a new signing key for one place of a line. It alone stands on standard output, so
// that a script can keep it.

import { createInterface } from 'node:readline';
import { UserError } from '../config.ts';
import { type Command, type Given, type Io, valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import { PLACE_OPTION, placeName, placeOf } from './destination-options.ts';

export const secretRotate: Command = {
  name: 'secret rotate',
  summary: 'Makes a new key that notifications are signed with, and prints it once.',
  operands: ['NUMBER'],
  options: {
    ...PLACE_OPTION,
    secret: {
      value: 'whsec_…|-',
      help: 'a key of your own, 24 to 64 bytes in base64; - reads it from standard input',
    },
    ...DATA_OPTION,
  },
  notes: [
    'From then on each request to this place has a Webhook-Signature (https://www.standardwebhooks.com).',
    'The key before signs as well for 24 hours: put the new one into the receiver meanwhile.',
    'docs/destinations.md shows how a receiver checks it.',
  ].join('\n'),
  examples: [
    'carillon secret rotate 33123456789 > key.txt',
    'carillon secret rotate 33123456789 --destination 4',
  ],
  async run(given, io) {
    const destination = placeOf(given);
    const args = { number: given.operands[0], destination, secret: await secretFrom(given, io) };
    const { key, secret } = await carryOut('secret.rotate', args, given, io);
    io.print(secret);
    const { line, previousUntil } = key;
    const before =
      previousUntil === null ? '' : `; the key before signs as well until ${previousUntil}`;
    io.warn(
      `this key of line ${line} (${placeName(destination)}) is shown this once: keep it in a safe ` +
        `place${before}`,
    );
  },
};

/** The secret that was written, or the first line of standard input where it is `-`. */
async function secretFrom(given: Given, io: Io): Promise<string | undefined> {
  const written = valueOf(given, 'secret');
  if (written !== '-') return written;
  if (io.stdin.isTTY === true) io.warn('Key, then Enter (it is shown):');
  for await (const line of createInterface({ input: io.stdin })) {
    if (line.trim() !== '') return line.trim();
    break;
  }
  throw new UserError('--secret -: standard input is empty; write the key on its first line');
}
