// HTTP in: the front that reads request lines as real clients write them, then the routes: the health
// check, makecall, the REST API and the pages that use it, and in the sandbox a receiver for notifications.

import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addApi } from './api/api.ts';
import type { ApiRooms } from './api/api.ts';
import { sendProblem } from './api/problem.ts';
import { frontServer } from './front.ts';
import { addMakecall } from './makecall.ts';
import type { MakecallOptions } from './makecall.ts';
import { addMetrics } from './metrics-route.ts';
import type { MetricsOptions } from './metrics-route.ts';
import { addPages } from './pages.ts';
import type { Tls } from './tls.ts';

export interface WebOptions {
  readonly host: string;
  /** 0 chooses a free one. */
  readonly port: number;
  /** HTTPS beside it, where it is wanted. */
  readonly https?: { readonly host: string; readonly port: number; readonly tls: Tls } | undefined;
  /** Why calls cannot be served now, in a sentence, for `GET /healthz`; undefined where they can. */
  whyUnfit(): Promise<string | undefined>;
  readonly makecall: MakecallOptions;
  readonly api: ApiRooms;
  readonly metrics: MetricsOptions;
  /** In the sandbox: told the request line of each notification that its own receiver gets. */
  readonly onSandboxNotification?: (requestLine: string) => void;
  readonly onFault: (error: unknown) => void;
}

export interface Web {
  readonly address: HostPort;
  readonly httpsAddress: HostPort | undefined;
  close(): Promise<void>;
}

interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Opens the HTTP side. Rejects with the system's error where a port is taken. */
export async function openWeb(options: WebOptions): Promise<Web> {
  const { app, http } = await buildApp(options);
  const open: Server[] = [];
  const sockets = new Set<Socket>();
  const close = async (): Promise<void> => {
    // Open connections would keep the close waiting; by now nobody has a request under way.
    const closed = open.map(closeServer);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    await app.close();
  };
  const listen = async (server: Server, { host, port }: HostPort): Promise<HostPort> => {
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject).on('error', options.onFault);
        resolve();
      });
    });
    open.push(server);
    return { host, port: (server.address() as AddressInfo).port };
  };
  try {
    const address = await listen(frontServer(http), options);
    const { https } = options;
    const httpsAddress = https && (await listen(frontServer(http, https.tls.makeServer), https));
    return { address, httpsAddress, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The routes, on an HTTP server that listens nowhere itself: its connections come from the front. */
async function buildApp(options: WebOptions): Promise<{ app: FastifyInstance; http: HttpServer }> {
  let http: HttpServer | undefined;
  const app = fastify({
    serverFactory: (handler) => {
      // 8 kB of raw UTF-8 in a target are 24 kB once the front has encoded them.
      http = createServer({ keepAliveTimeout: 5_000, maxHeaderSize: 65_536 }, handler);
      // Whoever says nothing for so long in the middle of a request is not waited for.
      http.timeout = 30_000;
      return http;
    },
    // A GET handler must not run for a HEAD: it would do what was not asked.
    exposeHeadRoutes: false,
    bodyLimit: 65_536,
    // A user's name of 64 characters, each percent-encoded.
    routerOptions: { maxParamLength: 256 },
    // What fails before a route is found: a path that is no UTF-8, or a part of it too long.
    frameworkErrors: (error, request, reply) => {
      const answer: FastifyReply = reply;
      if (request.url.startsWith('/api/')) sendProblem(error, answer, options.onFault);
      else
        answer
          .code(error.statusCode ?? 400)
          .type('text/plain')
          .send(error.message);
    },
  });
  app.get('/healthz', async (_request, reply) => {
    reply.type('text/plain');
    const reason = await options.whyUnfit();
    if (reason === undefined) return 'OK';
    reply.code(503);
    return reason;
  });
  addMetrics(app, options.metrics);
  addMakecall(app, options.makecall);
  addApi(app, options.api);
  addPages(app);
  if (options.onSandboxNotification) addSandboxReceiver(app, options.onSandboxNotification);
  app.setNotFoundHandler((request, reply) => {
    reply
      .code(404)
      .type('text/plain')
      .send(`Nothing is served at ${request.url.split('?')[0]}`);
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) options.onFault(error);
    reply
      .code(status)
      .type('text/plain')
      .send(status >= 500 ? 'A fault in the server' : String(error));
  });
  await app.ready();
  return { app, http: http! };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** Stands for the customer's software of the guide's example: it shows what it is told. */
function addSandboxReceiver(app: FastifyInstance, onNotification: (line: string) => void): void {
  app.get('/notification.php', async (request, reply) => {
    onNotification(`GET ${request.raw.url}`);
    reply.type('text/plain');
    return 'OK';
  });
}
