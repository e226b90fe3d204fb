// Live events from a real server: what comes, to whom, and that no cut loses or repeats one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../kit/server.ts';
import { until, within } from '../kit/until.ts';
import { operatorOf, signedIn, withToken } from './client.ts';
import { EventReader } from './events.ts';

const line = '33123456789';
const other = '33123456790';
const mobile = '33612345678';
const quick = { answerAfterS: 0.05, talkS: 0.05 };

test('a call comes as it goes: the calls, each try at telling them, in the order of the history', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const reader = new EventReader();
  const { headers } = await reader.connect(server.http, operator);
  t.after(() => reader.close());
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['cache-control'], 'no-store');
  await reader.inbox.take(({ event }) => event === 'ready', 2000, 'ready');
  await operator.must('POST', '/sandbox/simulate', { caller: mobile, callee: line, ...quick });
  const told = (state: string) =>
    reader.inbox.take(
      ({ event, data }) => event === 'notification' && data.type === state,
      5000,
      `the notification of ${state}`,
    );
  for (const state of ['SETUP', 'CONNECT', 'RELEASE']) {
    const call = await reader.inbox.take(
      ({ event, data }) => event === 'call' && data.state === state,
      5000,
      `the call's ${state}`,
    );
    assert.equal(call.data.caller, mobile);
    assert.equal((await told(state)).data.state, 'delivered');
  }
  const [newest] = (await operator.must('GET', '/calls?limit=1')).items;
  const last = reader.happened.filter(({ event }) => event === 'call').at(-1);
  assert.deepEqual(last?.data, newest, 'an event is the row of the list');
  const [row] = (await operator.must('GET', '/notifications?limit=1')).items;
  const lastTold = reader.happened.filter(({ event }) => event === 'notification').at(-1);
  assert.deepEqual(lastTold?.data, row);

  await operator.must('PATCH', `/lines/${line}`, { title: 'Accueil' });
  const change = await reader.inbox.take(({ event }) => event === 'line', 2000, 'the change');
  assert.deepEqual(change.data, { line, change: 'changed' });
  await operator.must('POST', `/lines/${line}/password`);
  await reader.inbox.take(
    ({ event, data }) => event === 'terminals' && data.line === line && data.terminals.length === 0,
    2000,
    'the dropped telephone',
  );
});

test('over random cuts in a burst of calls, nothing is lost and nothing comes twice', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const steady = new EventReader();
  await steady.connect(server.http, operator);
  const cut = new EventReader();
  await cut.connect(server.http, operator, { cutAfter: 200 });
  t.after(() => {
    steady.close();
    cut.close();
  });
  await steady.inbox.count(1, 2000, 'ready');
  await until(() => cut.lastId !== '', 2000, 'the first id');

  const calls = 40;
  for (let i = 0; i < calls; i++) {
    const callee = i % 2 === 0 ? line : other;
    const caller = `336${String(10_000_000 + i)}`;
    await operator.must('POST', '/sandbox/simulate', { caller, callee, ...quick });
    const { closed } = await cut.connect(server.http, operator, {
      cutAfter: 1 + Math.floor(random() * 6000),
    });
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, random() * 60))]);
    cut.close();
    await closed;
  }
  // Three events of each call, and a try at telling each.
  await until(
    () => steady.happened.filter(({ event }) => event !== 'terminals').length >= calls * 6,
    20_000,
    () => `all events; ${steady.happened.length} came`,
  );
  await cut.connect(server.http, operator);
  const all = steady.happened.map(({ id }) => id);
  await until(() => cut.happened.length >= all.length, 5000, 'the rest');
  const received = cut.happened.map(({ id }) => id);
  assert.ok(cut.connections > calls);
  assert.deepEqual(received, all);
  assert.equal(new Set(received).size, received.length);
  assert.ok(!cut.happened.some(({ event }) => event === 'reset'));
});

