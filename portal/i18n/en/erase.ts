// English texts of the erasure of a number's data, for operators.

import type { erase as french } from '../fr/erase.ts';

export const erase: typeof french = {
  open: 'Erase a number…',
  title: 'Erase a number’s data',
  lead: 'For a person who asks for his data to be erased. All calls with his number, on all lines, and all that your software was told of them disappear from this server.',
  stays:
    'What stays: backups, logs, what your software has received, and what somebody wrote in a title or a URL.',
  number: 'Number to erase',
  numberHint: 'In any usual form: 06 12 34 56 78 or +33 6 12 34 56 78',
  numberForm: 'This is no telephone number: write it such as 06 12 34 56 78.',
  look: 'Look for its calls',
  found: (number: string) => ({
    one: `# call with ${number} will be erased.`,
    other: `# calls with ${number} will be erased.`,
  }),
  foundMore: (count: string, number: string) =>
    `More than ${count} calls with ${number} will be erased.`,
  foundNone: (number: string) =>
    `No call with ${number} is kept. Erasing also makes sure that no trace of it is left.`,
  confirm: 'Confirmation',
  sure: 'I understand that this is final',
  sureMissing: 'Check this box to erase.',
  action: 'Erase for good',
  goesOn:
    'This number has very many calls: it goes on. You may close this page, it comes to its end by itself.',
  erased: (number: string) => ({
    one: `${number} is erased: # call.`,
    other: `${number} is erased: # calls.`,
  }),
  notifications: { one: '# notification with them.', other: '# notifications with them.' },
  remains: {
    one: 'These digits still stand # time in the database: in a setting, a longer number, or unused room.',
    other:
      'These digits still stand # times in the database: in a setting, a longer number, or unused room.',
  },
  clean: 'No trace of it is left in the database.',
};
