// The further destinations of a line, and the keys that its notifications are signed with. Whoever may see a
// line sets its destinations, as he sets its notification URL; what may be set is src/destinations.

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { mayRead } from '../../access/principal.ts';
import { changeDestination, emptyDestination } from '../../destinations/destination-input.ts';
import { MOST_DESTINATIONS } from '../../destinations/destinations.ts';
import type { DestinationResult, MayChange } from '../../destinations/destinations.ts';
import { presentDestination, presentKey } from '../../destinations/present-destination.ts';
import type { Line } from '../../lines/line.ts';
import { NOTIFICATION_URL } from '../../notifications/destination.ts';
import type { Destination } from '../../notifications/destination.ts';
import { previewDestination } from '../../notifications/preview.ts';
import { testOfDestination } from '../../notifications/test-call-destination.ts';
import {
  DestinationChange,
  DestinationChanged,
  DestinationList,
  DestinationPreview,
  DestinationPreviewQuery,
  DestinationView,
  NewDestination,
  NewSecret,
  SecretQuery,
} from './destination-schemas.ts';
import { presentMessage } from './line-views.ts';
import { invalid, notFound } from './problem.ts';
import { destinationRefusal } from './refused.ts';
import { askerOf, lineFor, NumberPath } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Nothing, TestAnswer } from './schemas.ts';
import { testAnswer } from './test-answer.ts';

const tags = ['destinations'];

const DestinationPath = Type.Object({
  ...NumberPath.properties,
  id: Type.String({ description: 'The destination, e.g. 4', examples: ['4'] }),
});

/** The mobile of the guide's worked example. */
const sampleMobile = '33612345678';

export function addDestinations(api: Api, rooms: ApiRooms): void {
  const { destinations, signingKeys } = rooms;

  const present = (destination: Destination): DestinationView =>
    presentDestination(destination, signingKeys.ofLine(destination.line));

  function changed(result: DestinationResult): DestinationChanged {
    if (!result.ok) throw destinationRefusal(result);
    const { destination, warnings } = result;
    return { destination: present(destination), warnings: warnings.map(presentMessage) };
  }

  /** The destination of a path; 404 where it is not there, or none of this line. */
  function destinationFor(line: Line, text: string): Destination {
    const found = /^\d{1,15}$/.test(text) ? destinations.byId(Number(text)) : undefined;
    if (found?.line === line.number) return found;
    throw notFound('This destination');
  }

  api.route({
    method: 'GET',
    url: '/lines/:number/destinations',
    schema: {
      tags,
      summary: 'What is told of a line’s calls besides its notification URL, and what is signed',
      params: NumberPath,
      response: { 200: DestinationList },
    },
    handler: async (request) => {
      const { number } = lineFor(request, request.params.number, rooms);
      return {
        items: destinations.ofLine(number).map(present),
        keys: signingKeys.ofLine(number).map(presentKey),
        most: MOST_DESTINATIONS,
      };
    },
  });

  api.route({
    method: 'POST',
    url: '/lines/:number/destinations',
    schema: {
      tags,
      summary: 'Adds a destination',
      params: NumberPath,
      body: NewDestination,
      response: { 201: DestinationChanged },
    },
    handler: async (request, reply) => {
      const { number } = lineFor(request, request.params.number, rooms);
      const added = await destinations.add(number, request.body, mayStill(request));
      return reply.code(201).send(changed(added));
    },
  });

  api.route({
    method: 'GET',
    url: '/lines/:number/destinations/:id',
    schema: {
      tags,
      summary: 'One destination',
      params: DestinationPath,
      response: { 200: DestinationView },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      return present(destinationFor(line, request.params.id));
    },
  });

  api.route({
    method: 'PATCH',
    url: '/lines/:number/destinations/:id',
    schema: {
      tags,
      summary: 'Changes what is named; what waits already is sent as it was',
      params: DestinationPath,
      body: DestinationChange,
      response: { 200: DestinationChanged },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      const { id } = destinationFor(line, request.params.id);
      const of = { line: line.number, may: mayStill(request) };
      return changed(await destinations.set(id, request.body, of));
    },
  });

  api.route({
    method: 'DELETE',
    url: '/lines/:number/destinations/:id',
    schema: {
      tags,
      summary: 'Removes a destination and its key; what waits for it is still sent, unsigned',
      params: DestinationPath,
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const line = lineFor(request, request.params.number, rooms);
      const { id } = destinationFor(line, request.params.id);
      const of = { line: line.number, may: mayStill(request) };
      const removed = await destinations.remove(id, of);
      if (!removed.ok) throw destinationRefusal(removed);
      return reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/lines/:number/destinations/:id/test-notification',
    schema: {
      tags,
      summary: 'Sends a marked test call to the destination, also while it is off',
      params: DestinationPath,
      response: { 200: TestAnswer },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      const made = testOfDestination(destinationFor(line, request.params.id), line);
      if (!made.ok) throw invalid('url', made.error.code, made.error.text, made.error.values);
      return testAnswer(rooms.testCalls, made.test, made.notes);
    },
  });

  api.route({
    method: 'POST',
    url: '/lines/:number/destination-preview',
    schema: {
      tags,
      summary: 'The requests that a destination would be sent for a call; nothing is sent or kept',
      params: NumberPath,
      body: DestinationPreviewQuery,
      response: { 200: DestinationPreview },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      const { id, ...changes } = request.body;
      const base =
        id === undefined
          ? emptyDestination(line.number, 0, rooms.now())
          : destinationFor(line, String(id));
      const checked = changeDestination(base, changes);
      if (!checked.ok) {
        const { code, error: text, values, field = '' } = checked;
        const message = presentMessage({ code, text, ...(values ? { values } : {}) });
        return { error: { ...message, field }, warnings: [], requests: [] };
      }
      return {
        error: null,
        warnings: checked.warnings.map(presentMessage),
        requests: previewDestination(checked.destination, line, sampleMobile),
      };
    },
  });

  api.route({
    method: 'POST',
    url: '/lines/:number/secret',
    schema: {
      tags,
      summary: 'Gives a place of a line a new signing key; the one before signs for 24 hours more',
      params: NumberPath,
      body: SecretQuery,
      response: { 200: NewSecret },
    },
    handler: async (request) => {
      const { number } = lineFor(request, request.params.number, rooms);
      const { destination = NOTIFICATION_URL, secret } = request.body;
      const options = { secret, may: mayStill(request) };
      const rotated = await signingKeys.rotate(number, destination, options);
      if (!rotated.ok) throw destinationRefusal(rotated);
      return { secret: rotated.secret, key: presentKey(rotated.info) };
    },
  });

  api.route({
    method: 'DELETE',
    url: '/lines/:number/secret',
    schema: {
      tags,
      summary: 'Removes the signing key of a place: what is sent there is not signed any more',
      params: NumberPath,
      querystring: Type.Object(
        { destination: Type.Optional(SecretQuery.properties.destination) },
        { additionalProperties: false },
      ),
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      const { number } = lineFor(request, request.params.number, rooms);
      const { destination = NOTIFICATION_URL } = request.query;
      const removed = await signingKeys.remove(number, destination, mayStill(request));
      if (!removed.ok) throw destinationRefusal(removed);
      return reply.code(204).send(null);
    },
  });
}

/** Whether who asks may change the line when the turn of his change has come. */
function mayStill(request: FastifyRequest): MayChange {
  const asker = askerOf(request);
  return (line) => {
    const who = asker();
    return who !== undefined && mayRead(who, line);
  };
}
