// All connections of server-sent events: how many there may be, and what is the same for all of them. What
// one of them sends is event-stream.ts; which events there are and how they are kept is src/live.

import type { ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.ts';
import type { Numbered, Reset } from '../../live/stream.ts';
import { EventStream, frame } from './event-stream.ts';
import type { LiveSource, Reader, StreamPace } from './event-stream.ts';
import { Refusal } from './problem.ts';

export type { Reader } from './event-stream.ts';

export interface StreamLimits extends StreamPace {
  readonly total: number;
  /** For one customer, all its people and programs together. */
  readonly ofCustomer: number;
  /** For one user or token. */
  readonly each: number;
}

export const STREAM_LIMITS: StreamLimits = {
  total: 2000,
  ofCustomer: 500,
  each: 20,
  keepAliveMs: 15_000,
  slice: 500,
  passedOver: 1000,
};

export class EventStreams {
  readonly #source: LiveSource;
  readonly #limits: StreamLimits;
  readonly #open = new Set<EventStream>();
  /** Each event is written once for all streams, and forgotten with it. */
  readonly #written = new WeakMap<Numbered, Uint8Array>();

  constructor(source: LiveSource, limits: StreamLimits = STREAM_LIMITS) {
    this.#source = source;
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Refuses a stream too many; call before the answer begins. */
  checkRoom({ kind, id, customer, role }: Principal): void {
    const { total, ofCustomer, each } = this.#limits;
    if (this.#open.size >= total) {
      throw tooMany(503, 'Too many event streams are open: try again later', total);
    }
    const own = this.#count((principal) => principal.kind === kind && principal.id === id);
    if (own >= each) {
      const text = `You have ${own} event streams open: close one, or share one among your windows`;
      throw tooMany(429, text, each);
    }
    // An operator belongs to none, and has room beside them.
    if (role === 'operator') return;
    const others = this.#count((principal) => principal.customer === customer);
    if (others < ofCustomer) return;
    const text = `The customer ${customer} has ${others} event streams open: close one first`;
    throw tooMany(429, text, ofCustomer);
  }

  /** Answers with the stream until either side closes. `after` is the last id that the reader has. */
  open(response: ServerResponse, reader: Reader, after: string | undefined): void {
    const stream = new EventStream(response, reader, {
      source: this.#source,
      after,
      pace: this.#limits,
      bytesOf: (told) => this.#bytesOf(told),
    });
    this.#open.add(stream);
    response.once('close', () => this.#open.delete(stream));
  }

  /** Ends the streams of whom `concerns` names, at once. */
  end(concerns: (reader: Reader) => boolean): void {
    for (const stream of this.#open) if (concerns(stream.reader)) stream.end();
  }

  #count(isMeant: (principal: Principal) => boolean): number {
    let count = 0;
    for (const { reader } of this.#open) if (isMeant(reader.principal)) count += 1;
    return count;
  }

  #bytesOf(told: Numbered | Reset): Uint8Array {
    if (told.kind === 'reset') return Buffer.from(frame('reset', told.id, {}));
    let bytes = this.#written.get(told);
    if (bytes === undefined) {
      bytes = Buffer.from(frame(told.event.type, told.id, told.event.data));
      this.#written.set(told, bytes);
    }
    return bytes;
  }
}

function tooMany(status: 429 | 503, text: string, limit: number): Refusal {
  return new Refusal(status, 'too-many-streams', text, {
    values: { limit },
    headers: { 'Retry-After': '10' },
  });
}
