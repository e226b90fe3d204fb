// The REST API under /api/v1 (docs/api.md): its routes, one file for each subject, and what holds for all
// of them: who asks is proved, what comes in is checked against the schemas, every error is a problem,
// nothing is cached.

import fastifyCookie from '@fastify/cookie';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Revoked } from '../../access/access.ts';
import { MOST_BYTES } from '../../lines/lines-csv.ts';
import { addAuthentication } from './authenticate.ts';
import { addCsvBodies, addJsonBodies } from './body.ts';
import { addCalls } from './calls.ts';
import { addChecks } from './checks.ts';
import { addCustomers } from './customers.ts';
import { addDestinations } from './destinations.ts';
import { EventStreams } from './event-streams.ts';
import type { Reader } from './event-streams.ts';
import { addEvents } from './events.ts';
import { addLines } from './lines.ts';
import { addLinesCsv } from './lines-csv.ts';
import { addLineActions } from './line-actions.ts';
import { addNotifications } from './notifications.ts';
import { addNumbers } from './numbers.ts';
import { addOpenApi, openApiOf } from './openapi.ts';
import { refuseUnrouted, sendProblem } from './problem.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Problem } from './schemas.ts';
import { addSession } from './session.ts';
import { addSimulate } from './simulate.ts';
import { addTokens } from './tokens.ts';
import { addUsers } from './users.ts';

export type { ApiRooms } from './rooms.ts';

/** Adds everything below /api. */
export function addApi(app: FastifyInstance, rooms: ApiRooms): void {
  void app.register(
    async (below) => {
      const routes = new RouteList();
      below.addHook('onRoute', (route) => routes.add(route));
      below.addHook('onRequest', async (_request, reply) => {
        reply.header('Cache-Control', 'no-store').header('X-Content-Type-Options', 'nosniff');
      });
      below.setErrorHandler((error, _request, reply) => sendProblem(error, reply, rooms.onFault));
      below.setNotFoundHandler((request, reply) =>
        sendProblem(
          refuseUnrouted(request, (path) => routes.methodsOf(path)),
          reply,
          rooms.onFault,
        ),
      );
      addJsonBodies(below);
      await below.register((api) => addVersion1(api, rooms), { prefix: '/v1' });
    },
    { prefix: '/api' },
  );
}

async function addVersion1(app: FastifyInstance, rooms: ApiRooms): Promise<void> {
  const api: Api = app.withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(TypeBoxValidatorCompiler);
  api.addHook('onRoute', declareProblems);
  await addOpenApi(app, rooms.server.version);
  await app.register(fastifyCookie, { hook: 'onRequest' });
  const { access } = rooms;
  addAuthentication(app, access);

  const streams = new EventStreams(rooms.stream);
  const endListening = access.onRevoked((gone) => streams.end((reader) => isOf(reader, gone)));
  app.addHook('onClose', async () => endListening());
  addSession(api, rooms, streams);
  addLines(api, rooms);
  addLineActions(api, rooms);
  addDestinations(api, rooms);
  await api.register(async (files) => {
    addCsvBodies(files, MOST_BYTES);
    addLinesCsv(files.withTypeProvider<TypeBoxTypeProvider>(), rooms);
  });
  addChecks(api, rooms);
  addCalls(api, rooms);
  addNotifications(api, rooms);
  addNumbers(api, rooms);
  addCustomers(api, rooms);
  addUsers(api, rooms);
  addTokens(api, rooms);
  addSimulate(api, rooms);
  addEvents(api, streams);

  let description: string | undefined;
  api.route({
    method: 'GET',
    url: '/openapi.json',
    config: { open: true },
    schema: { hide: true },
    handler: async (_request, reply) => {
      description ??= JSON.stringify(openApiOf(app));
      return reply.type('application/json').send(description);
    },
  });
}

/** Whether a stream was opened with what is gone now, or by whose rights are others now. */
function isOf({ principal, session }: Reader, gone: Revoked): boolean {
  if (gone.kind === 'session') return session === gone.hash;
  return (
    principal.kind === gone.kind && principal.id === (gone.kind === 'user' ? gone.name : gone.id)
  );
}

/** Every route may answer with a problem; that is said in its description. */
function declareProblems(route: RouteOptions): void {
  const problem = {
    description: 'What is wrong (RFC 9457)',
    content: { 'application/problem+json': { schema: Problem } },
  };
  const { schema = {} } = route;
  const response = typeof schema.response === 'object' ? schema.response : {};
  route.schema = {
    ...schema,
    ...(route.config?.open ? { security: [] } : {}),
    response: { ...response, '4xx': problem, '5xx': problem },
  };
}

/** Which methods each path is served for. */
class RouteList {
  readonly #methods = new Map<
    string,
    { readonly pattern: RegExp; readonly methods: Set<string> }
  >();

  add({ url, method }: RouteOptions): void {
    const known = this.#methods.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const each of [method].flat()) known.methods.add(each);
    this.#methods.set(url, known);
  }

  methodsOf(path: string): string[] {
    const found = [...this.#methods.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
