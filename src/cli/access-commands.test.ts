// The commands on customers, users and tokens as they are typed: on a data directory without a server,
// and through the control socket of one that runs.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAccess } from '../access/test-kit.ts';
import { createAccessCommands } from '../control/access-commands.ts';
import { startControlServer } from '../control/control-server.ts';
import { createLog } from '../watch/log.ts';
import { directory } from './test-kit.ts';

const [ONE, TWO, THREE] = ['33123456781', '33123456782', '33123456783'];
const PASSWORD = 'correct horse';

test('the first user may come before everything else, and has a password from standard input', async (t) => {
  const { data, run } = directory(t);
  const admin = await run('user add admin --role operator --password -', `${PASSWORD}\n`);
  assert.deepEqual(admin, { status: 0, out: ['user admin added'], err: [] });
  assert.ok(existsSync(join(data, 'carillon.db')));
  const listed = await run('user list --json');
  assert.partialDeepStrictEqual(JSON.parse(listed.out.join('')), [
    { name: 'admin', role: 'operator', customer: null, lines: [], hasPassword: true },
  ]);
  assert.ok(!listed.out.join('').includes('argon2'));
});

test('without a server, users are added, changed, listed and removed on the data directory', async (t) => {
  const { run } = directory(t);
  for (const number of [ONE, TWO, THREE]) {
    await run(`line add ${number} --password long-enough --customer acme`);
  }
  const paul = await run('user add paul --role user --lines 0123456781');
  assert.deepEqual([paul.status, paul.out], [0, ['user paul added']]);
  assert.match(paul.err.join(), /^paul has no password: carillon user link paul prints/);
  const all = ['user', 'set', 'paul', '--lines', `${ONE}, ${TWO} ${THREE}`, '--password', PASSWORD];
  assert.deepEqual(await run(all), { status: 0, out: ['user paul changed'], err: [] });
  await run('line add 33123456784 --password long-enough --customer acme');
  await run([
    'user',
    'add',
    'mia',
    '--role',
    'user',
    '--lines',
    `${ONE} ${TWO} ${THREE} 33123456784`,
  ]);
  await run('user add max --role manager --customer acme');
  const [titles, ...rows] = (await run('user list')).out.map((line) => line.replace(/ +\S+$/, ''));
  assert.deepEqual(
    titles,
    'NAME  ROLE     CUSTOMER  LINES                                PASSWORD',
  );
  assert.deepEqual(rows, [
    'max   manager  acme      -                                    no',
    `mia   user     acme      ${ONE} ${TWO} and 2 more   no`,
    `paul  user     acme      ${ONE} ${TWO} ${THREE}  yes`,
  ]);
  assert.deepEqual((await run('user remove paul')).out, ['user paul removed']);
  const again = await run('user remove paul');
  assert.deepEqual([again.status, again.err], [1, ['carillon user remove: there is no user paul']]);
  assert.deepEqual((await run('customer list')).out, [
    'NAME     TITLE  LINES  USERS',
    'acme     -      4      2',
    'default  -      0      0',
  ]);
});

test('a token stands alone on standard output, and the list shows it to nobody', async (t) => {
  const { run } = directory(t);
  await run(`line add ${ONE} --password long-enough --customer acme`);
  await run(`line add ${TWO} --password long-enough --customer acme`);
  const made = await run(['token', 'add', 'Door phone', '--line', ONE, '--line', '0123456782']);
  assert.equal(made.status, 0);
  const [, id = ''] = /^car_([0-9a-f]{12})_[\w-]{43}$/.exec(made.out.join('\n')) ?? [];
  assert.deepEqual(made.err, [`this token (id ${id}) is shown this once: keep it in a safe place`]);
  const listed = await run('token list --json');
  const shown = { id, name: 'Door phone', role: 'user', customer: 'acme', lines: [ONE, TWO] };
  assert.partialDeepStrictEqual(JSON.parse(listed.out.join('')), [shown]);
  assert.ok(!listed.out.join('').includes(made.out[0]!.slice(17)));
  assert.deepEqual((await run(`token set ${id} --name CRM --customer acme`)).out, [
    `token ${id} changed`,
  ]);
  const [, row] = (await run('token list')).out;
  assert.match(row ?? '', new RegExp(`^${id}  CRM   manager  acme      -      \\d{4}-`));
  assert.equal((await run(`token set ${id} --operator`)).status, 0);
  assert.deepEqual((await run(`token remove ${id}`)).out, [`token ${id} removed`]);
  assert.deepEqual(await run('token list'), {
    status: 0,
    out: [],
    err: ['no tokens; carillon token add NAME --line N makes one'],
  });
});

