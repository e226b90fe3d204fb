import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { GroupCommit } from './group-commit.ts';
import { StoreError } from './store-error.ts';
import type { Cell } from './write-statement.ts';

// An operation of `rows` statements; the name stands in for them.
const operation = (name: string, rows = 1): Cell[] => [rows, name];

/** A GroupCommit with small limits whose batches are kept, and time that the test moves. */
function sample(t: TestContext, limits = { rows: 4, waiting: 10, patience: 20 }) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  const batches: string[][] = [];
  const failures: string[] = [];
  const commits = new GroupCommit(
    (batch) => {
      batches.push(batch.filter((cell): cell is string => typeof cell === 'string'));
    },
    limits,
    ({ code }) => failures.push(code),
  );
  return { commits, batches, failures, turn: () => t.mock.timers.tick(0) };
}

const FULL = { code: 'write-failed', message: 'the disk is full' } as const;

test('operations of one turn of the event loop make one batch', async (t) => {
  const { commits, batches, turn } = sample(t);
  const done = Promise.all(['a', 'b', 'c'].map((name) => commits.urgent(operation(name))));
  assert.deepEqual(batches, []);
  turn();
  assert.deepEqual(batches, [['a', 'b', 'c']]);
  commits.settle([]);
  await done;
});

test('operations that come while a batch is in flight wait and make the next one together', (t) => {
  const { commits, batches, turn } = sample(t);
  void commits.urgent(operation('a'));
  turn();
  void commits.urgent(operation('b'));
  turn();
  void commits.urgent(operation('c'));
  turn();
  assert.deepEqual(batches, [['a']]);
  commits.settle([]);
  turn();
  assert.deepEqual(batches, [['a'], ['b', 'c']]);
});

test('a batch has at most its limit of rows, and an operation is never split', (t) => {
  const { commits, batches, turn } = sample(t);
  for (const name of ['a', 'b', 'c']) void commits.urgent(operation(name, 2));
  void commits.urgent(operation('large', 9));
  for (let n = 0; n < 3; n += 1) {
    turn();
    commits.settle([]);
  }
  assert.deepEqual(batches, [['a', 'b'], ['c'], ['large']]);
});

test('a patient operation rides on the next urgent batch', (t) => {
  const { commits, batches, turn } = sample(t);
  void commits.patient(operation('attempt'));
  turn();
  assert.deepEqual(batches, []);
  void commits.urgent(operation('call'));
  turn();
  assert.deepEqual(batches, [['call', 'attempt']]);
});

test('a patient operation without company is committed when its patience is over', (t) => {
  const { commits, batches, turn } = sample(t);
  void commits.patient(operation('attempt'));
  t.mock.timers.tick(19);
  turn();
  assert.deepEqual(batches, []);
  t.mock.timers.tick(1);
  turn();
  assert.deepEqual(batches, [['attempt']]);
});

test('constant urgent load does not starve a patient operation', (t) => {
  const { commits, batches, turn } = sample(t);
  void commits.patient(operation('attempt'));
  for (let n = 0; n < 6; n += 1) void commits.urgent(operation(`call ${n}`));
  turn();
  t.mock.timers.tick(20);
  for (let n = 6; n < 8; n += 1) void commits.urgent(operation(`call ${n}`));
  commits.settle([]);
  turn();
  assert.deepEqual(batches[1], ['call 4', 'call 5', 'attempt', 'call 6']);
});

test('one operation too many is rejected at once, and the others are kept', async (t) => {
  const { commits, turn } = sample(t);
  const taken = Array.from({ length: 10 }, (_, n) => commits.urgent(operation(`${n}`)));
  await assert.rejects(commits.urgent(operation('10')), { name: 'StoreError', code: 'overloaded' });
  await assert.rejects(commits.patient(operation('11')), { code: 'overloaded' });
  for (let n = 0; n < 3; n += 1) {
    turn();
    commits.settle([]);
  }
  await Promise.all(taken);
  assert.equal(commits.waiting, 0);
});

