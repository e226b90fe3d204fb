// Why the server's engine cannot read a pattern, in the reader's language. The engine (re2js) writes English
// of a fixed form: `error parsing regexp: REASON: ` with the wrong part in backticks behind it.

import { t } from './i18n.ts';
import { sentence } from './message.ts';

/** A sentence; the limit of the length is the server's own. */
export function patternReason(text: string): string {
  const [, length, limit] = /^it has (\d+) characters: write at most (\d+)$/.exec(text) ?? [];
  if (length !== undefined && limit !== undefined) {
    return sentence({ code: 'source-ip-too-long', text, values: { length, limit } });
  }
  return `${t.cti.stateReasonLead} ${patternReasonIn(t.cti.reasons, text)}.`;
}

/** The reason in words, with the part of the pattern that is wrong; one that is not known as it came. */
export function patternReasonIn(reasons: Readonly<Record<string, string>>, text: string): string {
  const [, reason = text, part] =
    /^(?:error parsing regexp: )?(.*?)(?:: `([^]*)`)?$/.exec(text) ?? [];
  const words = Object.hasOwn(reasons, reason) ? reasons[reason]! : reason;
  if (part === undefined) return words;
  const letters = Array.from(part);
  // The engine repeats the whole pattern for some faults.
  const shown = letters.length <= 40 ? part : `${letters.slice(0, 40).join('')}…`;
  return `${words} (${shown})`;
}
