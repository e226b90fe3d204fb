// What the delivery figures are held against: writes into a figure's note whether its median meets the
// target, and counts.

import { median, type Figure } from '../figures.ts';

export type Target = { readonly atLeast: number } | { readonly atMost: number };

export class Targets {
  readonly #missed: string[] = [];
  #count = 0;

  /** The figure with its verdict in the note. */
  judge(figure: Figure, target: Target): Figure {
    const value = median(figure.runs);
    const met = 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
    const words = 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
    this.#count += 1;
    if (!met) this.#missed.push(figure.name.trim());
    const verdict = `target ${words}: ${met ? 'met' : 'MISSED'}`;
    return { ...figure, note: figure.note ? `${figure.note}; ${verdict}` : verdict };
  }

  /** One line for the end. */
  summary(): string {
    const met = this.#count - this.#missed.length;
    const missed = this.#missed.length === 0 ? '' : `; missed: ${this.#missed.join(', ')}`;
    return `${met} of ${this.#count} targets met${missed}`;
  }
}
