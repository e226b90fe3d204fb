import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from './password.ts';
import {
  attempt,
  codeOf,
  cookieOf,
  done,
  FakeStore,
  HOUR,
  OF_ALICE,
  openAccess,
  PASSWORD,
  refusedAs,
  settle,
  withAlice,
} from './test-kit.ts';

test('a right password begins a session that is kept as a hash and holds after a restart', async () => {
  const { access, store, again, clock } = await withAlice();
  const signed = await attempt(access, ' Alice ', PASSWORD);
  assert.ok(signed.ok);
  assert.match(signed.cookie, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(signed.user.name, 'alice');
  assert.deepEqual([...store.sessions.values()], [signed.session]);
  assert.equal(signed.session.expiresAt, clock.now + 12 * HOUR);
  const found = access.sessionOf(signed.cookie);
  assert.deepEqual(found?.principal, {
    kind: 'user',
    id: 'alice',
    name: 'alice',
    role: 'user',
    ...OF_ALICE,
  });
  assert.equal(found.hash, signed.session.hash);
  const kept = JSON.stringify([...store.sessions.values(), ...store.usersKept.values()]);
  assert.match(found.csrf, /^[\w-]{43}$/);
  for (const secret of [signed.cookie, found.csrf]) assert.ok(!kept.includes(secret));
  assert.notEqual(found.csrf, signed.cookie);
  assert.deepEqual((await again()).sessionOf(signed.cookie), found);
  const other = await cookieOf(access, 'alice');
  assert.notEqual(access.sessionOf(other)?.csrf, found.csrf);
});

test('a wrong password, an unknown name, a name without password and nonsense are answered alike', async () => {
  const { access } = await withAlice();
  done(await access.putUser('linkonly', { role: 'operator' }));
  const tries: [name: string, password: string][] = [
    ['alice', 'wrong password'],
    ['alice', ''],
    ['alice', 'x'.repeat(1_000_000)],
    ['nobody', PASSWORD],
    ['linkonly', ''],
    ['linkonly', PASSWORD],
    ['', ''],
    ['__proto__', PASSWORD],
    ['x'.repeat(1_000_000), PASSWORD],
    ['a\u0000b', PASSWORD],
  ];
  for (const [index, [name, password]] of tries.entries()) {
    const answer = await attempt(access, name, password, `192.0.2.${index}`);
    assert.deepEqual(answer, { ok: false, code: 'wrong-password' }, name.slice(0, 20));
  }
});

test('an unknown name takes the time of a known one', async () => {
  const { access } = await withAlice();
  const took: Record<string, number[]> = { alice: [], nobody: [] };
  for (let round = 0; round < 5; round += 1) {
    for (const name of ['alice', 'nobody']) {
      const begun = performance.now();
      await attempt(access, name, 'wrong password', `${round}.${name.length}.0.1`);
      took[name]?.push(performance.now() - begun);
    }
  }
  // The shortest of five: what else the machine does only makes one longer.
  const [known, unknown] = [Math.min(...took['alice']!), Math.min(...took['nobody']!)];
  assert.ok(unknown > known / 3 && known > unknown / 3, `${known} ms and ${unknown} ms`);
});

test('after five failures of a name the next must wait, and is told so before any hashing', async () => {
  const { access, clock } = await withAlice();
  for (let each = 0; each < 5; each += 1) {
    assert.equal(
      await codeOf(attempt(access, 'alice', 'wrong', `192.0.2.${each}`)),
      'wrong-password',
    );
  }
  // The right password as well: else the wait would tell that it is right.
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '192.0.2.77')), 'slow-down 1');
  // Before any hashing: two thousand answers in the time of a few hashes.
  const begun = performance.now();
  for (let each = 0; each < 2000; each += 1) await attempt(access, 'ALICE');
  assert.ok(performance.now() - begun < 2000);
  // What was refused did not push the moment away.
  clock.now += 1000;
  assert.equal(await codeOf(attempt(access, 'alice', 'wrong', '192.0.2.78')), 'wrong-password');
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '192.0.2.77')), 'slow-down 2');
  clock.now += 2000;
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '192.0.2.77')), 'ok');
  // A success clears the name's failures.
  assert.equal(await codeOf(attempt(access, 'alice', 'wrong', '192.0.2.80')), 'wrong-password');
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '192.0.2.80')), 'ok');
});

