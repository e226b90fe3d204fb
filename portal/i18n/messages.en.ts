// The server writes English: here stand only the sentences of what is noticed in the browser, and those
// that a page can say better. All others are shown as they came (message.ts).

import type { Messages } from './message.ts';

export const messages: Messages = {
  'offline-here': 'The server does not answer. Check your network connection, then try again.',
  'timeout-here': 'The server takes too long to answer. Try again in a moment.',
  'unreadable-answer': 'The server answered {status} without saying why. Try again in a moment.',
  // Commands say what to run; a page does not. And numbers are written as the rest of the page writes them.
  'control-character': 'There is a line break or another control character in it: leave it out.',
  'line-exists': 'The line {number} exists already.',
  'no-such-line': 'There is no line {number}, or it is not yours.',
  'short-taken':
    'The short number {short} is already that of the line {number}: write another one.',
  'line-unknown': 'The customer {customer} has no line {line}.',
  'too-long': 'Write at most {limit} characters.',
  'delivery-timeout-invalid':
    'The time to answer is {least} to {most} seconds: write it such as 5 or 2.5, or leave it empty.',
  'delivery-window-invalid':
    'It is tried again for {least} to {most} seconds: write it such as 600, or leave it empty.',
  'delivery-retry-invalid':
    '{written} is no wait: write seconds from {least} to {most}, separated by spaces, such as 1 3 10 30.',
  'name-taken':
    'This name is taken, or calls of an earlier customer of this name are still kept: choose another one.',
  'no-such-destination': 'The destination {id} is not there any more: reload the page.',
  'too-many-destinations': 'The line {number} has {limit} destinations already: remove one first.',
  'destination-unknown-setting': 'A destination has no setting {setting}.',
  'destination-format-unknown': 'There is no such form. Possible are: {formats}.',
  'destination-direction-unknown': 'Choose incoming calls, outgoing ones, or both.',
  'destination-not-a-switch': 'A destination is either on or off.',
  'destination-types-not-a-list': 'Choose some of SETUP, CONNECT and RELEASE.',
  'destination-types-empty':
    'Nothing would be told: choose at least one event, or switch the destination off.',
  'destination-type-unknown': '{written} is no event: choose some of SETUP, CONNECT and RELEASE.',
  'destination-numbers-not-a-list': 'Write a list of beginnings of numbers, such as 336 and 337.',
  'destination-number-invalid':
    '{written} is no beginning of a number: write the first digits in the international form, such as 336 for French mobiles.',
  'destination-too-many-numbers':
    '{numbers} beginnings of numbers are too many: write at most {limit}.',
  'destination-zammad-without-setup':
    'Zammad knows a call by its beginning only and refuses the rest of a call that it does not know: check SETUP too.',
  'no-such-secret': 'The line {number} has no signing key for this place.',
  'secret-invalid':
    'This key is not valid: write whsec_ and the base64 of {shortest} to {longest} random bytes, or leave it empty.',
  'secret-in-use':
    'This key signs already: leave it empty to have another one made, or write a new one.',
  'signing-keys-unreadable':
    'The signing keys cannot be read on the server: the operator must put the file carillon.key back.',
  'is-a-line': '{number} is a line of this server: remove the line first.',
  'named-in-settings': '{number} stands in settings ({first}): take it out of them first.',
  csrf: 'This page was open for too long: reload it, then try again.',
};
