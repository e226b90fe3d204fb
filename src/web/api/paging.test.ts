import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reach } from '../../access/principal.ts';
import type { E164 } from '../../numbers/e164.ts';
import { pageFrom, reachPage, rowAfter } from './paging.ts';
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

/** Rows `0`, `1`, … of one customer or the other by turns, each with so many lines. */
function reaches(count: number, lines = 0): (Reach & { readonly name: number })[] {
  const numbers = Array.from({ length: lines }, (_, n) => `3312345${n}` as E164);
  return Array.from({ length: count }, (_, name) => ({
    name,
    role: lines === 0 ? 'manager' : 'user',
    customer: name % 2 === 0 ? 'a' : 'b',
    lines: numbers,
  }));
}

function pagesOf(rows: ReturnType<typeof reaches>, limit?: number): number[][] {
  const pages: number[][] = [];
  for (let after = -1; ;) {
    const { items, next } = reachPage(rows, {
      limit,
      isSeen: ({ customer }) => customer === 'a',
      isBehind: ({ name }) => name > after,
      cursorOf: ({ name }) => String(name),
      view: ({ name }) => name,
    });
    pages.push(items);
    if (next === null) return pages;
    after = Number(next);
  }
}

test('users and tokens come in pages of those that one may see, each once', () => {
  assert.deepEqual(pagesOf(reaches(10), 2), [[0, 2], [4, 6], [8]]);
  assert.deepEqual(pagesOf(reaches(8), 2), [
    [0, 2],
    [4, 6],
  ]);
  assert.deepEqual(pagesOf(reaches(0), 2), [[]]);
  const pages = pagesOf(reaches(4100));
  assert.deepEqual(
    pages.map(({ length }) => length),
    [1000, 1000, 50],
  );
});

test('a page that names many lines ends before its limit, and has a row at least', () => {
  const pages = pagesOf(reaches(100, 1000));
  assert.deepEqual(
    pages.map(({ length }) => length),
    [20, 20, 10],
  );
  assert.deepEqual(
    pages.flat(),
    Array.from({ length: 50 }, (_, n) => 2 * n),
  );
  assert.deepEqual(pagesOf(reaches(3, 30_000)), [[0], [2]]);
});
