import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { Lines, MOST_EDITS } from './lines.ts';
import type { LineChange, LineEdit, ManyResult } from './lines.ts';
import { FakeStore, lineOf, RULES, turn } from './test-kit.ts';

const [A, B, C] = ['33100000001', '33100000002', '33100000003'];
const password = 'long enough';

/** Lines A and B with the short numbers 21 and 22; C does not exist. */
async function load() {
  const store = new FakeStore();
  const lines = await Lines.load(store, RULES, { error: () => {} });
  lineOf(await lines.add({ number: A, password, short: '21' }));
  lineOf(await lines.add({ number: B, password, short: '22' }));
  store.commits = 0;
  const told: LineChange[] = [];
  lines.onChange((change) => told.push(change));
  return { lines, store, told };
}

function faults(result: ManyResult): [at: number, code: string, field: string | undefined][] {
  assert.ok(!result.ok, 'this had to be refused');
  return result.errors.map(({ at, code, field }) => [at, code, field]);
}

test('many lines are added and changed in one commit, and each is told', async () => {
  const { lines, store, told } = await load();
  const result = await lines.setMany([
    { add: { number: C, password: 'short', title: 'New' } },
    { set: A, changes: { title: 'Changed', notificationUrl: 'http://h/' } },
  ]);
  assert.ok(result.ok);
  assert.equal(store.commits, 1);
  assert.deepEqual(
    result.lines.map(({ number, title }) => [number, title]),
    [
      [C, 'New'],
      [A, 'Changed'],
    ],
  );
  assert.deepEqual(
    result.warnings.map(({ number, warning }) => [number, warning.code]),
    [
      [C, 'password-short'],
      [A, 'fake-no-keyword'],
    ],
  );
  assert.equal(lines.byNumber(C)?.title, 'New');
  assert.deepEqual([...store.kept.values()].map(({ title }) => title).sort(), [
    '',
    'Changed',
    'New',
  ]);
  assert.deepEqual(
    told.map(({ kind, line }) => [kind, line.number]),
    [
      ['added', C],
      ['changed', A],
    ],
  );
});

test('one wrong change refuses all, and every wrong one is named', async () => {
  const { lines, store, told } = await load();
  const before = lines.all();
  const result = await lines.setMany([
    { set: A, changes: { title: 'right' } },
    { set: B, changes: { title: 'x'.repeat(65) } },
    { set: C, changes: { title: 'no such line' } },
    { add: { number: A, password } },
    { add: { number: 'bob', password } },
    { set: A, changes: { offer: 'named twice' } },
    { add: { number: C, password: '' } },
  ]);
  assert.deepEqual(faults(result), [
    [1, 'title-too-long', 'title'],
    [2, 'no-such-line', 'number'],
    [3, 'line-exists', 'number'],
    [4, 'fake-number', 'number'],
    [5, 'line-twice', 'number'],
    [6, 'password-empty', 'password'],
  ]);
  assert.deepEqual(lines.all(), before);
  assert.deepEqual([store.commits, told.length], [0, 0]);
});

function short(number: string, short: string, customer?: string): LineEdit {
  return { set: number, changes: customer === undefined ? { short } : { short, customer } };
}

function add(short: string): LineEdit {
  return { add: { number: C, password, short } };
}

test('short numbers are checked on the state that all changes lead to', async () => {
  const table: [edits: LineEdit[], expected: [at: number, owner: string][] | 'done'][] = [
    [[short(A, '22'), short(B, '21')], 'done'],
    [[short(A, '22'), short(B, '')], 'done'],
    [[short(B, ''), add('22')], 'done'],
    [[short(A, '22'), short(B, '23'), add('21')], 'done'],
    [[short(A, '21'), short(B, '22')], 'done'],
    [[short(A, '22', 'acme')], 'done'],
    [[short(A, '22', 'acme'), short(B, '22')], 'done'],
    [[short(A, '22')], [[0, B]]],
    [[short(A, '22'), short(B, '22')], [[0, B]]],
    [[short(B, '22'), short(A, '22')], [[1, B]]],
    [[add('23'), short(A, '23')], [[1, C]]],
    [[short(A, '30'), short(B, '30')], [[1, A]]],
    [[short(A, '22', 'acme'), short(B, '22', 'acme')], [[1, A]]],
    [[short(A, '22'), short(B, '30'), add('22')], [[2, A]]],
  ];
  for (const [edits, expected] of table) {
    const { lines } = await load();
    const result = await lines.setMany(edits);
    if (expected === 'done') {
      assert.ok(result.ok, JSON.stringify([edits, result]));
      for (const line of result.lines) {
        if (line.short === '') continue;
        assert.equal(lines.byShort(line.customer, line.short), line, JSON.stringify(edits));
      }
      continue;
    }
    assert.ok(!result.ok, JSON.stringify(edits));
    assert.deepEqual(
      result.errors.map(({ at, values }) => [at, values?.['number']]),
      expected,
      JSON.stringify(edits),
    );
    assert.ok(
      result.errors.every(({ code, field }) => code === 'short-taken' && field === 'short'),
    );
  }
});

test('what the store could not keep changes nothing', async () => {
  const { lines, store, told } = await load();
  store.fault = new Error('the disk is full');
  await assert.rejects(lines.setMany([{ set: A, changes: { short: '30' } }]), /the disk is full/);
  assert.equal(lines.byShort('default', '21')?.number, A);
  assert.equal(told.length, 0);
});

test('many changes take their turn between single ones', async () => {
  const { lines, store } = await load();
  store.holds = true;
  const done = Promise.all([
    lines.set(A, { short: '30' }),
    lines.setMany([{ add: { number: C, password, short: '21' } }]),
    lines.set(B, { short: '21' }),
  ]);
  for (let commits = 0; commits < 2; commits += 1) {
    await turn();
    store.held.pop()?.();
  }
  assert.deepEqual(
    (await done).map(({ ok }) => ok),
    [true, true, false],
  );
});

test('no change at all is done without a commit, and too many are refused', async () => {
  const { lines, store } = await load();
  assert.deepEqual(await lines.setMany([]), { ok: true, lines: [], warnings: [] });
  assert.equal(store.commits, 0);
  const edit: LineEdit = { set: C, changes: {} };
  const most = await lines.setMany(Array.from({ length: MOST_EDITS }, () => edit));
  assert.equal(faults(most).length, MOST_EDITS);
  const more = await lines.setMany(Array.from({ length: MOST_EDITS + 1 }, () => edit));
  assert.deepEqual(faults(more), [[MOST_EDITS, 'too-many-changes', undefined]]);
});

test('others have their turn while many changes are checked', async () => {
  const { lines } = await load();
  let turns = 0;
  const state = { isDone: false };
  const edits = Array.from({ length: 500 }, (): LineEdit => ({ set: C, changes: {} }));
  const changing = lines.setMany(edits).finally(() => (state.isDone = true));
  while (!state.isDone) {
    await turn();
    turns += 1;
  }
  await changing;
  assert.ok(turns >= 5, `${turns} turns`);
});
