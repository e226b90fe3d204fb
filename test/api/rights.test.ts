// The walk: every route, as every kind of caller, for things of both customers. Nobody gets to another
// customer's data, whatever he asks for; and what he may not change is as before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../kit/until.ts';
import { signedIn } from './client.ts';
import type { Client } from './client.ts';
import { EventReader } from './events.ts';
import { routes } from './routes.ts';
import type { RouteCase } from './routes.ts';
import { buildWorld } from './world.ts';
import type { CallerName, Target, World } from './world.ts';

test('no route leads to another customer’s data, for any kind of caller', async (t) => {
  const world = await buildWorld(t);
  const described = await describedRoutes(world);
  assert.deepEqual(described, Object.keys(routes).sort(), 'every route has its place in the table');
  let requests = 0;
  for (const [name, route] of Object.entries(routes)) {
    for (const target of [world.a, world.b]) {
      for (const caller of Object.keys(world.callers) as CallerName[]) {
        const before = await stateOf(world, target);
        requests += await walk(world, name, route, caller, target);
        const status = statusFor(caller, target, world, route);
        const kept = status >= 400 || name.startsWith('GET');
        if (kept) {
          assert.deepEqual(
            await stateOf(world, target),
            before,
            `${caller} changed ${target.customer} by ${name}`,
          );
        }
      }
    }
  }
  t.diagnostic(`${described.length} routes, ${requests} requests`);
  assert.ok(requests > described.length * 16);
});

test('a call between two customers shows each its own side', async (t) => {
  const world = await buildWorld(t);
  const { operator, callers, a, b } = world;
  const quick = { answerAfterS: 0.05, talkS: 0.05 };
  await operator.must('POST', '/sandbox/simulate', { caller: a.line, callee: b.line, ...quick });
  const sides = await until(
    async () => {
      const { items } = await operator.must('GET', `/calls?party=${a.line}`);
      const both = items.filter((call: { caller: string }) => call.caller === a.line);
      return (
        both.length === 2 &&
        both.every((call: { state: string }) => call.state === 'RELEASE') &&
        both
      );
    },
    5000,
    'both sides of the call',
  );
  const side = (line: string) =>
    sides.find((call: { account: string }) => call.account === line).callref;
  const seen = await operator.must('GET', `/calls/${side(a.line)}`);
  assert.deepEqual(
    seen.related.map((call: { callref: string }) => call.callref),
    [side(b.line)],
  );
  const own = await callers['manager of A'].must('GET', `/calls/${side(a.line)}`);
  assert.deepEqual(own.related, []);
  assert.ok(!JSON.stringify(own).includes(side(b.line)));
  assert.equal((await callers['manager of A'].send('GET', `/calls/${side(b.line)}`)).status, 404);
});

test('nobody gives more than he has, nor takes what is not his', async (t) => {
  const { callers, a, b, operator } = await buildWorld(t);
  const refused = async (
    who: CallerName,
    method: string,
    path: string,
    body: object,
    status: number,
  ) => {
    const answer = await callers[who].send(method, path, { body });
    assert.equal(
      answer.status,
      status,
      `${who}: ${method} ${path} ${JSON.stringify(body)}: ${answer.text}`,
    );
  };
  const manager = { role: 'manager', customer: 'bravo' };
  await refused('manager of A', 'PUT', '/users/new', manager, 403);
  await refused('manager of A', 'PUT', '/users/new', { role: 'operator' }, 403);
  await refused('manager of A', 'PUT', '/users/anna', { role: 'operator' }, 403);
  await refused('manager of A', 'PUT', '/users/anna', manager, 403);
  await refused('manager of A', 'PUT', '/users/new', { role: 'user', lines: [b.line] }, 422);
  await refused('manager of A', 'POST', '/tokens', { name: 'x', ...manager }, 403);
  await refused('manager of A', 'POST', '/tokens', { name: 'x', role: 'operator' }, 403);
  await refused('token of A', 'POST', '/tokens', { name: 'x', role: 'operator' }, 403);
  await refused('user of a line of A', 'POST', '/tokens', { name: 'x', role: 'manager' }, 403);
  await refused(
    'user of a line of A',
    'POST',
    '/tokens',
    { name: 'x', role: 'user', lines: [a.other] },
    403,
  );
  for (const change of [{ offer: 'gold' }, { short: '12' }, { customer: 'alpha' }]) {
    await refused('user of a line of A', 'PATCH', `/lines/${a.line}`, change, 403);
  }
  await refused('manager of A', 'PATCH', `/lines/${a.line}`, { offer: 'gold' }, 403);
  await refused(
    'manager of A',
    'PATCH',
    `/lines/${a.line}`,
    { title: 'x', customer: 'bravo' },
    403,
  );
  assert.equal(
    (await operator.must('GET', `/lines/${a.line}`)).title,
    'Title-A1',
    'all or nothing',
  );
  const to = (line: string) => ({ to: [a.other, line], settings: ['notificationUrl'] });
  await refused('manager of A', 'POST', `/lines/${a.line}/copy`, to(b.line), 422);
  await refused('user of a line of A', 'POST', `/lines/${a.line}/copy`, to(a.line), 422);
  assert.match((await operator.must('GET', `/lines/${a.other}`)).notificationUrl, /Title-A2/);
  // A manager may do all of that in his own customer.
  await callers['manager of A'].must('PATCH', `/lines/${a.line}`, { short: '12' });
  await callers['manager of A'].must('POST', `/lines/${a.line}/copy`, to(a.line));
  await callers['manager of A'].must('PUT', '/users/new', { role: 'user', lines: [a.line] });
});

