// The shared worker: one stream of live events for all tabs of the browser, since HTTP/1.1 gives a page
// six connections and seven tabs would stand still. It only passes on what live-connection.ts hears.

import { LiveConnection } from './live-connection.ts';
import type { FromStream, ToStream } from './live-connection.ts';

const scope = self as unknown as SharedWorkerGlobalScope;
const ports = new Set<MessagePort>();
let connection: LiveConnection | undefined;
let who = '';

scope.addEventListener('connect', ({ ports: [port] }) => {
  if (port === undefined) return;
  port.addEventListener('message', ({ data }: MessageEvent<ToStream>) => hear(port, data));
  port.start();
});

function hear(port: MessagePort, message: ToStream): void {
  switch (message.kind) {
    case 'start':
      ports.add(port);
      start(port, message.who, message.api);
      return;
    case 'stop':
      if (connection === undefined) return;
      connection.close();
      connection = undefined;
      who = '';
      tell({ kind: 'session', change: 'out' }, port);
      return;
    case 'bye':
      ports.delete(port);
      // Kept, not forgotten: a tab that comes back resumes where the last one stopped.
      if (ports.size === 0) connection?.close();
  }
}

function start(port: MessagePort, session: string, api: string): void {
  const sameSession = session === who && connection !== undefined;
  if (!sameSession) {
    connection?.close();
    connection = new LiveConnection(api, (message) => {
      if (message.kind === 'session') {
        connection = undefined;
        who = '';
      }
      tell(message);
    });
    who = session;
    tell({ kind: 'session', change: 'in' }, port);
  }
  if (connection === undefined) return;
  if (connection.state === 'off') connection.open();
  else say(port, { kind: 'state', state: connection.state });
}

function tell(message: FromStream, but?: MessagePort): void {
  for (const port of ports) if (port !== but) say(port, message);
}

function say(port: MessagePort, message: FromStream): void {
  port.postMessage(message);
}
