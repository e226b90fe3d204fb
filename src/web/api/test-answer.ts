// Sends a test call and says what came back, for the two routes that do so: that of a line's own URLs
// (line-actions.ts) and that of a destination (destinations.ts).

import type { Message } from '../../message.ts';
import type { TestCall, TestCalls } from '../../notifications/test-call.ts';
import { presentMessage } from './line-views.ts';
import { Refusal } from './problem.ts';
import type { TestAnswer } from './schemas.ts';

/** Resolves when the last answer is there; throws the 409 where a test of the line goes on. */
export async function testAnswer(
  testCalls: TestCalls,
  test: TestCall,
  notes: readonly Message[] = [],
): Promise<TestAnswer> {
  const answer = await testCalls.run(test);
  if (!answer.ok) throw new Refusal(409, 'test-running', answer.error);
  return {
    callref: answer.callref,
    results: answer.results.map(({ diagnosis, ...result }) => ({
      ...result,
      diagnosis: presentMessage(diagnosis),
    })),
    notes: notes.map(presentMessage),
  };
}
