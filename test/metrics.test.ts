// The figures of a real server, read as Prometheus reads them: who may, whether the text is in order, and
// whether it tells what happened.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorOf, signedIn, withToken } from './api/client.ts';
import { readExposition, valueOf } from './kit/exposition.ts';
import type { Family } from './kit/exposition.ts';
import { startReceiver } from './kit/receiver.ts';
import { startServer } from './kit/server.ts';
import { until } from './kit/until.ts';

const line = '33123456789';
const other = '33123456790';

test('an operator’s token or session reads the figures, and nobody else does', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const ask = async (headers: Record<string, string>, method = 'GET') => {
    const answer = await fetch(`${server.http}/metrics`, { method, headers });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      text: await answer.text(),
    };
  };
  const nobody = await ask({});
  assert.deepEqual([nobody.status, nobody.type], [401, 'application/problem+json']);
  assert.equal((await ask({ Authorization: 'Bearer nonsense' })).status, 401);
  assert.equal((await ask({ Cookie: 'carillon_session=nonsense' })).status, 401);

  await operator.must('PUT', '/users/mia', { role: 'manager', customer: 'default' });
  const manager = await signedIn(server, operator, 'mia');
  const program = await withToken(server, operator, { role: 'user', lines: [line] });
  for (const caller of [manager, program]) {
    const refused = await ask(caller.headers);
    assert.equal(refused.status, 403);
    assert.doesNotMatch(refused.text, /carillon_/);
  }
  const prometheus = await withToken(server, operator, { role: 'operator' });
  for (const caller of [operator, prometheus]) {
    const { status, type, text } = await ask(caller.headers);
    assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    assert.ok(readExposition(text).size > 20);
  }
  assert.equal((await ask(prometheus.headers, 'POST')).status, 404);
});

test('the figures tell of calls, of what was delivered, tried again and parked, and of makecall', async (t) => {
  const receiver = await startReceiver(t);
  const server = await startServer(t, {
    args: ['--sandbox', '--notify-window', '1', '--notify-retry', '0.5'],
  });
  const operator = await operatorOf(server);
  const { headers } = await withToken(server, operator, { role: 'operator' });
  const scrape = async (): Promise<Map<string, Family>> => {
    const answer = await fetch(`${server.http}/metrics`, { headers });
    assert.equal(answer.status, 200);
    return readExposition(await answer.text());
  };
  const figure = async (name: string, labels: Record<string, string> = {}): Promise<number> =>
    valueOf(await scrape(), `carillon_${name}`, labels) ?? Number.NaN;

  const delivered = { result: 'delivered', class: 'none' };
  assert.equal(await figure('notifications_total', delivered), 0);
  await until(async () => (await figure('registrations')) === 2, 5000, 'two telephones');

  await operator.must('PATCH', `/lines/${line}`, { notificationUrl: `${receiver.url}/good` });
  await server.run('simulate', '33612345678', line, '--answer-after', '0.05', '--talk', '0.05');
  await until(async () => (await figure('notifications_total', delivered)) === 3, 5000, 'delivery');
  assert.equal(await figure('notification_seconds_count'), 3);
  assert.equal(await figure('attempt_seconds_count'), 3);
  assert.equal(await figure('calls_total', { cause: 'normal' }), 1);
  assert.equal(await figure('calls_open'), 0);
  assert.ok((await figure('store_commit_seconds_count')) >= 3);

  // A server that only ever says 503: tried again, parked when its second is over, the others behind it.
  receiver.answer = () => ({ status: 503 });
  await operator.must('PATCH', `/lines/${other}`, { notificationUrl: `${receiver.url}/bad` });
  await server.run('simulate', '33612345678', other, '--answer-after', '0.05', '--talk', '0.05');
  await until(
    async () => (await figure('notifications_parked_behind_total')) === 2,
    10_000,
    'parking',
  );
  assert.equal(await figure('notifications_total', { result: 'parked', class: 'status' }), 1);
  assert.ok((await figure('notifications_total', { result: 'retried', class: 'status' })) >= 1);
  assert.equal(
    await figure('notification_seconds_count'),
    3,
    'none of these was delivered at once',
  );
  assert.equal(await figure('notifications_in_memory'), 0);
  assert.equal(await figure('oldest_undelivered_seconds'), 0);
  assert.equal(await figure('calls_total', { cause: 'normal' }), 2);

  await fetch(`${server.http}/makecall.html?ACCOUNT=nonsense`);
  await fetch(`${server.http}/makecall.html?ACCOUNT=${line}&CALLEE=33612345678`);
  assert.equal(await figure('makecall_total', { result: '400' }), 1);
  assert.equal(await figure('makecall_total', { result: '401' }), 1);

  const all = await scrape();
  const numbers = [line, other, '33612345678', '127.0.0.1'];
  for (const { name, samples } of all.values()) {
    for (const { labels } of samples) {
      const shown = JSON.stringify(labels);
      assert.ok(!numbers.some((number) => shown.includes(number)), `${name} ${shown} grows`);
    }
  }
});

test('what waits is seen while it waits', async (t) => {
  const receiver = await startReceiver(t, { answer: () => ({ afterMs: 60_000 }) });
  const server = await startServer(t, { args: ['--sandbox', '--notify-timeout', '20'] });
  const operator = await operatorOf(server);
  await operator.must('PATCH', `/lines/${line}`, { notificationUrl: `${receiver.url}/slow` });
  void server.run('simulate', '33612345678', line, '--answer-after', '60').catch(() => {});
  await receiver.waitForCount(1);
  const { headers } = await withToken(server, operator, { role: 'operator' });
  const families = await until(
    async () => {
      const text = await (await fetch(`${server.http}/metrics`, { headers })).text();
      const all = readExposition(text);
      return (valueOf(all, 'carillon_oldest_undelivered_seconds') ?? 0) > 0.2 && all;
    },
    5000,
    'a notification that waits',
  );
  for (const [name, value] of [
    ['carillon_notifications_in_memory', 1],
    ['carillon_notifications_in_flight', 1],
    ['carillon_calls_open', 1],
  ] as const) {
    assert.equal(valueOf(families, name), value, name);
  }
});
