// English texts of the notifications page and of the notifications of one call.

import type { notifications as french } from '../fr/notifications.ts';

export const notifications: typeof french = {
  title: 'Notifications',
  lead: 'What was sent to your software, and whether it arrived.',
  filters: 'Filter the notifications',
  state: 'State',
  allStates: 'All states',
  states: { pending: 'Waiting', delivered: 'Delivered', parked: 'Not delivered' },
  stateHints: {
    pending: 'It is being sent, or will be tried again.',
    delivered: 'Your server has received it.',
    parked: 'Set aside after several tries without success.',
  },
  call: 'Show the call',
  of: 'Notification',
  resend: 'Send again',
  resent: 'It is sent again: the result appears here.',
  attempts: { one: '# try', other: '# tries' },
  noAttempt: 'No try yet',
  attemptNumber: (number: number) => `Try ${number}`,
  accepted: (status: number) => `Received (answer ${status})`,
  answered: (status: number) => `The server answered ${status}`,
  failures: {
    'name-not-found': 'Server name not found',
    refused: 'Connection refused',
    unreachable: 'Server cannot be reached',
    certificate: 'Certificate not valid',
    timeout: 'No answer in time',
    redirect: 'A redirect, which is not followed',
    status: 'Answered with an error',
    'bad-answer': 'Unreadable answer',
    'bad-url': 'Address not valid',
    'target-refused': 'Address not allowed',
    stopped: 'The server stopped meanwhile',
  },
  failed: 'Failed',
  none: 'No notifications',
  noneText:
    'Once a line has a notification URL, each call sends SETUP, CONNECT and RELEASE, shown here.',
  noneFound: 'No notification fits these filters',
  older: 'Newer notifications are not shown any more, so that the page stays fast.',
  list: 'Notifications, newest first',
};
