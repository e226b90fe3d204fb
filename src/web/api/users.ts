// Users and their rights: the operator's, and for a customer's people its managers'. Nobody gives more
// than he has (src/access/may-manage.ts), asked for what a user is and for what he is to become.

import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { managedBy, mayManage } from '../../access/may-manage.ts';
import { presentUser } from '../../access/present.ts';
import type { User } from '../../access/principal.ts';
import { nameTaken } from '../../access/users.ts';
import { isoTime } from '../../history/history.ts';
import { baseUrlOf, originOfRequest } from '../request-origin.ts';
import { reachPage, reachPageQuery } from './paging.ts';
import { notFound } from './problem.ts';
import { accessRefusal } from './refused.ts';
import { askerOf, need, reachIn } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Nothing, pageOf, SignInLink, UserInput, UserView } from './schemas.ts';

export function addUsers(api: Api, rooms: ApiRooms): void {
  const { access } = rooms;
  const tags = ['access'];
  const params = Type.Object({ name: Type.String() });

  /** The user of a path, whom who asks may manage. */
  function find(request: FastifyRequest, name: string): User {
    const principal = need(request, 'operator', 'manager');
    const user = access.user(name);
    if (user && mayManage(principal, user, 'user')) return user;
    throw notFound('This user');
  }

  api.route({
    method: 'GET',
    url: '/users',
    schema: {
      tags,
      summary: 'Users, by name',
      querystring: Type.Object(reachPageQuery, { additionalProperties: false }),
      response: { 200: pageOf(UserView) },
    },
    handler: async (request) => {
      const isManaged = managedBy(need(request, 'operator', 'manager'), 'user');
      const { limit, after, customer } = request.query;
      return reachPage(access.users(), {
        limit,
        isSeen: (user) => (customer === undefined || user.customer === customer) && isManaged(user),
        isBehind: ({ name }) => after === undefined || name > after,
        cursorOf: ({ name }) => name,
        view,
      });
    },
  });

  api.route({
    method: 'PUT',
    url: '/users/:name',
    schema: {
      tags,
      summary: 'Adds a user, or changes one; without a password it stays as it is',
      params,
      body: UserInput,
      response: { 200: UserView, 201: UserView },
    },
    handler: async (request, reply) => {
      const principal = need(request, 'operator', 'manager');
      const { name } = request.params;
      const { password } = request.body;
      const before = access.user(name);
      if (before && !mayManage(principal, before, 'user')) throw accessRefusal(nameTaken());
      const reach = reachIn(request.body, principal, rooms);
      const put = await access.putUser(name, { ...reach, password }, { by: askerOf(request) });
      if (!put.ok) throw accessRefusal(put);
      return reply.code(put.isNew ? 201 : 200).send(view(put.user));
    },
  });

  api.route({
    method: 'DELETE',
    url: '/users/:name',
    schema: {
      tags,
      summary: 'Removes a user and ends his sessions at once',
      params,
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const removed = await access.removeUser(
        find(request, request.params.name).name,
        askerOf(request),
      );
      if (!removed.ok) throw accessRefusal(removed);
      return reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/users/:name/sign-in-link',
    schema: {
      tags,
      summary: 'Makes a sign-in link for him: good once, for 10 minutes',
      params,
      response: { 200: SignInLink },
    },
    handler: async (request) => {
      const made = access.makeSignInLink(find(request, request.params.name).name);
      if (!made.ok) throw accessRefusal(made);
      const base = baseUrlOf(originOfRequest(request.raw, rooms.proxies), rooms.server.listening());
      // In the fragment, which browsers send nowhere.
      return { url: `${base}/#link=${made.secret}`, expiresAt: isoTime(made.expiresAt) };
    },
  });
}

function view(user: User): UserView {
  return { ...presentUser(user), lines: [...user.lines] };
}
