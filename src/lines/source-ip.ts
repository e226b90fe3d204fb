// A customer's pattern on the address of an HTTP client (docs/makecall.md), compiled.
// The one place that says whether a pattern is valid. Matching an address is in source-ip-match.ts.

import { RE2JS } from 're2js';

/** The longest pattern that a line may keep, in characters. */
export const LONGEST_PATTERN = 512;

// The engine matches in linear time, but unrolls repetitions: 70 times `x{1000}`, 490 characters, took
// 310 ms to compile, and every call would wait for it.
const MOST_REPETITIONS = 1000;

export type SourceIpPattern =
  | { readonly ok: true; readonly pattern: RE2JS }
  | { readonly ok: false; readonly error: string };

/**
 * Compiles a pattern alone, never wrapped in `^(?:…)$`: that would turn the invalid `a)|(.*` into a
 * valid one that lets everybody in. The error is a part of a sentence, in the engine's words.
 */
export function compileSourceIp(text: string): SourceIpPattern {
  let repetitions = 0;
  for (const [, least, most] of text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    repetitions += Math.max(Number(least), Number(most ?? 0));
  }
  if (repetitions > MOST_REPETITIONS) {
    return { ok: false, error: `it repeats more than ${MOST_REPETITIONS} times` };
  }
  try {
    return { ok: true, pattern: RE2JS.compile(text) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
