// Tokens: what programs prove themselves with. Each reaches no more than who made it.

import { Type } from 'typebox';
import { managedBy, mayManage } from '../../access/may-manage.ts';
import type { Token } from '../../access/principal.ts';
import { presentToken } from '../../access/present.ts';
import { reachPage, reachPageQuery } from './paging.ts';
import { invalid, notFound } from './problem.ts';
import { accessRefusal } from './refused.ts';
import { askerOf, principalOf, reachIn } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { NewToken, Nothing, pageOf, TokenInput, TokenView } from './schemas.ts';

export function addTokens(api: Api, rooms: ApiRooms): void {
  const { access } = rooms;
  const tags = ['access'];

  api.route({
    method: 'GET',
    url: '/tokens',
    schema: {
      tags,
      summary: 'Tokens, the oldest first, without their secrets',
      querystring: Type.Object(reachPageQuery, { additionalProperties: false }),
      response: { 200: pageOf(TokenView) },
    },
    handler: async (request) => {
      const { limit, after, customer } = request.query;
      const isManaged = managedBy(principalOf(request), 'token');
      const place = after === undefined ? undefined : placeIn(after);
      return reachPage(access.tokens(), {
        limit,
        isSeen: (token) =>
          (customer === undefined || token.customer === customer) && isManaged(token),
        isBehind: ({ createdAt, id }) =>
          place === undefined ||
          createdAt > place.createdAt ||
          (createdAt === place.createdAt && id > place.id),
        cursorOf: ({ createdAt, id }) => `${createdAt}-${id}`,
        view,
      });
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
      const { name } = request.body;
      const added = await access.addToken({ name, ...reach }, { by: askerOf(request) });
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
      const removed = await access.removeToken(id, askerOf(request));
      if (!removed.ok) throw accessRefusal(removed);
      return reply.code(204).send(null);
    },
  });
}

/** Where a page ended: it holds also when that token is gone. */
function placeIn(after: string): { readonly createdAt: number; readonly id: string } {
  const [, createdAt, id] = /^(\d{1,15})-([0-9a-f]{12})$/.exec(after) ?? [];
  if (id !== undefined) return { createdAt: Number(createdAt), id };
  throw invalid('after', 'wrong-cursor', 'write the `next` of the page before, as it came');
}

function view(token: Token): TokenView {
  return { ...presentToken(token), lines: [...token.lines] };
}
