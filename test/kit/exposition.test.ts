import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExposition, valueOf } from './exposition.ts';

const good = [
  '# HELP a_total How many.',
  '# TYPE a_total counter',
  String.raw`a_total{why="x\"y\\z",of=""} 3`,
  'a_total{why="other"} 0',
  '# HELP took_seconds How long.',
  '# TYPE took_seconds histogram',
  'took_seconds_bucket{le="0.5"} 1',
  'took_seconds_bucket{le="+Inf"} 2',
  'took_seconds_sum 1.25e-3',
  'took_seconds_count 2',
  '',
].join('\n');

test('a scrape that is in order is read', () => {
  const families = readExposition(good);
  assert.deepEqual([...families.keys()], ['a_total', 'took_seconds']);
  assert.equal(valueOf(families, 'a_total', { why: 'x"y\\z' }), 3);
  assert.equal(valueOf(families, 'took_seconds_sum'), 0.00125);
  assert.equal(valueOf(families, 'b_total'), undefined);
});

test('every fault of a scrape is found', () => {
  const faults: [what: string, from: string, to: string][] = [
    ['no end of the last line', '_count 2\n', '_count 2'],
    ['an empty line', 'counter\n', 'counter\n\n'],
    ['no help', '# HELP a_total How many.\n', ''],
    ['no type', '# TYPE a_total counter\n', ''],
    ['an unknown type', 'a_total counter', 'a_total number'],
    ['a counter without _total', 'a_total', 'a_count'],
    ['a gauge with _total', 'a_total counter', 'a_total gauge'],
    ['a quote that is not escaped', '\\"', '"'],
    ['a label without quotes', 'why="other"', 'why=other'],
    ['a label twice', 'why="other"', 'why="other",why="other"'],
    ['a comma too many', 'why="other"', 'why="other",'],
    ['one series twice', 'a_total{why="other"} 0', String.raw`a_total{why="x\"y\\z",of=""} 0`],
    ['a number that is none', '} 3', '} 3,5'],
    ['a number that is not known', '} 3', '} NaN'],
    ['two spaces', '} 3', '}  3'],
    ['a count below zero', '} 3', '} -3'],
    ['buckets that fall', 'le="+Inf"} 2', 'le="+Inf"} 0'],
    ['no last bucket', 'le="+Inf"', 'le="9"'],
    ['a count that is not its last bucket', '_count 2', '_count 3'],
    ['no sum', 'took_seconds_sum 1.25e-3\n', ''],
    ['a sample in the wrong place', 'took_seconds_sum', 'a_total'],
    ['milliseconds', 'took_seconds', 'took_ms'],
  ];
  for (const [what, from, to] of faults) {
    const bad = good.replaceAll(from, to);
    assert.notEqual(bad, good, what);
    assert.throws(() => readExposition(bad), assert.AssertionError, what);
  }
});
