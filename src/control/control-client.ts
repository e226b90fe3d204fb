// The commands' end of the control socket: connects to the server that runs on a data directory, where
// one does. The protocol is described in control-server.ts.

import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import type { Arguments, CommandReply, Results } from './commands.ts';
import { controlAddress } from './control-address.ts';
import { LineReader } from './line-reader.ts';

// The longest list that a command may ask for stays well below; it only stops a runaway.
const LONGEST_REPLY = 256_000_000;

export interface ControlClient {
  /**
   * Has the server run a command. One at a time; it takes as long as the command takes. Rejects where
   * the server goes away before it answers.
   */
  request<Name extends keyof Results>(
    command: Name,
    args: Arguments,
  ): Promise<CommandReply<Results[Name]>>;
  close(): void;
}

/** Connects to the server of `dataDir`; undefined where no server runs on it. */
export async function connectControl(dataDir: string): Promise<ControlClient | undefined> {
  try {
    const address = controlAddress(dataDir);
    try {
      const socket = createConnection({ path: address.path });
      await once(socket, 'connect');
      return clientOf(socket);
    } finally {
      address.release();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // ECONNREFUSED: the socket file of a server that was killed.
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM') {
      const text = `the data directory ${dataDir} belongs to another user; run this command as that user`;
      throw new Error(text, { cause: error });
    }
    throw error;
  }
}

function clientOf(socket: Socket): ControlClient {
  const lines = new LineReader(LONGEST_REPLY);
  let lastId = 0;
  let waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk) => {
    lines.push(chunk);
    const line = lines.next();
    if (line !== undefined) waiting?.resolve(line);
    else if (lines.overflowed) waiting?.reject(new Error('the reply of the server is too long'));
  });
  // An error (EPIPE, ECONNRESET) is always followed by 'close', which says it in plain words.
  socket.on('error', () => {});
  socket.on('close', () => {
    waiting?.reject(new Error('the server ended before it answered; see its log and try again'));
  });
  return {
    async request(command, args) {
      lastId += 1;
      const line = await new Promise<string>((resolve, reject) => {
        waiting = { resolve, reject };
        if (socket.destroyed) socket.emit('close', false);
        else socket.write(`${JSON.stringify({ id: lastId, command, args })}\n`);
      });
      return readReply(line);
    },
    close: () => socket.destroy(),
  };
}

/** Our own server's reply is taken at its word, but for what another version may do differently. */
function readReply<Result>(line: string): CommandReply<Result> {
  const reply: CommandReply<Result> | null = JSON.parse(line);
  if (reply?.ok === true) return { ok: true, result: reply.result };
  if (reply?.ok === false) return { ok: false, error: reply.error, status: reply.status };
  throw new Error('the server answered something else than a reply; is it of another version?');
}