test('an unknown name is slowed down as a known one', async () => {
  const { access } = await withAlice();
  const answers: Record<string, string[]> = { alice: [], nobody: [] };
  for (const [index, name] of ['alice', 'nobody'].entries()) {
    for (let each = 0; each < 7; each += 1) {
      answers[name]?.push(await codeOf(attempt(access, name, 'wrong', `198.51.${index}.${each}`)));
    }
  }
  assert.deepEqual(answers['alice'], answers['nobody']);
  assert.equal(answers['nobody']?.[6], 'slow-down 1');
});

test('an address is slowed down whatever names it tries, a /64 as one, and no success clears it', async () => {
  const { access, clock } = await withAlice();
  for (let each = 0; each < 5; each += 1) {
    await attempt(access, `name-${each}`, 'wrong', `2001:db8::${each}`);
    await attempt(access, 'alice', PASSWORD, '2001:db8::1');
  }
  const from = '2001:db8::dead:beef:1:2';
  assert.equal(await codeOf(attempt(access, 'name-9', 'wrong', from)), 'slow-down 1');
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, from)), 'slow-down 1');
  assert.equal(await codeOf(access.signInByLink('x', from)), 'slow-down 1');
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, '2001:db8:0:1::1')), 'ok');
  clock.now += 1000;
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, from)), 'ok');
  assert.equal(await codeOf(attempt(access, 'name-9', 'wrong', from)), 'wrong-password');
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD, from)), 'slow-down 2');
});

test('a flood at once gets five tries at a name, and no more than the queue of hashings', async () => {
  const { access } = await withAlice();
  const same = await Promise.all(
    Array.from({ length: 200 }, (_, each) =>
      codeOf(attempt(access, 'alice', 'wrong', `10.0.0.${each}`)),
    ),
  );
  assert.equal(same.filter((answer) => answer === 'wrong-password').length, 5);
  assert.equal(same.filter((answer) => answer === 'slow-down 1').length, 195);
  const others = await Promise.all(
    Array.from({ length: 200 }, (_, each) =>
      codeOf(attempt(access, `n${each}`, 'wrong', `10.1.0.${each}`)),
    ),
  );
  assert.equal(others.filter((answer) => answer === 'wrong-password').length, 26);
  assert.equal(others.filter((answer) => answer === 'busy 1').length, 174);
  // Being turned away is no failure.
  assert.equal(await codeOf(attempt(access, 'n199', 'wrong', '10.1.0.199')), 'wrong-password');
});

test('a hash of an older cost is made anew when its owner signs in', async () => {
  const store = new FakeStore();
  const passwordHash = await hashPassword(PASSWORD, { memory: 64, passes: 1, parallelism: 1 });
  const user = {
    name: 'old',
    role: 'operator',
    customer: '',
    lines: [],
    passwordHash,
    createdAt: 1,
  } as const;
  store.usersKept.set('old', user);
  const { access } = await openAccess(store);
  assert.equal(await codeOf(attempt(access, 'old')), 'wrong-password');
  assert.deepEqual(store.writes, []);
  const signed = await attempt(access, 'old', PASSWORD);
  assert.ok(signed.ok);
  assert.match(store.usersKept.get('old')?.passwordHash ?? '', /m=19456,t=2,p=1/);
  assert.deepEqual(store.writes, ['putUser old', 'putSession old']);
  assert.ok(access.sessionOf(signed.cookie));
  assert.equal(await codeOf(attempt(access, 'old', PASSWORD)), 'ok');
  assert.equal(store.writes.length, 3);
});

