import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hashing } from './hashing.ts';
import { hashPassword, isOutdated, verifyPassword, wrongPassword } from './password.ts';
import { settle } from './test-kit.ts';

// Made by PHP's password_hash from "correct horse é": another implementation of the same standard.
const BY_PHP =
  '$argon2id$v=19$m=19456,t=2,p=1$NkJSMnRFSGl5YUVQSENJNQ$uQNN+TNcTXExpwdJfZCcQOqRNfQX5qfCP55L6hFynag';
const CHEAP_BY_PHP =
  '$argon2id$v=19$m=1024,t=3,p=1$M1FxNFFuQXE4Vk16cC9nTA$sKN1jiworRLFC2VkzJHb4m2coTYUntW4TK+Y2EWEPak';

test('a hash that another program made is understood, at its own cost', async () => {
  assert.equal(await verifyPassword('correct horse é', BY_PHP), true);
  assert.equal(await verifyPassword('correct horse é', CHEAP_BY_PHP), true);
  assert.equal(await verifyPassword('correct horse e', BY_PHP), false);
  assert.deepEqual([isOutdated(BY_PHP), isOutdated(CHEAP_BY_PHP)], [false, true]);
});

test('a hash is salted, says its cost, and is that of one password', async () => {
  const [one, two] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, two);
  assert.equal(await verifyPassword('correct horse', one), true);
  assert.equal(await verifyPassword('correct hors', one), false);
  assert.equal(isOutdated(one), false);
});

test('two ways to write the same letters are one password', async () => {
  const composed = await hashPassword('caf\u00e9 caf\u00e9 caf\u00e9');
  assert.equal(await verifyPassword('cafe\u0301 cafe\u0301 cafe\u0301', composed), true);
});

test('without a hash, or with a damaged or monstrous one, nothing is right', async () => {
  const damaged = [
    undefined,
    '',
    'plain',
    '$argon2id$v=19$m=19456,t=2,p=1$$',
    BY_PHP.replace('argon2id', 'argon2i'),
    BY_PHP.replace('m=19456', 'm=4194304'),
    BY_PHP.replace('t=2', 't=9999'),
    BY_PHP.replace('t=2', 't=0'),
    BY_PHP.replace('p=1', 'p=0'),
    BY_PHP.replace('p=1', 'p=999'),
    BY_PHP.replace('m=19456', 'm=1'),
  ];
  for (const phc of damaged) {
    assert.equal(await verifyPassword('correct horse é', phc), false, `${phc}`);
    assert.equal(await verifyPassword('', phc), false, `${phc}`);
  }
});

test('passwords that are too short, too long, the name or not text are refused', () => {
  const table: [password: string, code: string | undefined][] = [
    ['', 'too-short'],
    ['123456789', 'too-short'],
    ['1234567890', undefined],
    // Nine people, of two UTF-16 units each.
    ['😀'.repeat(9), 'too-short'],
    ['😀'.repeat(10), undefined],
    ['x'.repeat(256), undefined],
    ['x'.repeat(257), 'password-long'],
    ['😀'.repeat(256), undefined],
    ['😀'.repeat(257), 'password-long'],
    ['x'.repeat(50_000_000), 'password-long'],
    // One character that is eighteen in the normal form.
    ['\ufdfa'.repeat(15), 'password-long'],
    ['\ufdfa'.repeat(14), undefined],
    ['correct\nhorse', 'password-characters'],
    ['correct\u0000horse', 'password-characters'],
    ['correct\ud800horse', 'password-characters'],
    ['alice@acme.example', 'password-is-name'],
    ['Alice@Acme.Example', 'password-is-name'],
    ['ａlice@acme.example', 'password-is-name'],
  ];
  for (const [password, code] of table) {
    const refused = wrongPassword(password, 'alice@acme.example');
    assert.equal(refused?.code, code, password.slice(0, 30));
    const shown = refused?.error ?? '';
    assert.ok(password === '' || !shown.includes(password.slice(0, 30)), 'it shows the password');
  }
});

test('a password beyond the limit is wrong, and no reason to hash it whole', async () => {
  const hash = await hashPassword('x'.repeat(256));
  assert.equal(await verifyPassword('x'.repeat(256), hash), true);
  assert.equal(await verifyPassword('x'.repeat(50_000_000), hash), false);
  assert.equal(await verifyPassword('', await hashPassword('')), true);
  assert.equal(await verifyPassword('y'.repeat(50_000_000), await hashPassword('')), false);
});

test('hashings beyond two wait in a bounded queue, and each gets its place in order', async () => {
  const hashing = new Hashing({ atOnce: 2, waiting: 3 });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = Array.from({ length: 7 }, (_, index) =>
    hashing.run(async () => {
      begun.push(index);
      await new Promise<void>((resolve) => (ends[index] = resolve));
      if (index === 1) throw new Error('no memory');
      return index;
    }),
  );
  const failed = assert.rejects(async () => all[1], /no memory/);
  await settle();
  assert.deepEqual(begun, [0, 1]);
  assert.deepEqual(await Promise.all(all.slice(5)), ['busy', 'busy']);
  // One that fails hands its place on as well.
  ends[1]?.();
  await failed;
  await settle();
  assert.deepEqual(begun, [0, 1, 2]);
  for (const index of [0, 2, 3, 4]) {
    ends[index]?.();
    await settle();
  }
  const [first, , ...others] = all;
  assert.deepEqual(await Promise.all([first!, ...others.slice(0, 3)]), [0, 2, 3, 4]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  assert.equal(await hashing.run(async () => 'free again'), 'free again');
});
