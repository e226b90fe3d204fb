// Calls as fast as they are kept and delivered: so many calls live side by side, each with its three
// events one after the other, as a telephone would. Holds back where deliveries lag behind, so that what
// is measured is a steady state and not a queue that fills.

import { eventsOf, type CallEventType } from '../../src/calls/call-event.ts';
import { sampleCall, SAMPLE_WIRE } from './sample-lines.ts';
import type { Delivery } from './wiring.ts';

export const EVENT_TYPES: readonly CallEventType[] = ['SETUP', 'CONNECT', 'RELEASE'];

const CALLS_AT_ONCE = 1_500;
/** Committed events whose delivery is not on record yet; enough to keep all connections busy. */
const MOST_UNDELIVERED = 4_000;
/** Strides over the lines so that neighbours in time are no neighbours in any index. */
const STRIDE = 7_919;

/** Counts what is on record as delivered, and wakes who waits for it. */
export class Deliveries {
  count = 0;
  #waiting: { readonly count: number; readonly wake: () => void }[] = [];

  readonly one = (): void => {
    this.count += 1;
    while (this.#waiting[0] !== undefined && this.#waiting[0].count <= this.count) {
      this.#waiting.shift()?.wake();
    }
  };

  /** Resolves when so many are delivered. To be asked with rising numbers. */
  until(count: number): Promise<void> | undefined {
    if (this.count >= count) return undefined;
    return new Promise((wake) => {
      this.#waiting.push({ count, wake });
    });
  }
}

/** Makes `events` events (a multiple of three); resolves when all are delivered and on record. */
export async function burst(
  delivery: Delivery,
  deliveries: Deliveries,
  { events, lines }: { events: number; lines: number },
): Promise<void> {
  const calls = events / EVENT_TYPES.length;
  const before = deliveries.count;
  let begun = 0;
  let recorded = 0;
  const liveCalls = async (): Promise<void> => {
    while (begun < calls) {
      begun += 1;
      const call = [sampleCall((begun * STRIDE) % lines)];
      for (const type of EVENT_TYPES) {
        recorded += 1;
        const room = deliveries.until(before + recorded - MOST_UNDELIVERED);
        if (room) await room;
        const wire = type === 'RELEASE' ? undefined : SAMPLE_WIRE;
        const cause = type === 'RELEASE' ? 'normal' : undefined;
        await delivery.record(eventsOf(call, type, Date.now(), cause), call[0]?.dref ?? '', wire);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, liveCalls));
  await deliveries.until(before + events);
}
