import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallEvent } from './calls/call-event.ts';
import { createJournal } from './journal.ts';
import type { Notification } from './store/store.ts';

const event = {
  type: 'SETUP',
  at: 1,
  call: { callref: 'callref-1', account: '33123456789', caller: '336', callee: '33123456789' },
} as CallEvent;
const notification = { id: 'n1' } as Notification;

/** A journal whose rooms write down what they are told, in order. */
function open(recordCalls: () => Promise<void>) {
  const told: unknown[][] = [];
  const journal = createJournal({
    store: {
      recordCalls(...all) {
        told.push(['store', ...all]);
        return recordCalls();
      },
      async forgetSession(dref) {
        told.push(['forget', dref]);
      },
    },
    outbox: {
      prepare: () => [notification],
      enqueue: (...all) => told.push(['outbox', ...all]),
    },
    metrics: { onCommitted: (...all) => told.push(['metrics', ...all]) },
    live: { onCallEvents: (...all) => told.push(['live', ...all]) },
    log: { info: (...all) => told.push(['log', ...all]) },
  });
  return { journal, told };
}

test('events are kept with the notifications that they cause, and only then everybody is told', async () => {
  const disk = Promise.withResolvers<void>();
  const { journal, told } = open(() => disk.promise);
  const recorded = journal.record([event], 'dref', 'wire');
  assert.deepEqual(told.splice(0), [['store', [event], [notification], 'dref', 'wire']]);
  disk.resolve();
  await recorded;
  const fields = { callref: 'callref-1', line: '33123456789', caller: '336' };
  assert.deepEqual(told, [
    ['metrics', [event], [notification]],
    ['outbox', [notification], [event]],
    ['live', [event]],
    ['log', { ...fields, callee: '33123456789', cause: undefined }, 'SETUP'],
  ]);
});

test('nobody is told of what could not be kept', async () => {
  const { journal, told } = open(() => Promise.reject(new Error('the disk is full')));
  await assert.rejects(journal.record([event], 'dref', undefined), /the disk is full/);
  assert.deepEqual(
    told.map(([room]) => room),
    ['store'],
  );
});

test('a session whose end is done is forgotten, and nobody is told of that', async () => {
  const { journal, told } = open(() => Promise.resolve());
  await journal.forgetSession('dref');
  assert.deepEqual(told, [['forget', 'dref']]);
});
