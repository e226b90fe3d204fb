// Numbers kept in their order while single ones come and go, so that a page of 100,000 lines is read
// without sorting them. Knows nothing of lines.

/** Changes up to which single insertions cost less than sorting what is nearly sorted. */
const FEW = 8;

export class SortedNumbers {
  #numbers: string[] = [];

  /** In order, each once. Do not change it. */
  get all(): readonly string[] {
    return this.#numbers;
  }

  /** Takes numbers out that are in it, and puts in others that are not. */
  change(out: readonly string[], put: readonly string[]): void {
    if (out.length + put.length <= FEW) {
      for (const number of out) this.#numbers.splice(this.placeOf(number), 1);
      for (const number of put) this.#numbers.splice(this.placeOf(number), 0, number);
      return;
    }
    const gone = new Set(out);
    const kept = this.#numbers.filter((number) => !gone.has(number));
    this.#numbers = [...kept, ...put].sort();
  }

  /** The place of a number, or of the first one behind it where it is not in it. */
  placeOf(number: string): number {
    return placeIn(this.#numbers, number);
  }
}

/** Where a number stands in sorted ones, or would stand. */
export function placeIn(sorted: readonly string[], number: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
