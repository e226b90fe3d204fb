// Every route of the API, with how it is called for a target and what each kind of caller must get. The
// walk (rights.test.ts) holds it against the server's own description: a route that is missing here fails.

import { until } from '../kit/until.ts';
import type { Sending } from './client.ts';
import type { Target, World } from './world.ts';

/**
 * The status for each kind of caller: `manager` and `user` are those of the target's customer and line
 * (also their tokens), `foreignManager` and `foreignUser` those of another.
 */
export interface Expected {
  readonly operator: number;
  readonly manager: number;
  readonly user: number;
  readonly foreignManager: number;
  readonly foreignUser: number;
}

export interface RouteCase {
  /** One request, or several of which all get the same status. */
  readonly paths: (target: Target) => readonly string[];
  readonly sending?: (target: Target) => Sending;
  readonly expected: Expected;
  /** What must be there for each call. */
  readonly before?: (world: World, target: Target) => Promise<void>;
  /** Served to everybody: then this is the status for all. */
  readonly open?: number;
  /** An event stream. */
  readonly stream?: true;
  /** What tokens get, where it is not what users get. */
  readonly tokens?: number;
  /** The call ends the session that it is made with. */
  readonly endsSession?: true;
}

function all(status: number): Expected {
  return of(status, status, status, status, status);
}

/** A thing of the target: its people may, for others it is not there. */
function own(status: number): Expected {
  return of(status, status, status, 404, 404);
}

function operators(status: number): Expected {
  return of(status, 403, 403, 403, 403);
}

function of(
  operator: number,
  manager: number,
  user: number,
  foreignManager: number,
  foreignUser: number,
): Expected {
  return { operator, manager, user, foreignManager, foreignUser };
}

const json = (body: unknown) => (): Sending => ({ body });
let fresh = 0;
const nextNumber = (): string => `33123451${String(100 + fresh++)}`;
const temporary = {
  line: '33123452000',
  user: 'temp',
  customer: 'temporary',
  token: '',
  destination: 0,
};

