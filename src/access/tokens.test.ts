import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presentToken } from './present.ts';
import { done, openAccess, refusedAs } from './test-kit.ts';

const ACME1 = '33123456781';

test('a token is shown once, opens what it reaches, and is kept as a hash', async () => {
  const { access, store, again, clock } = await openAccess();
  const { token, secret } = done(
    await access.addToken({ name: 'CRM de l’été', role: 'user', customer: 'acme', lines: [ACME1] }),
  );
  assert.match(secret, /^car_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
  assert.ok(secret.startsWith(`car_${token.id}_`));
  const kept = JSON.stringify([...store.tokens.values()]);
  assert.ok(!kept.includes(secret.slice(17)));
  const principal = {
    kind: 'token',
    id: token.id,
    name: 'CRM de l’été',
    role: 'user',
    customer: 'acme',
    lines: [ACME1],
  };
  assert.deepEqual(access.tokenOf(secret), principal);
  assert.deepEqual((await again()).tokenOf(secret), principal);
  assert.deepEqual(presentToken(token), {
    id: token.id,
    name: 'CRM de l’été',
    role: 'user',
    customer: 'acme',
    lines: [ACME1],
    createdAt: new Date(clock.now).toISOString(),
  });
  const renamed = done(await access.setToken(token.id, { name: 'ERP' }));
  assert.deepEqual(renamed.token, { ...token, name: 'ERP' });
  assert.deepEqual(access.tokenOf(secret)?.name, 'ERP');
});

test('what is no token of ours opens nothing', async () => {
  const { access } = await openAccess();
  const one = done(await access.addToken({ name: 'one', role: 'operator' }));
  const two = done(await access.addToken({ name: 'two', role: 'operator' }));
  const wrong = [
    '',
    'car',
    one.secret.slice(0, -1),
    `${one.secret}A`,
    `${one.secret}\n`,
    ` ${one.secret}`,
    one.secret.toUpperCase(),
    one.secret.replace(one.token.id, two.token.id),
    one.secret.replace(one.token.id, '000000000000'),
    `car_${one.token.id}_${one.token.secretHash}`,
    `car___proto__00_${'A'.repeat(43)}`,
    'x'.repeat(1e7),
  ];
  for (const text of wrong) assert.equal(access.tokenOf(text), undefined, text.slice(0, 80));
  assert.equal(access.tokenOf(two.secret)?.id, two.token.id);
  done(await access.removeToken(two.token.id));
  assert.equal(access.tokenOf(two.secret), undefined);
  // The whole token, written for its id, is not repeated.
  const mistaken = await access.removeToken(one.secret);
  assert.ok(!mistaken.ok && !JSON.stringify(mistaken).includes(one.secret.slice(17)));
  for (const id of [two.token.id, '', '__proto__', 'x'.repeat(1e6)]) {
    assert.equal(refusedAs(await access.removeToken(id)), 'not-found');
    assert.equal(refusedAs(await access.setToken(id, { name: 'x' })), 'not-found');
  }
  for (const name of ['', '  ', 'x'.repeat(65), 'a\u001b[2J', '\ud800']) {
    assert.equal(refusedAs(await access.addToken({ name, role: 'operator' })), 'name-form');
    assert.equal(refusedAs(await access.setToken(one.token.id, { name })), 'name-form');
  }
});
