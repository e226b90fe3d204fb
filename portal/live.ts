// Live events for the pages of this tab. All tabs of a browser share one stream (stream-worker.ts); where
// a browser has no shared workers, only the tab that is seen holds one, and resumes when it is seen again.

import { useEffect, useRef } from 'preact/hooks';
import { apiUrl } from './api.ts';
import { LiveConnection } from './live-connection.ts';
import type { FromStream, LiveEvent, LiveState, ToStream } from './live-connection.ts';
import { Watched } from './watched.ts';

export type { LiveEvent, LiveState } from './live-connection.ts';

/** For the sign in the header. */
export const liveState = new Watched<LiveState>('off');

interface Stream {
  start(who: string): void;
  stop(): void;
}

const listeners = new Set<(event: LiveEvent) => void>();
let stream: Stream | undefined;
let started = '';
let whenSessionChanges = (_change: 'in' | 'out'): void => {};

/** Calls `listener` at each event; the answer ends that. */
export function onLive(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Calls the newest `listener` at each event while the component is there. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => onLive((event) => newest.current(event)), []);
}

/** Called when another tab, or the server, changed who is signed in. */
export function onSessionChange(listener: (change: 'in' | 'out') => void): void {
  whenSessionChanges = listener;
}

/** `who` is a text that differs for each session. */
export function liveStart(who: string): void {
  if (started === who) return;
  started = who;
  stream ??= typeof SharedWorker === 'undefined' ? ownStream() : sharedStream();
  stream.start(who);
}

export function liveStop(): void {
  if (started === '') return;
  started = '';
  stream?.stop();
  liveState.set('off');
}

function hear(message: FromStream): void {
  if (message.kind === 'state') liveState.set(message.state);
  else if (message.kind === 'session') whenSessionChanges(message.change);
  else for (const listener of listeners) listener(message.event);
}

function sharedStream(): Stream {
  const { port } = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), {
    type: 'module',
    name: 'carillon-live',
  });
  port.addEventListener('message', ({ data }: MessageEvent<FromStream>) => hear(data));
  port.start();
  const say = (message: ToStream): void => port.postMessage(message);
  const start = (): void => say({ kind: 'start', who: started, api: apiUrl('') });
  // A tab that the browser puts aside (back-forward cache) hears nothing meanwhile.
  window.addEventListener('pagehide', () => say({ kind: 'bye' }));
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted || started === '') return;
    start();
    hear({ kind: 'event', event: { type: 'reset' } });
  });
  return { start, stop: () => say({ kind: 'stop' }) };
}

function ownStream(): Stream {
  let connection: LiveConnection | undefined;
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connection?.open();
    else connection?.close();
  });
  return {
    start() {
      connection?.close();
      connection = new LiveConnection(apiUrl(''), hear);
      if (document.visibilityState === 'visible') connection.open();
    },
    stop() {
      connection?.close();
      connection = undefined;
    },
  };
}
