// The server writes English: here stand only the sentences of what is noticed in the browser, and those
// that a page can say better. All others are shown as they came (message.ts).

import type { Messages } from './message.ts';

export const messages: Messages = {
  'offline-here': 'The server does not answer. Check your network connection, then try again.',
  'timeout-here': 'The server takes too long to answer. Try again in a moment.',
  'unreadable-answer': 'The server answered {status} without saying why. Try again in a moment.',
  csrf: 'This page was open for too long: reload it, then try again.',
};
