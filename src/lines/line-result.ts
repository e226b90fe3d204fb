// What a change of a line answers: the line, or what is wrong as data. Shapes only; the checks are in
// line-input.ts and lines.ts.

import type { Message } from '../message.ts';
import type { Line } from './line.ts';
import type { LineMessage } from './message-codes.ts';

/** What is wrong: a sentence that says what to write instead, and its code for a page or a program. */
export interface RuleRefusal {
  readonly ok: false;
  readonly error: string;
  readonly code: string;
  /** What the sentence names. */
  readonly values?: Message['values'];
}

/** A change that was refused. An error is expected and says what to write instead. */
export interface LineRefusal extends RuleRefusal {
  /** The setting that is wrong, or `number`; undefined where no single one is. */
  readonly field: string | undefined;
}

/** The outcome of a change. */
export type LineResult =
  | { readonly ok: true; readonly line: Line; readonly warnings: Message[] }
  | LineRefusal;

/** A refusal for a reason of this room. */
export function refuse(field: string | undefined, message: LineMessage): LineRefusal {
  return refuseBy(field, message);
}

/** A refusal for a reason that another room gave. */
export function refuseBy(field: string | undefined, message: Message): LineRefusal {
  const { text: error, code, values } = message;
  const answer = { ok: false, error, code, field } as const;
  return values === undefined ? answer : { ...answer, values };
}