test('each hears of his own lines only, also when he resumes', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('POST', '/customers', { name: 'bravo' });
  await operator.must('PATCH', `/lines/${other}`, { customer: 'bravo' });
  await operator.must('PUT', '/users/bob', { role: 'manager', customer: 'bravo' });
  const bob = await signedIn(server, operator, 'bob');
  const program = await withToken(server, operator, {
    role: 'user',
    customer: 'default',
    lines: [line],
  });
  const readers = { bob: new EventReader(), program: new EventReader() };
  await readers.bob.connect(server.http, bob);
  await readers.program.connect(server.http, program);
  await readers.bob.inbox.count(1, 2000, 'ready');
  await readers.program.inbox.count(1, 2000, 'ready');
  readers.program.close();
  for (const callee of [line, other]) {
    await operator.must('POST', '/sandbox/simulate', { caller: mobile, callee, ...quick });
  }
  await over(readers.bob);
  await readers.program.connect(server.http, program);
  await over(readers.program);
  t.after(() => Object.values(readers).forEach((reader) => reader.close()));
  assert.deepEqual(lines(readers.bob), [other]);
  assert.deepEqual(lines(readers.program), [line]);
});

test('a stream ends at once with the session or token that opened it', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/alice', { role: 'manager', customer: 'default' });
  const open = async (client: Parameters<EventReader['connect']>[1]) => {
    const reader = new EventReader();
    const { closed, status } = await reader.connect(server.http, client);
    assert.equal(status, 200);
    await reader.inbox.count(1, 2000, 'ready');
    t.after(() => reader.close());
    return { reader, closed };
  };
  const [first, second] = [
    await signedIn(server, operator, 'alice'),
    await signedIn(server, operator, 'alice'),
  ];
  const [one, two] = [await open(first), await open(second)];
  await first.must('DELETE', '/session');
  await within(one.closed, 2000, 'the stream of who signed out');
  assert.equal((await first.send('GET', '/session')).status, 401);
  await operator.must('PATCH', `/lines/${line}`, { title: 'still heard' });
  await two.reader.inbox.take(({ event }) => event === 'line', 2000, 'the other stream goes on');
  await operator.must('PUT', '/users/alice', { role: 'user', customer: 'default', lines: [line] });
  await within(two.closed, 2000, 'the stream of who has other rights now');

  const program = await withToken(server, operator, { role: 'manager', customer: 'default' });
  const three = await open(program);
  const [{ id }] = (await operator.must('GET', '/tokens')).items;
  await operator.must('DELETE', `/tokens/${id}`);
  await within(three.closed, 2000, 'the stream of a removed token');
  assert.equal((await program.send('GET', '/session')).status, 401);
});

test('open streams do not keep a stopping server waiting, and a restart tells to read all again', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const readers = [new EventReader(), new EventReader()];
  const opened = await Promise.all(readers.map((reader) => reader.connect(server.http, operator)));
  await readers[0]!.inbox.count(1, 2000, 'ready');
  const began = performance.now();
  assert.equal(await server.stop(), 0);
  assert.ok(performance.now() - began < 5000, 'stopping took too long');
  await Promise.all(opened.map(({ closed }) => within(closed, 1000, 'the end of a stream')));
  await server.start();
  await readers[0]!.connect(server.http, operator);
  await readers[0]!.inbox.take(({ event }) => event === 'reset', 2000, 'the reset');
  readers[0]!.close();
});

test('one caller has 20 streams at most', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const readers = Array.from({ length: 20 }, () => new EventReader());
  await Promise.all(readers.map((reader) => reader.connect(server.http, operator)));
  const refused = await operator.send('GET', '/events');
  assert.equal(refused.status, 429);
  assert.equal(refused.json.code, 'too-many-streams');
  assert.ok(refused.headers.get('retry-after'));
  for (const reader of readers) reader.close();
  await until(
    async () => {
      const again = new EventReader();
      const { status } = await again.connect(server.http, operator);
      again.close();
      return status === 200;
    },
    2000,
    'room for a stream',
  );
});

/** Waits for the last notification of a call. */
async function over(reader: EventReader): Promise<void> {
  await reader.inbox.take(
    ({ event, data }) => event === 'notification' && data.type === 'RELEASE',
    5000,
    'the end of the call',
  );
}

/** The lines that a reader heard of. */
function lines(reader: EventReader): string[] {
  return [...new Set(reader.happened.map(({ data }) => data.account ?? data.line))];
}

/** A small generator that a seed determines (Lehmer). */
function randomFrom(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
