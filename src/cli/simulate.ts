// `carillon simulate`: has the running sandbox place a call and waits for its end.

import { loadStoreSettings, secondsReader, UserError } from '../config.ts';
import { connectControl } from '../control/control-client.ts';
import { type Command, type Given, valueOf } from './arguments.ts';
import { dataFlags, refusedByEmptyStore } from './carry-out.ts';

export const simulate: Command = {
  name: 'simulate',
  summary: 'Places a call in the running sandbox, over real SIP, and waits for its end.',
  operands: ['CALLER', 'CALLEE'],
  options: {
    'answer-after': { value: 'S', help: 'seconds until the called telephone answers (default 1)' },
    talk: { value: 'S', help: 'seconds until it hangs up (default 2)' },
    busy: { help: 'the called telephone is busy' },
    'no-answer': { help: 'nobody answers; the caller gives up' },
    data: { value: 'DIR', help: 'data directory of the sandbox (default ./data-sandbox)' },
  },
  notes: [
    'The sandbox has the lines 33123456789 and 33123456790. Any other number is outside: one that ends',
    'with 00 is busy, 01 never answers, 02 does not exist, any other answers after a second.',
    'It prints callref=… result=…; carillon notification list --call CALLREF --data DIR shows what',
    'was told about the call.',
  ].join('\n'),
  examples: [
    'carillon simulate 33612345678 33123456789',
    'carillon simulate 33612345678 33123456789 --answer-after 3 --talk 10',
    'carillon simulate 33123456789 33612345600',
  ],
  async run(given, io) {
    const args = {
      caller: given.operands[0],
      callee: given.operands[1],
      answerAfterS: secondsOf(given, 'answer-after'),
      talkS: secondsOf(given, 'talk'),
      outcome: outcomeOf(given),
    };
    const { data, country } = loadStoreSettings(dataFlags(given), io.env, true);
    const server = await connectControl(data);
    if (server === undefined) {
      const refused = await refusedByEmptyStore('simulate', args, country);
      if (refused?.ok === false) throw new UserError(refused.error, refused.status);
      throw new UserError(
        `no sandbox runs on ${data}; start one with carillon serve --sandbox, or name its directory with --data`,
        1,
      );
    }
    try {
      const reply = await server.request('simulate', args);
      if (!reply.ok) throw new UserError(reply.error, reply.status);
      const { callref, result, asked } = reply.result;
      io.print(`callref=${callref} result=${result}`);
      if (!asked)
        throw new UserError(`the call ended with "${result}", which was not asked for`, 1);
    } finally {
      server.close();
    }
  },
};

function secondsOf(given: Given, name: string): number | undefined {
  const text = valueOf(given, name);
  return text === undefined ? undefined : secondsReader(0, 3600)(text, `--${name}`);
}

function outcomeOf(given: Given): 'busy' | 'no-answer' | undefined {
  const busy = given.options.has('busy');
  const noAnswer = given.options.has('no-answer');
  if (busy && noAnswer) {
    throw new UserError('--busy and --no-answer exclude each other; write one of them');
  }
  return busy ? 'busy' : noAnswer ? 'no-answer' : undefined;
}
