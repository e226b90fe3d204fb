// GET /events: what happens now, as server-sent events with resume. The connections are event-streams.ts.

import { Type } from 'typebox';
import { callerOf } from './authenticate.ts';
import type { EventStreams } from './event-streams.ts';
import type { Api } from './rooms.ts';

const description = `Events are \`call\`, \`notification\`, \`terminals\` and \`line\`; their \`data\` is what the lists
show (CallView, NotificationView; terminals: {line, terminals}; line: {line, change}). Each has an \`id\`.
After a cut, send the last one as \`Last-Event-ID\` (browsers do so by themselves) or as \`after\`: what happened
since comes first, without gap or repeat. \`ready\` says that this is through and where the stream stands, and
comes again where much happened that was not for you; \`reset\` that the events since then are not kept any more:
read the lists again. A comment comes every 15 s.`;

export function addEvents(api: Api, streams: EventStreams): void {
  api.route({
    method: 'GET',
    url: '/events',
    schema: {
      tags: ['events'],
      summary: 'What happens now (server-sent events)',
      description,
      querystring: Type.Object(
        {
          after: Type.Optional(Type.String({ maxLength: 128, description: 'The last id seen' })),
        },
        { additionalProperties: false },
      ),
      headers: Type.Object({
        'last-event-id': Type.Optional(Type.String({ description: 'Goes before `after`' })),
      }),
      response: {
        200: {
          description: 'The stream',
          content: { 'text/event-stream': { schema: Type.String() } },
        },
      },
    },
    handler: (request, reply) => {
      const { principal, session, renewed } = callerOf(request);
      streams.checkRoom(principal);
      // A browser that comes back by itself keeps the first address, so the header is newer.
      const after = request.headers['last-event-id'] ?? request.query.after;
      reply.hijack();
      streams.open(reply.raw, { principal, session: session?.hash, renewed }, after);
    },
  });
}