test('customers are added, changed and removed', async (t) => {
  const { run } = directory(t);
  const title = ['--title', 'Acme & fils'];
  assert.deepEqual((await run(['customer', 'add', 'acme', ...title])).out, ['customer acme added']);
  assert.equal((await run(['customer', 'add', 'acme'])).status, 1);
  assert.equal((await run(['customer', 'set', 'default', ...title])).status, 0);
  const json = await run('customer list --json');
  assert.deepEqual(JSON.parse(json.out.join('')), [
    { name: 'acme', title: 'Acme & fils', lines: 0, users: 0 },
    { name: 'default', title: 'Acme & fils', lines: 0, users: 0 },
  ]);
  assert.deepEqual((await run('customer remove acme')).out, ['customer acme removed']);
  assert.deepEqual((await run('customer add acme --again')).out, ['customer acme added']);
  assert.equal((await run('customer remove default')).status, 1);
});

test('wrong arguments are told in one line with status 2, and make no data directory', async (t) => {
  const { data, run } = directory(t);
  const table: [line: string, says: RegExp][] = [
    ['user', /user what\? Write carillon user add\|set\|list\|remove\|link$/],
    ['customer', /write carillon customer add\|set\|list\|remove$/i],
    ['token', /write carillon token add\|set\|list\|remove$/i],
    ['user add', /NAME is missing; write carillon user add NAME --role operator\|manager\|user/],
    ['user add eve', /--role is missing/],
    ['user add eve --role king', /no such role: write operator/],
    ['user add Eve --role operator', /lower-case/],
    ['user add eve --role operator --password', /--password lacks its value/],
    ['user add eve --role operator --password -', /standard input is empty/],
    ['user add eve --role operator --password short', /at least 10/],
    ['user add eve --role operator --customer acme', /belongs to no customer/],
    ['user add eve --role manager', /customer: write which/],
    ['user add eve --role user --lines x', /lines, number 1: a telephone number/],
    ['user set eve', /nothing to set/],
    ['user link', /NAME is missing/],
    ['customer add ACME', /lower-case/],
    ['customer set acme', /nothing to set; write --title T/],
    ['token add CRM', /what it reaches is missing; write --line N/],
    ['token add CRM --operator --line 1', /--operator and --line exclude each other/],
    ['token set x', /nothing to set/],
  ];
  for (const [line, says] of table) {
    const { status, out, err } = await run(line);
    assert.deepEqual([status, out, err.length], [2, [], 1], line);
    assert.match(err[0] ?? '', says, line);
    assert.match(err[0] ?? '', /^carillon[^\n]*$/);
  }
  for (const line of ['user list', 'user remove x', 'token set x --name y', 'customer list']) {
    const { status, err } = await run(line);
    assert.equal(status, 1, line);
    assert.match(err.join(), /there is no data directory/);
  }
  const link = await run('user link admin');
  assert.equal(link.status, 1);
  assert.match(link.err.join(), /no server runs on .*carillon serve/);
  assert.equal(existsSync(data), false);
});

test('a running server has the change at once, and makes sign-in links', async (t) => {
  const { data, run } = directory(t);
  // The directory is there, and then a server's.
  await run('customer add acme');
  const { access, lines } = await openAccess();
  const commands = createAccessCommands({
    access,
    lines: { byNumber: (number) => lines.get(number) },
    country: 'FR',
    signInUrl: (secret) => `http://127.0.0.1:8080/#link=${secret}`,
  });
  const server = await startControlServer(data, commands, createLog('silent'));
  t.after(() => server.close());
  assert.equal(
    (await run(`user add admin --role operator --password ${PASSWORD.replace(' ', '-')}`)).status,
    0,
  );
  assert.equal(access.user('admin')?.role, 'operator');
  const link = await run('user link admin');
  assert.equal(link.status, 0);
  const [, secret = ''] =
    /^http:\/\/127\.0\.0\.1:8080\/#link=(\S+)$/.exec(link.out.join('\n')) ?? [];
  assert.match(link.err.join(), /^valid once, until \d{4}-/);
  assert.equal((await access.signInByLink(secret, '192.0.2.1')).ok, true);
  const nobody = await run('user link nobody');
  assert.deepEqual(
    [nobody.status, nobody.err],
    [1, ['carillon user link: there is no user nobody']],
  );
  const made = await run('token add CRM --operator');
  assert.equal(access.tokenOf(made.out[0] ?? '')?.name, 'CRM');
});
