// The command that sends a test call, on a server whose rooms are stand-ins: which place it takes, and what it
// refuses. Real requests are in test/destinations.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import type { Destination } from '../notifications/destination.ts';
import type { TestCall } from '../notifications/test-call.ts';
import type { E164 } from '../numbers/e164.ts';
import { createDeliveryCommands } from './delivery-commands.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that brands test numbers
const number = (digits: string): E164 => digits as E164;
const [ONE, TWO] = [number('33123456781'), number('33123456782')];

const hook: Destination = {
  id: 4,
  line: ONE,
  title: '',
  url: 'https://h.example/',
  format: 'standard-webhooks',
  enabled: false,
  direction: 'any',
  types: ['RELEASE'],
  numbers: [],
  createdAt: 0,
};

function commands(settings: Partial<Line> = {}) {
  const tests: TestCall[] = [];
  const lines = new Map<string, Line>(
    [ONE, TWO].map((each) => [each, { ...emptyLine(each), customer: '', ...settings }]),
  );
  const running = createDeliveryCommands({
    lines: { byNumber: (digits) => lines.get(digits) },
    destinations: { byId: (id) => (id === hook.id ? hook : undefined) },
    store: { getNotification: async () => undefined },
    country: 'FR',
    delivery: {
      testCalls: {
        run: async (made) => {
          tests.push(made);
          return { ok: true, callref: 'test-1', results: [] };
        },
      },
      outbox: { replay: async () => ({ count: 0, more: false, next: 0 }) },
      resend: async () => ({ ok: true }),
    },
  });
  return { run: running['notification.test'], tests };
}

test('a test call goes to the place that is named, by its own format and key', async () => {
  const { run, tests } = commands({
    notificationUrl: 'https://own.example/',
    buzzeeUrl: 'https://buzzee.example/cti',
    api: true,
    title: 'Reception',
  });
  for (const destination of [undefined, 0, 1, 4]) {
    const reply = await run({ number: '0123456781', destination });
    assert.ok(reply.ok, reply.ok ? '' : reply.error);
    assert.deepEqual(
      reply.result.notes.map(({ code }) => code),
      destination === 4 ? ['test-destination-off', 'test-left-out'] : [],
    );
  }
  const hosts = tests.map(({ template }) => template.literals[0]?.split('/')[2]);
  assert.deepEqual(hosts, ['own.example', 'own.example', 'buzzee.example', 'h.example']);
  assert.deepEqual(
    tests.map(({ account, place }) => [account, place]),
    [0, 0, 1, 4].map((place) => [ONE, place]),
  );
  assert.partialDeepStrictEqual(tests[3], {
    format: 'standard-webhooks',
    lineTitle: 'Reception',
    types: ['RELEASE'],
  });
});

test('a destination is tested also where the API of the line is off, and its URL is not set', async () => {
  const { run, tests } = commands({ api: false });
  assert.equal((await run({ number: ONE, destination: 4 })).ok, true);
  assert.equal(tests.length, 1);
});

test('a place that is not there, is of another line, or is no place, is refused and nothing is sent', async () => {
  const { run, tests } = commands();
  const cases: [args: Record<string, unknown>, status: 1 | 2, says: RegExp][] = [
    [{ number: ONE }, 1, /no notification URL; write carillon line set/],
    [{ number: ONE, destination: 0 }, 1, /no notification URL/],
    [{ number: ONE, destination: 1 }, 1, /no Buzzee server; write carillon line set/],
    [{ number: ONE, destination: 9 }, 1, /no destination 9: carillon destination list/],
    [{ number: TWO, destination: 4 }, 1, /no destination 4: carillon destination list/],
    [{ number: number('33123456799'), destination: 4 }, 1, /no line 33123456799/],
    [{ number: ONE, destination: Number.MAX_SAFE_INTEGER }, 1, /no destination 9007/],
    ...['', 'crm', '4', -1, 1.5, 1e21, Number.NaN, {}, [4], true].map(
      (destination): [Record<string, unknown>, 2, RegExp] => [
        { number: ONE, destination },
        2,
        /must be the id of a destination/,
      ],
    ),
  ];
  for (const [args, status, says] of cases) {
    const reply = await run(args);
    assert.ok(!reply.ok, JSON.stringify(args));
    assert.equal(reply.status, status, reply.error);
    assert.match(reply.error, says);
  }
  assert.deepEqual(tests, []);
});
