// Who asks: proved once for every route of the API, ahead of reading a body. A route that is open to all
// says so itself (`config: { open: true }`); what a proved caller may reach is decided by the routes,
// with src/access/principal.ts.

import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { crossSiteOf } from '../cross-site.ts';
import { Refusal } from './problem.ts';

export const sessionCookie = 'carillon_session';

/** A proved caller; `session` where a browser proved it by its cookie. */
export interface Caller {
  readonly principal: Principal;
  readonly session?: { readonly hash: string; readonly csrf: string };
  /** Who this is now, for what lasts longer than a request; undefined once the proof is void. */
  renewed(): Principal | undefined;
}

/** What authentication asks of src/access. */
export interface Proofs {
  sessionOf(cookie: string): { principal: Principal; csrf: string; hash: string } | undefined;
  tokenOf(bearer: string): Principal | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served without credentials. */
    readonly open?: true;
  }
}

const decorator = 'caller';

/** Checks every request of this app's routes. Needs @fastify/cookie on it. */
export function addAuthentication(app: FastifyInstance, proofs: Proofs): void {
  app.decorateRequest(decorator, null);
  app.addHook('onRequest', async (request) => {
    // What no route serves says so to everybody: which routes there are is no secret.
    if (request.is404) return;
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    if (request.routeOptions.config.open) {
      if (changes) refuseForeign(request);
      return;
    }
    const caller = prove(request, proofs);
    if (caller.session && changes) {
      refuseForeign(request);
      checkCsrf(request, caller.session.csrf);
    }
    request.setDecorator(decorator, caller);
  });
  // A body may take its time, and whoever sends it may have lost his rights meanwhile.
  app.addHook('preHandler', async (request) => {
    const caller = request.getDecorator<Caller | null>(decorator);
    if (!caller) return;
    const principal = caller.renewed();
    if (!principal) throw unauthenticated('This session or token ended meanwhile: sign in again');
    request.setDecorator(decorator, { ...caller, principal });
  });
}

/** Who makes this request. Only on routes that are not open. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = request.getDecorator<Caller | null>(decorator);
  if (!caller) throw new Error(`${request.routeOptions.url} is open and has no caller`);
  return caller;
}

function prove(request: FastifyRequest, proofs: Proofs): Caller {
  const [, scheme = '', bearer = ''] =
    /^(\S+) +(\S+) *$/.exec(request.headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') {
    const principal = proofs.tokenOf(bearer);
    if (principal) return { principal, renewed: () => proofs.tokenOf(bearer) };
    throw unauthenticated('This token is not known here, or was removed: make another one');
  }
  const cookie = request.cookies[sessionCookie];
  if (cookie === undefined || cookie === '') {
    throw unauthenticated('Sign in, or send a token: Authorization: Bearer TOKEN');
  }
  const session = proofs.sessionOf(cookie);
  if (!session) throw unauthenticated('This session is over: sign in again');
  const { principal, csrf, hash } = session;
  // An open page is a page in use: asking anew keeps its session.
  return { principal, session: { csrf, hash }, renewed: () => proofs.sessionOf(cookie)?.principal };
}

function unauthenticated(detail: string): Refusal {
  return new Refusal(401, 'unauthenticated', detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="carillon"' },
  });
}

/** A page of another site must not act with the cookie of who happens to look at it. */
function refuseForeign(request: FastifyRequest): void {
  const { headers } = request.raw;
  // Another name of the same site (crm.office.example) is another page all the same.
  if (crossSiteOf(headers).kind === 'own' && headers['sec-fetch-site'] !== 'same-site') return;
  throw new Refusal(403, 'csrf', 'A page of another site made this request; only our own may');
}

function checkCsrf(request: FastifyRequest, csrf: string): void {
  const given = request.headers['x-csrf-token'];
  if (typeof given === 'string' && sameText(given, csrf)) return;
  throw new Refusal(
    403,
    'csrf',
    'With the cookie, a change needs the header X-CSRF-Token with the csrf of GET /api/v1/session',
  );
}

function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The longest that a session can last, in seconds (access/sessions.ts); when it ends, the server decides. */
const cookieLifeS = 30 * 24 * 3600;

/** Sets the cookie of a session that began; over an encrypted connection only such ones carry it. */
export function setSessionCookie(reply: FastifyReply, secret: string, secure: boolean): void {
  reply.setCookie(sessionCookie, secret, { ...cookieOptions(secure), maxAge: cookieLifeS });
}

export function clearSessionCookie(reply: FastifyReply, secure: boolean): void {
  reply.clearCookie(sessionCookie, cookieOptions(secure));
}

function cookieOptions(secure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
}
