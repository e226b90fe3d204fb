// What the page makes of what is typed about delivery, held against what the server makes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELIVERY_LIMITS } from '../src/lines/delivery-forms.ts';
import { LINE_MESSAGE_CODES } from '../src/lines/message-codes.ts';
import {
  deliveryDraftOf,
  deliveryProblem,
  deliverySettingsOf,
  LIMITS,
  spanText,
} from './delivery-draft.ts';
import { changesOf, draftOf } from './cti-draft.ts';

const unset = {
  deliveryTimeoutS: 0,
  deliveryWindowS: 0,
  deliveryRetryS: [],
  deliveryMode: '' as const,
};
const set = {
  deliveryTimeoutS: 2.5,
  deliveryWindowS: 60,
  deliveryRetryS: [0.5, 3, 10],
  deliveryMode: 'at-most-once' as const,
};

test('a draft that was not touched says what the line says, empty where the server does', () => {
  const empty = deliveryDraftOf(unset);
  assert.deepEqual(Object.values(empty), ['', '', '', '']);
  assert.equal(deliveryDraftOf(set).deliveryRetry, '0.5 3 10');
  for (const line of [unset, set]) {
    assert.deepEqual(deliverySettingsOf(deliveryDraftOf(line)), line);
    assert.equal(deliveryProblem(deliveryDraftOf(line)), null);
  }
});

test('spaces and decimal commas are read as they are meant', () => {
  const draft = {
    deliveryTimeout: ' 2,5 ',
    deliveryWindow: '060',
    deliveryRetry: ' 0,5\u00a0 3\t10 ',
    deliveryMode: 'at-most-once' as const,
  };
  assert.deepEqual(deliverySettingsOf(draft), set);
  assert.equal(deliveryProblem(draft), null);
});

test('what is no number is told by field, code and values of the server, and is unsaved work', () => {
  const line = {
    ...unset,
    buzzeeUrl: '',
    api: true,
    notificationUrl: '',
    sourceIp: '',
    sourceIpMatch: 'whole' as const,
    autoAnswer: false,
    origins: [],
  };
  for (const text of ['x', '0', '0.0', '-1', '1e3', '5 s', '1;2', '.5', 'NaN']) {
    const draft = {
      ...draftOf(line),
      deliveryTimeout: text,
      deliveryWindow: text,
      deliveryRetry: `1 ${text.split(' ').at(-1)} 3`,
    };
    const problem = deliveryProblem(draft);
    assert.deepEqual(
      problem?.errors?.map(({ field, code, values }) => [field, code, values]),
      [
        ['deliveryTimeoutS', 'delivery-timeout-invalid', { least: 0.5, most: 30 }],
        ['deliveryWindowS', 'delivery-window-invalid', { least: 1, most: 86_400 }],
        [
          'deliveryRetryS',
          'delivery-retry-invalid',
          { written: text.split(' ').at(-1), least: 0.5, most: 3600 },
        ],
      ],
      text,
    );
    assert.equal(Object.keys(changesOf(draft, line)).length, 3, text);
    const codes: readonly string[] = LINE_MESSAGE_CODES;
    assert.ok(problem?.errors?.every(({ code }) => codes.includes(code)));
  }
});

test('the limits are those of the server', () => {
  const { timeoutS, windowS, retryS } = DELIVERY_LIMITS;
  assert.deepEqual(LIMITS, { timeoutS, windowS, retryS });
});

test('a span is written in the largest unit that fits', () => {
  const spans = [0.5, 45, 90, 600, 5400, 86_400].map((seconds) => spanText(seconds, String));
  assert.deepEqual(spans, ['0.5 s', '45 s', '90 s', '10 min', '90 min', '24 h']);
});
