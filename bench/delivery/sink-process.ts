// The customers' servers of the delivery bench, a process of their own: bare TCP, one fixed answer, as
// little work as possible, so that what is measured is who asks. A process has one behaviour: it answers,
// or it hangs, or it trickles one byte a second.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { serve, sharedNow } from './remote.ts';

export type Behaviour = 'answer' | 'hang' | 'trickle';

/** One request: `<callref> <TYPE>` from its query, and when it came (`sharedNow`). */
export type Received = readonly [key: string, at: number];

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const KEY = /[?&]callref=([^& ]*)&type=([A-Z]*)/;

const servers: Server[] = [];
const sockets = new Set<Socket>();
let requests = 0;
let keeping = false;
let received: Received[] = [];

const behaviours: Record<Behaviour, (socket: Socket) => void> = {
  answer(socket) {
    socket.on('data', (chunk: Buffer) => {
      if (keeping) keep(chunk.toString('latin1'));
      const count = headsIn(chunk);
      requests += count;
      for (let left = count; left > 0; left -= 1) socket.write(ANSWER);
    });
  },
  hang(socket) {
    socket.on('data', () => (requests += 1));
  },
  trickle(socket) {
    let sent = 0;
    socket.once('data', () => {
      requests += 1;
      const timer = setInterval(() => {
        socket.write(ANSWER.subarray(sent, sent + 1));
        sent = (sent + 1) % (ANSWER.length - 1); // never the end of the head
      }, 1_000);
      socket.once('close', () => clearInterval(timer));
    });
  },
};

/** A request of this bench is far below 1 kB and comes in one piece, alone or with others. */
function headsIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(HEAD_END); at >= 0; at = chunk.indexOf(HEAD_END, at + 4)) count += 1;
  return count;
}

function keep(text: string): void {
  const now = sharedNow();
  for (const head of text.split('\r\n\r\n')) {
    const [, callref, type] = KEY.exec(head) ?? [];
    if (callref !== undefined) received.push([`${callref} ${type}`, now]);
  }
}

const commands = {
  /** Listens at each address, all at one free port; the port. */
  async listen(argument: { addresses: readonly string[]; behaviour: Behaviour }): Promise<number> {
    const take = behaviours[argument.behaviour];
    let port = 0;
    for (const host of argument.addresses) {
      const server = createServer({ noDelay: true }, (socket) => {
        sockets.add(socket);
        socket.on('error', () => {}); // who asks may be stopped with requests on their way
        socket.on('close', () => sockets.delete(socket));
        take(socket);
      });
      server.listen(port, host);
      await once(server, 'listening');
      servers.push(server);
      const bound = server.address();
      if (bound !== null && typeof bound !== 'string') port = bound.port;
    }
    return port;
  },
  /** A port of 127.0.0.1 to 127.255.255.254 where nobody listens. */
  async closedPort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    server.close();
    await once(server, 'close');
    return bound === null || typeof bound === 'string' ? 0 : bound.port;
  },
  /** From now on remembers each request, or stops; forgets what it had. */
  keep(on: boolean): void {
    keeping = on;
    received = [];
  },
  /** What came since `keep`, in order. */
  received: (): readonly Received[] => received,
  /** Requests so far, and seconds of processor time. */
  state(): { requests: number; cpuSeconds: number } {
    const { user, system } = process.cpuUsage();
    return { requests, cpuSeconds: (user + system) / 1e6 };
  },
};

export type SinkCommands = typeof commands;

serve(commands);
