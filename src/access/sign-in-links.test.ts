import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignInLinks } from './sign-in-links.ts';
import { attempt, codeOf, done, PASSWORD, refusedAs, withAlice } from './test-kit.ts';

test('a link signs in once, within ten minutes, and in this process only', async () => {
  const { access, clock, again } = await withAlice();
  const first = done(access.makeSignInLink('alice'));
  assert.match(first.secret, /^[\w-]{43}$/);
  assert.equal(first.expiresAt, clock.now + 600_000);
  assert.equal(await codeOf((await again()).signInByLink(first.secret, '192.0.2.1')), 'wrong-link');
  const both = await Promise.all(
    [1, 2].map(() => codeOf(access.signInByLink(first.secret, '192.0.2.1'))),
  );
  assert.deepEqual(both, ['ok', 'wrong-link']);
  const second = done(access.makeSignInLink('alice'));
  clock.now += 599_999;
  const signed = await access.signInByLink(second.secret, '192.0.2.1');
  assert.ok(signed.ok);
  assert.equal(access.sessionOf(signed.cookie)?.principal.id, 'alice');
  const third = done(access.makeSignInLink('alice'));
  clock.now += 600_000;
  assert.equal(await codeOf(access.signInByLink(third.secret, '192.0.2.1')), 'wrong-link');
  for (const nonsense of ['', 'x'.repeat(1e7)]) {
    assert.equal(await codeOf(access.signInByLink(nonsense, '192.0.2.2')), 'wrong-link');
  }
  assert.equal(refusedAs(access.makeSignInLink('nobody')), 'not-found');
});

test('guessing links slows the address down', async () => {
  const { access } = await withAlice();
  for (let each = 0; each < 5; each += 1) {
    assert.equal(await codeOf(access.signInByLink('A'.repeat(43), '192.0.2.1')), 'wrong-link');
  }
  const { secret } = done(access.makeSignInLink('alice'));
  assert.equal(await codeOf(access.signInByLink(secret, '192.0.2.1')), 'slow-down 1');
  // It was not used up by that.
  assert.equal(await codeOf(access.signInByLink(secret, '192.0.2.2')), 'ok');
});

test('a link leads in where the name is slowed down, and clears it', async () => {
  const { access } = await withAlice();
  for (let each = 0; each < 5; each += 1) await attempt(access, 'alice', 'x', `192.0.2.${each}`);
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '198.51.100.1')), 'slow-down 1');
  const { secret } = done(access.makeSignInLink('alice'));
  assert.equal(await codeOf(access.signInByLink(secret, '198.51.100.1')), 'ok');
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '198.51.100.1')), 'ok');
});

test('links are void once the user has other rights, another password, or is gone', async () => {
  const { access } = await withAlice();
  const changes: [string, () => Promise<unknown>][] = [
    ['rights', () => access.putUser('alice', { role: 'manager' })],
    ['password', () => access.changePassword('alice', PASSWORD, 'another password')],
    ['gone', () => access.removeUser('alice')],
  ];
  for (const [what, change] of changes) {
    const { secret } = done(access.makeSignInLink('alice'));
    await change();
    if (what === 'gone') done(await access.putUser('alice', { role: 'operator' }));
    assert.equal(
      await codeOf(access.signInByLink(secret, `192.0.2.${what.length}`)),
      'wrong-link',
      what,
    );
  }
});

test('a newer link takes the place of the user’s earlier one, and of nobody else’s', async () => {
  const { access } = await withAlice();
  done(await access.putUser('bob', { role: 'manager', customer: 'beta' }));
  const bobs = done(access.makeSignInLink('bob')).secret;
  const secrets = Array.from({ length: 2000 }, () => done(access.makeSignInLink('alice')).secret);
  assert.equal(await codeOf(access.signInByLink(secrets[1998]!, '192.0.2.1')), 'wrong-link');
  assert.equal(await codeOf(access.signInByLink(secrets[1999]!, '192.0.2.1')), 'ok');
  assert.equal(await codeOf(access.signInByLink(bobs, '192.0.2.1')), 'ok');
});

test('no more links are kept than there are users', () => {
  let now = 0;
  const links = new SignInLinks(() => now);
  for (const user of ['alice', 'bob', 'alice', 'alice']) links.make(user);
  assert.equal(links.size, 2);
  now += 600_000;
  const { secret } = links.make('bob');
  assert.equal(links.size, 2);
  assert.equal(links.use(secret), 'bob');
  links.dropOf('alice');
  assert.equal(links.size, 0);
});
