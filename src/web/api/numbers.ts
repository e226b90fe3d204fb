// Erasing one number's data, for operators: it is asked for by a person behind a number, whatever customers'
// lines he spoke with. What goes and what does not is src/history/erasure.ts.

import { Type } from 'typebox';
import type { Erased, NotErased } from '../../history/erasure.ts';
import { Refusal } from './problem.ts';
import { need, numberIn } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';

/** A client waits so long for its answer; a number with very many calls takes longer, and goes on. */
const ANSWER_WITHIN_MS = 20_000;

const ErasedView = Type.Object({
  calls: Type.Integer({ description: 'How many calls went' }),
  notifications: Type.Integer({ description: 'How many notifications went with them' }),
  remains: Type.Integer({
    description:
      'How often the digits still stand in the database: in settings, longer numbers or unused room',
  }),
});

const StillErasing = Type.Object({
  detail: Type.String({ description: 'What to do now' }),
});

export function addNumbers(api: Api, { erasure, ...rooms }: ApiRooms): void {
  api.route({
    method: 'DELETE',
    url: '/numbers/:number',
    schema: {
      tags: ['calls'],
      summary: "Erases one number's data: its calls on all lines, and what was told of them",
      params: Type.Object({
        number: Type.String({ description: 'The number, e.g. 33612345678', maxLength: 64 }),
      }),
      response: { 200: ErasedView, 202: StillErasing },
    },
    handler: async (request, reply) => {
      need(request, 'operator');
      const number = numberIn('number', request.params.number, { erasure, ...rooms });
      const erased = await soon(erasure.erase(number), rooms.onFault);
      if (erased === 'later') {
        const detail = 'This number has very many calls: it goes on; send the same again to wait';
        return reply.code(202).send({ detail });
      }
      if (!erased.ok) throw refusalOf(erased);
      const { calls, notifications, remains } = erased;
      return { calls, notifications, remains };
    },
  });
}

/** The outcome, or `later`; a fault after that is told to the log. */
async function soon(
  erasing: Promise<Erased | NotErased>,
  onFault: (error: unknown) => void,
): Promise<Erased | NotErased | 'later'> {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<'later'>((resolve) => {
    timer = setTimeout(() => {
      erasing.catch(onFault);
      resolve('later');
    }, ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([erasing, later]);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf({ code, error, values }: NotErased): Refusal {
  const detail = error.charAt(0).toUpperCase() + error.slice(1);
  if (code === 'busy') return new Refusal(503, code, detail, { headers: { 'Retry-After': '5' } });
  return new Refusal(409, code, detail, { values });
}
