// For tests of the front: a real HTTP server behind it, and raw sockets as clients. No test itself.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { frontServer, targetAsSent } from './front.ts';
import type { FrontTimes } from './front.ts';
import { longestEncodedHead } from './request-head.ts';

/** What the server behind the front saw of a request. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly raw: string | undefined;
  readonly body: string;
}

export interface Site {
  readonly port: number;
  readonly seen: Seen[];
  /** Connections that are open now. */
  connections(): Promise<number>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void;

const answerOk: Handler = (_request, response) => void response.end('OK');

/** Opens a server behind a front; times are long unless given, so that no test meets them by chance. */
export async function open(
  t: TestContext,
  options: { times?: Partial<FrontTimes>; handler?: Handler; keepAliveMs?: number } = {},
): Promise<Site> {
  const seen: Seen[] = [];
  const http = createServer(
    { maxHeaderSize: longestEncodedHead, keepAliveTimeout: options.keepAliveMs ?? 60_000 },
    (request, response) => {
      const raw = targetAsSent(request);
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('error', () => {});
      request.on('end', () => {
        const one = { method: request.method ?? '', url: request.url ?? '', raw, body };
        seen.push(one);
        (options.handler ?? answerOk)(request, response, one);
      });
    },
  );
  const times = { idle: 60_000, head: 60_000, linger: 60_000, ...options.times };
  const server = frontServer(http, undefined, times);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1', 2048), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    connections: () =>
      new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
  };
}

export interface Client {
  readonly socket: Socket;
  write(text: string | Buffer): Promise<void>;
  /** What came so far, Latin-1. */
  readonly text: () => string;
  /** Resolves when `enough` holds of what came, or the connection ended. */
  until(enough: (text: string) => boolean): Promise<string>;
  /** Resolves with all that came when the server closed the connection. */
  readonly closed: Promise<string>;
}

/** A connection that sends what it is told, byte for byte. */
export async function client(t: TestContext, port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  t.after(() => socket.destroy());
  let text = '';
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((one) => one());
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    resolve(text);
    wake();
  });
  await once(socket, 'connect');
  return {
    socket,
    closed,
    text: () => text,
    write: (data) =>
      new Promise((done) => {
        socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, () => done());
      }),
    until: (enough) =>
      new Promise((done) => {
        const look = (): void => {
          if (!enough(text) && !socket.closed) return;
          waiting.delete(look);
          done(text);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Sends one text on a new connection, closed by the server, and gives the whole answer. */
export async function exchange(t: TestContext, port: number, text: string | Buffer) {
  const one = await client(t, port);
  await one.write(text);
  return one.closed;
}

/** How many answers have come. */
export function answers(text: string): number {
  return text.split('HTTP/1.1 ').length - 1;
}

export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}
