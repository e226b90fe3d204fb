// What goes wrong below /api/ is told in one form: RFC 9457 with a stable code, and the fields that are
// wrong where single ones are. Routes throw a Refusal; the framework's own errors become one here. Which
// routes there are is api.ts's.

import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from './schemas.ts';

export type Values = Readonly<Record<string, string | number>>;

/** One wrong field of what was sent. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly text: string;
  readonly values?: Values;
}

interface More {
  readonly values?: Values;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by a route or a check ahead of it; the answer to the request, not a fault. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly more: More;

  /** @param detail one sentence that says what is wrong and what to write instead. */
  constructor(status: number, code: string, detail: string, more: More = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

/** What somebody may not see is as absent as what is not there. */
export function notFound(what: string): Refusal {
  return new Refusal(404, 'not-found', `${what} is not here, or not yours to see`);
}

/** 422 for one field. */
export function invalid(field: string, code: string, text: string, values?: Values): Refusal {
  const error = values === undefined ? { field, code, text } : { field, code, text, values };
  return new Refusal(422, 'invalid', text, { errors: [error] });
}

/** The answer to whatever was thrown; `onFault` is told what is our own fault. */
export function sendProblem(
  error: unknown,
  reply: FastifyReply,
  onFault: (error: unknown) => void,
): FastifyReply {
  const refusal = error instanceof Refusal ? error : refusalOf(error);
  if (refusal === undefined) onFault(error);
  return send(
    refusal ?? new Refusal(500, 'fault', 'A fault in the server; it is in its log'),
    reply,
  );
}

function send({ status, code, message, more }: Refusal, reply: FastifyReply): FastifyReply {
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    ...(more.values ? { values: { ...more.values } } : {}),
    ...(more.errors
      ? {
          errors: more.errors.map(({ values, ...e }) =>
            values ? { ...e, values: { ...values } } : e,
          ),
        }
      : {}),
  };
  for (const [name, value] of Object.entries(more.headers ?? {})) reply.header(name, value);
  // A text, ready as it is: the answer must not depend on the route's schemas.
  return reply
    .code(status)
    .type('application/problem+json')
    .header('Cache-Control', 'no-store')
    .header('X-Content-Type-Options', 'nosniff')
    .serializer((text: string) => text)
    .send(JSON.stringify(problem));
}

/** The framework's own complaints about a request, by their status; undefined for a fault. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all members are optional
  const { statusCode = 500, validation, validationContext, code } = error as Partial<FastifyError>;
  if (validation) return invalidFields(validation, validationContext);
  switch (statusCode) {
    case 400:
      return new Refusal(400, 'malformed', plain(error.message));
    case 404:
      return new Refusal(404, 'not-found', 'Nothing is served here');
    case 408:
      return new Refusal(408, 'request-timeout', 'The request did not come to its end');
    case 413:
      return new Refusal(413, 'too-large', 'What was sent is too large: send less at once');
    case 414:
      // A name that is too long names nothing.
      return new Refusal(404, 'not-found', 'Nothing is served here');
    case 415:
      return new Refusal(
        415,
        'unsupported-media-type',
        'Send application/json (lines.csv: text/csv)',
      );
    default:
      return code?.startsWith('FST_ERR_CTP')
        ? new Refusal(400, 'malformed', plain(error.message))
        : undefined;
  }
}

function plain(message: string): string {
  return message === '' ? 'The request cannot be read' : message;
}

/** One complaint of the schema checker (TypeBox names them as JSON Schema does). */
interface Complaint {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const MOST_FIELDS = 20;

/** 422 with each field once: of several complaints about a field the first says enough. */
function invalidFields(complaints: readonly Complaint[], part: string | undefined): Refusal {
  const fields = new Map<string, FieldError>();
  for (const complaint of complaints) {
    for (const error of fieldErrors(complaint, complaints)) {
      if (fields.size < MOST_FIELDS && !fields.has(error.field)) fields.set(error.field, error);
    }
  }
  const errors = [...fields.values()];
  const names = errors.map(({ field, text }) => (field === '' ? text : `${field}: ${text}`));
  const where = part === 'querystring' ? 'The query is not right' : 'What was sent is not right';
  return new Refusal(422, 'invalid', `${where}. ${names.join('; ')}`, { errors });
}

function fieldErrors(
  { keyword, instancePath, message, params }: Complaint,
  all: readonly Complaint[],
): FieldError[] {
  const field = instancePath.slice(1).replaceAll('/', '.');
  const below = (name: unknown): string =>
    field === '' ? String(name) : `${field}.${String(name)}`;
  // Where one of several shapes was wanted, the complaints about each of them would contradict.
  const choice =
    keyword !== 'anyOf' &&
    all.some((c) => c.keyword === 'anyOf' && c.instancePath === instancePath);
  switch (keyword) {
    case 'required':
      if (choice) return [];
      return namesOf(params['requiredProperties']).map((name) => ({
        field: below(name),
        code: 'missing',
        text: 'this is missing',
      }));
    case 'additionalProperties':
      if (choice) return [];
      return namesOf(params['additionalProperties']).map((name) => ({
        field: below(name),
        code: 'unknown-field',
        text: 'there is no such field: leave it out',
      }));
    // Members that a closed object refuses are named by the complaint about the object.
    case 'boolean':
      return [];
    case 'const': {
      const values = all
        .filter((c) => c.keyword === 'const' && c.instancePath === instancePath)
        .map((c) => String(c.params['allowedValue']));
      return [{ field, code: 'wrong-value', text: `write ${values.join(' or ')}` }];
    }
    case 'anyOf':
      return [{ field, code: 'wrong-shape', text: 'this has none of the forms that it may have' }];
    case 'maxLength':
      return [tooLong(field, params['limit'])];
    case 'minLength':
      return [tooShort(field, params['limit'])];
    default:
      return [
        { field, code: `wrong-${keyword.toLowerCase()}`, text: message ?? 'this is not right' },
      ];
  }
}

function tooLong(field: string, limit: unknown): FieldError {
  return {
    field,
    code: 'too-long',
    text: `write at most ${String(limit)} characters`,
    values: { limit: Number(limit) },
  };
}

function tooShort(field: string, limit: unknown): FieldError {
  return {
    field,
    code: 'too-short',
    text: `write at least ${String(limit)} character${limit === 1 ? '' : 's'}`,
    values: { limit: Number(limit) },
  };
}

function namesOf(names: unknown): unknown[] {
  return Array.isArray(names) ? names : [];
}

/** Answers what no route serves: 405 where the path exists for other methods. */
export function refuseUnrouted(
  request: FastifyRequest,
  methodsOf: (path: string) => readonly string[],
): Refusal {
  const path = request.url.split('?', 1)[0]!;
  const methods = methodsOf(path);
  if (methods.length === 0) {
    return new Refusal(
      404,
      'not-found',
      'Nothing is served here: /api/v1/openapi.json lists what is',
    );
  }
  return new Refusal(405, 'method-not-allowed', `Use ${methods.join(' or ')} here`, {
    headers: { Allow: methods.join(', ') },
  });
}
