// Customers, users and tokens over HTTP: lists in pages, names that come back, and rights that end while a
// change is under way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../kit/server.ts';
import { until } from '../kit/until.ts';
import { operatorOf, signedIn } from './client.ts';
import type { Client } from './client.ts';

const line = '33123456789';
const other = '33123456790';
const mobile = '33612345678';

/** All rows of a list, and how many pages they came in. */
async function rowsOf(client: Client, path: string, limit: number) {
  const rows: { name: string; customer: string | null }[] = [];
  let next: string | null = null;
  let pages = 0;
  do {
    const after: string = next === null ? '' : `&after=${encodeURIComponent(next)}`;
    const page = await client.must('GET', `${path}?limit=${limit}${after}`);
    assert.ok(page.items.length <= limit);
    rows.push(...page.items);
    next = page.next;
    pages += 1;
  } while (next !== null);
  return { names: rows.map(({ name }) => name), pages };
}

test('users and tokens come in pages, in order, also while some of them go', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('POST', '/customers', { name: 'bravo' });
  const letters = ['e', 'b', 'd', 'a', 'c'];
  for (const [n, letter] of letters.entries()) {
    const reach = { role: 'manager', customer: n % 2 === 0 ? 'default' : 'bravo' };
    await operator.must('PUT', `/users/${letter}@x.example`, reach);
    await operator.must('POST', '/tokens', { name: `program ${letter}`, ...reach });
  }
  const users = [...letters.toSorted().map((letter) => `${letter}@x.example`), 'operator'];
  const programs = letters.map((letter) => `program ${letter}`);
  assert.deepEqual(await rowsOf(operator, '/users', 2), { names: users, pages: 3 });
  assert.deepEqual(await rowsOf(operator, '/tokens', 2), { names: programs, pages: 3 });
  const whole = await operator.must('GET', '/users');
  assert.deepEqual([whole.items.length, whole.next], [6, null]);
  const ofBravo = await operator.must('GET', '/tokens?customer=bravo&limit=1');
  assert.deepEqual([ofBravo.items[0].name, typeof ofBravo.next], ['program b', 'string']);
  const manager = await signedIn(server, operator, 'b@x.example');
  assert.deepEqual((await rowsOf(manager, '/users', 1)).names, ['a@x.example', 'b@x.example']);
  assert.deepEqual((await manager.must('GET', '/users?customer=default')).items, []);

  // The row at which a page ended goes meanwhile.
  const first = await operator.must('GET', '/tokens?limit=2');
  await operator.must('DELETE', `/tokens/${first.items[1].id}`);
  const second = await operator.must('GET', `/tokens?limit=2&after=${first.next}`);
  assert.deepEqual(
    second.items.map(({ name }: { name: string }) => name),
    programs.slice(2, 4),
  );
  for (const wrong of ['/tokens?after=x', '/tokens?limit=0', '/users?limit=1001', '/users?x=1']) {
    const refused = await operator.send('GET', wrong);
    assert.equal(refused.status, 422, wrong);
  }
});

test('the name of a customer that is gone leads nobody to its calls', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('POST', '/customers', { name: 'bravo', title: 'Bravo et Fils' });
  await operator.must('PATCH', `/lines/${line}`, { customer: 'bravo' });
  const call = { caller: mobile, callee: line, answerAfterS: 0.05, talkS: 0.05 };
  await operator.must('POST', '/sandbox/simulate', call);
  await until(
    async () => (await operator.must('GET', `/calls?line=${line}`)).items[0]?.state === 'RELEASE',
    5000,
    'the end of the call',
  );
  await operator.must('PATCH', `/lines/${line}`, { customer: 'default' });
  await operator.must('DELETE', '/customers/bravo');

  const taken = await operator.send('POST', '/customers', { body: { name: 'bravo' } });
  assert.deepEqual([taken.status, taken.json.code], [409, 'name-taken']);
  assert.deepEqual([taken.json.errors[0].field, taken.json.errors[0].code], ['name', 'name-taken']);
  assert.match(taken.json.detail, /^Calls of an earlier customer bravo are kept/);
  const csv = {
    body: `number,customer\n${other},bravo\n`,
    headers: { 'Content-Type': 'text/csv' },
  };
  for (const query of ['?dry=1', '']) {
    const { done, errors } = await operator
      .send('POST', `/lines.csv${query}`, csv)
      .then(({ json }) => json);
    assert.equal(done, false);
    assert.deepEqual(
      [errors[0].row, errors[0].field, errors[0].code],
      [2, 'customer', 'name-taken'],
    );
  }
  const moved = await operator.send('PATCH', `/lines/${line}`, { body: { customer: 'bravo' } });
  assert.equal(moved.status, 422);
  const manager = { role: 'manager', customer: 'bravo' };
  assert.equal((await operator.send('PUT', '/users/bob', { body: manager })).status, 422);

  // Who says that it is the same customer gives it its calls back.
  await operator.must('POST', '/customers', { name: 'bravo', again: true });
  await operator.must('PUT', '/users/bob', manager);
  const bob = await signedIn(server, operator, 'bob');
  assert.equal((await bob.must('GET', '/calls')).items.length, 1);
  // And a customer of whom nothing is kept comes and goes as before.
  for (let n = 0; n < 2; n += 1) {
    await operator.must('POST', '/customers', { name: 'fresh' });
    await operator.must('DELETE', '/customers/fresh');
  }
});

test('a manager who is removed while his changes wait makes no more of them', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/anna', { role: 'manager', customer: 'default' });
  const anna = await signedIn(server, operator, 'anna');
  // Each waits for the work of a password, two at a time.
  const changes = Array.from({ length: 20 }, (_, n) =>
    anna.send('PUT', `/users/new-${n}`, {
      body: { role: 'manager', password: 'a long enough one' },
    }),
  );
  await Promise.race(changes);
  await operator.must('DELETE', '/users/anna');
  const made = async () => (await operator.must('GET', '/users')).items.length;
  const then = await made();
  const answers = await Promise.all(changes);
  const refused = answers.filter(({ status }) => status === 403 || status === 401);
  assert.ok(refused.length > 0, 'all were made before he was removed: nothing was tried');
  for (const { status, json } of refused) {
    assert.match(`${status} ${json.code}`, /^(403 forbidden|401 unauthenticated)$/);
  }
  assert.equal(await made(), then);
});
