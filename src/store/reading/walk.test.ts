import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Rows, Values } from './prepared.ts';
import { walk } from './walk.ts';

/** A table with the ids 1 to `size`, every `each`th of which is wanted; and how many rows were read. */
function table(size: number, each: number) {
  const read: number[] = [];
  const passed = (_sql: string, { before, rows }: Values = {}): object[] => {
    const from = Math.min(Number(before) - 1, size);
    const length = Math.max(0, Math.min(Number(rows), from));
    read.push(length);
    return Array.from({ length }, (_, n) => ({ id: from - n, wanted: (from - n) % each ? 0 : 1 }));
  };
  // What a statement gives is what its reader says it is.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { rows: passed as Rows, read };
}

test('a page among rows that are mostly wanted costs one short look', () => {
  const { rows, read } = table(1_000_000, 1);
  assert.deepEqual(walk(rows, '', { before: 500 }, 3), [499, 498, 497]);
  assert.deepEqual(read, [250]);
});

test('the walk goes on where the page is not full, and ends with the table', () => {
  const { rows, read } = table(10_000, 1_000);
  assert.deepEqual(walk(rows, '', {}, 4), [10_000, 9_000, 8_000, 7_000]);
  assert.deepEqual(walk(rows, '', { before: 3_500 }, 9), [3_000, 2_000, 1_000]);
  assert.ok(Math.max(...read) <= 5_000);
});

test('too many rows of others are not passed: the page is to be found in another way', () => {
  const { rows, read } = table(1_000_000, 900_000);
  assert.equal(walk(rows, '', {}, 1), undefined);
  assert.ok(read.reduce((sum, one) => sum + one, 0) < 60_000, `${read.length} looks`);
});

test('an empty table has an empty page', () => {
  assert.deepEqual(walk(table(0, 1).rows, '', {}, 5), []);
});
