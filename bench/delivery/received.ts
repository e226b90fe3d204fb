// From events to the requests that tell of them: joins what a subject says that happened with what a sink
// says that came, by callref and type.

import { setTimeout as pause } from 'node:timers/promises';
import { percentilesOf, type Paced, type Percentiles } from './pace.ts';
import type { Sink } from './start.ts';

/** How long the last requests may take after the last event. */
const GRACE_MS = 5_000;

/**
 * Milliseconds from each event to its first request. Waits up to 5 s for those that have not come; one
 * that still has not, counts as endless. Throws where a call's events came in another order.
 */
export async function latenciesOf(
  events: Paced['events'],
  sink: Sink,
): Promise<Percentiles & { readonly count: number }> {
  const end = performance.now() + GRACE_MS;
  const wanted = new Set(events.map(([key]) => key));
  let came = await firstOf(sink, wanted);
  while (events.some(([key]) => !came.has(key)) && performance.now() < end) {
    await pause(100);
    came = await firstOf(sink, wanted);
  }
  const latencies = events.map(([key, , at]) => (came.get(key) ?? Infinity) - at);
  return { ...percentilesOf(latencies), count: latencies.length };
}

const ORDER = ['SETUP', 'CONNECT', 'RELEASE'];

/** When each of the wanted events first came; what is left of a warm-up is none of them. */
async function firstOf(sink: Sink, wanted: ReadonlySet<string>): Promise<Map<string, number>> {
  const first = new Map<string, number>();
  const reached = new Map<string, number>();
  for (const [key, at] of await sink.ask('received')) {
    if (first.has(key) || !wanted.has(key)) continue;
    first.set(key, at);
    const [callref = '', type = ''] = key.split(' ');
    const step = ORDER.indexOf(type);
    if (step !== (reached.get(callref) ?? 0)) {
      throw new Error(`call ${callref}: ${type} came as number ${reached.get(callref) ?? 0}`);
    }
    reached.set(callref, step + 1);
  }
  return first;
}
