// English texts of how a line's notifications are delivered, on the tab CTI Informatique.

import type { delivery as french } from '../fr/delivery.ts';

export const delivery: typeof french = {
  title: 'Delivery',
  lead: 'What holds when your server is slow or does not answer. An empty field: as the Carillon server is set.',
  now: ({ timeout, retry, window }) =>
    `In force: your server has ${timeout} to answer; otherwise it is tried again after ${retry} s (the last wait is repeated) for ${window}, then the notification is parked.`,
  timeout: 'Time to answer (seconds)',
  timeoutHint: 'From 0.5 to 30.',
  window: 'How long it is tried again (seconds)',
  windowHint: 'From 1 to 86400; 600 is ten minutes.',
  retry: 'Wait before each new try (seconds)',
  retryHint: 'Up to 20 numbers separated by spaces, such as 1 3 10 30.',
  mode: 'Guarantee',
  modeHint:
    'At most once: what may have arrived is not sent again, so nothing arrives twice, but a notification may be lost.',
  modes: {
    '': 'As the server is set',
    'at-least-once': 'At least once',
    'at-most-once': 'At most once',
  },
  modeNow: (mode) => `As the server is set (${mode.toLowerCase()})`,
};
