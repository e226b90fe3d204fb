import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { LineIndex } from './line-index.ts';
import type { PageQuery } from './line-index.ts';
import { emptyLine } from './line-input.ts';
import type { Line } from './line.ts';
import { e164 } from './test-kit.ts';

function line(number: string, settings: Partial<Line> = {}): Line {
  return { ...emptyLine(e164(number)), ...settings };
}

function numbers(lines: readonly Line[]): string[] {
  return lines.map(({ number }) => number);
}

function indexOf(...lines: Line[]): LineIndex {
  const index = new LineIndex();
  index.change([], lines);
  return index;
}

const FOUR = [
  line('33300000000', { title: 'Réception', customer: 'acme' }),
  line('33100000000', { title: 'Ligne d’Éloïse', short: '201', customer: 'acme' }),
  line('33400000000', { title: 'Atelier', short: '202' }),
  line('33200000000', { title: 'RECEPTION 2' }),
];

test('lines come by number, all of them or those of one customer', () => {
  const index = indexOf(...FOUR);
  assert.deepEqual(numbers(index.all()), [
    '33100000000',
    '33200000000',
    '33300000000',
    '33400000000',
  ]);
  assert.deepEqual(numbers(index.ofCustomer('acme')), ['33100000000', '33300000000']);
  assert.deepEqual(index.ofCustomer('nobody'), []);
});

test('a customer counts as long as it has a line', () => {
  const index = indexOf(...FOUR);
  assert.equal(index.customerCount, 2);
  index.change([FOUR[0]!], [{ ...FOUR[0]!, customer: 'bell' }]);
  assert.equal(index.customerCount, 3);
  index.change([FOUR[1]!], []);
  assert.equal(index.customerCount, 2);
});

test('pages follow one another without gap or repetition, whatever their size', () => {
  const index = indexOf(...FOUR);
  for (const [query, all] of [
    [{}, numbers(index.all())],
    [{ customer: 'acme' }, numbers(index.ofCustomer('acme'))],
    [{ q: 'reception' }, ['33200000000', '33300000000']],
    [{ numbers: ['33400000000', '33100000000', '33999999999'] }, ['33100000000', '33400000000']],
  ] as const) {
    for (const limit of [1, 2, 3, 4, 5]) {
      const found: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = index.page({ ...query, limit, after });
        found.push(...numbers(page.lines));
        if (page.next === null) break;
        assert.equal(page.lines.length, limit);
        after = page.next;
      }
      assert.deepEqual(found, all);
    }
  }
});

test('a page goes on behind a line that is gone since', () => {
  const index = indexOf(...FOUR);
  index.change([FOUR[3]!], []);
  assert.deepEqual(numbers(index.page({ limit: 1, after: '33200000000' }).lines), ['33300000000']);
  assert.deepEqual(index.page({ limit: 9, after: '33400000000' }), { lines: [], next: null });
  assert.equal(index.page({ limit: 9, after: '' }).lines.length, 3);
});

test('the search finds parts of title, number and short number, by whatever letters and accents', () => {
  const index = indexOf(...FOUR);
  const table: [q: string, found: string[]][] = [
    ['reception', ['33200000000', '33300000000']],
    ['RÉCEPTION', ['33200000000', '33300000000']],
    [' réception 2 ', ['33200000000']],
    ['eloise', ['33100000000']],
    ['201', ['33100000000']],
    ['20', ['33100000000', '33200000000', '33400000000']],
    ['33400', ['33400000000']],
    ['+33 4 00', ['33400000000']],
    ['04 00', ['33400000000']],
    ['0033.400', ['33400000000']],
    ['(0)', []],
    ['.', []],
    ['atelier 202', []],
    ['', ['33100000000', '33200000000', '33300000000', '33400000000']],
    ['  ', ['33100000000', '33200000000', '33300000000', '33400000000']],
  ];
  for (const [q, found] of table) {
    assert.deepEqual(numbers(index.page({ q, limit: 9 }).lines), found, JSON.stringify(q));
  }
});

test('the lines that somebody may see bound the search', () => {
  const index = indexOf(...FOUR);
  const query: PageQuery = { numbers: ['33300000000', '33400000000'], limit: 9 };
  assert.deepEqual(numbers(index.page({ ...query, q: 'reception' }).lines), ['33300000000']);
  assert.deepEqual(numbers(index.page({ ...query, customer: 'default' }).lines), ['33400000000']);
  assert.deepEqual(index.page({ numbers: [], limit: 9 }).lines, []);
});

/** What the index must say, found the slow way. */
function check(index: LineIndex, kept: ReadonlyMap<string, Line>): void {
  const sorted = [...kept.values()].sort((a, b) => (a.number < b.number ? -1 : 1));
  assert.deepEqual(index.all(), sorted);
  assert.equal(index.customerCount, new Set(sorted.map(({ customer }) => customer)).size);
  for (const customer of ['a', 'b', 'c']) {
    const theirs = sorted.filter((line) => line.customer === customer);
    assert.deepEqual(index.ofCustomer(customer), theirs);
    for (let short = 10; short < 100; short++) {
      const owner = theirs.find((line) => line.short === String(short));
      assert.equal(index.byShort(customer, String(short)), owner);
    }
  }
}

test('whatever is added, changed, moved, swapped and removed, the index is as the lines are', () => {
  // The same numbers in each run, by a small generator.
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const index = new LineIndex();
  const kept = new Map<string, Line>();
  const used = new Set<string>();
  for (let round = 0; round < 150; round++) {
    const out: Line[] = [];
    const put: Line[] = [];
    const touched = new Set<string>();
    for (let n = random(round % 10 === 0 ? 40 : 4); n >= 0; n--) {
      const number = `33${100_000_000 + random(80)}`;
      if (touched.has(number)) continue;
      touched.add(number);
      const before = kept.get(number);
      if (before !== undefined) {
        out.push(before);
        used.delete(`${before.customer} ${before.short}`);
        if (random(4) === 0) continue;
      }
      const customer = 'abc'[random(3)]!;
      put.push(line(number, { customer, title: `t${round}`, short: String(10 + random(90)) }));
    }
    const right = put.map((each) => {
      const key = `${each.customer} ${each.short}`;
      if (used.has(key)) return { ...each, short: '' };
      used.add(key);
      return each;
    });
    index.change(out, right);
    for (const { number } of out) kept.delete(number);
    for (const each of right) kept.set(each.number, each);
    check(index, kept);
  }
  assert.ok(kept.size > 30);
});

test('a page of 100,000 lines is read without sorting them', () => {
  const many = Array.from({ length: 100_000 }, (_, n) =>
    line(String(33_100_000_000 + n * 7), { title: `Poste ${n}`, customer: `c${n % 500}` }),
  );
  const index = indexOf(...many);
  const begun = performance.now();
  for (let n = 0; n < 1000; n++) {
    const after = many[n * 90]!.number;
    assert.equal(index.page({ after, limit: 50 }).lines.length, 50);
    assert.equal(index.page({ customer: `c${n % 500}`, limit: 50 }).lines.length, 50);
    const [before] = index.page({ after, limit: 1 }).lines;
    index.change([before!], [{ ...before!, title: 'changed' }]);
  }
  // Sorting 100,000 numbers takes some 5 ms each time.
  assert.ok(performance.now() - begun < 1500, `${performance.now() - begun} ms`);
  assert.deepEqual(index.page({ q: 'poste 99999', limit: 9 }).lines, [many.at(-1)]);
});
