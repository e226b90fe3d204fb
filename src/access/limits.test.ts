import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayManage } from './may-manage.ts';
import { mayRead, type Reach } from './principal.ts';
import { done, FakeStore, line, openAccess, PASSWORD, refusedAs } from './test-kit.ts';

const operator = (): Reach => ({ role: 'operator', customer: '', lines: [] });
const searched = (): never => assert.fail('the lines are searched one by one');

test('one customer’s people cannot use up the users and tokens of all', async () => {
  const store = new FakeStore();
  const acme: Reach = { role: 'manager', customer: 'acme', lines: [] };
  for (let n = 0; n < 1000; n += 1) {
    const name = `user-${n}`;
    const id = n.toString(16).padStart(12, '0');
    store.usersKept.set(name, { ...acme, name, passwordHash: '', createdAt: n });
    store.tokens.set(id, { ...acme, id, name, secretHash: '0'.repeat(64), createdAt: n });
  }
  const { access } = await openAccess(store);
  const by = (): Reach => acme;
  const input = { role: 'manager', customer: 'acme' };
  const token = { name: 'CRM', ...input };
  for (const refused of [
    await access.putUser('more', input, { by }),
    await access.addToken(token, { by }),
  ]) {
    assert.ok(!refused.ok && refused.code === 'too-many');
    assert.match(refused.error, /the customer acme has 1000 (users|tokens) already: remove one/);
    assert.deepEqual(refused.values, { limit: 1000, customer: 'acme' });
  }
  // What there is can be changed, others have room, and an operator makes more for them.
  done(await access.putUser('user-1', { ...input, password: PASSWORD }, { by }));
  done(await access.setToken('0'.repeat(12), { name: 'ERP' }, { by }));
  const beta = { role: 'manager', customer: 'beta' };
  done(await access.putUser('bea', beta, { by: () => ({ ...acme, customer: 'beta' }) }));
  done(await access.putUser('more', input, { by: operator }));
  done(await access.addToken(token, { by: operator }));
  done(await access.addToken(token));
  // It is one of theirs again when one of theirs is gone.
  for (const name of ['more', 'user-2']) done(await access.removeUser(name, by));
  done(await access.putUser('again', input, { by }));
});

test('ten thousand users and tokens there are at most, whoever asks', async () => {
  const store = new FakeStore();
  const reach: Reach = { role: 'operator', customer: '', lines: [] };
  for (let n = 0; n < 10_000; n += 1) {
    const name = `user-${n}`;
    const id = n.toString(16).padStart(12, '0');
    store.usersKept.set(name, { ...reach, name, passwordHash: '', createdAt: n });
    store.tokens.set(id, { ...reach, id, name, secretHash: '0'.repeat(64), createdAt: n });
  }
  const { access } = await openAccess(store);
  assert.equal(refusedAs(await access.putUser('more', { role: 'operator' })), 'too-many');
  const token = { name: 'CRM', role: 'operator' };
  assert.equal(refusedAs(await access.addToken(token)), 'too-many');
  done(await access.removeToken('0'.repeat(12)));
  done(await access.addToken(token));
});

test('the lines of a large reach are looked up, not searched', async () => {
  const { access, lines, store } = await openAccess();
  const numbers = Array.from({ length: 1000 }, (_, n) => `3312346${String(n).padStart(4, '0')}`);
  for (const number of numbers) lines.set(number, line(number, 'acme'));
  done(await access.putUser('paul', { role: 'user', customer: 'acme', lines: numbers }));
  const kept = store.usersKept.get('paul')!;
  const own = Object.assign([...kept.lines], { includes: searched, find: searched });
  store.usersKept.set('paul', { ...kept, lines: own });
  const again = await openAccess(store);
  for (const number of numbers) again.lines.set(number, line(number, 'acme'));
  done(await again.access.putUser('paul', { lines: numbers.toReversed() }));
  assert.ok(mayManage({ ...kept, lines: own }, kept, 'token'));
  assert.ok(mayRead({ ...kept, lines: own }, { number: own[999]!, customer: 'acme' }));
});

test('lists are in order after every change', async () => {
  const { access, clock } = await openAccess();
  const names = () => access.users().map(({ name }) => name);
  const programs = () => access.tokens().map(({ name }) => name);
  const input = { role: 'manager', customer: 'acme' };
  for (const name of ['carl', 'anna', 'bert']) {
    clock.now += 1;
    done(await access.putUser(name, input));
    done(await access.addToken({ name, ...input }));
    assert.ok(names().includes(name) && programs().includes(name));
  }
  assert.deepEqual(names(), ['anna', 'bert', 'carl']);
  assert.deepEqual(programs(), ['carl', 'anna', 'bert']);
  done(await access.removeUser('bert'));
  done(await access.removeToken(access.tokens()[1]!.id));
  done(await access.putUser('anna', { role: 'operator', customer: '' }));
  assert.deepEqual(names(), ['anna', 'carl']);
  assert.equal(access.users()[0]!.role, 'operator');
  done(await access.setToken(access.tokens()[1]!.id, { name: 'dora' }));
  assert.deepEqual(programs(), ['carl', 'dora']);
});
