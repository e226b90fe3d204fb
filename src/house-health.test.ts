import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHouseHealth } from './house-health.ts';
import { StoreError } from './store/store-error.ts';

const full = new StoreError('write-failed', 'the disk is full');
const readable = { getMeta: async () => 'home' };

function open() {
  const log: string[] = [];
  const health = createHouseHealth({
    error: (_fields, text) => log.push(text),
    warn: (text) => log.push(text),
  });
  return { health, log, why: () => health.whyUnfit(readable, 'home') };
}

test('it is fit between the end of its start and the begin of its stop', async () => {
  const { health, why } = open();
  assert.equal(await why(), 'The server is starting or stopping');
  health.setReady(true);
  assert.equal(await why(), undefined);
  health.setReady(false);
  assert.equal(await why(), 'The server is starting or stopping');
});

test('a disk that fails is told to the calls and to who asks, until it can be written again', async () => {
  const { health, log, why } = open();
  const told: boolean[] = [];
  health.setReady(true);
  health.followCanKeep((canKeep) => told.push(canKeep));
  health.onStoreTrouble(full);
  assert.match((await why()) ?? '', /^New calls are refused, .*: the disk is full$/);
  health.onStoreTrouble(undefined);
  assert.equal(await why(), undefined);
  assert.deepEqual(told, [true, false, true]);
  assert.deepEqual(log, [
    'nothing can be kept: new calls are refused',
    'events can be kept again: calls are taken',
  ]);
});

test('calls that are opened while the disk fails hear of it at once', () => {
  const { health } = open();
  health.onStoreTrouble(full);
  const told: boolean[] = [];
  health.followCanKeep((canKeep) => told.push(canKeep));
  assert.deepEqual(told, [false]);
});

test('a store that cannot be read, or that is not its own, makes it unfit', async () => {
  const { health } = open();
  health.setReady(true);
  const broken = { getMeta: () => Promise.reject(new Error('closed')) };
  assert.equal(await health.whyUnfit(broken, 'home'), 'The store cannot be read');
  assert.equal(await health.whyUnfit(readable, 'away'), 'The store cannot be read');
});
