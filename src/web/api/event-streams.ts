// Server-sent events: the connections over which the live stream goes out (HTML standard, 9.2). It writes
// and closes; which events there are and how they are kept for a resume is src/live, who may have them
// is decided for each event by who reads.

import type { ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.ts';
import { mayRead } from '../../access/principal.ts';
import type { LiveStream } from '../../live/stream.ts';
import { Refusal } from './problem.ts';

export interface StreamLimits {
  readonly total: number;
  /** For one user or token. */
  readonly each: number;
  /** Bytes that a reader may be behind. */
  readonly behind: number;
  /** The HTTP server gives a silent connection 30 s. */
  readonly keepAliveMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  total: 1000,
  each: 20,
  behind: 1_000_000,
  keepAliveMs: 15_000,
};

/** Who reads a stream. */
export interface Reader {
  readonly principal: Principal;
  /** Hash of the session that opened it, where one did. */
  readonly session: string | undefined;
  /** Who this is now, asked at each keep-alive; undefined where the session or token is over. */
  renewed(): Principal | undefined;
}

interface Open {
  readonly reader: Reader;
  readonly end: () => void;
}

export class EventStreams {
  readonly #source: Pick<LiveStream, 'lastId' | 'subscribe'>;
  readonly #limits: StreamLimits;
  readonly #open = new Set<Open>();

  constructor(
    source: Pick<LiveStream, 'lastId' | 'subscribe'>,
    limits: StreamLimits = STREAM_LIMITS,
  ) {
    this.#source = source;
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Refuses a stream too many; call before the answer begins. */
  checkRoom({ kind, id }: Principal): void {
    const headers = { 'Retry-After': '10' };
    if (this.#open.size >= this.#limits.total) {
      throw new Refusal(
        503,
        'too-many-streams',
        'Too many event streams are open: try again later',
        {
          headers,
        },
      );
    }
    const own = [...this.#open].filter(({ reader }) => {
      const { principal } = reader;
      return principal.kind === kind && principal.id === id;
    });
    if (own.length < this.#limits.each) return;
    throw new Refusal(
      429,
      'too-many-streams',
      `You have ${own.length} event streams open: close one, or share one among your windows`,
      { values: { limit: this.#limits.each }, headers },
    );
  }

  /** Answers with the stream until either side closes. `after` is the last id that the reader has. */
  open(response: ServerResponse, reader: Reader, after: string | undefined): void {
    let { principal } = reader;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // Some proxies would keep everything back until the end, which never comes.
      'X-Accel-Buffering': 'no',
    });
    // Until what was missed is through, the reader may be that much further behind.
    let behind = Infinity;
    const write = (text: string): void => {
      if (response.destroyed) return;
      response.write(text);
      if (response.writableLength > behind) response.destroy();
    };
    response.on('drain', () => {
      behind = this.#limits.behind;
    });
    write(': carillon events\nretry: 2000\n\n');
    const unsubscribe = this.#source.subscribe({
      after,
      accepts: ({ line, customer }) => mayRead(principal, { number: line, customer }),
      onEvent: (id, { type, data }) => write(frame(type, id, data)),
      onReset: (id) => write(frame('reset', id, {})),
    });
    // Whoever is cut now resumes here, also before anything has happened.
    write(frame('ready', this.#source.lastId, {}));
    behind = response.writableLength + this.#limits.behind;

    const keepAlive = setInterval(() => {
      const now = reader.renewed();
      if (!now) return open.end();
      principal = now;
      // The id moves on over events that were for others, so that a resume never reaches too far back.
      write(`: keep-alive\nid: ${this.#source.lastId}\n\n`);
    }, this.#limits.keepAliveMs).unref();
    const open: Open = { reader, end: () => response.destroy() };
    this.#open.add(open);
    response.once('close', () => {
      clearInterval(keepAlive);
      unsubscribe();
      this.#open.delete(open);
    });
    response.on('error', () => response.destroy());
  }

  /** Ends the streams of whom `concerns` names, at once. */
  end(concerns: (reader: Reader) => boolean): void {
    for (const open of this.#open) if (concerns(open.reader)) open.end();
  }
}

function frame(event: string, id: string, data: unknown): string {
  // JSON without indentation holds no line break, which would end the field.
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
