// Figure 3: the time from an INVITE's arrival at the server to the INVITE at the telephone, and to the
// GET at the customer's server. Measured from outside: caller, telephone and customer's server are in
// this one process, by one clock; a call is recognised everywhere by its caller's number. So a figure
// holds two loopback hops and this process's own event loop as well. The reference is the same caller
// and the same telephone without the server between, and for the GET a plain HTTP client that asks when
// the telephone has the INVITE: what is left after subtracting it is the server's. A packet capture
// would be free of the event loop, but needs privileges that not everyone has who runs this.

import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../test/kit/until.ts';
import { percentile, threeTimes, type Figure } from './figures.ts';
import { Caller, openTelephone } from './phones.ts';
import type { Sink } from './sink.ts';

export const CALLS_PER_SECOND = 150;

export interface LatencyMeasurement {
  /** `HOST:PORT` that is called: the server, or for the reference the telephone itself. */
  readonly remote: string;
  readonly from: string;
  readonly telephone: string;
  readonly numbers: readonly string[];
  readonly calls: number;
  readonly sink: Sink;
  /** For the reference: ask the sink from here, since no server does. */
  readonly askSinkOurselves?: boolean;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export async function latencies(name: string, measured: LatencyMeasurement): Promise<Figure[]> {
  const runs = await threeTimes((run) => measureOnce(run, measured));
  const figure = (what: string, of: (one: (typeof runs)[number]) => number): Figure => ({
    name: `${name}: INVITE in to ${what}`,
    unit: 'ms',
    runs: runs.map(of),
    digits: 2,
  });
  return [
    figure('INVITE out, p50', (one) => one.invite.p50),
    figure('INVITE out, p99', (one) => one.invite.p99),
    figure('GET received, p50', (one) => one.get.p50),
    figure('GET received, p99', (one) => one.get.p99),
  ];
}

/** Callers' numbers that occur once in a whole bench: 33 6 and eight digits. */
let calledSoFar = 0;

async function measureOnce(
  run: number,
  measured: LatencyMeasurement,
): Promise<{ invite: Percentiles; get: Percentiles }> {
  const dialled = new Map<string, number>();
  const toInvite = new Map<string, number>();
  const toGet = new Map<string, number>();
  const note = (into: Map<string, number>, caller: string): void => {
    const began = dialled.get(caller);
    if (began !== undefined && !into.has(caller)) into.set(caller, performance.now() - began);
  };
  const agent = new Agent({ keepAlive: true });
  const telephone = await openTelephone(measured.telephone, (number) => {
    note(toInvite, number);
    if (measured.askSinkOurselves) {
      get(`${measured.sink.url}/n?caller=${number}&type=SETUP`, { agent }, (answer) =>
        answer.resume(),
      );
    }
  });
  measured.sink.onRequest = (target) => {
    if (!target.includes('type=SETUP')) return;
    note(toGet, /[?&]caller=(\d+)/.exec(target)?.[1] ?? '');
  };
  const caller = await Caller.open(measured.from, measured.remote);
  try {
    const began = performance.now();
    for (let n = 0; n < measured.calls; n += 1) {
      const due = began + (n * 1_000) / CALLS_PER_SECOND;
      // Never a burst to catch up: a late call is placed late.
      await pause(Math.max(0, due - performance.now()));
      const number = `336${String((calledSoFar += 1)).padStart(8, '0')}`;
      dialled.set(number, performance.now());
      caller.dial(number, measured.numbers[n % measured.numbers.length] ?? '');
    }
    await until(
      () => [toInvite.size, toGet.size, caller.ended].every((n) => n === measured.calls),
      5_000,
      () =>
        `run ${run} of latencies: of ${measured.calls} calls ${toInvite.size} reached the telephone, ` +
        `${toGet.size} the sink, ${caller.ended} ended; refused: ${[...new Set(caller.refused)].join()}`,
    );
    return { invite: percentiles(toInvite), get: percentiles(toGet) };
  } finally {
    measured.sink.onRequest = undefined;
    caller.close();
    telephone.close();
    agent.destroy();
  }
}

function percentiles(times: ReadonlyMap<string, number>): Percentiles {
  const values = [...times.values()];
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}
