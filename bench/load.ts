// One burst of calls by SIPp at a given rate, and what became of it. The caller dials the lines of a
// list in turn, from one fixed address; whoever answers is the business of the caller of this.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '../test/kit/until.ts';
import { startSipp, type Sipp } from '../test/kit/sipp.ts';

/** Without larger socket buffers SIPp itself loses packets above some 1,000 calls a second. */
const BUFFERS = ['-buff_size', '4194304'];

export interface Load {
  /** `HOST:PORT` that is called, and that it is called from. */
  readonly remote: string;
  readonly from: string;
  readonly numbers: readonly string[];
  readonly callsPerSecond: number;
  readonly calls: number;
}

export interface LoadResult {
  readonly asked: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Calls a second that SIPp placed, over the whole burst. */
  readonly rate: number;
  readonly retransmissions: number;
  /** Every call succeeded, and SIPp kept up with the rate it was asked for. */
  readonly sustained: boolean;
  /** Why not, in a few words. */
  readonly why: string;
}

/** Places the calls, each of no length, and waits for the last to end; at most 15 s longer than planned. */
export async function placeLoad(load: Load): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const statistics = join(folder, 'statistics.csv');
  const planned = Math.ceil(load.calls / load.callsPerSecond);
  try {
    await using caller = await startSipp(undefined, {
      scenario: join(import.meta.dirname, 'uac-load.xml'),
      remote: load.remote,
      local: load.from,
      rows: load.numbers.map((number) => [number]),
      calls: load.calls,
      timeoutSeconds: planned + 10,
      trace: false,
      more: [
        ...pace(load.callsPerSecond),
        '-trace_stat',
        '-stf',
        statistics,
        '-fd',
        '1',
        ...BUFFERS,
      ],
    });
    const code = await within(caller.exitCode, (planned + 15) * 1_000, 'SIPp to end its calls');
    return judge(load, readLastRow(statistics), code, caller);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** At most four seconds' worth of calls at once: above that SIPp waits, and the rate shows it. */
function pace(callsPerSecond: number): string[] {
  return ['-r', String(callsPerSecond), '-l', String(callsPerSecond * 4)];
}

function judge(
  load: Load,
  row: Readonly<Record<string, string>>,
  code: number | string,
  caller: Sipp,
): LoadResult {
  const value = (name: string): number => Number(row[`${name}(C)`] ?? Number.NaN);
  const succeeded = value('SuccessfulCall');
  const failed = load.calls - succeeded;
  const rate = value('CallRate');
  const reasons: string[] = [];
  if (failed > 0) reasons.push(`${failed} of ${load.calls} calls failed or were not placed`);
  // SIPp slows down by itself where calls pile up; then the rate is not the one that was asked for. Its
  // rate counts until the last call's end, hence 0.25 s of grace.
  const planned = load.calls / load.callsPerSecond;
  if (!(load.calls / rate <= planned * 1.05 + 0.25)) {
    reasons.push(`only ${rate.toFixed(0)} calls/s placed`);
  }
  if (code !== 0 && reasons.length === 0) {
    reasons.push(`SIPp ended with ${code}: ${caller.errors().slice(0, 300)}`);
  }
  return {
    asked: load.callsPerSecond,
    succeeded,
    failed,
    rate,
    retransmissions: value('Retransmissions'),
    sustained: reasons.length === 0,
    why: reasons.join('; '),
  };
}

/** The last row of SIPp's -trace_stat file by the names of its first; `…(C)` counts from the start. */
function readLastRow(path: string): Record<string, string> {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
  const names = (lines[0] ?? '').split(';');
  const values = (lines.at(-1) ?? '').split(';');
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
}

/** A SIPp that answers every call at once at `address`, as telephone or as the reference. */
export async function startAnswerer(address: string): Promise<Sipp> {
  const answerer = await startSipp(undefined, {
    scenario: join(import.meta.dirname, 'uas-load.xml'),
    local: address,
    calls: 100_000_000,
    timeoutSeconds: 1_000,
    trace: false,
    more: BUFFERS,
  });
  return answerer.waitUntilReady();
}
