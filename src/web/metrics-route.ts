// GET /metrics: the figures of the house, as Prometheus reads them (docs/metrics.md), for operators alone. Who
// asks is proved as for the API, by a token or a session; what the figures are is the map's matter.

import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';
import { addAuthentication } from './api/authenticate.ts';
import type { Proofs } from './api/authenticate.ts';
import { sendProblem } from './api/problem.ts';
import { need } from './api/rooms.ts';

/** What is answered: its media type and its text. */
export interface Scrape {
  readonly type: string;
  readonly text: string;
}

export interface MetricsOptions {
  readonly proofs: Proofs;
  scrape(): Scrape;
  /** Told of each answer to a request for makecall.html. */
  onMakecall(status: number): void;
  readonly onFault: (error: unknown) => void;
}

export function addMetrics(app: FastifyInstance, options: MetricsOptions): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.raw.url?.split('?', 1)[0] === '/makecall.html')
      options.onMakecall(reply.statusCode);
  });
  void app.register(async (scope) => {
    await scope.register(fastifyCookie, { hook: 'onRequest' });
    scope.setErrorHandler((error, _request, reply) => sendProblem(error, reply, options.onFault));
    addAuthentication(scope, options.proofs);
    scope.get('/metrics', async (request, reply) => {
      need(request, 'operator');
      const { type, text } = options.scrape();
      return reply
        .type(type)
        .header('Cache-Control', 'no-store')
        .header('X-Content-Type-Options', 'nosniff')
        .send(text);
    });
  });
}