test('a password that is changed while the old one is checked lets nobody in', async () => {
  const { access, store } = await withAlice();
  store.holds = true;
  const changing = access.putUser('alice', { password: 'another password' });
  while (store.held.length === 0) await settle();
  // The old one is still right when the check begins.
  const late = codeOf(attempt(access, 'alice', PASSWORD));
  store.holds = false;
  store.held[0]?.();
  done(await changing);
  assert.equal(await late, 'wrong-password');
  assert.equal(store.sessions.size, 0);
  assert.equal(await codeOf(attempt(access, 'alice', 'another password')), 'ok');
});

test('a user who is removed while his password is checked stays out', async () => {
  const { access } = await withAlice();
  const late = codeOf(attempt(access, 'alice', PASSWORD));
  done(await access.removeUser('alice'));
  assert.equal(await late, 'wrong-password');
});

test('of two changes of a password at once, both from the same one, one is made', async () => {
  const { access } = await withAlice();
  const [first, second] = await Promise.all([
    access.changePassword('alice', PASSWORD, 'another password'),
    access.changePassword('alice', PASSWORD, 'yet another one'),
  ]);
  assert.equal([first, second].filter(({ ok }) => ok).length, 1);
});

test('a new password of one’s own ends the other sessions and keeps this one', async () => {
  const { access, store, revoked, again } = await withAlice();
  const [mine, other] = [await cookieOf(access, 'alice'), await cookieOf(access, 'alice')];
  const keep = access.sessionOf(mine)!.hash;
  const { hash } = access.sessionOf(other)!;
  const change = (current: string, password: string) =>
    access.changePassword('alice', current, password, keep);
  assert.equal(refusedAs(await change('wrong password', 'another password')), 'wrong-password');
  assert.equal(refusedAs(await change('', 'another password')), 'wrong-password');
  assert.equal(refusedAs(await change(PASSWORD, 'short')), 'too-short');
  assert.ok(access.sessionOf(other));
  done(await change(PASSWORD, 'another password'));
  assert.deepEqual(revoked, [{ kind: 'session', hash }]);
  assert.equal(access.sessionOf(other), undefined);
  assert.ok((await again()).sessionOf(mine));
  assert.equal(store.sessions.size, 1);
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD)), 'wrong-password');
  assert.equal(await codeOf(attempt(access, 'alice', 'another password')), 'ok');
  assert.equal(
    refusedAs(await access.changePassword('nobody', '', 'another password')),
    'not-found',
  );
});

test('a session that ends while its new password is being made changes nothing', async () => {
  const { access, store } = await withAlice();
  const keep = access.sessionOf(await cookieOf(access, 'alice'))!.hash;
  const before = store.usersKept.get('alice')!.passwordHash;
  const change = access.changePassword('alice', PASSWORD, 'another password', keep);
  done(await access.putUser('alice', { role: 'manager' }));
  assert.equal(refusedAs(await change), 'forbidden');
  assert.equal(store.usersKept.get('alice')!.passwordHash, before);
});

test('guessing the current password slows down, without keeping anybody from signing in', async () => {
  const { access, clock } = await withAlice();
  const guess = () => access.changePassword('alice', 'wrong password', 'another password');
  for (let each = 0; each < 5; each += 1) assert.equal(refusedAs(await guess()), 'wrong-password');
  const slowed = await guess();
  assert.ok(!slowed.ok && slowed.code === 'slow-down');
  assert.deepEqual(slowed.values, { retryAfterS: 1 });
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD)), 'ok');
  clock.now += 1000;
  done(await access.changePassword('alice', PASSWORD, 'another password'));
});

test('who has no password sets one without a current one', async () => {
  const { access } = await openAccess();
  done(await access.putUser('root', { role: 'operator' }));
  done(await access.changePassword('root', '', PASSWORD));
  assert.equal(await codeOf(attempt(access, 'root', PASSWORD)), 'ok');
  assert.equal(
    refusedAs(await access.changePassword('root', '', 'another password')),
    'wrong-password',
  );
});
