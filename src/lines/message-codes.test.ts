// That every refusal and warning about a line's settings has its code, its field and its values.

import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Lines } from './lines.ts';
import type { LineChanges } from './lines.ts';
import { isConflict, LINE_MESSAGE_CODES, say } from './message-codes.ts';
import { FakeStore, lineOf, RULES } from './test-kit.ts';

const [A, B, C] = ['33100000001', '33100000002', '33100000003'];
const password = 'long enough';

async function load(): Promise<Lines> {
  const lines = await Lines.load(new FakeStore(), RULES, { error: () => {} });
  lineOf(await lines.add({ number: A, password, short: '21' }));
  lineOf(await lines.add({ number: B, password }));
  return lines;
}

function lengths(limit: number) {
  return { limit, length: limit + 1 };
}

test('each setting that is refused is named, with a code and the values of its sentence', async () => {
  const lines = await load();
  const refused: [LineChanges, field: string, code: string, values?: object][] = [
    [{ title: 'x'.repeat(65) }, 'title', 'title-too-long', lengths(64)],
    [{ offer: 'x'.repeat(65) }, 'offer', 'offer-too-long', lengths(64)],
    [{ password: '' }, 'password', 'password-empty', { limit: 128 }],
    [{ password: 'x'.repeat(129) }, 'password', 'password-too-long', lengths(128)],
    [{ sourceIp: 'x'.repeat(513) }, 'sourceIp', 'source-ip-too-long', lengths(512)],
    [{ sourceIpMatch: 'partly' }, 'sourceIpMatch', 'source-ip-match-unknown'],
    [{ buzzeeUrl: 'ftp://h/' }, 'buzzeeUrl', 'buzzee-url-invalid'],
    [
      { buzzeeUrl: `http://h/${'x'.repeat(2040)}` },
      'buzzeeUrl',
      'buzzee-url-too-long',
      lengths(2048),
    ],
    [{ customer: 'Acme' }, 'customer', 'customer-name-invalid', { limit: 32 }],
    [{ api: 'yes' }, 'api', 'not-on-or-off'],
    [{ autoAnswer: 'yes' }, 'autoAnswer', 'not-on-or-off'],
    [{ origins: 'null' }, 'origins', 'origin-null'],
    [
      { deliveryTimeoutS: '31' },
      'deliveryTimeoutS',
      'delivery-timeout-invalid',
      { least: 0.5, most: 30 },
    ],
    [
      { deliveryWindowS: '0' },
      'deliveryWindowS',
      'delivery-window-invalid',
      { least: 1, most: 86_400 },
    ],
    [
      { deliveryRetryS: '1 0 3' },
      'deliveryRetryS',
      'delivery-retry-invalid',
      { written: '0', least: 0.5, most: 3600 },
    ],
    [
      { deliveryRetryS: '1 '.repeat(21) },
      'deliveryRetryS',
      'delivery-retry-too-many',
      { delays: 21, limit: 20 },
    ],
    [{ deliveryMode: 'once' }, 'deliveryMode', 'delivery-mode-unknown'],
    [{ title: 'a\nb' }, 'title', 'control-character', { setting: 'title' }],
    [{ short: '21' }, 'short', 'short-taken', { short: '21', number: A, customer: 'default' }],
    // What the rules of other rooms say keeps the codes that those gave.
    [{ short: '1' }, 'short', 'fake-short'],
    [{ notificationUrl: 'x' }, 'notificationUrl', 'fake-template'],
  ];
  const untyped: [object, field: string, code: string, values?: object][] = [
    [{ api: true }, 'api', 'not-a-text', { setting: 'api' }],
    [{ color: 'blue' }, 'color', 'unknown-setting', { setting: 'color' }],
    [{ number: C }, 'number', 'line-number-fixed'],
  ];
  for (const [changes, field, code, values] of [...refused, ...untyped]) {
    const result = await lines.set(B, changes);
    assert.ok(!result.ok, JSON.stringify(changes));
    assert.deepEqual([result.field, result.code, result.values], [field, code, values]);
  }
});

test('each warning has a code and the values of its sentence', async () => {
  const lines = await load();
  const doubtful: [LineChanges, code: string, values?: object][] = [
    [{ password: 'seven77' }, 'password-short', { limit: 8 }],
    [
      { sourceIp: 'a)' },
      'source-ip-invalid',
      { reason: 'error parsing regexp: unexpected ): `a)`' },
    ],
    [{ notificationUrl: 'http://h/' }, 'fake-no-keyword'],
  ];
  for (const [changes, code, values] of doubtful) {
    const result = await lines.set(A, changes);
    assert.ok(result.ok);
    assert.deepEqual(
      result.warnings.map((warning) => [warning.code, warning.values]),
      [[code, values]],
    );
  }
});

test('a line that exists or does not is named', async () => {
  const lines = await load();
  for (const [result, code, values] of [
    [await lines.add({ number: A, password }), 'line-exists', { number: A }],
    [await lines.set(C, {}), 'no-such-line', { number: C }],
    [await lines.remove(C), 'no-such-line', { number: C }],
    [await lines.set('bob', {}), 'fake-number', undefined],
  ] as const) {
    assert.ok(!result.ok);
    assert.deepEqual([result.field, result.code, result.values], ['number', code, values]);
  }
});

test('when too many changes wait, no field is blamed', async () => {
  const store = new FakeStore();
  const lines = await Lines.load(store, RULES, { error: () => {} });
  const waiting = Array.from({ length: 1000 }, () => lines.remove(C));
  const single = await lines.set(A, {});
  const many = await lines.setMany([]);
  await Promise.all(waiting);
  const values = { limit: 1000 };
  const error = '1000 changes of lines wait already: try again in a moment';
  const refusal = { ok: false, code: 'overloaded', field: undefined, error, values };
  assert.deepEqual(single, refusal);
  assert.deepEqual(many, { ok: false, errors: [{ at: 0, ...refusal }] });
});

test('only what the lines as they are do not allow is a conflict', () => {
  const conflicts = LINE_MESSAGE_CODES.filter(isConflict);
  assert.deepEqual(conflicts, ['line-exists', 'no-such-line', 'short-taken', 'overloaded']);
  assert.equal(isConflict('template-empty'), false);
});

test('the list holds every code once, and each is used in this room', () => {
  assert.equal(new Set(LINE_MESSAGE_CODES).size, LINE_MESSAGE_CODES.length);
  const here = new URL('./', import.meta.url);
  const sources = readdirSync(here)
    .filter((name) => name.endsWith('.ts') && !/test|message-codes/.test(name))
    .map((name) => readFileSync(new URL(name, here), 'utf8'))
    .join('\n');
  for (const code of LINE_MESSAGE_CODES) {
    assert.match(code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(sources.includes(`'${code}'`), `${code} is never used`);
  }
  // @ts-expect-error: a code that is not in the list does not compile.
  say('no-such-code', 'text');
});
