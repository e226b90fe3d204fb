import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeKeyFile } from './key-file.ts';
import { PREVIOUS_MS } from './signing-keys.ts';
import type { Rotated } from './signing-keys.ts';
import { NOBODY, ONE, open, TWO } from './test-kit.ts';

const URL_ONE = 'https://one.example/?c=_CALLREF_';
const BODY = '{"a":1}';

function made(rotated: Rotated): string {
  assert.ok(rotated.ok, rotated.ok ? '' : rotated.error);
  return rotated.secret;
}

function codeOf(result: { ok: boolean; code?: string }): string | undefined {
  assert.ok(!result.ok, 'this had to be refused');
  return result.code;
}

const nobody = () => false;

/** What a receiver computes, written down once more. */
function signature(secret: string, seconds: number): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `call-0001-1.${seconds}.${BODY}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

test('a place is signed with its own key, and a place without one not at all', async (t) => {
  const { signingKeys, destinations, clock } = await open(t);
  await destinations.add(ONE, { url: URL_ONE });
  const secret = made(await signingKeys.rotate(ONE, 0));
  const other = made(await signingKeys.rotate(ONE, 2));
  assert.notEqual(secret, other);
  const seconds = clock.now / 1000;
  const sign = (place: number) => signingKeys.signerOf(ONE, place)?.('call-0001-1', seconds, BODY);
  assert.equal(sign(0), signature(secret, seconds));
  assert.equal(sign(2), signature(other, seconds));
  assert.equal(sign(1), undefined);
  assert.equal(signingKeys.signerOf(TWO, 0), undefined);
});

test('for a day after a change both keys sign, the newer one first; then it alone', async (t) => {
  const { signingKeys, clock } = await open(t);
  const [first, second] = [
    made(await signingKeys.rotate(ONE, 0)),
    made(await signingKeys.rotate(ONE, 0)),
  ];
  const until = clock.now + PREVIOUS_MS;
  assert.deepEqual(signingKeys.ofLine(ONE), [
    { destination: 0, createdAt: clock.now, previousUntil: until },
  ]);
  const at = (seconds: number) => signingKeys.signerOf(ONE, 0)?.('call-0001-1', seconds, BODY);
  const last = until / 1000 - 1;
  assert.equal(at(last), `${signature(second, last)} ${signature(first, last)}`);
  assert.equal(at(last + 1), signature(second, last + 1));
  clock.now = until;
  assert.equal(signingKeys.ofLine(ONE)[0]?.previousUntil, undefined);
  // A third one within the day: the first does not sign any more.
  clock.now -= 1000;
  const third = made(await signingKeys.rotate(ONE, 0));
  assert.equal(at(last), `${signature(third, last)} ${signature(second, last)}`);
});

test('a secret of one’s own signs; a malformed one is refused, and the same one again', async (t) => {
  const { signingKeys } = await open(t);
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  assert.equal(made(await signingKeys.rotate(ONE, 0, { secret })), secret);
  assert.equal(signingKeys.signerOf(ONE, 0)?.('call-0001-1', 5, BODY), signature(secret, 5));
  assert.equal(codeOf(await signingKeys.rotate(ONE, 0, { secret })), 'secret-in-use');
  for (const wrong of ['', 'secret', `whsec_${randomBytes(23).toString('base64')}`]) {
    assert.equal(codeOf(await signingKeys.rotate(ONE, 0, { secret: wrong })), 'secret-invalid');
  }
  assert.equal(signingKeys.signerOf(ONE, 0)?.('call-0001-1', 5, BODY), signature(secret, 5));
});

test('a restart signs as before; on disk and in the key file no secret can be read', async (t) => {
  const { signingKeys, store, dataDir, keyFile, clock } = await open(t);
  const [first, second] = [
    made(await signingKeys.rotate(ONE, 0)),
    made(await signingKeys.rotate(ONE, 0)),
  ];
  const kept = JSON.stringify([...store.secrets.values()]) + readFileSync(keyFile, 'utf8');
  for (const secret of [first, second]) {
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    for (const form of ['base64', 'base64url', 'hex', 'latin1'] as const) {
      assert.ok(!kept.includes(bytes.toString(form).replace(/=+$/, '')));
    }
  }
  const again = await open(t, { store, dataDir });
  assert.equal(again.signingKeys.problem, undefined);
  const seconds = clock.now / 1000;
  assert.equal(
    again.signingKeys.signerOf(ONE, 0)?.('call-0001-1', seconds, BODY),
    `${signature(second, seconds)} ${signature(first, seconds)}`,
  );
});

test('the key file is made with the first key, for its owner alone, and never anew', async (t) => {
  const { signingKeys, keyFile, store, dataDir } = await open(t);
  assert.equal(existsSync(keyFile), false);
  made(await signingKeys.rotate(ONE, 0));
  if (process.platform !== 'win32') assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  const text = readFileSync(keyFile, 'utf8');
  assert.match(text, /^[A-Za-z0-9+/]{43}=\n$/);
  made(await signingKeys.rotate(TWO, 0));
  const again = await open(t, { store, dataDir });
  made(await again.signingKeys.rotate(TWO, 1));
  assert.equal(readFileSync(keyFile, 'utf8'), text);
});

test('the same key is never kept as the same text, nor opened in another row', async (t) => {
  const { signingKeys, store, dataDir } = await open(t);
  const secret = made(await signingKeys.rotate(ONE, 0));
  made(await signingKeys.rotate(TWO, 0, { secret }));
  const [one, two] = [store.secrets.get(`${ONE} 0`)!, store.secrets.get(`${TWO} 0`)!];
  assert.notEqual(one.current, two.current);
  store.secrets.set(`${TWO} 0`, { ...two, current: one.current });
  const { problem } = (await open(t, { store, dataDir })).signingKeys;
  assert.match(problem ?? '', new RegExp(`^signing keys cannot be decrypted \\(1, of ${TWO}\\)`));
});

test('where the key file is missing, wrong or damaged, that is said, and the way out works', async (t) => {
  const cases: [harm: (file: string) => Promise<unknown> | void, why: RegExp][] = [
    [(file) => rmSync(file), /carillon\.key is missing/],
    [(file) => makeKeyFile(file), /is not the key file that they were encrypted with/],
    [(file) => writeFileSync(file, ''), /is no key file/],
    [(file) => writeFileSync(file, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n'), /is no key file/],
  ];
  for (const [harm, why] of cases) {
    const { signingKeys, store, dataDir, keyFile } = await open(t);
    made(await signingKeys.rotate(ONE, 0));
    made(await signingKeys.rotate(TWO, 0));
    const whole = readFileSync(keyFile);
    await harm(keyFile);
    const broken = (await open(t, { store, dataDir })).signingKeys;
    assert.match(broken.problem ?? '', why);
    assert.match(
      broken.problem ?? '',
      /^signing keys .*\(2, of .* backup.*secret remove-unreadable/,
    );
    // Nothing new may be encrypted: the right file could still come back.
    assert.equal(codeOf(await broken.rotate(ONE, 1)), 'signing-keys-unreadable');
    const harmed = existsSync(keyFile) ? readFileSync(keyFile) : undefined;
    writeFileSync(keyFile, whole);
    assert.equal((await open(t, { store, dataDir })).signingKeys.problem, undefined);
    if (harmed === undefined) rmSync(keyFile);
    else writeFileSync(keyFile, harmed);
    const cleared = (await open(t, { store, dataDir })).signingKeys;
    assert.equal(await cleared.removeUnreadable(), 2);
    assert.equal(cleared.problem, undefined);
    assert.equal(store.secrets.size, 0);
    if (why.source.includes('no key file')) {
      assert.equal(codeOf(await cleared.rotate(ONE, 0)), 'signing-keys-unreadable');
      rmSync(keyFile);
    }
    made(await cleared.rotate(ONE, 0));
  }
});

test('a key goes when it is removed, and with its destination or line', async (t) => {
  const { signingKeys, destinations, lines, store } = await open(t);
  await destinations.add(ONE, { url: URL_ONE });
  for (const place of [0, 1, 2]) made(await signingKeys.rotate(ONE, place));
  made(await signingKeys.rotate(TWO, 0));
  assert.deepEqual(await signingKeys.remove(ONE, 0), { ok: true });
  assert.equal(signingKeys.signerOf(ONE, 0), undefined);
  assert.equal(codeOf(await signingKeys.remove(ONE, 0)), 'no-such-secret');
  await destinations.remove(2);
  assert.equal(signingKeys.signerOf(ONE, 2), undefined);
  assert.deepEqual([...store.secrets.keys()], [`${ONE} 1`, `${TWO} 0`]);
  lines.remove(ONE);
  assert.equal(signingKeys.signerOf(ONE, 1), undefined);
  assert.deepEqual(signingKeys.ofLine(ONE), []);
  assert.equal(signingKeys.ofLine(TWO).length, 1);
});

test('only a place that is there has a key, and only who may change the line changes it', async (t) => {
  const { signingKeys, destinations, store } = await open(t);
  await destinations.add(TWO, { url: URL_ONE });
  assert.equal(codeOf(await signingKeys.rotate(NOBODY, 0)), 'no-such-line');
  for (const place of [2, 3, -1, 0.5, Number.NaN]) {
    assert.equal(codeOf(await signingKeys.rotate(ONE, place)), 'no-such-destination');
  }
  assert.equal(codeOf(await signingKeys.rotate(ONE, 0, { may: nobody })), 'no-such-line');
  made(await signingKeys.rotate(ONE, 0));
  assert.equal(codeOf(await signingKeys.remove(ONE, 0, nobody)), 'no-such-line');
  assert.equal(store.secrets.size, 1);
});

test('what could not be kept does not sign; and a place that goes meanwhile has no key', async (t) => {
  const { signingKeys, destinations, lines, store } = await open(t);
  store.fault = new Error('the disk is full');
  await assert.rejects(signingKeys.rotate(ONE, 0), /the disk is full/);
  assert.equal(signingKeys.signerOf(ONE, 0), undefined);
  store.fault = undefined;
  await destinations.add(ONE, { url: URL_ONE });
  store.before = async () => {
    store.before = async () => {};
    await destinations.remove(2);
  };
  assert.equal(codeOf(await signingKeys.rotate(ONE, 2)), 'no-such-destination');
  assert.equal(store.secrets.size, 0);
  store.before = async () => {
    lines.remove(ONE);
    store.fault = new Error('FOREIGN KEY constraint failed');
  };
  assert.equal(codeOf(await signingKeys.rotate(ONE, 0)), 'no-such-line');
  assert.equal(signingKeys.signerOf(ONE, 0), undefined);
});
