// English texts of sending notifications again, and of the state of the delivery.

import type { replay as french } from '../fr/replay.ts';

export const replay: typeof french = {
  line: 'Send again all that was not delivered of this line',
  period: 'Send a period again…',
  lineTitle: 'Send again what was not delivered',
  lineText: (number: string) =>
    `All notifications of the line ${number} that were not delivered are sent again under their ids, in the order of each call, with fresh tries.`,
  mend: 'Do it when your software answers again: else they will fail once more.',
  periodTitle: 'Send a period again',
  periodText:
    'The notifications are sent again under their ids, in the order of each call, with fresh tries.',
  from: 'From',
  to: 'Up to',
  fromHint: 'The time of the event. Empty: from the beginning.',
  toHint: 'Empty: up to now.',
  noTime: 'This time is not complete: write date and time, or clear both.',
  wrongOrder: 'The end is before the beginning: change one of them.',
  fromMissing: 'Write a beginning: without it all of the history would be sent again.',
  state: 'Which ones',
  states: {
    parked: 'Those not delivered',
    delivered: 'Those delivered',
    ended: 'Both',
  },
  stateHints: {
    parked: 'What your software did not receive.',
    delivered: 'What it received and lost, such as before a backup was put back.',
    ended: 'All that has ended, delivered or not.',
  },
  send: 'Send again',
  stop: 'Stop',
  stopping: 'Stopping after what is under way…',
  running: {
    one: 'Under way… # notification goes again.',
    other: 'Under way… # notifications go again.',
  },
  none: 'There is nothing to send again.',
  done: {
    one: '# notification goes again: the result appears in the list.',
    other: '# notifications go again: the results appear in the list.',
  },
  stopped: {
    one: 'Stopped: # notification goes again, the others stay as they were.',
    other: 'Stopped: # notifications go again, the others stay as they were.',
  },
  failedAfter: {
    one: '# notification went again before this error.',
    other: '# notifications went again before this error.',
  },

  health: {
    title: 'Delivery now',
    waiting: 'Waiting',
    oldest: 'The oldest has waited for',
    retry: 'Waiting for another try',
    circuits: 'Servers left alone',
    circuitsHint: 'They failed too often; a request probes them from time to time.',
    nothing: 'Nothing waits: all that could be delivered is.',
  },
};
