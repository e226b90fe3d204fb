import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { StoreError } from './store-error.ts';
import { WriteHealth } from './write-health.ts';

const full = new StoreError('write-failed', 'the disk is full');

/** A WriteHealth on a disk that the test fills, with time that the test moves. */
function sample(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const disk = { isFull: false, commit: 0, probes: 0 };
  const changes: string[] = [];
  const health = new WriteHealth({
    probe: () => {
      disk.probes += 1;
      return disk.isFull ? Promise.reject(full) : Promise.resolve();
    },
    commitUnderWay: () => disk.commit,
    onChange: (trouble) => changes.push(trouble?.message ?? 'well'),
  });
  t.after(() => health.end());
  const seconds = async (n: number): Promise<void> => {
    for (let each = 0; each < n; each += 1) {
      t.mock.timers.tick(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { health, disk, changes, seconds };
}

test('the first failure is told, later ones are not, and only a probe that succeeds ends it', async (t) => {
  const { health, disk, changes, seconds } = sample(t);
  await seconds(5);
  assert.equal(disk.probes, 0, 'nothing is written while all is well');
  disk.isFull = true;
  health.failed(full);
  health.failed(new StoreError('overloaded', 'too much'));
  assert.deepEqual(changes, ['the disk is full']);
  await seconds(3);
  assert.equal(disk.probes, 3);
  assert.deepEqual(changes, ['the disk is full']);
  disk.isFull = false;
  await seconds(1);
  assert.deepEqual(changes, ['the disk is full', 'well']);
  await seconds(3);
  assert.equal(disk.probes, 4);
  health.failed(full);
  assert.deepEqual(changes, ['the disk is full', 'well', 'the disk is full']);
});

test('a commit that hangs for ten seconds counts as a failure; commits one after the other do not', async (t) => {
  const { disk, changes, seconds } = sample(t);
  for (let n = 1; n <= 30; n += 1) {
    disk.commit = n;
    await seconds(1);
  }
  disk.commit = 0;
  await seconds(30);
  assert.deepEqual(changes, []);
  disk.commit = 31;
  await seconds(10);
  assert.deepEqual(changes, []);
  await seconds(1);
  assert.match(changes.join(), /^the disk has not answered a write for 10 seconds$/);
  await seconds(1);
  assert.equal(changes.at(-1), 'well');
});

test('after its end it looks no more', async (t) => {
  const { health, disk, seconds } = sample(t);
  disk.isFull = true;
  health.failed(full);
  health.end();
  await seconds(3);
  assert.equal(disk.probes, 0);
});
