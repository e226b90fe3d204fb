// For tests only: stand-ins for the store and for the rules of other rooms.

import { strict as assert } from 'node:assert';
import type { E164 } from '../numbers/e164.ts';
import type { Line } from './line.ts';
import type { LineResult, LineRules, LineStore } from './lines.ts';

export function e164(digits: string): E164 {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return digits as E164;
}

/** Small rules, but each refuses something and says it its own way. */
export const RULES: LineRules = {
  realm: 'carillon',
  parseE164: (text) =>
    /^33\d{9}$/.test(text)
      ? { ok: true, number: e164(text) }
      : { ok: false, error: `${text} is no number: write 33123456789`, code: 'fake-number' },
  checkShortNumber: (text) =>
    /^\d{2,6}$/.test(text)
      ? { ok: true, short: text }
      : { ok: false, error: 'a short number has 2 to 6 digits', code: 'fake-short' },
  parseTemplate: (text) => {
    if (!text.startsWith('http')) {
      const error = { code: 'fake-template', text: 'the template must begin with http' };
      return { ok: false, error };
    }
    const warning = { code: 'fake-no-keyword', text: 'no keyword in it' };
    return { ok: true, warnings: text.includes('ACCOUNT') ? [] : [warning] };
  },
};

/** A store in memory that commits when the test says so, or refuses. */
export class FakeStore implements LineStore {
  readonly kept = new Map<string, Line>();
  /** Commits that wait to be let through, where `holds` is set. */
  readonly held: (() => void)[] = [];
  holds = false;
  fault: Error | undefined;
  commits = 0;

  allLines(): Promise<Line[]> {
    return Promise.resolve([...this.kept.values()]);
  }

  putLine(line: Line): Promise<void> {
    return this.putLines([line]);
  }

  putLines(lines: readonly Line[]): Promise<void> {
    return this.#commit(() => lines.forEach((line) => this.kept.set(line.number, line)));
  }

  removeLine(number: E164): Promise<void> {
    return this.#commit(() => this.kept.delete(number));
  }

  async #commit(change: () => void): Promise<void> {
    if (this.holds) await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.fault !== undefined) throw this.fault;
    this.commits += 1;
    change();
  }
}

export function lineOf(result: LineResult): Line {
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.line;
}

export function errorOf(result: LineResult): string {
  assert.ok(!result.ok, 'this had to be refused');
  return result.error;
}

/** Until what is ready now has run. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
