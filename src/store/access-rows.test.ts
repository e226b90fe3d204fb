// Customers, users, sessions and tokens: found again as they were put, changed, removed.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Session, Token, User } from '../access/principal.ts';
import { openSqliteStore } from './sqlite-store.ts';
import {
  begin,
  connect,
  IDENTITY,
  LINE_A,
  LINE_B,
  sampleCall,
  sampleLine,
} from './test-samples.ts';
import { sampleNotification, storeIn, temporaryDirectory } from './test-samples.ts';

const USER: User = {
  name: 'anna@acme.example',
  role: 'user',
  customer: 'acme',
  lines: [LINE_B, LINE_A],
  passwordHash: '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA',
  createdAt: 1_700_000_000_000,
};

const OPERATOR: User = { ...USER, name: 'root', role: 'operator', customer: '', lines: [] };

const TOKEN: Token = {
  id: '0123456789ab',
  name: 'CRM of the reception',
  secretHash: 'c'.repeat(64),
  role: 'user',
  customer: 'acme',
  lines: [LINE_A],
  createdAt: 1_700_000_000_001,
};

function session(digit: string, user: string): Session {
  return { hash: digit.repeat(64), user, createdAt: 1, expiresAt: 2 };
}

test('customers, users and tokens are found again, in order of their names, also after a restart', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openSqliteStore(directory, IDENTITY);
  assert.deepEqual(
    [await first.allCustomers(), await first.allUsers(), await first.allSessions()],
    [[], [], []],
  );
  await first.putCustomer({ name: 'other', title: 'Ô' });
  await first.putCustomer({ name: 'acme', title: '' });
  await first.putUser(OPERATOR);
  await first.putUser(USER);
  await first.putToken(TOKEN);
  await first.putToken({ ...TOKEN, id: '000000000000', lines: [] });
  await first.close();
  const store = await storeIn(t, directory);
  assert.deepEqual(await store.allCustomers(), [
    { name: 'acme', title: '' },
    { name: 'other', title: 'Ô' },
  ]);
  assert.deepEqual(await store.allUsers(), [USER, OPERATOR]);
  assert.deepEqual(await store.allTokens(), [{ ...TOKEN, id: '000000000000', lines: [] }, TOKEN]);
});

test('putting what exists changes it', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const manager: User = { ...USER, role: 'manager', lines: [], passwordHash: '', createdAt: 5 };
  const token: Token = {
    ...TOKEN,
    name: 'B',
    secretHash: 'd'.repeat(64),
    customer: 'x',
    lines: [],
  };
  for (const title of ['first', 'second']) await store.putCustomer({ name: 'acme', title });
  for (const user of [USER, OPERATOR, manager]) await store.putUser(user);
  for (const one of [TOKEN, token]) await store.putToken(one);
  const before = session('1', USER.name);
  for (const one of [before, { ...before, user: 'root', expiresAt: 9 }])
    await store.putSession(one);
  assert.deepEqual(await store.allCustomers(), [{ name: 'acme', title: 'second' }]);
  assert.deepEqual(await store.allUsers(), [manager, OPERATOR]);
  assert.deepEqual(await store.allTokens(), [token]);
  assert.deepEqual(await store.allSessions(), [{ ...before, user: 'root', expiresAt: 9 }]);
});

test('a removed user takes its sessions along; a changed one keeps them', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putUser(USER);
  await store.putUser(OPERATOR);
  const all = [session('1', USER.name), session('2', 'root'), session('3', USER.name)];
  for (const one of all) await store.putSession(one);
  await store.putUser({ ...USER, passwordHash: '' });
  assert.deepEqual(await store.allSessions(), all);
  await store.removeUser(USER.name);
  assert.deepEqual(await store.allSessions(), [all[1]]);
  assert.deepEqual(await store.allUsers(), [OPERATOR]);
  await assert.rejects(store.putSession(session('4', 'nobody')), { code: 'refused' });
});

test('a customer has history while a call or a notification of it is kept', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  const line = { ...sampleLine(LINE_A), customer: 'acme' };
  const has = async () =>
    Promise.all(['acme', 'other', ''].map((customer) => store.hasHistory(customer)));
  await store.putCustomer({ name: 'acme', title: '' });
  await store.putLine(line);
  assert.deepEqual(await has(), [false, false, false]);
  const call = sampleCall('one', LINE_A);
  await begin(store, call);
  assert.deepEqual(await has(), [true, false, false]);
  // The line goes to another customer while it talks: what is told from then on is that one's.
  await store.putLine({ ...line, customer: 'other' });
  const told = sampleNotification(1, call);
  await store.recordCalls([connect(call)], [told], call.dref, 'wire');
  assert.deepEqual(await has(), [true, true, false]);
  await store.removeLine(LINE_A);
  await store.removeCustomer('acme');
  assert.deepEqual(await has(), [true, true, false]);
});

test('sessions, customers and tokens are removed; what is not there is no error', async (t) => {
  const store = await storeIn(t, temporaryDirectory(t));
  await store.putUser(OPERATOR);
  const all = ['1', '2', '3'].map((digit) => session(digit, 'root'));
  for (const one of all) await store.putSession(one);
  await store.removeSessions([all[0]!.hash, all[2]!.hash, 'f'.repeat(64)]);
  await store.removeSessions([]);
  assert.deepEqual(await store.allSessions(), [all[1]]);
  await store.putCustomer({ name: 'acme', title: 'Acme' });
  await store.putToken(TOKEN);
  for (let n = 0; n < 2; n += 1) {
    await store.removeCustomer('acme');
    await store.removeToken(TOKEN.id);
    await store.removeUser('nobody');
  }
  assert.deepEqual([await store.allCustomers(), await store.allTokens()], [[], []]);
});
