// Sending ended notifications again until there are no more of them, as the API does it in parts; and what is
// asked for it, from what was typed. It draws nothing; the dialogs are replay-dialog.tsx.

import type { Answer, ApiProblem } from '../api.ts';

export const REPLAY_STATES = ['parked', 'delivered', 'ended'] as const;
export type ReplayState = (typeof REPLAY_STATES)[number];

export interface ReplayDraft {
  readonly line: string;
  readonly state: ReplayState;
  /** As a field for date and time has them, in the reader's time: `2026-05-31T08:00`; empty: no limit. */
  readonly from: string;
  readonly to: string;
}

/** The body of `POST /api/v1/replays`. */
export interface ReplayQuery {
  readonly line?: string;
  readonly state: ReplayState;
  readonly from?: string;
  readonly to?: string;
}

export type ReplayFault = 'fromMissing' | 'noTime' | 'wrongOrder' | '';

/** What is wrong with each moment. */
export function replayFaults({ state, from, to }: ReplayDraft): {
  readonly from: ReplayFault;
  readonly to: ReplayFault;
} {
  if (from !== '' && momentOf(from) === '') return { from: 'noTime', to: '' };
  if (to !== '' && momentOf(to) === '') return { from: '', to: 'noTime' };
  // Of what arrived, all of the history would go again by a slip of the hand.
  if (from === '' && state !== 'parked') return { from: 'fromMissing', to: '' };
  return { from: '', to: from !== '' && to !== '' && to <= from ? 'wrongOrder' : '' };
}

export function replayQuery({ line, state, from, to }: ReplayDraft): ReplayQuery {
  return {
    state,
    ...(line.trim() === '' ? {} : { line: line.trim() }),
    ...(from === '' ? {} : { from: momentOf(from) }),
    ...(to === '' ? {} : { to: momentOf(to) }),
  };
}

function momentOf(text: string): string {
  const time = new Date(text).getTime();
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

export interface ReplayEnd {
  /** How many wait again. */
  readonly count: number;
  readonly end: 'done' | 'stopped' | 'failed';
  readonly problem: ApiProblem | null;
}

/** What the API answers for one part. */
export interface ReplayedPart {
  readonly count: number;
  readonly more: boolean;
  readonly next: string | null;
}

/** Asks part by part until nothing is left, somebody stops it, or it fails. `after` is the part before's `next`. */
export async function replayAll(
  ask: (after: string | null) => Promise<Answer<ReplayedPart>>,
  { goesOn, onCount }: { goesOn: () => boolean; onCount: (count: number) => void },
): Promise<ReplayEnd> {
  let count = 0;
  let after: string | null = null;
  for (;;) {
    const answer = await ask(after);
    if (!answer.ok) return { count, end: 'failed', problem: answer.problem };
    const { value } = answer;
    count += value.count;
    onCount(count);
    if (!value.more || value.next === null || value.next === after) {
      return { count, end: 'done', problem: null };
    }
    if (!goesOn()) return { count, end: 'stopped', problem: null };
    after = value.next;
  }
}
