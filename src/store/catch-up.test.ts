import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { CatchUp } from './catch-up.ts';

const DONE = { isBehind: false };
const MORE = { isBehind: true };
const FAILED = { isBehind: true, failure: { code: 'write-failed', message: 'no room' } } as const;

/** A CatchUp with time that the test moves, which counts what it asked for. */
function sample(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const asked = { fills: 0 };
  const told: (string | undefined)[] = [];
  const catchUp = new CatchUp(
    () => (asked.fills += 1),
    (trouble) => told.push(trouble?.message),
  );
  t.after(() => catchUp.end());
  return { catchUp, asked, told, seconds: (n: number) => t.mock.timers.tick(n * 1_000) };
}

/** Whether a read has what it waits for, as it stands now. */
async function isOver(wait: Promise<void> | undefined): Promise<boolean> {
  let over = false;
  void wait?.then(() => (over = true));
  await new Promise((resolve) => setImmediate(resolve));
  return over;
}

test('it looks once a second, at the start too, and asks for nothing where nothing is behind', (t) => {
  const { catchUp, asked, seconds } = sample(t);
  assert.equal(asked.fills, 0);
  seconds(1);
  assert.equal(asked.fills, 1, 'an earlier program may have left something');
  catchUp.filled(DONE);
  seconds(5);
  catchUp.committed(false);
  seconds(1);
  assert.equal(asked.fills, 1);
  catchUp.committed(true);
  assert.equal(asked.fills, 1, 'what is new waits for company');
  seconds(1);
  assert.equal(asked.fills, 2);
  seconds(5);
  assert.equal(asked.fills, 2, 'one at a time');
  // Much is new: it goes on until all is indexed.
  catchUp.filled(MORE);
  assert.equal(asked.fills, 3);
  catchUp.filled(MORE);
  assert.equal(asked.fills, 4);
  catchUp.filled(DONE);
  seconds(5);
  assert.equal(asked.fills, 4);
});

test('a read waits until all is indexed, many reads for the same fill, and none where nothing is behind', async (t) => {
  const { catchUp, asked } = sample(t);
  const reads = [catchUp.wait(), catchUp.wait(), catchUp.wait()];
  assert.equal(asked.fills, 1);
  catchUp.committed(true);
  catchUp.filled(MORE);
  assert.equal(asked.fills, 2);
  for (const read of reads) assert.equal(await isOver(read), false);
  catchUp.filled(DONE);
  for (const read of reads) assert.equal(await isOver(read), true);
  assert.equal(catchUp.wait(), undefined);
  catchUp.committed(true);
  const next = catchUp.wait();
  assert.equal(asked.fills, 3);
  assert.equal(await isOver(next), false);
  catchUp.filled(DONE);
  await next;
});

test('a fill that fails lets reads go ahead, is told of once, and is tried again a second later', async (t) => {
  const { catchUp, asked, told, seconds } = sample(t);
  const read = catchUp.wait();
  catchUp.filled(FAILED);
  await read;
  assert.equal(asked.fills, 1, 'not at once: the disk is no better');
  seconds(1);
  assert.equal(asked.fills, 2);
  catchUp.filled(FAILED);
  catchUp.committed(true);
  assert.equal(catchUp.wait(), undefined);
  assert.equal(asked.fills, 2, 'not for every read');
  assert.deepEqual(told, ['no room']);
  seconds(1);
  catchUp.filled(DONE);
  assert.deepEqual(told, ['no room', undefined]);
  catchUp.committed(true);
  const again = catchUp.wait();
  assert.equal(asked.fills, 4);
  catchUp.filled(DONE);
  await again;
  assert.equal(told.length, 2);
});

test('a read waits for two seconds at the most, though the disk hangs', async (t) => {
  const { catchUp, seconds } = sample(t);
  const read = catchUp.wait();
  seconds(1);
  assert.equal(await isOver(read), false);
  const next = catchUp.wait();
  seconds(1);
  await read;
  assert.equal(await isOver(next), false, 'each has its own two seconds');
  const last = catchUp.wait();
  seconds(1);
  await next;
  catchUp.filled(DONE);
  await last;
});

test('stopped, it still serves reads; at its end nobody waits any more', async (t) => {
  const { catchUp, asked, seconds } = sample(t);
  catchUp.stop();
  seconds(5);
  assert.equal(asked.fills, 0);
  const read = catchUp.wait();
  assert.equal(asked.fills, 1);
  catchUp.end();
  await read;
  assert.equal(catchUp.wait(), undefined);
});
