// Two customers who must not learn of one another, with lines, users, programs and a history each, in
// one sandbox; and everybody who may call the API of it.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startServer, type Server } from '../kit/server.ts';
import { until } from '../kit/until.ts';
import { Client, operatorOf, signedIn, withToken } from './client.ts';

/** What belongs to one customer, and is asked for by everybody. */
export interface Target {
  readonly customer: string;
  readonly line: string;
  /** Another line of the customer, where it has one. */
  readonly other: string;
  readonly manager: string;
  readonly callref: string;
  readonly notification: string;
  /** Texts that nobody else may ever read. */
  readonly secrets: readonly string[];
}

export type CallerName =
  | 'nobody'
  | 'removed user'
  | 'operator'
  | 'manager of A'
  | 'manager of B'
  | 'user of a line of A'
  | 'token of A'
  | 'token of a line of A';

export interface World {
  readonly server: Server;
  readonly operator: Client;
  readonly a: Target;
  readonly b: Target;
  readonly callers: Readonly<Record<CallerName, Client>>;
  /** Secrets of the line of A that its user and token do not have. */
  readonly secretsOfOther: readonly string[];
}

const lines = { a: '33123456789', a2: '33123456790', b: '33123450001' };

export async function buildWorld(t: TestContext): Promise<World> {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('POST', '/customers', { name: 'alpha', title: 'Alpha SARL' });
  await operator.must('POST', '/customers', { name: 'bravo', title: 'Bravo et Fils' });
  const url = (of: string) =>
    `${server.http}/notification.php?of=${of}&a=_ACCOUNT_&c=_CALLER_&t=_N_TYPE_&r=_CALLREF_`;
  const set = (line: string, customer: string, title: string) =>
    operator.must('PATCH', `/lines/${line}`, { customer, title, notificationUrl: url(title) });
  await operator.must('POST', '/lines', { number: lines.b });
  await set(lines.a, 'alpha', 'Title-A1');
  await set(lines.a2, 'alpha', 'Title-A2');
  await set(lines.b, 'bravo', 'Title-B1');

  await operator.must('PUT', '/users/anna', { role: 'manager', customer: 'alpha' });
  await operator.must('PUT', '/users/arno', { role: 'user', customer: 'alpha', lines: [lines.a] });
  await operator.must('PUT', '/users/gone', { role: 'manager', customer: 'alpha' });
  await operator.must('PUT', '/users/bela', { role: 'manager', customer: 'bravo' });
  const removed = await signedIn(server, operator, 'gone');
  await operator.must('DELETE', '/users/gone');
  const tokenB = await operator.must('POST', '/tokens', {
    name: 'Program-of-Bravo',
    role: 'manager',
    customer: 'bravo',
  });

  const history = {
    a: await makeCall(operator, '33600000011', lines.a),
    a2: await makeCall(operator, '33600000012', lines.a2),
    b: await makeCall(operator, '33600000021', lines.b),
  };
  return {
    server,
    operator,
    a: {
      customer: 'alpha',
      line: lines.a,
      other: lines.a2,
      manager: 'anna',
      ...history.a,
      secrets: [
        'alpha',
        'Alpha SARL',
        'Title-A1',
        lines.a,
        'anna',
        '33600000011',
        history.a.callref,
      ],
    },
    b: {
      customer: 'bravo',
      line: lines.b,
      other: lines.b,
      manager: 'bela',
      ...history.b,
      secrets: [
        'bravo',
        'Bravo et Fils',
        'Title-B1',
        lines.b,
        'bela',
        '33600000021',
        history.b.callref,
        'Program-of-Bravo',
        tokenB.token.id,
      ],
    },
    secretsOfOther: ['Title-A2', lines.a2, '33600000012', history.a2.callref, 'anna'],
    callers: {
      nobody: new Client(server.http),
      'removed user': removed,
      operator,
      'manager of A': await signedIn(server, operator, 'anna'),
      'manager of B': await signedIn(server, operator, 'bela'),
      'user of a line of A': await signedIn(server, operator, 'arno'),
      'token of A': await withToken(server, operator, { role: 'manager', customer: 'alpha' }),
      'token of a line of A': await withToken(server, operator, {
        role: 'user',
        customer: 'alpha',
        lines: [lines.a],
      }),
    },
  };
}

/** One simulated call that is over and told. */
async function makeCall(
  operator: Client,
  caller: string,
  callee: string,
): Promise<{ callref: string; notification: string }> {
  // Its telephone registers a moment after the line was made.
  await until(
    async () => (await operator.must('GET', `/lines/${callee}`)).terminals.length > 0,
    5000,
    `a telephone on ${callee}`,
  );
  const quick = { answerAfterS: 0.05, talkS: 0.05 };
  await operator.must('POST', '/sandbox/simulate', { caller, callee, ...quick });
  const told = await until(
    async () => {
      const { items } = await operator.must('GET', `/notifications?line=${callee}&state=delivered`);
      return items.length === 3 && items[0];
    },
    5000,
    `three notifications of ${callee}`,
  );
  assert.equal(told.type, 'RELEASE');
  return { callref: told.callref, notification: told.id };
}
