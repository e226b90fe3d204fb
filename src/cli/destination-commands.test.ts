// The commands on destinations and signing keys as they are typed: on a data directory without a server. That
// a running server takes them at once is shown in test/destinations.test.ts.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { directory } from './test-kit.ts';

const [ONE, TWO] = ['33123456781', '33123456782'];
const URL_ONE = 'https://crm.example/n?c=_CALLREF_';
const OWN = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** What is printed as one text, and lists as they are in JSON. */
function directoryInText(t: TestContext) {
  const { data, run: typed } = directory(t);
  async function run(line: string | readonly string[], stdin = '') {
    const { status, out, err } = await typed(line, stdin);
    return { status, out: out.join('\n'), err: err.join('\n') };
  }
  const json = async (line: string) => JSON.parse((await run(`${line} --json`)).out);
  return { data, run, json };
}

async function withLines(t: TestContext) {
  const made = directoryInText(t);
  for (const number of [ONE, TWO]) await made.run(`line add ${number} --password long-enough`);
  return made;
}

test('destinations are added, changed, listed and removed', async (t) => {
  const { run, json } = await withLines(t);
  assert.deepEqual(await run(`destination add 0123456781 ${URL_ONE} --title CRM`), {
    status: 0,
    out: `destination 2 of line ${ONE} added`,
    err: '',
  });
  const zammad = await run([
    'destination',
    'add',
    TWO,
    'http://user:secret@zammad.example/api/v1/cti/TOKEN',
    '--format=zammad',
    '--direction=incoming',
    '--types',
    'setup RELEASE',
    '--numbers',
    '336, +337',
    '--disabled',
  ]);
  assert.equal(zammad.out, `destination 3 of line ${TWO} added`);
  assert.match(zammad.err, /^warning: The URL begins with http: /);
  const [first, second] = await json('destination list');
  assert.partialDeepStrictEqual(first, {
    id: 2,
    line: ONE,
    title: 'CRM',
    url: URL_ONE,
    format: 'get',
    enabled: true,
    direction: 'any',
    types: ['SETUP', 'CONNECT', 'RELEASE'],
    numbers: [],
    key: null,
  });
  assert.match(first.createdAt, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.partialDeepStrictEqual(second, {
    id: 3,
    url: 'http://***@zammad.example/api/v1/cti/TOKEN',
    format: 'zammad',
    enabled: false,
    direction: 'incoming',
    types: ['SETUP', 'RELEASE'],
    numbers: ['336', '337'],
  });
  assert.equal((await run('destination set 3 --enabled --title Zammad')).status, 0);
  assert.equal((await run(['destination', 'set', '3', '--numbers', ''])).status, 0);
  assert.partialDeepStrictEqual(await json(`destination list --line ${TWO}`), [
    { id: 3, title: 'Zammad', enabled: true, numbers: [], url: second.url },
  ]);
  assert.match(
    (await run('destination list')).out,
    /3 +33123456782 +Zammad +zammad +SETUP RELEASE/,
  );
  assert.equal((await run('destination remove 2')).out, `destination 2 of line ${ONE} removed`);
  assert.deepEqual(
    (await json('destination list')).map(({ id }: { id: number }) => id),
    [3],
  );
});

test('mistakes are told in one line that says what to write, and change nothing', async (t) => {
  const { run, json } = await withLines(t);
  await run(`destination add ${ONE} ${URL_ONE}`);
  const before = await json('destination list');
  const table: [line: string | string[], status: number, says: RegExp][] = [
    [`destination add ${ONE}`, 2, /URL is missing/],
    [`destination add ${ONE} ftp://h/`, 2, /must begin with http/],
    [`destination add 33123456799 ${URL_ONE}`, 1, /no line 33123456799/],
    [`destination add 12 ${URL_ONE}`, 2, /12/],
    [`destination add ${ONE} ${URL_ONE} --format xml`, 2, /get, standard-webhooks, zammad/],
    [`destination add ${ONE} ${URL_ONE} --types RING`, 2, /SETUP, CONNECT and RELEASE/],
    [['destination', 'set', '2', '--types', ''], 2, /at least one/],
    [`destination add ${ONE} ${URL_ONE} --numbers 06`, 2, /international form, such as 336/],
    ['destination set 2', 2, /nothing to set/],
    ['destination set 2 --enabled --disabled', 2, /exclude each other/],
    ['destination set two --enabled', 2, /no id of a destination/],
    ['destination set 9 --enabled', 1, /no destination 9/],
    ['destination remove 9', 1, /no destination 9/],
    ['destination set 2 --url http://***@other.example/', 2, /user name and password/],
    [`secret rotate ${ONE} --destination crm`, 2, /or buzzee/],
    [`secret rotate ${ONE} --destination 9`, 1, /no destination 9/],
    [`secret rotate ${TWO} --destination 2`, 1, /no destination 2/],
    [`secret rotate ${ONE} --secret whsec_abc`, 2, /24 to 64 random bytes/],
    [`secret rotate ${ONE} --secret -`, 2, /standard input is empty/],
    [`secret remove ${ONE}`, 1, /no signing key/],
    ['secret rotate 33123456799', 1, /no line 33123456799/],
  ];
  for (const [line, status, says] of table) {
    const answer = await run(line);
    assert.deepEqual([answer.status, answer.out], [status, ''], String(line));
    assert.match(answer.err, says);
    assert.ok(!answer.err.includes('\n'), answer.err);
  }
  assert.deepEqual(await json('destination list'), before);
});

test('without a data directory wrong arguments are told as such, and nothing is made', async (t) => {
  const { data, run } = directoryInText(t);
  assert.equal((await run(`destination add ${ONE} ftp://h/`)).status, 2);
  assert.equal((await run(`secret rotate ${ONE} --secret whsec_abc`)).status, 2);
  for (const line of [`destination add ${ONE} ${URL_ONE}`, `secret rotate ${ONE}`]) {
    const answer = await run(line);
    assert.equal(answer.status, 1);
    assert.match(answer.err, /no data directory/);
  }
  assert.equal(existsSync(data), false);
});

test('a key is printed once and alone, listed without itself, changed and removed', async (t) => {
  const { data, run, json } = await withLines(t);
  await run(`destination add ${ONE} ${URL_ONE}`);
  const made = await run(`secret rotate ${ONE}`);
  assert.match(made.out, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.match(made.err, /\(notification URL\) is shown this once/);
  assert.equal((await run(`secret rotate ${ONE} --destination 2 --secret -`, `${OWN}\n`)).out, OWN);
  assert.equal((await run(`secret rotate ${TWO} --destination buzzee --secret ${OWN}`)).out, OWN);
  const again = await run(`secret rotate ${ONE}`);
  assert.notEqual(again.out, made.out);
  assert.match(again.err, /the key before signs as well until \d{4}-/);
  const listed = await json('secret list');
  assert.deepEqual(
    listed.map((key: { line: string; destination: number; previousUntil: string | null }) => [
      key.line,
      key.destination,
      key.previousUntil === null,
    ]),
    [
      [ONE, 0, false],
      [ONE, 2, true],
      [TWO, 1, true],
    ],
  );
  assert.match((await run('secret list')).out, /33123456781 +destination 2 +\d{4}-/);
  assert.partialDeepStrictEqual(await json('destination list'), [{ key: { destination: 2 } }]);
  assert.ok(!JSON.stringify(listed).includes('whsec_'));
  const kept = readFileSync(join(data, 'carillon.db'), 'latin1');
  assert.ok(!kept.includes(OWN.slice(6)) && !kept.includes('whsec_'));
  assert.equal(
    (await run(`secret remove ${ONE} --destination 2`)).out,
    `signing key of line ${ONE} (destination 2) removed`,
  );
  assert.equal((await json('secret list')).length, 2);
});

test('keys that cannot be decrypted do not hold up the other commands, and can be removed', async (t) => {
  const { data, run, json } = await withLines(t);
  await run(`secret rotate ${ONE}`);
  rmSync(join(data, 'carillon.key'));
  assert.equal((await run(`line set ${ONE} --title Reception`)).status, 0);
  const refused = await run(`secret rotate ${TWO}`);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /carillon\.key is missing.*remove-unreadable/);
  assert.equal((await run('secret remove-unreadable')).out, '1 signing key removed');
  assert.deepEqual(await json('secret list'), []);
  assert.match((await run(`secret rotate ${TWO}`)).out, /^whsec_/);
});

test('a test call wants a running server, but wrong arguments are told as such before', async (t) => {
  const { data, run } = directoryInText(t);
  for (const destination of ['', 'crm', '0', '1', '-1', '1.5', '9'.repeat(16), '4 or 1=1']) {
    const answer = await run(['notification', 'test', ONE, '--destination', destination]);
    assert.deepEqual([answer.status, answer.out], [2, ''], destination);
    assert.match(answer.err, /--destination: ".*" is no destination; write an id of .* or buzzee$/);
  }
  assert.equal((await run(['notification', 'test', '12', '--destination', '4'])).status, 2);
  for (const destination of ['4', 'buzzee', '9'.repeat(15)]) {
    const answer = await run(`notification test ${ONE} --destination ${destination}`);
    assert.equal(answer.status, 1);
    assert.match(answer.err, /no server runs/);
  }
  assert.equal(existsSync(data), false);
});