test('a failure rejects its own operation only, unless all failed', async (t) => {
  const { commits, turn } = sample(t);
  const two = Promise.allSettled([commits.urgent(operation('a')), commits.urgent(operation('b'))]);
  turn();
  commits.settle([undefined, { code: 'refused', message: 'no' }]);
  assert.deepEqual(
    (await two).map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  const both = Promise.allSettled([commits.urgent(operation('c')), commits.urgent(operation('d'))]);
  turn();
  commits.settle('all', FULL);
  for (const result of await both) {
    assert.ok(result.status === 'rejected' && result.reason instanceof StoreError);
    assert.equal(result.reason.code, 'write-failed');
  }
});

test('the end rejects what is in flight, what waits, and what comes later', async (t) => {
  const { commits, turn } = sample(t);
  const all = [commits.urgent(operation('in flight'))];
  turn();
  all.push(commits.urgent(operation('waits')), commits.patient(operation('patient')));
  commits.end(new StoreError('writer-lost', 'gone'));
  all.push(commits.urgent(operation('later')));
  for (const promise of all) await assert.rejects(promise, { code: 'writer-lost' });
});

test('a batch that was planned when the end came is not sent', async (t) => {
  const { commits, batches, turn } = sample(t);
  const waiting = commits.urgent(operation('waits'));
  commits.end(new StoreError('writer-lost', 'gone'));
  await assert.rejects(waiting, { code: 'writer-lost' });
  turn();
  assert.deepEqual(batches, []);
});

test('draining commits the patient at once and resolves after the last answer', async (t) => {
  const { commits, batches, turn } = sample(t);
  await commits.drain();
  let drained = false;
  void commits.patient(operation('attempt'));
  const drain = commits.drain().then(() => (drained = true));
  turn();
  assert.deepEqual(batches, [['attempt']]);
  await Promise.resolve();
  assert.equal(drained, false);
  commits.settle([]);
  await drain;
});

test('while nothing can be written the patient wait, in their order; the urgent are tried and rejected', async (t) => {
  const { commits, batches, failures, turn } = sample(t, { rows: 2, waiting: 20, patience: 20 });
  const settled: string[] = [];
  const patient = (name: string): void => {
    void commits.patient(operation(name)).then(() => settled.push(name));
  };
  patient('1');
  patient('2');
  patient('3');
  t.mock.timers.tick(20);
  turn();
  assert.deepEqual(batches, [['1', '2']]);
  patient('4');
  const urgent = commits.urgent(operation('urgent'));
  commits.settle('all', FULL);
  turn();
  assert.deepEqual(batches.at(-1), ['urgent']);
  commits.settle('all', FULL);
  await assert.rejects(urgent, { code: 'write-failed', message: 'the disk is full' });
  patient('5');
  t.mock.timers.tick(1_000);
  turn();
  assert.equal(batches.length, 2, 'a patient operation was tried');
  assert.equal(commits.waiting, 5);
  assert.deepEqual(failures, ['write-failed', 'write-failed']);
  commits.resume();
  for (let n = 0; n < 3; n += 1) {
    turn();
    commits.settle([]);
  }
  assert.deepEqual(batches.slice(2), [['1', '2'], ['3', '4'], ['5']]);
  await new Promise(process.nextTick);
  assert.deepEqual(settled, ['1', '2', '3', '4', '5']);
});

test('the patient that wait for the disk have a limit, and keep no urgent operation out', async (t) => {
  const { commits, batches, failures, turn } = sample(t);
  const all = [commits.patient(operation('0'))];
  t.mock.timers.tick(20);
  turn();
  commits.settle('all', FULL);
  for (let n = 1; n < 10; n += 1) all.push(commits.patient(operation(`${n}`)));
  await assert.rejects(commits.patient(operation('10')), { code: 'overloaded' });
  assert.deepEqual(failures, ['write-failed', 'overloaded']);
  const probe = commits.urgent(operation('probe'));
  turn();
  assert.deepEqual(batches.at(-1), ['probe']);
  commits.settle([]);
  await probe;
  commits.resume();
  for (let n = 0; n < 3; n += 1) {
    turn();
    commits.settle([]);
  }
  await Promise.all(all);
});

test('draining tries the patient once more, and rejects them where the disk is still full', async (t) => {
  const { commits, batches, turn } = sample(t);
  const waiting = commits.patient(operation('attempt'));
  t.mock.timers.tick(20);
  turn();
  commits.settle('all', FULL);
  const drain = commits.drain();
  turn();
  assert.deepEqual(batches, [['attempt'], ['attempt']]);
  commits.settle('all', FULL);
  await assert.rejects(waiting, { code: 'write-failed' });
  await drain;
});

test('a batch has a number as long as it is being committed', (t) => {
  const { commits, turn } = sample(t);
  assert.equal(commits.batchInFlight, 0);
  for (const number of [1, 2]) {
    void commits.urgent(operation('a'));
    turn();
    assert.equal(commits.batchInFlight, number);
    commits.settle([]);
    assert.equal(commits.batchInFlight, 0);
  }
});
