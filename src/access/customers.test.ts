import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presentCustomer } from './present.ts';
import { done, openAccess, refusedAs } from './test-kit.ts';

const ACME1 = '33123456781';
const BETA1 = '33123456791';

test('customers are those that are kept, default, and those that lines name', async () => {
  const { access, lines } = await openAccess();
  const names = () => access.customers().map(({ name }) => name);
  assert.deepEqual(names(), ['acme', 'beta', 'default']);
  assert.equal(done(await access.putCustomer('zoo', { title: 'Le Zoo' })).isNew, true);
  assert.equal(done(await access.putCustomer('acme', { title: 'Acme & fils' })).isNew, false);
  done(await access.putUser('max', { role: 'manager', customer: 'acme' }));
  lines.delete(ACME1);
  lines.delete(BETA1);
  assert.deepEqual(
    access.customersWithCounts().map(({ customer, has }) => presentCustomer(customer, has)),
    [
      { name: 'acme', title: 'Acme & fils', lines: 1, users: 1 },
      { name: 'default', title: '', lines: 0, users: 0 },
      { name: 'zoo', title: 'Le Zoo', lines: 0, users: 0 },
    ],
  );
});

test('a customer is removed when nothing belongs to it any more, and default never', async () => {
  const { access, lines, store } = await openAccess();
  done(await access.putUser('max', { role: 'manager', customer: 'beta' }));
  const { token } = done(await access.addToken({ name: 'CRM', role: 'manager', customer: 'beta' }));
  const counts = async () => {
    const refused = await access.removeCustomer('beta');
    assert.ok(!refused.ok && refused.code === 'in-use');
    return refused.values;
  };
  assert.deepEqual(await counts(), { name: 'beta', lines: 1, users: 1, tokens: 1 });
  done(await access.putCustomer('beta', {}));
  lines.delete(BETA1);
  assert.deepEqual(await counts(), { name: 'beta', lines: 0, users: 1, tokens: 1 });
  done(await access.removeUser('max'));
  assert.deepEqual(await counts(), { name: 'beta', lines: 0, users: 0, tokens: 1 });
  done(await access.removeToken(token.id));
  done(await access.removeCustomer('beta'));
  assert.equal(store.customers.size, 0);
  assert.equal(refusedAs(await access.removeCustomer('beta')), 'not-found');
  done(await access.putCustomer('default', { title: 'La maison' }));
  assert.equal(refusedAs(await access.removeCustomer('default')), 'default-stays');
});

test('a customer that only its user or token names is there as long as they are', async () => {
  const { access, lines } = await openAccess();
  const names = () => access.customers().map(({ name }) => name);
  done(await access.putUser('bea', { role: 'manager', customer: 'beta' }));
  const { token } = done(await access.addToken({ name: 'CRM', role: 'manager', customer: 'beta' }));
  done(await access.putUser('root', { role: 'operator' }));
  lines.delete(BETA1);
  assert.deepEqual(names(), ['acme', 'beta', 'default']);
  done(await access.putUser('bea', { role: 'manager', customer: 'beta' }));
  done(await access.removeUser('bea'));
  assert.deepEqual(names(), ['acme', 'beta', 'default']);
  done(await access.removeToken(token.id));
  assert.deepEqual(names(), ['acme', 'default']);
  const gone = await access.putUser('bea', { role: 'manager', customer: 'beta' });
  assert.equal(refusedAs(gone), 'customer-unknown');
});

test('the name of a customer that is gone is not given to another while its calls are kept', async () => {
  const { access, lines, store } = await openAccess();
  store.history.add('acme').add('beta');
  lines.delete(BETA1);
  // Nothing holds beta any more: it is gone, as acme is when it is removed.
  for (const number of [ACME1, '33123456782']) lines.delete(number);
  done(await access.putCustomer('zoo', { title: 'Le Zoo' }));
  store.history.add('zoo');
  done(await access.putCustomer('zoo', { title: 'Zoo' }));
  done(await access.removeCustomer('zoo'));
  for (const name of ['acme', 'beta', 'zoo']) {
    const refused = await access.putCustomer(name, { title: 'Another' }, { only: 'new' });
    assert.ok(!refused.ok && refused.code === 'name-taken' && refused.field === 'name');
    assert.match(refused.error, /calls of an earlier customer \w+ are kept.*another name.*--again/);
    assert.equal(refusedAs(await access.putCustomer(name, {})), 'name-taken');
    assert.equal(refusedAs(await access.mayNameCustomer(name)), 'name-taken');
  }
  assert.deepEqual([...store.customers.keys()], []);
  // It may be the same one that comes back; and one of whom nothing is kept comes and goes.
  const back = { title: 'Le Zoo', again: true };
  assert.equal(done(await access.putCustomer('zoo', back, { only: 'new' })).isNew, true);
  done(await access.mayNameCustomer('zoo'));
  done(await access.putUser('zoe', { role: 'manager', customer: 'zoo' }));
  for (const name of ['fresh', 'default', '']) done(await access.mayNameCustomer(name));
  done(await access.putCustomer('fresh', {}));
  done(await access.removeCustomer('fresh'));
  done(await access.putCustomer('fresh', {}));
  assert.equal(access.hasCustomer('fresh'), true);
  assert.equal(access.customerCounts('zoo').users, 1);
});

test('names and titles of a customer have a form', async () => {
  const { access, store } = await openAccess();
  for (const name of [
    '',
    'Acme',
    'a b',
    'a/b',
    '__proto__',
    'é',
    'x'.repeat(33),
    'x'.repeat(1e7),
    'a\n',
  ]) {
    assert.equal(refusedAs(await access.putCustomer(name, { title: '' })), 'name-form');
    assert.equal(refusedAs(await access.removeCustomer(name)), 'not-found');
  }
  for (const title of ['x'.repeat(65), 'x'.repeat(1e7), 'a\u0007', 'a\u2028b', '\ud800']) {
    assert.equal(refusedAs(await access.putCustomer('zoo', { title })), 'title-form');
  }
  done(await access.putCustomer('zoo', { title: '😀'.repeat(64) }));
  assert.equal(refusedAs(await access.putCustomer('zoo', {}, { only: 'new' })), 'exists');
  assert.equal(refusedAs(await access.putCustomer('zoa', {}, { only: 'existing' })), 'not-found');
  done(await access.putCustomer('acme', { title: 'Acme' }, { only: 'existing' }));
  assert.deepEqual([...store.customers.keys()], ['zoo', 'acme']);
});
