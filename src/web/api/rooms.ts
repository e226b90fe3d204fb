// What the API reaches of the house, and what its routes have in common: the type of the app that they
// are added to, who asks, and numbers in paths. Everything is an argument, given by src/server.ts.

import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Type } from 'typebox';
import type { Access } from '../../access/access.ts';
import type { ReachInput } from '../../access/checks.ts';
import { mayRead, scopeOf } from '../../access/principal.ts';
import type { Principal, Role, Scope } from '../../access/principal.ts';
import type { Destinations } from '../../destinations/destinations.ts';
import type { SigningKeys } from '../../destinations/signing-keys.ts';
import type { Erasure } from '../../history/erasure.ts';
import type { Line } from '../../lines/line.ts';
import type { LineRules } from '../../lines/line-input.ts';
import type { Lines } from '../../lines/lines.ts';
import type { OpenCalls } from '../../live/open-calls.ts';
import type { LiveStream } from '../../live/stream.ts';
import type { DeliveryPolicy } from '../../notifications/delivery-policy.ts';
import type { Outbox } from '../../notifications/outbox.ts';
import type { TestCalls } from '../../notifications/test-call.ts';
import type { E164 } from '../../numbers/e164.ts';
import type { Country } from '../../numbers/numbering-plan.ts';
import { parseE164 } from '../../numbers/parse-number.ts';
import type { Binding, Store } from '../../store/store.ts';
import type { Proxies } from '../request-origin.ts';
import { callerOf } from './authenticate.ts';
import { invalid, notFound, Refusal } from './problem.ts';

/** The app that routes are added to: what it checks and answers is typed by TypeBox. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A call that the sandbox is to place (src/sandbox). */
export interface Simulation {
  readonly caller: string;
  readonly callee: string;
  readonly answerAfterS: number | undefined;
  readonly talkS: number | undefined;
  readonly outcome: 'busy' | 'no-answer' | undefined;
}

export interface ApiRooms {
  readonly access: Access;
  readonly lines: Lines;
  readonly lineRules: LineRules;
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly store: Pick<
    Store,
    'pageCalls' | 'getCall' | 'pageNotifications' | 'getNotification' | 'lastNotifications'
  >;
  terminalsOf(line: E164): readonly Binding[];
  readonly openCalls: Pick<OpenCalls, 'ofLine'>;
  readonly stream: Pick<LiveStream, 'follow'>;
  /** How notifications are delivered where a line does not say. */
  readonly deliveryDefaults: DeliveryPolicy;
  readonly outbox: Pick<Outbox, 'resend' | 'replay'>;
  readonly testCalls: TestCalls;
  readonly erasure: Pick<Erasure, 'erase'>;
  readonly proxies: Proxies;
  /** Only in a sandbox. Resolves when the call is over, or at once where it cannot begin. */
  readonly simulate?: (call: Simulation) => Promise<{ ok: true } | { ok: false; error: string }>;
  readonly server: {
    readonly version: string;
    readonly country: Country;
    readonly realm: string;
    readonly buzzeePreset: string;
    /** Where telephones reach us: as the operator said, else where SIP listens. */
    readonly sip: { readonly advertise: string | undefined; host: string; port: number };
    /** `HOST:PORT` of HTTP, for a request that names no host. */
    readonly listening: () => string;
  };
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Who asks. */
export function principalOf(request: FastifyRequest): Principal {
  return callerOf(request).principal;
}

/** Who asks, for a change that waits for its turn: asked again then, since rights may end meanwhile. */
export function askerOf(request: FastifyRequest): () => Principal | undefined {
  return callerOf(request).renewed;
}

/** Whose rows of calls and notifications who asks may read. */
export function scopeOfCaller(request: FastifyRequest): Scope {
  return scopeOf(principalOf(request));
}

/** Refuses whoever has none of the roles. */
export function need(request: FastifyRequest, ...roles: readonly Role[]): Principal {
  const principal = principalOf(request);
  if (roles.includes(principal.role)) return principal;
  throw new Refusal(403, 'forbidden', `Only this may do that: ${roles.join(', ')}`, {
    values: { role: principal.role },
  });
}

export const NumberPath = Type.Object({
  number: Type.String({ description: 'The line, e.g. 33123456789', examples: ['33123456789'] }),
});

/** The line of a path; 404 where it is not there or not for the eyes of who asks. */
export function lineFor(request: FastifyRequest, text: string, rooms: ApiRooms): Line {
  const parsed = parseE164(text, rooms.server.country);
  const line = parsed.ok ? rooms.lines.byNumber(parsed.number) : undefined;
  if (line && mayRead(principalOf(request), line)) return line;
  throw notFound('This line');
}

/** A number of the query or a body, in any usual form. */
export function numberIn(field: string, text: string, rooms: ApiRooms): E164 {
  const parsed = parseE164(text, rooms.server.country);
  if (parsed.ok) return parsed.number;
  throw invalid(field, parsed.code, parsed.error, parsed.values);
}

/**
 * A reach as somebody wrote it, for src/access to check: numbers in any usual form; where no customer is
 * named, his own, or for an operator that of the lines. Refuses at once what only an operator gives.
 */
export function reachIn(
  written: { role: Role; customer?: string; lines?: readonly string[] },
  principal: Principal,
  rooms: ApiRooms,
): ReachInput {
  const { role, customer } = written;
  const lines = written.lines?.map((text) => numberIn('lines', text, rooms));
  if (principal.role === 'operator') {
    const [first = ''] = lines ?? [];
    return { role, lines, customer: customer ?? rooms.lines.byNumber(first)?.customer };
  }
  if (role === 'operator' || (customer ?? principal.customer) !== principal.customer) {
    throw new Refusal(403, 'forbidden', 'You give rights over your own customer only');
  }
  return { role, lines, customer: principal.customer };
}
