// For the tests of event streams: a live stream, who reads it, and connections of readers who do and who do
// not take what is sent.

import assert from 'node:assert/strict';
import { createServer, get, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import type { Principal } from '../../access/principal.ts';
import { LiveStream } from '../../live/stream.ts';
import type { E164 } from '../../numbers/e164.ts';
import { STREAM_LIMITS } from './event-streams.ts';
import type { EventStreams, Reader, StreamLimits } from './event-streams.ts';

export const ours = '33123456789' as E164;
export const theirs = '33123456790' as E164;

export function manager(customer: string): Principal {
  return { kind: 'user', id: customer, name: customer, role: 'manager', customer, lines: [] };
}

export function readerOf(principal: Principal): Reader {
  return { principal, session: 'hash', renewed: () => principal };
}

/** A stream over a real connection: what was received, waited for by its text. */
export async function connect(
  t: TestContext,
  streams: EventStreams,
  { after, reader = readerOf(manager('a')) }: { after?: string; reader?: Reader } = {},
) {
  const server = createServer((_request, response) => streams.open(response, reader, after));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve) => {
    get({ port, host: '127.0.0.1', agent: false }, resolve);
  });
  let text = '';
  let wake: (() => void) | undefined;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    wake?.();
  });
  const closed = new Promise<void>((resolve) => {
    response.on('error', () => {});
    response.once('close', resolve);
  });
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(text)) await new Promise<void>((resolve) => (wake = resolve));
    return text;
  };
  return { response, until, closed, text: () => text };
}

export function stream(keep = 100): LiveStream {
  return new LiveStream({ epoch: 'e', keep, onFault: (error) => assert.fail(String(error)) });
}

export function happen(live: LiveStream, line: E164, customer = line === ours ? 'a' : 'b'): void {
  live.publish({ type: 'line', line, customer, data: { line, change: 'changed' } });
}

/** The server's side learns of a close a moment after or before the reader's. */
export async function sizeIs(streams: EventStreams, size: number): Promise<void> {
  while (streams.size !== size) await new Promise((resolve) => setImmediate(resolve));
}

export function within(limits: Partial<StreamLimits>): StreamLimits {
  return { ...STREAM_LIMITS, ...limits };
}

/** Something happens of which two fill what is to wait for a reader at most. */
export function happenAtLength(live: LiveStream): void {
  const data = { line: `${ours}${'.'.repeat(50_000)}`, change: 'changed' } as const;
  live.publish({ line: ours, customer: 'a', type: 'line', data });
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A connection that nobody reads and nothing leaves: what was written to it, as `end` finds it. */
export function deafResponse(): ServerResponse {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const socket = new Writable({ highWaterMark: 64_000, write: () => {} });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is asked of it is to take bytes
  response.assignSocket(socket as Socket);
  return response;
}
