// Counters, gauges and histograms, and the text that Prometheus reads from them (text format 0.0.4). Adding to
// one costs some nanoseconds: a series is looked up once, and then it is a number. Which figures there are is
// process-metrics.ts's and house-metrics.ts's matter, who may read them the web room's.

export type Labels = Readonly<Record<string, string>>;

/** What a scrape shows of one metric: its lines, without those that describe it. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): string[];
}

/** One number that only rises. */
export class Series {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

/** More than any label has values; what comes beyond is counted together, so that nothing grows for ever. */
const MOST_SERIES = 100;
const OTHER = 'other';

/** Series by the values of their labels. A counter without labels has one. */
export class Counter implements Metric {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #labels: readonly string[];
  readonly #series = new Map<string, { readonly shown: string; readonly series: Series }>();

  constructor(name: string, help: string, labels: readonly string[] = []) {
    this.name = name;
    this.help = help;
    this.#labels = labels;
    if (labels.length === 0) this.of();
  }

  /** The series of these values, in the order of the labels. */
  of(...values: readonly string[]): Series {
    const key = values.join('\n');
    const found = this.#series.get(key);
    if (found) return found.series;
    const others = this.#labels.map(() => OTHER);
    if (this.#series.size >= MOST_SERIES && key !== others.join('\n')) return this.of(...others);
    const labels = this.#labels.map((label, index) => [label, values[index] ?? ''] as const);
    const made = { shown: this.name + labelText(Object.fromEntries(labels)), series: new Series() };
    this.#series.set(key, made);
    return made.series;
  }

  lines(): string[] {
    return [...this.#series.values()].map(({ shown, series }) => `${shown} ${series.value}`);
  }
}

/** What is read when somebody asks: one number, or several with their labels. */
export class Gauge implements Metric {
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly #read: () => number | readonly (readonly [Labels, number])[];

  constructor(
    name: string,
    help: string,
    read: () => number | readonly (readonly [Labels, number])[],
    type: 'gauge' | 'counter' = 'gauge',
  ) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#read = read;
  }

  lines(): string[] {
    const read = this.#read();
    const all = typeof read === 'number' ? [[{}, read] as const] : read;
    return all.map(([labels, value]) => `${this.name}${labelText(labels)} ${numberText(value)}`);
  }
}

/** How many observations were at most each bound, their number and their sum. */
export class Histogram implements Metric {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  /** Those in each bucket alone; the last one is for what is above every bound. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds` rise. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#counts = [...bounds, Infinity].map(() => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket += 1;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  lines(): string[] {
    let count = 0;
    const buckets = [...this.#bounds, Infinity].map((bound, index) => {
      count += this.#counts[index]!;
      return `${this.name}_bucket${labelText({ le: numberText(bound) })} ${count}`;
    });
    return [...buckets, `${this.name}_sum ${this.#sum}`, `${this.name}_count ${count}`];
  }
}

/** All metrics that a scrape shows. */
export class Metrics {
  readonly #all = new Map<string, Metric>();

  /** Adds a metric and gives it back. Throws where the name is no name, or is taken. */
  add<One extends Metric>(metric: One): One {
    const { name } = metric;
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`${name} is no metric's name`);
    if (this.#all.has(name)) throw new Error(`there are two metrics ${name}`);
    this.#all.set(name, metric);
    return metric;
  }

  /** The text of a scrape. */
  text(): string {
    return [...this.#all.values()]
      .map((metric) => {
        const { name, help, type } = metric;
        return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...metric.lines()];
      })
      .flat()
      .concat('')
      .join('\n');
  }
}

/** The media type of that text. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
