// Sending again part by part, and what is asked for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayAll, replayFaults, replayQuery } from './replaying.ts';
import type { ReplayDraft } from './replaying.ts';

const draft: ReplayDraft = { line: '', state: 'parked', from: '', to: '' };
const endless = { goesOn: () => true, onCount: () => {} };

function answering(...answers: { count: number; more: boolean }[]) {
  let asked = 0;
  return {
    asked: () => asked,
    ask: () => {
      const value = answers[Math.min(asked, answers.length - 1)]!;
      asked += 1;
      return Promise.resolve({ ok: true as const, value });
    },
  };
}

test('parked ones are asked for until there are no more, and counted meanwhile', async () => {
  const parts = answering({ count: 10, more: true }, { count: 3, more: false });
  const counts: number[] = [];
  const end = await replayAll('parked', parts.ask, {
    goesOn: () => true,
    onCount: (count) => counts.push(count),
  });
  assert.deepEqual(end, { count: 13, end: 'done', problem: null });
  assert.deepEqual(counts, [10, 13]);
});

test('somebody stops it behind the part that is under way', async () => {
  const parts = answering({ count: 10, more: true });
  const end = await replayAll('parked', parts.ask, { ...endless, goesOn: () => parts.asked() < 2 });
  assert.deepEqual(end, { count: 20, end: 'stopped', problem: null });
});

test('delivered ones are asked for once: they would come again without end', async () => {
  for (const state of ['delivered', 'ended'] as const) {
    const parts = answering({ count: 10, more: true });
    const end = await replayAll(state, parts.ask, { ...endless, goesOn: () => parts.asked() < 5 });
    assert.deepEqual(end, { count: 10, end: 'part', problem: null });
    assert.equal(parts.asked(), 1);
  }
});

test('an answer that says more and has none is the end, and a failure tells how far it came', async () => {
  const parts = answering({ count: 0, more: true });
  assert.equal((await replayAll('parked', parts.ask, endless)).end, 'done');
  const problem = { status: 0, code: 'offline-here', detail: '' };
  let asked = 0;
  const end = await replayAll(
    'parked',
    () => {
      asked += 1;
      return Promise.resolve(
        asked === 1
          ? { ok: true as const, value: { count: 7, more: true } }
          : { ok: false as const, problem },
      );
    },
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
