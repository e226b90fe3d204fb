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
  /** `part`: there are more, and they cannot be asked for by the same question. */
  readonly end: 'done' | 'stopped' | 'part' | 'failed';
  readonly problem: ApiProblem | null;
}

/**
 * Asks until nothing is left, somebody stops it, or it fails. What is delivered again is among the delivered
 * once more, and asking a second time would send it a third time: of those only one part is sent.
 */
export async function replayAll(
  state: ReplayState,
  ask: () => Promise<Answer<{ readonly count: number; readonly more: boolean }>>,
  { goesOn, onCount }: { goesOn: () => boolean; onCount: (count: number) => void },
): Promise<ReplayEnd> {
  let count = 0;
  for (;;) {
    const answer = await ask();
    if (!answer.ok) return { count, end: 'failed', problem: answer.problem };
    count += answer.value.count;
    onCount(count);
    if (!answer.value.more || answer.value.count === 0)
      return { count, end: 'done', problem: null };
    if (state !== 'parked') return { count, end: 'part', problem: null };
    if (!goesOn()) return { count, end: 'stopped', problem: null };
  }
}
