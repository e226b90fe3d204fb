// Simulated calls, in a sandbox only: the buttons by which a newcomer sees everything work.

import { setImmediate as pause } from 'node:timers/promises';
import { mayRead } from '../../access/principal.ts';
import { parseE164 } from '../../numbers/parse-number.ts';
import { notFound, Refusal } from './problem.ts';
import { principalOf } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Empty, SimulateQuery } from './schemas.ts';

const MOST_AT_ONCE = 50;

export function addSimulate(api: Api, rooms: ApiRooms): void {
  const { lines, server, simulate, onFault } = rooms;
  let running = 0;

  api.route({
    method: 'POST',
    url: '/sandbox/simulate',
    schema: {
      tags: ['sandbox'],
      summary: 'Starts a simulated call between a line and another number (in a sandbox only)',
      body: SimulateQuery,
      response: { 202: Empty },
    },
    handler: async (request, reply) => {
      if (!simulate) throw notFound('A sandbox');
      const principal = principalOf(request);
      const { caller, callee, answerAfterS, talkS, outcome } = request.body;
      const own = [caller, callee].some((text) => {
        const parsed = parseE164(text, server.country);
        const line = parsed.ok ? lines.byNumber(parsed.number) : undefined;
        return line !== undefined && mayRead(principal, line);
      });
      if (!own) throw notFound('A line of yours as caller or callee');
      if (running >= MOST_AT_ONCE) {
        throw new Refusal(503, 'busy', `${running} simulated calls go on: try again in a moment`, {
          headers: { 'Retry-After': '2' },
        });
      }
      running += 1;
      const call = simulate({ caller, callee, answerAfterS, talkS, outcome });
      const over = call.finally(() => (running -= 1));
      over.catch(onFault);
      // What is wrong with the request itself is known before anything was sent.
      const known = await Promise.race([over, pause()]);
      if (known && !known.ok) throw new Refusal(422, 'cannot-simulate', known.error);
      return reply.code(202).send({});
    },
  });
}
