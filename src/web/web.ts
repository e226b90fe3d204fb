// HTTP in. So far: the health check and, in the sandbox, a receiver for notifications. The front that
// reads real clients' request lines, makecall and the pages come with their issues.

import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

export interface WebOptions {
  readonly host: string;
  /** 0 chooses a free one. */
  readonly port: number;
  /** Whether calls can be served now, for `GET /healthz`. */
  healthy(): Promise<boolean>;
  /** In the sandbox: told the request line of each notification that its own receiver gets. */
  readonly onSandboxNotification?: (requestLine: string) => void;
}

export interface Web {
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

/** Opens the HTTP side. Rejects with the system's error where the port is taken. */
export async function openWeb(options: WebOptions): Promise<Web> {
  const app = fastify({
    // A GET handler must not run for a HEAD: it would do what was not asked.
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    bodyLimit: 65_536,
  });
  app.get('/healthz', async (_request, reply) => {
    reply.type('text/plain');
    if (await options.healthy()) return 'OK';
    reply.code(503);
    return 'The server is starting, stopping, or cannot use its store';
  });
  if (options.onSandboxNotification) addSandboxReceiver(app, options.onSandboxNotification);
  app.setNotFoundHandler((request, reply) => {
    reply
      .code(404)
      .type('text/plain')
      .send(`Nothing is served at ${request.url.split('?')[0]}`);
  });
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return { address: { host: options.host, port }, close: () => app.close() };
}

/** Stands for the customer's software of the guide's example: it shows what it is told. */
function addSandboxReceiver(app: FastifyInstance, onNotification: (line: string) => void): void {
  app.get('/notification.php', async (request, reply) => {
    onNotification(`GET ${request.raw.url}`);
    reply.type('text/plain');
    return 'OK';
  });
}
