import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempt, codeOf, cookieOf, done, HOUR, PASSWORD, settle, withAlice } from './test-kit.ts';

test('what is no cookie of ours is nobody', async () => {
  const { access, store } = await withAlice();
  const cookie = await cookieOf(access, 'alice');
  const [session] = store.sessions.keys();
  const wrong = [
    '',
    'x',
    cookie.slice(1),
    `${cookie}=`,
    `${cookie}\n`,
    'A'.repeat(43),
    session!,
    'x'.repeat(1e7),
  ];
  for (const text of wrong) assert.equal(access.sessionOf(text), undefined, text.slice(0, 50));
});

test('a session lasts 12 hours from its last use and 30 days in all, and is written by the hour', async () => {
  const { access, store, clock, again } = await withAlice();
  const cookie = await cookieOf(access, 'alice');
  const begun = clock.now;
  const other = await again();
  const expiry = () => [...store.sessions.values()][0]!.expiresAt - begun;
  store.writes.length = 0;
  for (let minute = 0; minute < 180; minute += 1) {
    assert.ok(access.sessionOf(cookie));
    clock.now += 60_000;
  }
  await settle();
  assert.deepEqual(store.writes, ['putSession alice', 'putSession alice']);
  assert.equal(expiry(), 14 * HOUR);
  // 12 hours after the last use, and a moment before; what is on disk says less.
  clock.now -= 60_000;
  assert.ok(other.sessionOf(cookie));
  clock.now += 12 * HOUR;
  assert.equal(access.sessionOf(cookie), undefined);
  clock.now -= 1;
  assert.ok(other.sessionOf(cookie));

  clock.now = begun;
  const fresh = await again();
  while (clock.now < begun + 30 * 24 * HOUR) {
    assert.ok(fresh.sessionOf(cookie), `after ${(clock.now - begun) / HOUR} hours`);
    clock.now += 6 * HOUR;
  }
  await settle();
  assert.equal(fresh.sessionOf(cookie), undefined);
  assert.equal(expiry(), 30 * 24 * HOUR);
});

test('sessions that are over are ended by the sweep and at the start, and told of', async () => {
  const { access, store, clock, revoked, again } = await withAlice();
  await cookieOf(access, 'alice');
  clock.now += 6 * HOUR;
  const young = await cookieOf(access, 'alice');
  clock.now += 6 * HOUR;
  access.sweep();
  await settle();
  assert.deepEqual(
    revoked.map(({ kind }) => kind),
    ['session'],
  );
  assert.deepEqual([...store.sessions.keys()], [access.sessionOf(young)?.hash]);
  access.sweep();
  clock.now += 24 * HOUR;
  store.sessions.set('f'.repeat(64), {
    hash: 'f'.repeat(64),
    user: 'gone',
    createdAt: clock.now,
    expiresAt: clock.now + HOUR,
  });
  await again();
  assert.equal(store.sessions.size, 0);
});

test('the 21st session of a user ends his oldest, also after a restart', async () => {
  const { access, store, clock, revoked, again } = await withAlice();
  const cookies: string[] = [];
  const signIn = async (at: typeof access) => {
    const { secret } = done(at.makeSignInLink('alice'));
    const signed = await at.signInByLink(secret, '192.0.2.1');
    assert.ok(signed.ok);
    cookies.push(signed.cookie);
    clock.now += 1000;
  };
  const ended = (at: typeof access) =>
    cookies.flatMap((cookie, index) => (at.sessionOf(cookie) === undefined ? [index] : []));
  for (let each = 0; each < 21; each += 1) await signIn(access);
  assert.equal(store.sessions.size, 20);
  assert.equal(revoked.length, 1);
  assert.deepEqual(ended(access), [0]);
  // The store promises no order.
  const kept = [...store.sessions].toReversed();
  store.sessions.clear();
  for (const [hash, session] of kept) store.sessions.set(hash, session);
  const fresh = await again();
  await signIn(fresh);
  assert.deepEqual(ended(fresh), [0, 1]);
});

test('signing out ends one session, at once and on disk', async () => {
  const { access, store, revoked, again } = await withAlice();
  const [one, two] = [await cookieOf(access, 'alice'), await cookieOf(access, 'alice')];
  const { hash } = access.sessionOf(one)!;
  done(await access.signOut(hash));
  done(await access.signOut(hash));
  done(await access.signOut('nonsense'));
  assert.deepEqual(revoked, [{ kind: 'session', hash }]);
  assert.equal(access.sessionOf(one), undefined);
  assert.ok(access.sessionOf(two));
  assert.equal(store.sessions.size, 1);
  assert.equal((await again()).sessionOf(one), undefined);
});

test('a session that is used while it ends does not come back', async () => {
  const { access, store, clock } = await withAlice();
  const cookie = await cookieOf(access, 'alice');
  const { hash } = access.sessionOf(cookie)!;
  clock.now += 2 * HOUR;
  store.holds = true;
  const ending = access.signOut(hash);
  await settle();
  // Its extension is due, and must not be written behind the removal.
  access.sessionOf(cookie);
  store.holds = false;
  for (const go of store.held) go();
  done(await ending);
  await settle();
  assert.equal(store.sessions.size, 0);
});

test('an extension that cannot be kept is a fault to tell, not an end of the session', async () => {
  const { access, store, clock, faults } = await withAlice();
  const cookie = await cookieOf(access, 'alice');
  store.fault = new Error('the disk is full');
  clock.now += 2 * HOUR;
  assert.ok(access.sessionOf(cookie));
  await settle();
  assert.match(String(faults), /disk is full/);
  assert.ok(access.sessionOf(cookie));
  await assert.rejects(attempt(access, 'alice', PASSWORD), /disk is full/);
  store.fault = undefined;
  assert.equal(await codeOf(attempt(access, 'alice', PASSWORD)), 'ok');
});
