// English texts of a line's further destinations and of its signing keys, on the tab CTI Informatique.

import type { destinations as french } from '../fr/destinations.ts';

export const destinations: typeof french = {
  title: 'Further destinations',
  lead: 'More software to be told of this line’s calls, each in its own way. One that fails holds up no other, and the check box API Keyyo does not concern them.',
  count: (now: number, most: number) => `${now} of ${most}`,
  list: 'Further destinations of the line',
  add: 'Add a destination',
  addAction: 'Add',
  change: 'Change the destination',
  none: 'No further destination',
  noneText: 'The notification URL above is enough for one program. For a second one, add it here.',
  full: (most: number) => `A line has at most ${most} destinations: remove one first.`,
  added: 'Destination added.',
  saved: 'Destination saved.',
  switchedOn: 'Destination switched on.',
  switchedOff: 'Destination switched off: it is told nothing any more.',
  on: 'On',
  off: 'Off',
  enabled: 'Destination on',
  enabledHint: 'Switched off, it keeps its settings and is told nothing.',
  test: 'Test',
  testHint: 'Really sends a test call to this destination.',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove the destination ${name}?`,
  removeText:
    'It is told nothing any more, and its signing key is removed. What waits for it already is still sent, unsigned.',
  removed: 'Destination removed.',
  name: 'Title',
  nameHint: 'For you to know it by, such as Zammad of the support. Optional.',
  format: 'Form of what is sent',
  formats: {
    get: 'GET, like the notification URL',
    'standard-webhooks': 'Standard Webhooks (JSON by POST)',
    zammad: 'Zammad, generic CTI',
  },
  formatHints: {
    get: 'Everything is in the URL, by keywords. For software made for Keyyo, or a small script.',
    'standard-webhooks':
      'JSON by POST that libraries in every language can verify. For what you write yourself.',
    zammad:
      'What Zammad expects. For Zammad only: the URL is the one that it shows under Integrations, CTI (generic).',
  },
  url: 'URL of the destination',
  urlHints: {
    get: 'With the keywords of the notification URL; type= is added where there is no _N_TYPE_.',
    'standard-webhooks': 'Sent as it is written; keywords are possible in it.',
    zammad: 'Such as https://SERVER/api/v1/cti/TOKEN',
  },
  direction: 'Calls',
  directions: {
    any: 'Incoming and outgoing',
    incoming: 'Incoming only',
    outgoing: 'Outgoing only',
  },
  types: 'Events',
  typesMissing: 'Choose at least one event.',
  typeWords: {
    SETUP: 'The call arrives',
    CONNECT: 'Picked up',
    RELEASE: 'Hung up',
  },
  allTypes: 'All events',
  numbers: 'Beginnings of numbers',
  numbersHint:
    'One on each row, international without plus: 336 for French mobiles. Empty: all numbers, hidden ones too.',
  numbersRead: (numbers: string) => `Only other parties whose number begins with ${numbers}`,
  allNumbers: 'All numbers',
  numberCount: { one: '# beginning of numbers', other: '# beginnings of numbers' },
  preview: 'What this destination will receive',
  previewLead: (caller: string) =>
    `Example: a call with the mobile ${caller}, picked up, then hung up. The JSON is laid out for reading.`,
  previewNone: 'Write a URL to see what will be sent.',
  body: 'Body',

  keysTitle: 'Signature',
  keysLead:
    'With a key, all that is sent carries a signature: your software knows that it is from here, whole, and new.',
  keysCaption: 'Signing keys of the line',
  verify: 'How to verify a signature',
  place: 'Destination',
  places: { url: 'Notification URL', buzzee: 'Delos Buzzee' },
  unnamed: (id: number) => `Destination ${id}`,
  key: 'Key',
  unsigned: 'Not signed',
  signed: 'Signed',
  since: 'since',
  until: 'The key before signs until',
  make: 'Make a key',
  rotate: 'Replace the key',
  removeKey: 'Remove the key',
  makeTitle: (place: string) => `Sign: ${place}`,
  rotateTitle: (place: string) => `Replace the key: ${place}`,
  makeText:
    'From now on all that is sent there carries a signature. Software that does not verify it is not disturbed.',
  rotateText:
    'The new key signs from now on. The one before signs for 24 hours more: time to give the new one to your software.',
  rotateTwice:
    'A still older key signs too. If you replace the key now, that older one ends at once.',
  own: 'I have a key already',
  ownKey: 'Your key',
  ownKeyHint: 'whsec_ and the base64 of 24 to 64 bytes. Empty: Carillon makes one.',
  made: (place: string) => `Signing key: ${place}`,
  secretLabel: 'the signing key',
  madeText: 'Give it to your software, which verifies with it all that it receives.',
  done: 'Done',
  removeKeyTitle: (place: string) => `Remove the key: ${place}?`,
  removeKeyText:
    'From the next request on nothing is signed that goes there. Software that verifies signatures will refuse what it receives.',
  keyRemoved: 'Key removed.',

  verifyTitle: 'Verify a signature',
  verifyLead:
    'Where there is a key, all that is sent carries Webhook-Id, Webhook-Timestamp and Webhook-Signature, as Standard Webhooks has them.',
  verifyContent:
    'What is signed is “id.timestamp.content”. The content is the body of a POST, byte for byte; of a GET it is the path with its query as it stands in the request line. Refuse what is more than 5 minutes away from your clock.',
  verifyKeys: 'Make or replace a key',
};
