// The API's own description: OpenAPI 3.1, made from the routes and their schemas, so that it cannot say
// anything else than what is checked. Shapes that schemas.ts names appear under their names.

import { STATUS_CODES } from 'node:http';
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import * as destinationSchemas from './destination-schemas.ts';
import * as schemas from './schemas.ts';

const description = `The API of Carillon, a CTI server for telephone lines. The web pages use nothing else.

Send a token with each request: \`Authorization: Bearer TOKEN\` (made on the page Tokens, or by
\`carillon token add\`). A browser signs in with POST /api/v1/session and then has a cookie; each of its changing
requests needs the header \`X-CSRF-Token\`.

What somebody may not see answers 404, what he may see but not change 403. Every error is a problem of
RFC 9457 with a stable \`code\`.`;

const tags = [
  { name: 'session', description: 'Signing in and out' },
  { name: 'lines', description: 'Lines and their settings' },
  { name: 'destinations', description: 'What else is told of a line’s calls, and what is signed' },
  { name: 'checks', description: 'Before something is saved' },
  { name: 'calls', description: 'The history of calls' },
  {
    name: 'notifications',
    description: 'What was told to the customers’ software, and whether it arrived',
  },
  { name: 'events', description: 'What happens now' },
  { name: 'access', description: 'Customers, users and tokens' },
  { name: 'sandbox', description: 'Simulated calls' },
];

/** Collects the routes that are added to this app after it. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Carillon', version, description },
      tags,
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token of a program' },
          session: { type: 'apiKey', in: 'cookie', name: 'carillon_session' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
  });
}

/** The document. Call when all routes are there. */
export function openApiOf(app: FastifyInstance): object {
  const { paths, components, ...rest } = tidy(app.swagger()) as Json;
  const named = new Map<string, string>();
  const shapes: Json = {};
  for (const [name, schema] of Object.entries({ ...schemas, ...destinationSchemas })) {
    if (typeof schema === 'function' || schema === schemas.Nothing) continue;
    shapes[name] = tidy(schema);
    named.set(JSON.stringify(shapes[name]), name);
  }
  const used = new Map<string, unknown>();
  // What has a name is described once, and pointed to wherever it is used.
  function refer(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const name = named.get(JSON.stringify(value));
    if (name === undefined) return referBelow(value);
    if (!used.has(name)) {
      used.set(name, undefined);
      used.set(name, referBelow(value));
    }
    return { $ref: `#/components/schemas/${name}` };
  }
  function referBelow(value: object): unknown {
    if (Array.isArray(value)) return value.map(refer);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, refer(each)]));
  }
  const described = refer(paths);
  const sorted = Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...rest, components: { ...(components as Json), schemas: sorted }, paths: described };
}

type Json = Record<string, unknown>;

/** Plain JSON in which the same thing is written in the same way, and as people would write it. */
function tidy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) => {
    if (typeof each !== 'object' || each === null) return each;
    const { const: only, patternProperties, anyOf, ...rest } = each as Json;
    if (key === 'responses') return describeAnswers(each as Json);
    if (only !== undefined) return { ...rest, enum: [only] };
    if (patternProperties !== undefined) {
      return { ...rest, additionalProperties: Object.values(patternProperties as Json)[0] };
    }
    if (Array.isArray(anyOf) && anyOf.every(isFixedText)) {
      return { ...rest, type: 'string', enum: anyOf.flatMap((one: Json) => one['enum']) };
    }
    return each;
  });
}

function isFixedText(schema: unknown): boolean {
  const { type, enum: values } = schema as Json;
  return type === 'string' && Array.isArray(values);
}

function describeAnswers(answers: Json): Json {
  const described = Object.entries(answers).map(([status, answer]) => {
    const { description, content, ...rest } = answer as Json;
    const says = description === 'Default Response' ? STATUS_CODES[status] : description;
    // What has no body has no shape either.
    const body = status === '204' || content === undefined ? {} : { content };
    return [status, { ...rest, description: says, ...body }];
  });
  return Object.fromEntries(described) as Json;
}
