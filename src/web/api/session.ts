// Signing in and out: a browser trades a password or a one-time link for a cookie. Who a request is by its
// cookie or token is authenticate.ts; slowing down and hashing are src/access.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { originOfRequest } from '../request-origin.ts';
import { callerOf, clearSessionCookie, setSessionCookie } from './authenticate.ts';
import type { Caller } from './authenticate.ts';
import type { EventStreams } from './event-streams.ts';
import { Refusal } from './problem.ts';
import { accessRefusal, signInRefusal } from './refused.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Me, Nothing, PasswordChange, SignIn } from './schemas.ts';

export function addSession(api: Api, rooms: ApiRooms, streams: EventStreams): void {
  const { access, proxies } = rooms;

  api.route({
    method: 'POST',
    url: '/session',
    config: { open: true },
    schema: {
      tags: ['session'],
      summary: 'Signs in with name and password, or with a one-time link; sets the cookie',
      body: SignIn,
      response: { 200: Me },
    },
    handler: async (request, reply) => {
      const { body } = request;
      const { address, encrypted } = originOfRequest(request.raw, proxies);
      const signed =
        'link' in body
          ? await access.signInByLink(body.link, address)
          : await access.signIn({ ...body, address });
      if (!signed.ok) throw signInRefusal(signed);
      const { cookie } = signed;
      setSessionCookie(reply, cookie, encrypted);
      const session = access.sessionOf(cookie);
      if (!session) throw new Error('a session is over as soon as it began');
      return presentMe(session.principal, session.csrf, rooms);
    },
  });

  api.route({
    method: 'GET',
    url: '/session',
    schema: {
      tags: ['session'],
      summary: 'Who asks, by cookie or token, and what this server is',
      response: { 200: Me },
    },
    handler: async (request) => {
      const { principal, session } = callerOf(request);
      return presentMe(principal, session?.csrf ?? null, rooms);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/session',
    schema: {
      tags: ['session'],
      summary: 'Signs out: ends this session and its event streams',
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const { hash } = sessionFor(request);
      await access.signOut(hash);
      streams.end(({ session }) => session === hash);
      clearSessionCookie(reply, originOfRequest(request.raw, proxies).encrypted);
      return done(reply);
    },
  });

  api.route({
    method: 'PUT',
    url: '/session/password',
    schema: {
      tags: ['session'],
      summary: 'Changes the password of who is signed in; ends his other sessions',
      body: PasswordChange,
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const { hash } = sessionFor(request);
      const { current, password } = request.body;
      const changed = await access.changePassword(
        callerOf(request).principal.id,
        current,
        password,
        hash,
      );
      // Signed in he is: 401 would say that he is not.
      if (!changed.ok && changed.code === 'wrong-password') {
        throw new Refusal(403, changed.code, changed.error);
      }
      if (!changed.ok) throw accessRefusal(changed);
      return done(reply);
    },
  });
}

function sessionFor(request: FastifyRequest): NonNullable<Caller['session']> {
  const { session } = callerOf(request);
  if (session) return session;
  throw new Refusal(
    403,
    'no-session',
    'A token has no session and no password: it is removed instead',
  );
}

function done(reply: FastifyReply): null {
  reply.code(204);
  return null;
}

function presentMe(principal: Principal, csrf: string | null, rooms: ApiRooms): Me {
  const { version, country, realm, buzzeePreset } = rooms.server;
  const { kind, id, name, role, customer, lines } = principal;
  const user = kind === 'user' ? rooms.access.user(id) : undefined;
  return {
    kind,
    name,
    role,
    customer: customer === '' ? null : customer,
    lines: role === 'user' ? [...lines] : null,
    hasPassword: user !== undefined && user.passwordHash !== '',
    csrf,
    server: { version, sandbox: rooms.simulate !== undefined, country, realm, buzzeePreset },
  };
}
