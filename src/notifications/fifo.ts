// First in, first out, both ends in constant time: `Array.shift` moves all of a long queue.

export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    // Only now and then, so that each item is moved at most once on average.
    if (this.#head > 1000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Keeps only the items that `keep` says so of, in their order; those left out are the answer. */
  sift(keep: (item: T) => boolean): T[] {
    const out: T[] = [];
    const kept: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) {
      (keep(item) ? kept : out).push(item);
    }
    this.#items = kept;
    this.#head = 0;
    return out;
  }
}
