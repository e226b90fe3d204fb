// Sending again part by part, and what is asked for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayAll, replayFaults, replayQuery } from './replaying.ts';
import type { ReplayDraft, ReplayedPart } from './replaying.ts';

const draft: ReplayDraft = { line: '', state: 'parked', from: '', to: '' };
const endless = { goesOn: () => true, onCount: () => {} };

function answering(...answers: ReplayedPart[]) {
  const asked: (string | null)[] = [];
  return {
    asked,
    ask: (after: string | null) => {
      const value = answers[Math.min(asked.length, answers.length - 1)]!;
      asked.push(after);
      return Promise.resolve({ ok: true as const, value });
    },
  };
}

test('each part is asked for behind the one before, until there are no more, and counted meanwhile', async () => {
  const parts = answering(
    { count: 10, more: true, next: 'all.10' },
    { count: 3, more: false, next: null },
  );
  const counts: number[] = [];
  const end = await replayAll(parts.ask, {
    goesOn: () => true,
    onCount: (count) => counts.push(count),
  });
  assert.deepEqual(end, { count: 13, end: 'done', problem: null });
  assert.deepEqual(counts, [10, 13]);
  assert.deepEqual(parts.asked, [null, 'all.10']);
});

test('somebody stops it behind the part that is under way', async () => {
  const parts = answering(
    { count: 10, more: true, next: 'all.1' },
    { count: 10, more: true, next: 'all.2' },
  );
  const end = await replayAll(parts.ask, { ...endless, goesOn: () => parts.asked.length < 2 });
  assert.deepEqual(end, { count: 20, end: 'stopped', problem: null });
});

test('an answer that does not get on is the end, and a failure tells how far it came', async () => {
  const parts = answering({ count: 1, more: true, next: 'all.1' });
  assert.equal((await replayAll(parts.ask, endless)).end, 'done');
  const problem = { status: 0, code: 'offline-here', detail: '' };
  const end = await replayAll(
    (after) =>
      Promise.resolve(
        after === null
          ? { ok: true as const, value: { count: 7, more: true, next: 'all.7' } }
          : { ok: false as const, problem },
      ),
    endless,
  );
  assert.deepEqual(end, { count: 7, end: 'failed', problem });
});

test('moments are asked for in UTC, and what is empty is not asked for', () => {
  assert.deepEqual(replayQuery(draft), { state: 'parked' });
  const from = '2026-05-31T08:00';
  assert.deepEqual(replayQuery({ ...draft, line: ' 33123456789 ', state: 'ended', from }), {
    line: '33123456789',
    state: 'ended',
    from: new Date(2026, 4, 31, 8).toISOString(),
  });
});

test('what arrived is sent again from a beginning on only, and no period ends before it begins', () => {
  assert.deepEqual(replayFaults(draft), { from: '', to: '' });
  assert.deepEqual(replayFaults({ ...draft, state: 'delivered' }), { from: 'fromMissing', to: '' });
  assert.deepEqual(replayFaults({ ...draft, from: 'abc' }), { from: 'noTime', to: '' });
  assert.deepEqual(replayFaults({ ...draft, to: '2026-13-41T08:00' }), { from: '', to: 'noTime' });
  const day = { from: '2026-05-31T08:00', to: '2026-05-31T08:00' };
  assert.deepEqual(replayFaults({ ...draft, ...day }), { from: '', to: 'wrongOrder' });
});
