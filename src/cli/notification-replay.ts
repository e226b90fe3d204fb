// `carillon notification replay`: many notifications once more, after a receiver was down.

import { UserError } from '../config.ts';
import { type Command, valueOf } from './arguments.ts';
import { askRunningServer, DATA_OPTION, noServer } from './carry-out.ts';

export const notificationReplay: Command = {
  name: 'notification replay',
  summary: 'Sends parked notifications again, of a line, of a time, or all.',
  operands: [],
  options: {
    line: { value: 'NUMBER', help: 'only those of this line' },
    from: { value: 'TIME', help: 'only of events at or after, e.g. 2026-11-23T08:00:00Z' },
    to: { value: 'TIME', help: 'only of events before' },
    state: { value: 'STATE', help: 'parked (default), delivered, or ended for both' },
    all: { help: 'those of every line and time' },
    ...DATA_OPTION,
  },
  notes: [
    'They keep their ids, and go in order within each call. What was delivered before is sent a second',
    'time with --state delivered or ended: a receiver that looks at Webhook-Id takes it once.',
  ].join('\n'),
  examples: [
    'carillon notification replay --line 33123456789',
    'carillon notification replay --from 2026-11-23T08:00:00Z --to 2026-11-23T09:30:00Z --state ended',
  ],
  async run(given, io) {
    const [line, from, to] = ['line', 'from', 'to'].map((name) => valueOf(given, name));
    const narrowed = [line, from, to].some((value) => value !== undefined);
    if (narrowed === given.options.has('all')) {
      throw new UserError('write which: --line NUMBER, --from TIME, --to TIME, or --all alone');
    }
    const state = valueOf(given, 'state') ?? 'parked';
    let count = 0;
    for (let above = 0, more = true; more;) {
      const args = { line, from, to, state, above };
      const answer = await askRunningServer('notification.replay', args, given, io);
      if (answer === undefined) throw noServer();
      count += answer.count;
      ({ more, next: above } = answer);
    }
    io.print(`${count} ${count === 1 ? 'waits' : 'wait'} again`);
  },
};
