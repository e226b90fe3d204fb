// What a real server keeps, and what it does not: calls that are too old go by themselves, and of a number that
// was erased no file of the data directory holds a digit.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { operatorOf, withToken } from './api/client.ts';
import type { Client } from './api/client.ts';
import { startReceiver } from './kit/receiver.ts';
import { startServer } from './kit/server.ts';
import type { Server } from './kit/server.ts';
import { until } from './kit/until.ts';

const line = '33123456789';
const theirs = '33698765432';
const other = '33611111111';
const quick = ['--answer-after', '0.05', '--talk', '0.05'];

/** The files of the data directory in which a text stands. */
function filesWith(server: Server, text: string): string[] {
  return readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

/** Waits until every notification of a number's calls has ended. */
async function ended(operator: Client, calls: number): Promise<void> {
  await until(
    async () => {
      const { items } = await operator.must('GET', '/notifications?limit=200');
      const states = items.map((item: { state: string }) => item.state);
      return states.length === 3 * calls && !states.includes('pending');
    },
    10_000,
    `the notifications of ${calls} calls`,
  );
}

test('an erased number stands nowhere in the data directory any more: not in URLs, bodies, answers', async (t) => {
  const receiver = await startReceiver(t, {
    answer: ({ target, body }) => ({ body: `known: ${target} ${body}` }),
  });
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const url = `${receiver.url}/n?caller=_CALLER_&callee=_CALLEE_&type=_N_TYPE_`;
  await operator.must('PATCH', `/lines/${line}`, { notificationUrl: url, autoAnswer: true });
  for (const caller of [theirs, other, theirs]) {
    await server.run('simulate', caller, line, ...quick);
  }
  await server.run('simulate', line, theirs, ...quick);
  await ended(operator, 4);
  assert.ok(filesWith(server, theirs).length > 0, 'it stands there before');

  // As whom it is asked, and in what form.
  const manager = await withToken(server, operator, { role: 'manager', customer: 'default' });
  assert.equal((await manager.send('DELETE', `/numbers/${theirs}`)).status, 403);
  const wrong = await operator.send('DELETE', '/numbers/12');
  assert.equal(wrong.status, 422, wrong.text);
  const isLine = await operator.send('DELETE', `/numbers/${line}`);
  assert.deepEqual([isLine.status, isLine.json.code], [409, 'is-a-line']);

  // A program says what there is first; then it goes.
  const look = await server.cli('number', 'erase', `0${theirs.slice(2)}`);
  assert.equal(look.code, 1);
  assert.match(look.stderr, /3 calls and 9 notifications of 33698765432 would be erased.*--yes/);
  const erased = await until(
    async () => {
      // The session of the last call is being ended on the wire for a moment still.
      const { status, json, text } = await operator.send('DELETE', `/numbers/%2B${theirs}`);
      assert.ok(status === 200 || json?.code === 'calls-wait', text);
      return status === 200 && json;
    },
    40_000,
    'the number to be erased',
  );
  assert.deepEqual(erased, { calls: 3, notifications: 9, remains: 0 });
  assert.deepEqual(filesWith(server, theirs), []);
  assert.ok(filesWith(server, other).length > 0, 'others are still there');
  const { items } = await operator.must('GET', '/calls');
  assert.deepEqual(
    items.map((call: { caller: string }) => call.caller),
    [other],
  );
  // It was on the log neither way.
  assert.doesNotMatch(server.process.stderr, /was erased.*33698765432/);

  // Nor after a restart, which reads and writes all of it.
  await server.restart();
  assert.deepEqual(filesWith(server, theirs), []);
});

test('a number is erased without a server too, and a line’s own once the line is removed', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/paul', { role: 'user', lines: [line] });
  await server.run('simulate', theirs, line, ...quick);
  await ended(operator, 1);
  await server.stop();
  const isLine = await server.cli('number', 'erase', line, '--yes');
  assert.equal(isLine.code, 1);
  assert.match(isLine.stderr, /33123456789 is a line.*carillon line remove/);
  await server.run('line', 'remove', line);
  const named = await server.cli('number', 'erase', line, '--yes');
  assert.match(named.stderr, /take it out of the user paul first/);
  await server.run('user', 'remove', 'paul');
  const done = await server.run('number', 'erase', line, '--yes');
  assert.match(done, /^1 call and 3 notifications of 33123456789 erased$/m);
  assert.deepEqual(filesWith(server, line), []);
  assert.deepEqual(filesWith(server, theirs), [], 'the call had two sides');
});

test('an open call keeps its number, and the answer says how many wait', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const call = server.run('simulate', theirs, line, '--answer-after', '0.05', '--talk', '60');
  call.catch(() => {});
  const open = async () => (await operator.must('GET', '/calls')).items.length === 1;
  await until(open, 5000, 'the call');
  const refused = await operator.send('DELETE', `/numbers/${theirs}`);
  assert.equal(refused.status, 409, refused.text);
  assert.equal(refused.json.code, 'calls-wait');
  assert.equal(refused.json.values.openCalls, 1);
  assert.match(refused.json.detail, /1 of its calls go on/);
  assert.ok(await open());
});

test('calls that ended too long ago go while the server runs, and one line of the log says so', async (t) => {
  const server = await startServer(t, { args: ['--sandbox', '--log-level', 'info'] });
  const operator = await operatorOf(server);
  for (const caller of [theirs, other]) await server.run('simulate', caller, line, ...quick);
  await ended(operator, 2);
  await server.stop();
  const db = new DatabaseSync(join(server.dataDir, 'carillon.db'));
  const past = 91 * 86_400_000;
  db.prepare(
    'UPDATE calls SET setup_at = setup_at - ?, release_at = release_at - ? WHERE caller = ?',
  ).run(past, past, theirs);
  db.close();
  await server.start();
  await server.process.waitForOutput(/"calls":1,"notifications":3,.*were removed/, 20_000);
  const calls = await server.json('call', 'list');
  assert.deepEqual(
    calls.map(({ caller }) => caller),
    [other],
  );
  assert.equal((await server.json('notification', 'list')).length, 3);
});
