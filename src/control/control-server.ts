// The running server's control socket: a unix-domain socket in the data directory that its owner alone
// can reach. One JSON object a line: `{id, command, args}` is answered by `{id, ok: true, result}` or
// `{id, ok: false, error, status}`. What the commands do is in commands.ts; the other end of the socket
// is control-client.ts.

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Logger } from '../watch/log.ts';
import type { CommandReply, NamedCommands } from './commands.ts';
import { controlAddress } from './control-address.ts';
import { LineReader } from './line-reader.ts';

export interface ControlLimits {
  /** Bytes of one request. A longer one is answered with an error and the client disconnected. */
  readonly lineBytes: number;
  /** Clients at once. One more is answered with an error and disconnected. */
  readonly clients: number;
  /** Milliseconds without a whole request. While a command runs this clock stands still. */
  readonly idleMs: number;
  /** Milliseconds that running commands get to finish when the server closes. */
  readonly closeMs: number;
}

const DEFAULT_LIMITS: ControlLimits = {
  lineBytes: 1_000_000,
  clients: 64,
  idleMs: 60_000,
  closeMs: 1000,
};

export interface ControlServer {
  /** Takes no new command, lets the running ones finish (`closeMs`), removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens in `dataDir`. The caller holds the directory's lock, so a socket that is there already is
 * one that a killed server left, and is replaced. Rejects where it cannot listen.
 */
export async function startControlServer(
  dataDir: string,
  commands: NamedCommands,
  log: Logger,
  limits: Partial<ControlLimits> = {},
): Promise<ControlServer> {
  const { lineBytes, clients: mostClients, idleMs, closeMs } = { ...DEFAULT_LIMITS, ...limits };
  const clients = new Set<ConnectedClient>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (clients.size >= mostClients) {
      refuse(socket, `the control socket serves ${mostClients} clients at once; try again later`);
      return;
    }
    const client = new ConnectedClient(socket, commands, log, lineBytes, idleMs);
    clients.add(client);
    socket.on('close', () => clients.delete(client));
  });
  const address = controlAddress(dataDir);
  try {
    await listenPrivately(server, address.path);
  } catch (error) {
    address.release();
    throw error;
  }
  server.on('error', (error) => log.error({ err: error }, 'the control socket failed'));
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const client of clients) client.endWhenIdle();
      const deadline = setTimeout(() => {
        for (const client of clients) client.destroy();
      }, closeMs);
      await closed;
      clearTimeout(deadline);
      // Only now: closing the server removed its socket file through this address.
      address.release();
    },
  };
}

async function listenPrivately(server: Server, path: string): Promise<void> {
  const isFile = process.platform !== 'win32';
  if (isFile) rmSync(path, { force: true });
  // The socket is made inside listen(), with mode 0600 from its first moment.
  const mask = isFile ? process.umask(0o177) : 0;
  try {
    server.listen({ path });
  } finally {
    if (isFile) process.umask(mask);
  }
  await once(server, 'listening');
}

function refuse(socket: Socket, error: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(replyLine(null, { ok: false, error, status: 1 }));
  // Nothing of what it sends is of interest, but unread bytes would keep the socket open.
  socket.resume();
  socket.destroySoon();
}

/** One connected client: its requests one after the other, each answered before the next is read. */
class ConnectedClient {
  readonly #socket: Socket;
  readonly #commands: NamedCommands;
  readonly #log: Logger;
  readonly #lines: LineReader;
  readonly #idleMs: number;
  #running = false;
  #ending = false;
  #clock: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    commands: NamedCommands,
    log: Logger,
    lineBytes: number,
    idleMs: number,
  ) {
    this.#socket = socket;
    this.#commands = commands;
    this.#log = log;
    this.#lines = new LineReader(lineBytes);
    this.#idleMs = idleMs;
    // A client that goes away in mid-command is no fault; the command runs on and its reply is lost.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.endWhenIdle());
    socket.on('close', () => this.#stopClock());
    this.#startClock();
  }

  /** Disconnects, after the reply where a command is running. */
  endWhenIdle(): void {
    this.#ending = true;
    if (!this.#running) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer | string): void {
    if (this.#ending) return;
    this.#lines.push(chunk);
    // Half a line leaves the clock running.
    if (!this.#running && this.#lines.hasNews) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#running = true;
    // Nothing is read while a command runs: a client that floods us fills its own buffer, not ours.
    this.#socket.pause();
    this.#stopClock();
    // What a client asked for and left behind when it went away is not done.
    while (this.#socket.writable) {
      const line = this.#lines.next();
      if (line === undefined) break;
      await this.#send(await this.#answer(line));
    }
    if (this.#lines.overflowed) {
      const error = `a request has at most ${this.#lines.limit} bytes`;
      await this.#send(replyLine(null, { ok: false, error, status: 2 }));
      this.#ending = true;
    }
    this.#running = false;
    this.#socket.resume();
    this.#startClock();
    if (this.#ending) this.#socket.destroySoon();
  }

  async #answer(line: string): Promise<string> {
    const request = parseRequest(line);
    if (typeof request === 'string') {
      return replyLine(null, { ok: false, error: request, status: 2 });
    }
    const { id, command, args } = request;
    const run = commandNamed(this.#commands, command);
    if (run === undefined) {
      const error = `there is no command "${command.slice(0, 100)}"`;
      return replyLine(id, { ok: false, error, status: 2 });
    }
    try {
      return replyLine(id, await run(args));
    } catch (fault) {
      this.#log.error({ err: fault, command }, 'a command failed');
      const error = fault instanceof Error ? fault.message : String(fault);
      return replyLine(id, { ok: false, error, status: 1 });
    }
  }

  async #send(line: string): Promise<void> {
    if (!this.#socket.writable || this.#socket.write(line)) return;
    // A client that does not read its reply has the idle time to do so.
    this.#startClock();
    const over = new AbortController();
    const { signal } = over;
    await Promise.race([
      once(this.#socket, 'drain', { signal }),
      once(this.#socket, 'close', { signal }),
    ]).catch(() => {});
    over.abort();
    this.#stopClock();
  }

  // Not the socket's own timeout: that one starts again with every byte, and one byte a minute
  // would hold a place for ever.
  #startClock(): void {
    if (this.#socket.destroyed) return;
    this.#clock = setTimeout(() => this.#socket.destroy(), this.#idleMs);
  }

  #stopClock(): void {
    clearTimeout(this.#clock);
  }
}

function commandNamed(commands: NamedCommands, name: string) {
  // Own properties only: "constructor" is no command.
  return Object.entries(commands).find(([known]) => known === name)?.[1];
}

function replyLine(id: string | number | null, reply: CommandReply): string {
  return `${JSON.stringify({ id, ...reply })}\n`;
}

interface Request {
  readonly id: string | number;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The request in a line, or what is wrong with it. */
function parseRequest(line: string): Request | string {
  const form = 'write {"id": 1, "command": "line.list", "args": {}} in one line';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return `this is not JSON; ${form}`;
  }
  if (!isObject(value)) return `this is no JSON object; ${form}`;
  const { id, command, args = {} } = value;
  if (typeof id !== 'string' && typeof id !== 'number')
    return `id must be a text or number; ${form}`;
  if (typeof command !== 'string') return `command must be a text; ${form}`;
  if (!isObject(args)) return `args must be an object; ${form}`;
  return { id, command, args };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
