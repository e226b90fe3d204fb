// Tokens: what programs prove themselves with. Each reaches no more than who made it.

import { Type } from 'typebox';
import { mayManage } from '../../access/may-manage.ts';
import type { Token } from '../../access/principal.ts';
import { presentToken } from '../../access/present.ts';
import { notFound } from './problem.ts';
import { accessRefusal } from './refused.ts';
import { principalOf, reachIn } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { NewToken, Nothing, TokenInput, TokenView } from './schemas.ts';

export function addTokens(api: Api, rooms: ApiRooms): void {
  const { access } = rooms;
  const tags = ['access'];

  api.route({
    method: 'GET',
    url: '/tokens',
    schema: {
      tags,
      summary: 'Tokens, without their secrets',
      response: { 200: Type.Object({ items: Type.Array(TokenView) }) },
    },
    handler: async (request) => {
      const principal = principalOf(request);
      const seen = access.tokens().filter((token) => mayManage(principal, token, 'token'));
      return { items: seen.map((token) => view(token)) };
    },
  });

  api.route({
    method: 'POST',
    url: '/tokens',
    schema: {
      tags,
      summary: 'Makes a token; its secret is shown this once',
      body: TokenInput,
      response: { 201: NewToken },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      const reach = reachIn(request.body, principal, rooms);
      const added = await access.addToken({ name: request.body.name, ...reach }, { by: principal });
      if (!added.ok) throw accessRefusal(added);
      return reply.code(201).send({ token: view(added.token), secret: added.secret });
    },
  });

  api.route({
    method: 'DELETE',
    url: '/tokens/:id',
    schema: {
      tags,
      summary: 'Removes a token: it is refused from now on, and its event streams end',
      params: Type.Object({ id: Type.String() }),
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const token = access.token(id);
      if (!token || !mayManage(principalOf(request), token, 'token')) throw notFound('This token');
      const removed = await access.removeToken(id, principalOf(request));
      if (!removed.ok) throw accessRefusal(removed);
      return reply.code(204).send(null);
    },
  });
}

function view(token: Token): TokenView {
  return { ...presentToken(token), lines: [...token.lines] };
}
