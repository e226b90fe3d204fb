// Bodies as they come: JSON in UTF-8, and CSV. An empty body is none, whatever its type says. Their
// shapes are checked against the schemas of each route afterwards.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from './problem.ts';

/** JSON, and nothing else: a form, which a page of any site can send, is refused. */
export function addJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => readJson(body),
  );
}

/** Files of CSV, as their bytes: who reads them looks at their encoding. */
export function addCsvBodies(app: FastifyInstance, bodyLimit: number): void {
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer', bodyLimit },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = readText(body);
  try {
    return JSON.parse(text, wellFormed);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      400,
      'malformed',
      'What was sent is not JSON: check commas, quotes and braces',
    );
  }
}

/** Half a character would not survive the database, and `__proto__` is no name of a field. */
function wellFormed(key: string, value: unknown): unknown {
  if (
    key === '__proto__' ||
    !key.isWellFormed() ||
    (typeof value === 'string' && !value.isWellFormed())
  ) {
    throw new Refusal(
      400,
      'malformed',
      'A text in what was sent holds half a character, or a name that none may have',
    );
  }
  return value;
}

function readText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Refusal(400, 'malformed', 'What was sent is not UTF-8: save or send it as UTF-8');
  }
}
