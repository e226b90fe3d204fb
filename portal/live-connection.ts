// One stream of live events from the server: opened, kept open, resumed after a cut. It runs in the
// shared worker (stream-worker.ts), or in the tab where a browser has no such workers (live.ts).

import type { CallView, NotificationView, TerminalView } from '../src/web/api/schemas.ts';

/** What happened. `reset`: events were missed, read the lists again. */
export type LiveEvent =
  | { readonly type: 'call'; readonly data: CallView }
  | { readonly type: 'notification'; readonly data: NotificationView }
  | {
      readonly type: 'terminals';
      readonly data: { readonly line: string; readonly terminals: TerminalView[] };
    }
  | {
      readonly type: 'line';
      readonly data: { readonly line: string; readonly change: 'added' | 'changed' | 'removed' };
    }
  | { readonly type: 'reset' };

export type LiveState = 'off' | 'connecting' | 'live';

export type FromStream =
  | { readonly kind: 'event'; readonly event: LiveEvent }
  | { readonly kind: 'state'; readonly state: LiveState }
  /** Somebody signed in or out in another tab, or the server ended the session. */
  | { readonly kind: 'session'; readonly change: 'in' | 'out' };

/** What a tab says to the worker. `who` changes with the session, `api` ends with `/api/v1/`. */
export type ToStream =
  | { readonly kind: 'start'; readonly who: string; readonly api: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'bye' };

const TYPES = ['call', 'notification', 'terminals', 'line', 'reset'] as const;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

export class LiveConnection {
  readonly #api: string;
  readonly #tell: (message: FromStream) => void;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #lastId = '';
  state: LiveState = 'off';

  /** `api` is the address of the API, ending with a slash. */
  constructor(api: string, tell: (message: FromStream) => void) {
    this.#api = api;
    this.#tell = tell;
  }

  open(): void {
    this.#hangUp();
    this.#become('connecting');
    const after = this.#lastId === '' ? '' : `?after=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`${this.#api}events${after}`, { withCredentials: true });
    this.#source = source;
    source.addEventListener('ready', (event) => this.#seen(event));
    for (const type of TYPES) {
      source.addEventListener(type, (event: MessageEvent<string>) => this.#hear(type, event));
    }
    source.addEventListener('open', () => {
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#become('live');
    });
    // The browser would try again by itself, but with the old `?after=`, and never after a 503.
    source.addEventListener('error', () => this.#again());
  }

  /** Ends the stream. What was heard last is remembered, so `open` resumes behind it. */
  close(): void {
    this.#hangUp();
    this.#become('off');
  }

  #hear(type: LiveEvent['type'], event: MessageEvent<string>): void {
    this.#seen(event);
    if (type === 'reset') {
      this.#tell({ kind: 'event', event: { type } });
      return;
    }
    try {
      // The server's own shapes (src/web/api/schemas.ts).
      const heard = { type, data: JSON.parse(event.data) as unknown } as LiveEvent;
      this.#tell({ kind: 'event', event: heard });
    } catch {
      // A message that is no JSON was cut off: the lists know better.
      this.#tell({ kind: 'event', event: { type: 'reset' } });
    }
  }

  #seen(event: MessageEvent<string>): void {
    if (event.lastEventId !== '') this.#lastId = event.lastEventId;
  }

  #again(): void {
    this.#hangUp();
    this.#become('connecting');
    const pauseMs = this.#pauseMs * (0.75 + Math.random() / 2);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => void this.#openIfSignedIn(), pauseMs);
  }

  // An EventSource does not tell why it failed, so the session is asked for.
  async #openIfSignedIn(): Promise<void> {
    const timer = this.#timer;
    const status = await fetch(`${this.#api}session`, { credentials: 'same-origin' }).then(
      (response) => response.status,
      () => 0,
    );
    if (timer !== this.#timer) return; // Opened or closed meanwhile.
    if (status === 401) {
      this.close();
      this.#tell({ kind: 'session', change: 'out' });
    } else if (status === 200) {
      this.open();
    } else {
      this.#again();
    }
  }

  #hangUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #become(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.#tell({ kind: 'state', state });
  }
}
