// Changes of several lines, checked together: each by itself, and what concerns several (a number or a
// short number twice) on the state that they lead to. Pure: lines.ts commits what is found right here.

import { setImmediate as others } from 'node:timers/promises';
import type { Message } from '../message.ts';
import type { Line } from './line.ts';
import { changeLine, emptyLine } from './line-input.ts';
import type { LineChanges, LineInput, LineRules } from './line-input.ts';
import { refuse } from './line-result.ts';
import type { LineRefusal } from './line-result.ts';
import { say } from './message-codes.ts';

/** A new line, or a change of one that is there. */
export type LineEdit =
  | { readonly add: LineInput }
  | {
      readonly set: string;
      readonly changes: LineChanges;
      /** Refused as no line where it belongs to somebody else by then. */
      readonly customer?: string;
    };

/** What one edit leads to; `before` is undefined for a new line. */
export interface LineStep {
  readonly line: Line;
  readonly before: Line | undefined;
  readonly warnings: Message[];
}

/** What is wrong with the edit at that place. */
export interface EditError extends LineRefusal {
  readonly at: number;
}

/** The lines as they are now. */
export interface LinesNow {
  byNumber(number: string): Line | undefined;
  byShort(customer: string, short: string): Line | undefined;
}

/** All steps, in the order of the edits, or all that is wrong, by the place of the edit. */
export type CheckedEdits =
  | { readonly ok: true; readonly steps: readonly LineStep[] }
  | { readonly ok: false; readonly errors: readonly EditError[] };

/** Edits that are checked at one go: some milliseconds, in which no call is served. */
const AT_ONCE = 50;

/** Lets calls and requests have their turn, once in a while of a long loop. */
export async function breathe(at: number): Promise<void> {
  if (at % AT_ONCE === AT_ONCE - 1) await others();
}

/**
 * Checks edits of different lines; changes nothing. Short numbers may be swapped between them. What is
 * answered is true of `now` as it is then, if nobody changed it meanwhile.
 */
export async function checkEdits(
  edits: readonly LineEdit[],
  now: LinesNow,
  rules: LineRules,
): Promise<CheckedEdits> {
  const steps = new Map<string, LineStep & { readonly at: number }>();
  const errors: EditError[] = [];
  for (const [at, edit] of edits.entries()) {
    await breathe(at);
    const step = checkEdit(edit, now, rules);
    if ('error' in step) errors.push({ at, ...step });
    else if (steps.has(step.line.number)) errors.push({ at, ...changedTwice(step.line) });
    else steps.set(step.line.number, { at, ...step });
  }
  const owners = new Map<string, Line>();
  for (const { at, line, before } of steps.values()) {
    if (line.short === '') continue;
    if (line.short === before?.short && line.customer === before.customer) continue;
    const key = `${line.customer}/${line.short}`;
    const owner = owners.get(key) ?? now.byShort(line.customer, line.short);
    owners.set(key, line);
    if (owner === undefined || owner.number === line.number) continue;
    // Whoever has it now may be about to give it up.
    const { short, customer } = steps.get(owner.number)?.line ?? owner;
    if (short === line.short && customer === line.customer) {
      errors.push({ at, ...shortTaken(line, owner) });
    }
  }
  if (errors.length > 0) return { ok: false, errors: errors.sort((a, b) => a.at - b.at) };
  return { ok: true, steps: [...steps.values()] };
}

function checkEdit(edit: LineEdit, now: LinesNow, rules: LineRules): LineStep | LineRefusal {
  const parsed = rules.parseE164('add' in edit ? edit.add.number : edit.set);
  if (!parsed.ok) return { ...parsed, field: 'number' };
  const { number } = parsed;
  const before = now.byNumber(number);
  if ('add' in edit) {
    if (before !== undefined) return lineExists(number);
    const { number: _, ...settings } = edit.add;
    // An absent password is checked as the empty one.
    const complete = { ...settings, password: settings.password ?? '' };
    const result = changeLine(emptyLine(number), complete, rules);
    return result.ok ? { line: result.line, before, warnings: result.warnings } : result;
  }
  if (before === undefined) return noSuchLine(number);
  if (edit.customer !== undefined && edit.customer !== before.customer) return noSuchLine(number);
  const result = changeLine(before, edit.changes, rules);
  return result.ok ? { line: result.line, before, warnings: result.warnings } : result;
}

/** There is a line with that number already. */
function lineExists(number: string): LineRefusal {
  const text = `line ${number} exists already: change it with carillon line set ${number}`;
  return refuse('number', say('line-exists', text, { number }));
}

/** There is no line with that number. */
export function noSuchLine(number: string): LineRefusal {
  const text = `there is no line ${number}: carillon line list shows those that are`;
  return refuse('number', say('no-such-line', text, { number }));
}

function shortTaken({ short, customer }: Line, { number }: Line): LineRefusal {
  const text =
    `short number ${short} is already that of line ${number} ` +
    `(customer ${customer}): write another one`;
  return refuse('short', say('short-taken', text, { short, number, customer }));
}

function changedTwice({ number }: Line): LineRefusal {
  const text = `line ${number} is named twice: name each line once`;
  return refuse('number', say('line-twice', text, { number }));
}