export const routes: Readonly<Record<string, RouteCase>> = {
  'POST /session': {
    paths: () => ['/session'],
    // A wrong password would slow all down that follows.
    sending: json({ name: 'anna' }),
    expected: all(422),
    open: 422,
  },
  'GET /session': { paths: () => ['/session'], expected: all(200) },
  'DELETE /session': {
    paths: () => ['/session'],
    expected: all(204),
    tokens: 403,
    endsSession: true,
  },
  'PUT /session/password': {
    paths: () => ['/session/password'],
    sending: json({ current: '', password: 'has\u0000a\u0000control' }),
    expected: all(422),
    tokens: 403,
  },
  'GET /lines': {
    paths: ({ customer, line }) => [
      '/lines',
      `/lines?customer=${customer}`,
      `/lines?q=${line.slice(0, 4)}`,
      '/lines?q=Title',
      '/lines?after=33123450000&limit=1',
    ],
    expected: all(200),
  },
  'POST /lines': {
    paths: () => ['/lines'],
    sending: ({ customer }) => ({ body: { number: nextNumber(), customer } }),
    expected: operators(201),
  },
  'GET /lines/{number}': {
    paths: ({ line }) => [`/lines/${line}`, `/lines/%2B${line}`, `/lines/0${line.slice(2)}`],
    expected: own(200),
  },
  'PATCH /lines/{number}': {
    paths: ({ line }) => [`/lines/${line}`],
    sending: json({ autoAnswer: false }),
    expected: own(200),
  },
  'DELETE /lines/{number}': {
    paths: () => [`/lines/${temporary.line}`],
    before: async ({ operator }, { customer }) => {
      await operator.send('DELETE', `/lines/${temporary.line}`);
      await operator.must('POST', '/lines', { number: temporary.line, customer });
    },
    expected: of(204, 403, 404, 404, 404),
  },
  'POST /lines/{number}/password': {
    paths: ({ line }) => [`/lines/${line}/password`],
    expected: own(200),
  },
  'POST /lines/{number}/copy': {
    paths: ({ line }) => [`/lines/${line}/copy`],
    sending: ({ line }) => ({ body: { to: [line], settings: ['api'] } }),
    expected: own(200),
  },
  'POST /lines/{number}/test-notification': {
    paths: ({ line }) => [`/lines/${line}/test-notification`],
    sending: json({}),
    expected: own(200),
  },
  'GET /lines/{number}/destinations': {
    paths: ({ line }) => [`/lines/${line}/destinations`],
    before: makeDestination,
    expected: own(200),
  },
  'POST /lines/{number}/destinations': {
    paths: ({ line }) => [`/lines/${line}/destinations`],
    sending: json({ url: 'http://127.0.0.1:1/another' }),
    // The line has as many as it may have, soon.
    before: makeDestination,
    expected: own(201),
  },
  'GET /lines/{number}/destinations/{id}': {
    paths: ({ line }) => [`/lines/${line}/destinations/${temporary.destination}`],
    before: makeDestination,
    expected: own(200),
  },
  'PATCH /lines/{number}/destinations/{id}': {
    paths: ({ line }) => [`/lines/${line}/destinations/${temporary.destination}`],
    sending: json({ enabled: false }),
    before: makeDestination,
    expected: own(200),
  },
  'DELETE /lines/{number}/destinations/{id}': {
    paths: ({ line }) => [`/lines/${line}/destinations/${temporary.destination}`],
    before: makeDestination,
    expected: own(204),
  },
  'POST /lines/{number}/destinations/{id}/test-notification': {
    paths: ({ line }) => [`/lines/${line}/destinations/${temporary.destination}/test-notification`],
    before: makeDestination,
    expected: own(200),
  },
  'POST /lines/{number}/destination-preview': {
    paths: ({ line }) => [`/lines/${line}/destination-preview`],
    sending: () => ({ body: { id: temporary.destination, format: 'zammad' } }),
    before: makeDestination,
    expected: own(200),
  },
  'POST /lines/{number}/secret': {
    paths: ({ line }) => [`/lines/${line}/secret`],
    sending: () => ({ body: { destination: temporary.destination } }),
    before: makeDestination,
    expected: own(200),
  },
  'DELETE /lines/{number}/secret': {
    paths: ({ line }) => [`/lines/${line}/secret`],
    before: ({ operator }, { line }) => operator.must('POST', `/lines/${line}/secret`, {}),
    expected: own(204),
  },
  'POST /notification-preview': {
    paths: ({ line }) => [`/notification-preview?line=${line}`],
    sending: json({ template: 'http://h.example/?a=_ACCOUNT_' }),
    expected: own(200),
  },
  'POST /source-ip-test': {
    paths: () => ['/source-ip-test'],
    sending: json({ pattern: '192\\.0\\.2\\.1', match: 'whole' }),
    expected: all(200),
  },
  'GET /lines.csv': {
    paths: ({ customer }) => ['/lines.csv', `/lines.csv?customer=${customer}`],
    expected: of(200, 200, 403, 200, 403),
  },
  'POST /lines.csv': {
    paths: () => ['/lines.csv?dry=1', '/lines.csv'],
    sending: ({ line }) => ({ body: `number\n${line}\n`, headers: { 'Content-Type': 'text/csv' } }),
    expected: operators(200),
  },
  'GET /calls': {
    paths: ({ line, secrets }) => [
      '/calls',
      `/calls?line=${line}`,
      ...secrets.filter((text) => text.startsWith('336')).map((party) => `/calls?party=${party}`),
      '/calls?missed=1',
      '/calls?direction=incoming&from=2020-01-01T00:00:00Z&limit=200',
      '/calls?after=1000000',
    ],
    expected: all(200),
  },
  'GET /calls/{callref}': { paths: ({ callref }) => [`/calls/${callref}`], expected: own(200) },
  'GET /notifications': {
    paths: ({ line, callref }) => [
      '/notifications',
      `/notifications?line=${line}`,
      `/notifications?callref=${callref}`,
      '/notifications?state=delivered&limit=200',
      '/notifications?after=1000000',
    ],
    expected: all(200),
  },
  'GET /notifications/{id}': {
    paths: ({ notification }) => [`/notifications/${notification}`],
    expected: own(200),
  },
  'POST /notifications/{id}/resend': {
    paths: ({ notification }) => [`/notifications/${notification}/resend`],
    before: async ({ operator }, { notification }) => {
      await until(
        async () =>
          (await operator.must('GET', `/notifications/${notification}`)).state === 'delivered',
        5000,
        'the notification to be delivered',
      );
    },
    expected: own(202),
  },
  'POST /replays': {
    paths: () => ['/replays'],
    // Of a line that is not theirs: 200 as well, and nothing is sent again.
    sending: ({ line }) => ({ body: { line, state: 'ended' } }),
    expected: all(200),
  },
  'DELETE /numbers/{number}': {
    paths: () => ['/numbers/33199001234', '/numbers/%2B33199001234'],
    expected: operators(200),
  },
  'GET /customers': { paths: () => ['/customers'], expected: of(200, 200, 403, 200, 403) },
  'POST /customers': {
    paths: () => ['/customers'],
    sending: () => ({ body: { name: `new-${fresh++}` } }),
    expected: operators(201),
  },
  'PATCH /customers/{name}': {
    paths: () => [`/customers/${temporary.customer}`],
    sending: json({ title: 'of a while' }),
    before: ({ operator }) =>
      remade(operator, '/customers', temporary.customer, { name: temporary.customer }),
    expected: operators(200),
  },
  'DELETE /customers/{name}': {
    paths: () => [`/customers/${temporary.customer}`],
    before: ({ operator }) =>
      remade(operator, '/customers', temporary.customer, { name: temporary.customer }),
    expected: operators(204),
  },
  'GET /users': { paths: () => ['/users'], expected: of(200, 200, 403, 200, 403) },
  'PUT /users/{name}': {
    paths: () => [`/users/${temporary.user}`],
    sending: ({ customer }) => ({ body: { role: 'manager', customer } }),
    before: makeUser,
    expected: of(200, 200, 403, 409, 403),
  },
  'DELETE /users/{name}': {
    paths: () => [`/users/${temporary.user}`],
    before: makeUser,
    expected: of(204, 204, 403, 404, 403),
  },
  'POST /users/{name}/sign-in-link': {
    paths: ({ manager }) => [`/users/${manager}/sign-in-link`],
    expected: of(200, 200, 403, 404, 403),
  },
  'GET /tokens': { paths: () => ['/tokens'], expected: all(200) },
  'POST /tokens': {
    paths: () => ['/tokens'],
    sending: ({ customer, line }) => ({
      body: { name: `program of ${line}`, role: 'user', customer, lines: [line] },
    }),
    expected: of(201, 201, 201, 403, 403),
  },
  'DELETE /tokens/{id}': {
    paths: () => [`/tokens/${temporary.token}`],
    before: async ({ operator }, { customer, line }) => {
      await operator.send('DELETE', `/tokens/${temporary.token}`);
      const body = { name: `program of ${line}`, role: 'user', customer, lines: [line] };
      temporary.token = (await operator.must('POST', '/tokens', body)).token.id;
    },
    expected: own(204),
  },
  'POST /sandbox/simulate': {
    paths: () => ['/sandbox/simulate'],
    sending: ({ line }) => ({ body: { caller: '33600000099', callee: line, outcome: 'busy' } }),
    expected: own(202),
  },
  'GET /events': {
    paths: () => ['/events', '/events?after=other-1'],
    expected: all(200),
    stream: true,
  },
};

/** The target's line has one destination, of which only its own people may hear. */
async function makeDestination({ operator }: World, { line, customer }: Target): Promise<void> {
  const path = `/lines/${line}/destinations`;
  for (const { id } of (await operator.must('GET', path)).items) {
    await operator.must('DELETE', `${path}/${id}`);
  }
  const settings = { url: 'http://127.0.0.1:1/', title: customer, enabled: false };
  temporary.destination = (await operator.must('POST', path, settings)).destination.id;
}

async function makeUser({ operator }: World, { customer }: Target): Promise<void> {
  await operator.send('DELETE', `/users/${temporary.user}`);
  await operator.must('PUT', `/users/${temporary.user}`, { role: 'manager', customer });
}

async function remade(
  operator: World['operator'],
  path: string,
  name: string,
  body: object,
): Promise<void> {
  await operator.send('DELETE', `${path}/${name}`);
  await operator.must('POST', path, body);
}