test('a line that changes hands takes nothing of its past along', async (t) => {
  const { operator, callers, a, b } = await buildWorld(t);
  await operator.must('PATCH', `/lines/${b.line}`, { customer: 'alpha', title: 'moved' });
  const anna = callers['manager of A'];
  const line = await anna.must('GET', `/lines/${b.line}`);
  assert.equal(line.title, 'moved');
  assert.equal(line.lastNotification, null);
  assert.deepEqual((await anna.must('GET', `/calls?line=${b.line}`)).items, []);
  assert.equal((await anna.send('GET', `/calls/${b.callref}`)).status, 404);
  assert.equal((await callers['manager of B'].send('GET', `/lines/${b.line}`)).status, 404);
  assert.equal(
    (await callers['manager of B'].must('GET', `/calls/${b.callref}`)).call.account,
    b.line,
  );
  // And a user keeps no line that is his customer's no more.
  await operator.must('PATCH', `/lines/${a.line}`, { customer: 'bravo' });
  for (const who of ['user of a line of A', 'token of a line of A'] as const) {
    assert.deepEqual((await callers[who].must('GET', '/lines')).items, [], who);
    assert.equal((await callers[who].send('GET', `/lines/${a.line}`)).status, 404);
  }
});

/** `GET /lines/{number}`, from the server's own description. */
async function describedRoutes({ server }: World): Promise<string[]> {
  const response = await fetch(`${server.http}/api/v1/openapi.json`);
  const { openapi, paths } = (await response.json()) as {
    openapi: string;
    paths: Record<string, object>;
  };
  assert.equal(openapi, '3.1.0');
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
      ),
    )
    .sort();
}

/** Calls one route for one target as one caller; how many requests that took. */
async function walk(
  world: World,
  name: string,
  route: RouteCase,
  caller: CallerName,
  target: Target,
): Promise<number> {
  const [method = ''] = name.split(' ');
  const expected = statusFor(caller, target, world, route);
  let requests = 0;
  await route.before?.(world, target);
  for (const path of route.paths(target)) {
    requests += 1;
    const client = await clientOf(world, caller, route);
    const sending = route.sending?.(target) ?? {};
    const what = `${caller}: ${method} ${path}`;
    const answer = route.stream
      ? await readStream(world, client, path)
      : await client.send(method, path, sending);
    assert.equal(answer.status, expected, `${what}: ${answer.status} ${answer.text.slice(0, 500)}`);
    const sent = `${path} ${JSON.stringify(sending)}`;
    for (const secret of secretsFrom(caller, world)) {
      if (sent.includes(secret)) continue;
      assert.ok(
        !answer.text.includes(secret),
        `${what} tells ${secret}: ${answer.text.slice(0, 500)}`,
      );
    }
    if (answer.status >= 400) {
      assert.equal(answer.headers.get('content-type'), 'application/problem+json', what);
      assert.equal(typeof JSON.parse(answer.text).code, 'string', what);
    }
    assert.equal(answer.headers.get('cache-control'), 'no-store', what);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', what);
  }
  return requests;
}

function statusFor(caller: CallerName, target: Target, world: World, route: RouteCase): number {
  const { expected, open, tokens } = route;
  if (open !== undefined) return open;
  if (caller === 'nobody' || caller === 'removed user') return 401;
  const isUser = caller.includes('a line of');
  const isOwn = (target === world.a) === caller.endsWith('A');
  const own = isUser ? expected.user : expected.manager;
  const foreign = isUser ? expected.foreignUser : expected.foreignManager;
  const status = caller === 'operator' ? expected.operator : isOwn ? own : foreign;
  return caller.startsWith('token') && tokens !== undefined ? tokens : status;
}

/** What an answer to this caller must never hold. */
function secretsFrom(caller: CallerName, { a, b, secretsOfOther }: World): readonly string[] {
  if (caller === 'operator') return [];
  if (caller === 'manager of B') return a.secrets;
  return caller.includes('a line of') ? [...b.secrets, ...secretsOfOther] : b.secrets;
}

async function clientOf(
  { server, operator, callers }: World,
  caller: CallerName,
  { endsSession }: RouteCase,
): Promise<Client> {
  const names: Partial<Record<CallerName, string>> = {
    operator: 'operator',
    'manager of A': 'anna',
    'manager of B': 'bela',
    'user of a line of A': 'arno',
  };
  const name = names[caller];
  return endsSession && name !== undefined ? signedIn(server, operator, name) : callers[caller];
}

async function readStream({ server }: World, client: Client, path: string) {
  const probe = new EventReader();
  const { status, headers } = await probe.connect(server.http, client, {
    query: path.slice('/events'.length),
  });
  if (status === 200) {
    await probe.inbox.take(({ event }) => event === 'ready', 2000, 'ready');
    probe.close();
    return {
      status,
      headers: new Headers(headers as Record<string, string>),
      text: JSON.stringify(probe.inbox.all),
    };
  }
  probe.close();
  return client.send('GET', path);
}

/** All that is set of a customer: what must not change where a change was refused. */
async function stateOf({ operator }: World, { customer }: Target): Promise<unknown> {
  const csv = await operator.send('GET', `/lines.csv?customer=${customer}`);
  const of = (rows: { customer: string | null }[]) =>
    rows.filter((row) => row.customer === customer);
  const [{ items: users }, { items: tokens }] = [
    await operator.must('GET', '/users'),
    await operator.must('GET', '/tokens'),
  ];
  const lines = csv.text.split('\n').filter((row) => !row.startsWith('33123452000'));
  return { lines, users: of(users.filter(isLasting)), tokens: of(tokens.filter(isLasting)) };
}

/** Not one of those that the walk makes and removes itself. */
function isLasting({ name }: { name: string }): boolean {
  return name !== 'temp' && !name.startsWith('program of');
}
