// What holds for customers, users and tokens together: reach, what a change tells, commits, limits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cookieOf,
  done,
  FakeStore,
  line,
  openAccess,
  PASSWORD,
  refusedAs,
  settle,
} from './test-kit.ts';

const ACME1 = '33123456781';
const ACME2 = '33123456782';

test('lines that went away or changed hands are no longer reached, and come back with the line', async () => {
  const { access, lines } = await openAccess();
  const reach = { role: 'user', customer: 'acme', lines: [ACME1, ACME2] };
  done(await access.putUser('alice', { ...reach, password: PASSWORD }));
  const { secret } = done(await access.addToken({ name: 'CRM', ...reach }));
  const cookie = await cookieOf(access, 'alice');
  const reached = () => [access.sessionOf(cookie)?.principal.lines, access.tokenOf(secret)?.lines];
  assert.deepEqual(reached(), [reach.lines, reach.lines]);
  lines.delete(ACME1);
  assert.deepEqual(reached(), [[ACME2], [ACME2]]);
  lines.set(ACME2, line(ACME2, 'beta'));
  assert.deepEqual(reached(), [[], []]);
  assert.deepEqual(access.user('alice')?.lines, reach.lines);
  // They hold up no change of something else, also where the whole reach is written again.
  done(await access.putUser('alice', { password: `${PASSWORD}!` }));
  done(await access.putUser('alice', reach));
  assert.equal(
    refusedAs(await access.putUser('alice', { ...reach, customer: 'beta' })),
    'line-unknown',
  );
  done(await access.putUser('alice', { lines: [ACME1] }));
  assert.equal(refusedAs(await access.putUser('alice', reach)), 'line-unknown');
  lines.set(ACME1, line(ACME1, 'acme'));
  assert.deepEqual(access.tokenOf(secret)?.lines, [ACME1]);
});

test('who loses rights is told of, so that his event streams close; who keeps them is not', async () => {
  const { access, revoked } = await openAccess();
  const told = async (change: Promise<unknown>) => {
    await change;
    return revoked.splice(0).map((gone) => (gone.kind === 'session' ? 'session' : { ...gone }));
  };
  done(await access.putUser('root', { role: 'operator' }));
  done(
    await access.putUser('alice', {
      role: 'user',
      customer: 'acme',
      lines: [ACME1],
      password: PASSWORD,
    }),
  );
  const { token } = done(await access.addToken({ name: 'CRM', role: 'manager', customer: 'acme' }));
  assert.deepEqual(revoked, []);
  await cookieOf(access, 'alice');
  const alice = { kind: 'user', name: 'alice' };
  assert.deepEqual(await told(access.putUser('alice', { lines: [ACME1] })), []);
  assert.deepEqual(await told(access.putUser('alice', { lines: [ACME1, ACME2] })), [alice]);
  assert.deepEqual(await told(access.putUser('alice', { password: `${PASSWORD}!` })), ['session']);
  await cookieOf(access, 'alice', `${PASSWORD}!`);
  assert.deepEqual(await told(access.putUser('alice', { role: 'manager' })), ['session', alice]);
  await cookieOf(access, 'alice', `${PASSWORD}!`);
  assert.deepEqual(await told(access.removeUser('alice')), ['session', alice]);
  assert.deepEqual(await told(access.setToken(token.id, { name: 'ERP' })), []);
  const gone = { kind: 'token', id: token.id };
  assert.deepEqual(await told(access.setToken(token.id, { customer: 'beta' })), [gone]);
  assert.deepEqual(await told(access.removeToken(token.id)), [gone]);
});

test('a listener that fails harms nobody, and one that was taken off hears nothing', async () => {
  const { access, revoked, faults } = await openAccess();
  const { token } = done(await access.addToken({ name: 'one', role: 'operator' }));
  const off = access.onRevoked(() => {
    throw new Error('deaf');
  });
  access.onRevoked((gone) => revoked.push(gone));
  done(await access.removeToken(token.id));
  assert.equal(revoked.length, 2);
  assert.match(String(faults), /deaf/);
  off();
  done(
    await access.removeToken(
      done(await access.addToken({ name: 'two', role: 'operator' })).token.id,
    ),
  );
  assert.equal(faults.length, 1);
});

test('a change holds when it is on disk and not before, and not at all where that fails', async () => {
  const store = new FakeStore();
  const { access } = await openAccess(store);
  store.holds = true;
  const adding = access.addToken({ name: 'CRM', role: 'operator' });
  const putting = access.putUser('max', { role: 'manager', customer: 'acme' });
  await settle();
  assert.equal(store.held.length, 1, 'two changes commit at the same time');
  assert.deepEqual([access.users(), access.tokens()], [[], []]);
  store.held[0]?.();
  const { token } = done(await adding);
  assert.deepEqual(access.users(), []);
  await settle();
  store.held[1]?.();
  done(await putting);
  store.holds = false;
  store.fault = new Error('the disk is full');
  await assert.rejects(access.putUser('max', { role: 'operator', customer: '' }), /disk is full/);
  await assert.rejects(access.removeUser('max'), /disk is full/);
  await assert.rejects(access.removeToken(token.id), /disk is full/);
  await assert.rejects(access.putCustomer('zoo', {}), /disk is full/);
  assert.equal(access.user('max')?.role, 'manager');
  assert.equal(access.token(token.id)?.name, 'CRM');
  store.fault = undefined;
  done(await access.removeUser('max'));
});

test('users, tokens, customers and waiting changes have limits', async () => {
  const store = new FakeStore();
  for (let each = 0; each < 10_000; each += 1) {
    const reach = { role: 'operator', customer: '', lines: [] } as const;
    const name = `user-${each}`;
    store.usersKept.set(name, { name, ...reach, passwordHash: '', createdAt: each });
    const id = each.toString(16).padStart(12, '0');
    store.tokens.set(id, { id, name, ...reach, secretHash: '', createdAt: each });
    store.customers.set(name, { name, title: '' });
  }
  const { access } = await openAccess(store);
  assert.equal(refusedAs(await access.putUser('one-more', { role: 'operator' })), 'too-many');
  assert.equal(refusedAs(await access.addToken({ name: 'x', role: 'operator' })), 'too-many');
  assert.equal(refusedAs(await access.putCustomer('one-more', {})), 'too-many');
  done(await access.putUser('user-7', { role: 'manager', customer: 'acme' }));
  done(await access.removeUser('user-8'));
  done(await access.putUser('one-more', { role: 'operator' }));
  // A token whose hash is damaged opens nothing.
  assert.equal(access.tokenOf(`car_000000000001_${'A'.repeat(43)}`), undefined);

  store.holds = true;
  const all = Array.from({ length: 1001 }, () => access.putCustomer('user-1', { title: 'x' }));
  assert.equal(refusedAs(await all.pop()!), 'busy');
  store.holds = false;
  await settle();
  for (const go of store.held) go();
  assert.ok((await Promise.all(all)).every(({ ok }) => ok));
});
