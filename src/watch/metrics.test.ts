import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge, Histogram, Metrics } from './metrics.ts';
import { addProcessMetrics } from './process-metrics.ts';

test('a scrape describes each metric and then shows its series, each with its labels', () => {
  const metrics = new Metrics();
  const tries = metrics.add(new Counter('tries_total', 'How\noften \\ what.', ['result', 'class']));
  tries.of('delivered', 'none').add();
  tries.of('delivered', 'none').add(2);
  tries.of('parked', 'a "quoted"\\thing\n').add();
  metrics.add(new Gauge('waiting', 'Now.', () => 1.5));
  metrics.add(new Counter('alone_total', 'Without labels.'));
  assert.equal(
    metrics.text(),
    [
      '# HELP tries_total How\\noften \\\\ what.',
      '# TYPE tries_total counter',
      'tries_total{result="delivered",class="none"} 3',
      String.raw`tries_total{result="parked",class="a \"quoted\"\\thing\n"} 1`,
      '# HELP waiting Now.',
      '# TYPE waiting gauge',
      'waiting 1.5',
      '# HELP alone_total Without labels.',
      '# TYPE alone_total counter',
      'alone_total 0',
      '',
    ].join('\n'),
  );
});

test('a histogram counts what is at most each bound, and all of it in the last', () => {
  const seconds = new Histogram('took_seconds', 'How long.', [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value);
  assert.deepEqual(seconds.lines(), [
    'took_seconds_bucket{le="0.1"} 2',
    'took_seconds_bucket{le="1"} 3',
    'took_seconds_bucket{le="+Inf"} 4',
    'took_seconds_sum 7.65',
    'took_seconds_count 4',
  ]);
});

test('a label with too many values goes on in one series for all others', () => {
  const counter = new Counter('c_total', 'Counts.', ['what', 'why']);
  for (let n = 0; n < 500; n += 1) counter.of(`value ${n}`, 'x').add();
  assert.equal(counter.lines().length, 101);
  assert.equal(counter.lines().at(-1), 'c_total{what="other",why="other"} 400');
  counter.of('value 3', 'x').add();
  assert.equal(counter.lines()[3], 'c_total{what="value 3",why="x"} 2');
});

test('two metrics of one name, and a name that is none, are refused', () => {
  const metrics = new Metrics();
  metrics.add(new Counter('one_total', 'One.'));
  assert.throws(
    () => metrics.add(new Gauge('one_total', 'Two.', () => 0)),
    /two metrics one_total/,
  );
  assert.throws(() => metrics.add(new Gauge('no-name', 'No.', () => 0)), /no metric's name/);
});

/** Lets the event loop turn for so many times 20 ms. */
async function ticks(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((done) => setTimeout(done, 20));
}

test('a busy event loop is seen in the next scrape, and not in the one behind it', async () => {
  const metrics = new Metrics();
  const end = addProcessMetrics(metrics);
  const figure = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics.text())?.[1]);
  try {
    await ticks(3);
    metrics.text();
    await ticks(3); // the first look behind a scrape begins anew
    const until = performance.now() + 150;
    while (performance.now() < until);
    await ticks(3);
    assert.ok(figure('nodejs_eventloop_lag_max_seconds') > 0.1);
    await ticks(3);
    assert.ok(figure('nodejs_eventloop_lag_p50_seconds') < 0.1);
    assert.ok(figure('process_resident_memory_bytes') > 10_000_000);
    assert.ok(figure('process_cpu_seconds_total') > 0.1);
  } finally {
    end();
  }
});
