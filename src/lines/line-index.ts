// Lines in memory, found by number, short number and customer, and read in pages by number. Holds what
// it is given and checks nothing: that is many-changes.ts; lines.ts keeps it as the store is.

import type { Line } from './line.ts';
import { placeIn, SortedNumbers } from './sorted-numbers.ts';

export interface PageQuery {
  readonly customer?: string | undefined;
  /** Only these lines: all that somebody may see. */
  readonly numbers?: readonly string[] | undefined;
  /** Part of the number, the title or the short number; letter case and accents do not count. */
  readonly q?: string | undefined;
  /** The number behind which the page begins: `next` of the page before. */
  readonly after?: string | undefined;
  /** The most lines of the page, 1 or more. */
  readonly limit: number;
}

export interface LinePage {
  readonly lines: readonly Line[];
  /** What the next page comes `after`; null at the end. */
  readonly next: string | null;
}

interface Entry {
  readonly line: Line;
  /** Title and short number, folded for the search. */
  readonly words: string;
}

export class LineIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #byShort = new Map<string, Line>();
  readonly #numbers = new SortedNumbers();
  readonly #ofCustomer = new Map<string, SortedNumbers>();

  /** Takes lines out and puts others in, as one change: a short number may move between them. */
  change(out: readonly Line[], put: readonly Line[]): void {
    const stays = new Set(put.map(({ number }) => number));
    const isNew = ({ number }: Line) => !this.#entries.has(number);
    const gone = out.filter(({ number }) => !stays.has(number));
    this.#numbers.change(gone.map(numberOf), put.filter(isNew).map(numberOf));
    this.#changeCustomers(out, put);
    for (const { number, customer, short } of out) {
      this.#entries.delete(number);
      this.#byShort.delete(shortKey(customer, short));
    }
    for (const line of put) {
      this.#entries.set(line.number, { line, words: fold(`${line.title}\n${line.short}`) });
      if (line.short !== '') this.#byShort.set(shortKey(line.customer, line.short), line);
    }
  }

  #changeCustomers(out: readonly Line[], put: readonly Line[]): void {
    // A line that stays its customer's keeps its place.
    const [before, after] = [new Set(out.map(placeOf)), new Set(put.map(placeOf))];
    const gone = Map.groupBy(
      out.filter((line) => !after.has(placeOf(line))),
      customerOf,
    );
    const come = Map.groupBy(
      put.filter((line) => !before.has(placeOf(line))),
      customerOf,
    );
    for (const customer of new Set([...gone.keys(), ...come.keys()])) {
      const numbers = this.#ofCustomer.get(customer) ?? new SortedNumbers();
      const [out = [], put = []] = [gone.get(customer), come.get(customer)];
      numbers.change(out.map(numberOf), put.map(numberOf));
      if (numbers.all.length === 0) this.#ofCustomer.delete(customer);
      else this.#ofCustomer.set(customer, numbers);
    }
  }

  byNumber(number: string): Line | undefined {
    return this.#entries.get(number)?.line;
  }

  byShort(customer: string, short: string): Line | undefined {
    return this.#byShort.get(shortKey(customer, short));
  }

  /** All lines, by number. */
  all(): Line[] {
    return this.#linesOf(this.#numbers.all);
  }

  /** The customer's lines, by number. */
  ofCustomer(customer: string): Line[] {
    return this.#linesOf(this.#ofCustomer.get(customer)?.all ?? []);
  }

  /** How many customers have lines. */
  get customerCount(): number {
    return this.#ofCustomer.size;
  }

  /** One page, by number. It looks at the lines behind `after` until the page is full. */
  page({ customer, numbers, q = '', after, limit }: PageQuery): LinePage {
    const sorted = numbers === undefined ? this.#sorted(customer) : [...new Set(numbers)].sort();
    const isFound = search(q);
    const lines: Line[] = [];
    let place = after === undefined ? 0 : placeIn(sorted, after);
    if (sorted[place] === after) place += 1;
    for (; place < sorted.length; place++) {
      const entry = this.#entries.get(sorted[place]!);
      if (entry === undefined || !isFound(entry)) continue;
      if (customer !== undefined && entry.line.customer !== customer) continue;
      if (lines.length === limit) return { lines, next: lines.at(-1)!.number };
      lines.push(entry.line);
    }
    return { lines, next: null };
  }

  #sorted(customer: string | undefined): readonly string[] {
    if (customer === undefined) return this.#numbers.all;
    return this.#ofCustomer.get(customer)?.all ?? [];
  }

  #linesOf(numbers: readonly string[]): Line[] {
    return numbers.map((number) => this.#entries.get(number)!.line);
  }
}

/** Tells the lines that somebody looks for. Telephone numbers are found as people write them, too. */
function search(q: string): (entry: Entry) => boolean {
  const words = fold(q.trim());
  if (words === '') return () => true;
  // `+33 1 23`, `0033123` and `01 23` are all parts of 33123456789 but for what stands in front.
  const digits = /^[\d\s.()+-]+$/.test(words) ? words.replace(/\D/g, '').replace(/^0+/, '') : '';
  return (entry) =>
    entry.words.includes(words) || (digits !== '' && entry.line.number.includes(digits));
}

/** Without letter case and accents. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

function shortKey(customer: string, short: string): string {
  return `${customer}/${short}`;
}

function placeOf({ customer, number }: Line): string {
  return `${customer}/${number}`;
}

function numberOf({ number }: Line): string {
  return number;
}

function customerOf({ customer }: Line): string {
  return customer;
}
