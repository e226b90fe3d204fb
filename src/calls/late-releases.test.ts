import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { E164 } from '../numbers/e164.ts';
import { eventsOf } from './call-event.ts';
import type { CallIdentity, CallJournal } from './call-event.ts';
import { LateReleases } from './late-releases.ts';

const call: CallIdentity = {
  callref: 'callref1',
  dref: '',
  drefReplace: '',
  sessionId: '',
  isAcd: false,
  redirectingNumber: '',
  account: '33123456789' as E164, // oxlint-disable-line typescript/no-unsafe-type-assertion
  caller: '33612345678',
  callee: '33123456789',
  sipCallId: '',
};
const full = Object.assign(new Error('the disk is full'), { code: 'write-failed' });
const refused = Object.assign(new Error('not open'), { code: 'refused' });

/** A journal on a disk that the test fills; `kept` is what it holds, `dref type at`. */
function sample() {
  const disk: { fault: Error | undefined; kept: string[]; tries: number } = {
    fault: undefined,
    kept: [],
    tries: 0,
  };
  const journal: CallJournal = {
    async record(events, dref, wire) {
      disk.tries += 1;
      if (disk.fault) throw disk.fault;
      for (const { type, at } of events) disk.kept.push(`${dref} ${type} ${at}`);
      if (wire !== undefined) disk.kept.push(`${dref} ${wire}`);
    },
    forgetSession: () => Promise.resolve(),
  };
  const faults: unknown[] = [];
  const late = new LateReleases(journal, (error, callref) => faults.push([error, callref]));
  const release = (dref: string, at: number, wire?: string): Promise<void> =>
    late.record(eventsOf([call], 'RELEASE', at, 'normal'), dref, wire);
  return { disk, faults, late, release };
}

test('a RELEASE that could not be kept is rejected, held, and kept later with its own time, in order', async () => {
  const { disk, late, release } = sample();
  await release('a', 1);
  disk.fault = full;
  await assert.rejects(release('b', 2), full);
  await assert.rejects(release('c', 3), full);
  assert.equal(late.size, 2);
  await late.keepLate();
  assert.equal(late.size, 2);
  disk.fault = undefined;
  await late.keepLate();
  assert.deepEqual(disk.kept, ['a RELEASE 1', 'b RELEASE 2', 'c RELEASE 3']);
  assert.equal(late.size, 0);
  const before = disk.tries;
  await late.keepLate();
  assert.equal(disk.tries, before);
});

test('what did not happen is not held: neither a SETUP nor a CONNECT, nor both ends of a call at once', async () => {
  const { disk, late } = sample();
  disk.fault = full;
  await assert.rejects(late.record(eventsOf([call], 'SETUP', 1), 'a', 'wire'), full);
  await assert.rejects(late.record(eventsOf([call], 'CONNECT', 1), 'a', 'wire'), full);
  const both = [...eventsOf([call], 'SETUP', 1), ...eventsOf([call], 'RELEASE', 1, 'no-terminal')];
  await assert.rejects(late.record(both, 'a', undefined), full);
  await assert.rejects(late.record([], 'a', 'wire'), full);
  assert.equal(late.size, 0);
});

test('a RELEASE that comes with what is left on the wire is held without it: that ended meanwhile', async () => {
  const { disk, late, release } = sample();
  await release('a', 1, 'a BYE');
  disk.fault = full;
  await assert.rejects(release('b', 2, 'a BYE'), full);
  disk.fault = undefined;
  await late.keepLate();
  assert.deepEqual(disk.kept, ['a RELEASE 1', 'a a BYE', 'b RELEASE 2']);
});

test('what contradicts the store is not held, and at a later try it is told once and forgotten', async () => {
  const { disk, faults, late, release } = sample();
  disk.fault = refused;
  await assert.rejects(release('a', 1), refused);
  assert.equal(late.size, 0);
  disk.fault = full;
  await assert.rejects(release('b', 2), full);
  disk.fault = refused;
  await late.keepLate();
  assert.deepEqual(faults, [[refused, 'callref1']]);
  assert.equal(late.size, 0);
});

test('what comes to be held while others are tried is kept behind them, and nothing is tried twice at once', async () => {
  const { disk, late, release } = sample();
  disk.fault = full;
  await assert.rejects(release('a', 1), full);
  const first = late.keepLate();
  await Promise.all([late.keepLate(), assert.rejects(release('b', 2), full)]);
  await first;
  assert.equal(disk.tries, 3);
  disk.fault = undefined;
  await late.keepLate();
  assert.deepEqual(disk.kept, ['a RELEASE 1', 'b RELEASE 2']);
});
