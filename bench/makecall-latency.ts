// Figure 6: at 20 makecalls a second, the time from the request to the INVITE at the line's telephone, and
// to the answer. Client and telephone are in this process, by one clock; a call is recognised by its line.
// The reference is the same client at a bare node:http server, asked in turn.

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../test/kit/until.ts';
import { percentile, threeTimes, type Figure } from './figures.ts';
import { ACCEPTED_ADDRESS, CONNECTIONS, type MakecallSubject } from './makecall-subject.ts';
import { withConnections, type WebConnection } from './web-client.ts';

export const CALLS_PER_SECOND = 20;

/** Both servers are asked in turn, a makecall, then a bare request: the same moment of the machine. */
export async function makecallLatencies(
  subject: MakecallSubject,
  calls: number,
): Promise<Figure[]> {
  await subject.mayAsk(subject.lines);
  const runs = await threeTimes(() => measureLatencies(subject, calls));
  const figure = (name: string, which: keyof Times, share: number): Figure => ({
    name: `${name}, p${share * 100}`,
    unit: 'ms',
    runs: runs.map((run) => percentile(run[which], share)),
    digits: 2,
  });
  return (
    [
      ['makecall: request to INVITE', 'toInvite'],
      ['makecall: request to OK', 'toOk'],
      ['  reference: bare node:http, request to OK', 'bare'],
    ] as const
  ).flatMap(([name, which]) => [figure(name, which, 0.5), figure(name, which, 0.99)]);
}

/** Milliseconds, one for each call. */
interface Times {
  readonly toInvite: number[];
  readonly toOk: number[];
  readonly bare: number[];
}

/** Over all runs, so that no line asks twice within a second. */
let askedSoFar = 0;

async function measureLatencies(subject: MakecallSubject, calls: number): Promise<Times> {
  const { telephone, lines, server, bareUrl } = subject;
  const times: Times = { toInvite: [], toOk: [], bare: [] };
  const asked = new Map<string, number>();
  const failures: unknown[] = [];
  telephone.onInvite = (line) => {
    times.toInvite.push(performance.now() - (asked.get(line) ?? Number.NaN));
  };
  const timed = (connection: WebConnection | undefined, line: string, into: number[]): void => {
    const began = performance.now();
    if (into === times.toOk) asked.set(line, began);
    connection?.get(subject.targetOf(line)).then(
      (answer) => {
        into.push(performance.now() - began);
        if (answer.body !== 'OK') failures.push(answer.body);
      },
      (error: unknown) => failures.push(error),
    );
  };
  const ask = async (
    ours: readonly WebConnection[],
    bare: readonly WebConnection[],
  ): Promise<void> => {
    const began = performance.now();
    const half = 500 / CALLS_PER_SECOND;
    for (let n = 0; n < calls; n += 1) {
      const line = lines[(askedSoFar += 1) % lines.length] ?? '';
      await pause(Math.max(0, began + 2 * n * half - performance.now()));
      timed(ours[n % ours.length], line, times.toOk);
      await pause(Math.max(0, began + (2 * n + 1) * half - performance.now()));
      timed(bare[n % bare.length], line, times.bare);
    }
    await until(
      () => failures.length > 0 || Object.values(times).every((each) => each.length === calls),
      5_000,
      () =>
        `${calls} calls: ${times.toInvite.length} rang, ${times.toOk.length} were answered OK, ` +
        `${times.bare.length} bare requests were`,
    );
    if (failures.length > 0) throw new Error(`a request failed: ${String(failures[0])}`);
  };
  const from = { count: CONNECTIONS, from: ACCEPTED_ADDRESS };
  try {
    await withConnections(server.http, from, (ours) =>
      withConnections(bareUrl, from, (bare) => ask(ours, bare)),
    );
    return times;
  } finally {
    telephone.onInvite = undefined;
  }
}
