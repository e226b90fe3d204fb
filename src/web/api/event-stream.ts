// One connection of server-sent events (HTML standard, 9.2): what its reader may see goes out as fast as he
// reads, and what waits for him stays in the live stream. Which connections there are is event-streams.ts.

import type { ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.ts';
import { readableBy } from '../../access/principal.ts';
import type { Follower, LiveStream, Numbered, Reset } from '../../live/stream.ts';

/** Who reads a stream. */
export interface Reader {
  readonly principal: Principal;
  /** Hash of the session that opened it, where one did. */
  readonly session: string | undefined;
  /** Who this is now, asked at each keep-alive; undefined where the session or token is over. */
  renewed(): Principal | undefined;
}

export interface StreamPace {
  /** The HTTP server gives a silent connection 30 s. */
  readonly keepAliveMs: number;
  /** Events that are looked at for one reader before the others have their turn. */
  readonly slice: number;
  /** Events for others after which a reader is told where the stream stands. */
  readonly passedOver: number;
}

export type LiveSource = Pick<LiveStream, 'follow'>;

/**
 * Answers with the stream until either side closes. `after` is the last id that the reader has; `bytesOf`
 * writes what happened as an event.
 */
export class EventStream {
  readonly reader: Reader;
  readonly #response: ServerResponse;
  readonly #pace: StreamPace;
  readonly #bytesOf: (told: Numbered | Reset) => Uint8Array;
  readonly #follower: Follower;
  #mayRead: ReturnType<typeof readableBy>;
  /** What was written is more than the connection takes at once: nothing follows until it is gone. */
  #isFull = false;
  /** It was full at the last keep-alive, and nothing has gone since. */
  #isStalled = false;
  /** The next slice waits for its turn. */
  #rests = false;
  /** The reader has all that he missed, and knows. */
  #isReady = false;
  /** The last id that was sent, and how many events for others came behind it. */
  #toldId = '';
  #passedOver = 0;

  constructor(
    response: ServerResponse,
    reader: Reader,
    from: {
      readonly source: LiveSource;
      readonly after: string | undefined;
      readonly pace: StreamPace;
      readonly bytesOf: (told: Numbered | Reset) => Uint8Array;
    },
  ) {
    this.reader = reader;
    this.#response = response;
    this.#pace = from.pace;
    this.#bytesOf = from.bytesOf;
    this.#mayRead = readableBy(reader.principal);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // Some proxies would keep everything back until the end, which never comes.
      'X-Accel-Buffering': 'no',
    });
    this.#write(': carillon events\nretry: 2000\n\n');
    this.#follower = from.source.follow(from.after, () => this.#pump());
    const keepAlive = setInterval(() => this.#keepAlive(), this.#pace.keepAliveMs).unref();
    response.on('drain', () => {
      this.#isFull = false;
      this.#isStalled = false;
      this.#pump();
    });
    response.on('error', () => this.end());
    response.once('close', () => {
      clearInterval(keepAlive);
      this.#follower.end();
    });
    this.#pump();
  }

  end(): void {
    this.#response.destroy();
  }

  /** Sends what there is, until the connection is full or the slice is over. */
  #pump(): void {
    if (this.#isFull || this.#rests || this.#response.destroyed) return;
    for (let looks = 0; looks < this.#pace.slice; looks++) {
      if (this.#isFull) return;
      const told = this.#follower.next();
      if (told === undefined) {
        // Whoever is cut now resumes here, also before anything has happened.
        if (!this.#isReady) this.#tellPlace();
        this.#isReady = true;
        return;
      }
      if (told.kind === 'event' && !this.#isFor(told)) continue;
      this.#send(told.id, this.#bytesOf(told));
    }
    this.#rests = true;
    setImmediate(() => {
      this.#rests = false;
      this.#pump();
    });
  }

  #isFor({ event: { line, customer } }: Numbered): boolean {
    if (this.#mayRead({ number: line, customer })) return true;
    this.#passedOver += 1;
    // Who hears little would come back to where nothing is known any more. While he is told what he
    // missed he needs no such sign: `ready` says that it is through.
    if (this.#isReady && this.#passedOver >= this.#pace.passedOver) this.#tellPlace();
    return false;
  }

  #keepAlive(): void {
    const principal = this.reader.renewed();
    if (principal === undefined) return this.end();
    this.#mayRead = readableBy(principal);
    if (this.#isFull) {
      if (this.#isStalled) return this.end();
      this.#isStalled = true;
      return;
    }
    this.#write(': keep-alive\n\n');
    if (this.#isReady && this.#follower.id !== this.#toldId) this.#tellPlace();
  }

  // An event, not an id alone: scripts in a browser do not see that one, and they are who reconnects.
  #tellPlace(): void {
    const { id } = this.#follower;
    this.#send(id, frame('ready', id, {}));
  }

  #send(id: string, bytes: Uint8Array | string): void {
    this.#toldId = id;
    this.#passedOver = 0;
    this.#write(bytes);
  }

  #write(bytes: Uint8Array | string): void {
    if (this.#response.destroyed) return;
    this.#isFull = !this.#response.write(bytes);
  }
}

/** One event as the stream has it. */
export function frame(event: string, id: string, data: unknown): string {
  // JSON without indentation holds no line break, which would end the field.
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
