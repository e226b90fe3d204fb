import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageFrom, rowAfter } from './paging.ts';
import { Refusal } from './problem.ts';

const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ id: 100 - i }));
const page = (count: number, limit: number) =>
  pageFrom(
    rows(count),
    limit,
    ({ id }) => String(id),
    ({ id }) => id,
  );

test('a row too many means that there is a next page, and is not shown', () => {
  assert.deepEqual(page(3, 2), { items: [100, 99], next: '99' });
  assert.deepEqual(page(2, 2), { items: [100, 99], next: null });
  assert.deepEqual(page(0, 2), { items: [], next: null });
});

test('only what was given as next is taken as after', () => {
  assert.equal(rowAfter(undefined), undefined);
  assert.equal(rowAfter('99'), 99);
  for (const wrong of ['', '-1', '1.5', 'x', '1e3', ' 1', '9'.repeat(20)]) {
    assert.throws(
      () => rowAfter(wrong),
      (error) => error instanceof Refusal && error.status === 422,
      wrong,
    );
  }
});
