// The French sentences held against the codes of the rooms that write them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DESTINATION_MESSAGE_CODES } from '../../src/destinations/message-codes.ts';
import { LINE_MESSAGE_CODES } from '../../src/lines/message-codes.ts';
import { DIAGNOSIS_CODES } from '../../src/notifications/diagnosis.ts';
import { TEMPLATE_MESSAGE_CODES } from '../../src/notifications/template-codes.ts';
import { TEST_NOTE_CODES } from '../../src/notifications/test-call-destination.ts';
import { NUMBER_MESSAGE_CODES } from '../../src/numbers/number-codes.ts';
import { developer } from './fr/developer.ts';
import { notifications as englishNotifications } from './en/notifications.ts';
import { notifications } from './fr/notifications.ts';
import { placeholders, sentenceFrom } from './message.ts';
import { messages as english } from './messages.en.ts';
import { messages as french } from './messages.fr.ts';

function sourceOf(path: string): string {
  return readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
}

test('every code of lines, numbers, templates, diagnoses and destinations has a French sentence', () => {
  const codes: readonly string[] = [
    ...LINE_MESSAGE_CODES,
    ...NUMBER_MESSAGE_CODES,
    ...TEMPLATE_MESSAGE_CODES,
    ...DIAGNOSIS_CODES,
    ...TEST_NOTE_CODES,
    ...DESTINATION_MESSAGE_CODES,
  ];
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(french, code)),
    [],
  );
});

// The server's own English speaks to who types commands.
test('what is said of destinations and signing keys has an English sentence for pages too', () => {
  assert.deepEqual(
    DESTINATION_MESSAGE_CODES.filter((code) => !Object.hasOwn(english, code)),
    [],
  );
  for (const code of DESTINATION_MESSAGE_CODES) {
    assert.doesNotMatch(english[code] ?? '', /carillon (destination|secret)/, code);
  }
});

test('every refusal that a route of the API or the erasure makes itself has a French sentence', () => {
  const folder = new URL('../../src/web/api/', import.meta.url);
  const codes = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...sourceOf(`web/api/${name}`).matchAll(/new Refusal\(\s*\d+,\s*'([a-z-]+)'/g),
    ])
    .map((match) => match[1]!)
    // Of this one the page shows what it says of each field.
    .filter((code) => code !== 'invalid');
  const erasure = /readonly code: ([^;]*);/.exec(sourceOf('history/erasure.ts'))?.[1] ?? '';
  const ofErasure = [...erasure.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]!);
  assert.ok(codes.length > 10 && ofErasure.length > 3, 'the codes were found');
  assert.deepEqual(
    [...codes, ...ofErasure].filter((code) => !Object.hasOwn(french, code)),
    [],
  );
});

test('every class of a failed try has its words in both languages', () => {
  const declared =
    /export type FailureClass =([^;]*);/.exec(
      sourceOf('notifications/send-failure.ts').replace(/\/\/.*$/gm, ''),
    )?.[1] ?? '';
  const classes = [...declared.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]!);
  assert.ok(classes.length > 8, 'the classes were found');
  for (const { failures } of [notifications, englishNotifications]) {
    assert.deepEqual(
      classes.filter((each) => !Object.hasOwn(failures, each)),
      [],
    );
  }
});

test('every refusal about users, customers and tokens has one too', () => {
  const declared =
    /export type RefusalCode =([^;]*);/.exec(sourceOf('access/outcome.ts'))?.[1] ?? '';
  const codes = [...declared.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]!);
  assert.ok(codes.length > 20, 'the list of codes was found');
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(french, code)),
    [],
  );
});

test('a sentence names only values that come with its code', () => {
  // The lists say behind each code which values it has.
  const listed = [
    'lines/message-codes.ts',
    'notifications/template-codes.ts',
    'destinations/message-codes.ts',
    'notifications/test-call-destination.ts',
  ]
    .map((path) => sourceOf(path).split('] as const', 1)[0])
    .join('\n');
  const rows = [...listed.matchAll(/^ {2}'([a-z0-9-]+)',(?: \/\/ (.*))?$/gm)];
  assert.ok(rows.length > 40, 'the lists were found');
  for (const [, code = '', values = ''] of rows) {
    const known = values.split(/, /);
    for (const dictionary of [french, english]) {
      const unknown = placeholders(dictionary[code] ?? '').filter((name) => !known.includes(name));
      assert.deepEqual(unknown, [], code);
    }
  }
});

test('a message takes the sentence of its code, with its values', () => {
  const message = {
    code: 'short-taken',
    text: 'no',
    values: { short: 12, number: '33', customer: 'a' },
  };
  assert.match(sentenceFrom(french, message), /numéro court 12 est déjà celui de la ligne 33/);
});

test('an unknown code, and one whose values are missing, keep the server’s English as a sentence', () => {
  assert.equal(sentenceFrom(french, { code: 'new-thing', text: 'this is new' }), 'This is new.');
  assert.equal(sentenceFrom(french, { code: 'slow-down', text: 'Too fast' }), 'Too fast.');
});

test('what is noticed in the browser is said in both languages', () => {
  for (const code of ['offline-here', 'timeout-here', 'unreadable-answer']) {
    assert.ok(french[code] !== undefined && english[code] !== undefined, code);
  }
});

test('the number of a line is written as in the rest of the page', () => {
  const message = {
    code: 'short-taken',
    text: 'no',
    values: { short: '12', number: '33123456790' },
  };
  assert.match(sentenceFrom(french, message, 'FR'), /la ligne 01\u00a023\u00a045\u00a067\u00a090/);
  assert.match(sentenceFrom(english, message, 'FR'), /the line 01\u00a023\u00a045\u00a067\u00a090/);
  assert.match(sentenceFrom(french, message, 'BE'), /la ligne \+33 1 23/);
  // Anything else stays as it is.
  const port = { code: 'too-long', text: 'no', values: { limit: 33123456790 } };
  assert.match(sentenceFrom(french, port, 'FR'), /33123456790/);
});

test('every operation of the API has a French summary, and none that is gone', () => {
  const folder = new URL('../../src/web/api/', import.meta.url);
  const routes = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...sourceOf(`web/api/${name}`).matchAll(/method: '([A-Z]+)',\s+url: '([^']+)'/g),
    ])
    .map(([, method, url = '']) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
    // The document does not tell of itself.
    .filter((route) => route !== 'GET /openapi.json');
  assert.ok(routes.length > 25, 'the routes were found');
  assert.deepEqual(
    routes.filter((route) => !Object.hasOwn(developer.operations, route)),
    [],
  );
  const known = new Set(routes);
  assert.deepEqual(
    Object.keys(developer.operations).filter((operation) => !known.has(operation)),
    [],
  );
});
