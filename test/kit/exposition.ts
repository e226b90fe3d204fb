// Reads the text that Prometheus scrapes, as strictly as its format (0.0.4) is written, and holds it against the
// naming rules that promtool checks. Every fault is an error with its line: a test needs no Prometheus.

import assert from 'node:assert/strict';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';

/** The metrics of a scrape, by name. Throws AssertionError where the text is not as it must be. */
export function readExposition(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line has no end');
  const families = new Map<
    string,
    { name: string; help: string; type: string; samples: Sample[] }
  >();
  let family: { name: string; help: string; type: string; samples: Sample[] } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help, words] = new RegExp(`^# HELP (${NAME}) (.+)$`).exec(line) ?? [];
    if (help !== undefined) {
      assert.ok(!families.has(help), `described twice, or in two places: ${line}`);
      family = { name: help, help: words ?? '', type: '', samples: [] };
      families.set(help, family);
      continue;
    }
    assert.ok(family, `nothing describes this: ${line}`);
    const [, typed, type] =
      new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`).exec(line) ?? [];
    if (typed !== undefined) {
      assert.equal(typed, family.name, line);
      assert.equal(family.type, '', `typed twice: ${line}`);
      assert.equal(family.samples.length, 0, `typed behind its samples: ${line}`);
      family.type = type ?? '';
      continue;
    }
    assert.notEqual(family.type, '', `its type is missing: ${line}`);
    const sample = readSample(line);
    const ending = family.type === 'histogram' ? '(_bucket|_sum|_count)' : '';
    assert.match(
      sample.name,
      new RegExp(`^${family.name}${ending}$`),
      `in the wrong place: ${line}`,
    );
    family.samples.push(sample);
  }
  for (const one of families.values()) check(one);
  return families;
}

/** The value of one series; undefined where it is not there. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  for (const { samples } of families.values()) {
    const found = samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    if (found) return found.value;
  }
  return undefined;
}

function readSample(line: string): Sample {
  const [, name = '', , inside, number = ''] =
    new RegExp(`^(${NAME})(\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
  assert.notEqual(name, '', `this is no sample: ${line}`);
  const labels: Record<string, string> = {};
  let rest = inside ?? '';
  assert.ok(inside === undefined || rest !== '', `empty braces: ${line}`);
  while (rest !== '') {
    const [all, label, value = ''] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?=.)|$)/.exec(rest) ?? [];
    assert.ok(all !== undefined && label !== undefined, `a label is wrong: ${line}`);
    assert.ok(!(label in labels), `a label twice: ${line}`);
    labels[label] = value.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
    rest = rest.slice(all.length);
  }
  return { name, labels, value: readNumber(number, line) };
}

function readNumber(text: string, line: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  assert.match(text, /^-?\d+(\.\d+)?(e[+-]?\d+)?$/, `this is no number: ${line}`);
  return Number(text);
}

function check(family: Family): void {
  const { name, type, help, samples } = family;
  assert.notEqual(type, '', `${name} has no type`);
  assert.ok(help.trim() !== '', `${name} has no help`);
  assert.match(name, /^[a-z][a-z0-9_]*$/, `${name}: small letters and digits`);
  assert.equal(name.endsWith('_total'), type === 'counter', `${name}: _total is for counters`);
  assert.doesNotMatch(name, /_(count|sum|bucket)$|_(gauge|counter|histogram)(_|$)/, name);
  assert.doesNotMatch(name, /_(ms|milliseconds|minutes|kilobytes|megabytes)(_|$)/, name);
  const keys = samples.map(({ name: one, labels }) => `${one} ${JSON.stringify(labels)}`);
  assert.equal(new Set(keys).size, keys.length, `${name}: one series twice`);
  if (type === 'counter') {
    for (const { value } of samples) assert.ok(value >= 0, `${name} is below 0`);
  }
  if (type === 'histogram') checkHistogram(family);
}

function checkHistogram({ name, samples }: Family): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => readNumber(labels['le'] ?? '', name));
  for (const [index, { value }] of buckets.entries()) {
    if (index === 0) continue;
    assert.ok(bounds[index]! > bounds[index - 1]!, `${name}: its bounds rise`);
    assert.ok(value >= buckets[index - 1]!.value, `${name}: its buckets hold those before`);
  }
  assert.equal(bounds.at(-1), Infinity, `${name}: the last bound`);
  const [sum, count] = ['sum', 'count'].map((what) =>
    samples.filter((sample) => sample.name === `${name}_${what}`),
  );
  assert.deepEqual([sum?.length, count?.length], [1, 1], `${name}: one sum and one count`);
  assert.equal(count?.[0]?.value, buckets.at(-1)?.value, `${name}: its count`);
}
