import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAccess } from '../access/test-kit.ts';
import { type AccessCommandRooms, createAccessCommands } from './access-commands.ts';
import type { Arguments, CommandReply } from './arguments.ts';

async function open(more: Partial<AccessCommandRooms> = {}) {
  const { access, lines, store, clock } = await openAccess();
  const rooms = { byNumber: (number: string) => lines.get(number) };
  const commands = createAccessCommands({ access, lines: rooms, country: 'FR', ...more });
  const run = (name: keyof typeof commands, args: Arguments): Promise<CommandReply> =>
    commands[name](args);
  return { access, store, clock, run };
}

/** The result of what must be done. */
async function done(reply: Promise<CommandReply>): Promise<unknown> {
  const given = await reply;
  assert.ok(given.ok, given.ok ? '' : given.error);
  return given.result;
}

test('users are added, changed, listed and removed in the form that interfaces show', async () => {
  const { run, clock } = await open();
  const createdAt = new Date(clock.now).toISOString();
  const paul = {
    name: 'paul',
    role: 'user',
    customer: 'acme',
    lines: ['33123456781'],
    hasPassword: false,
    createdAt,
  };
  const args = { name: 'paul', role: 'user', lines: ['01 23 45 67 81'] };
  assert.deepEqual(await done(run('user.add', args)), paul);
  const operator = { name: 'admin', role: 'operator', password: 'correct horse' };
  const admin = { ...paul, name: 'admin', role: 'operator', customer: null, lines: [] };
  assert.deepEqual(await done(run('user.add', operator)), { ...admin, hasPassword: true });
  const both = { name: 'paul', lines: ['33123456781', '+33123456782'] };
  const changed = { ...paul, lines: ['33123456781', '33123456782'] };
  assert.deepEqual(await done(run('user.set', both)), changed);
  assert.deepEqual(await done(run('user.list', {})), [{ ...admin, hasPassword: true }, changed]);
  assert.deepEqual(await done(run('user.remove', { name: 'paul' })), { name: 'paul' });
});

test('lines say the customer of a new user, and never carry a user to another customer', async () => {
  const { run, access } = await open();
  await done(run('user.add', { name: 'bea', role: 'user', lines: ['33123456791'] }));
  assert.equal(access.user('bea')?.customer, 'beta');
  const moved = await run('user.set', { name: 'bea', lines: ['33123456781'] });
  assert.partialDeepStrictEqual(moved, { ok: false, status: 1 });
  assert.equal(access.user('bea')?.customer, 'beta');
  await done(run('user.set', { name: 'bea', customer: 'acme', lines: ['33123456781'] }));
  assert.equal(access.user('bea')?.customer, 'acme');
  // An operator belongs to nobody yet.
  for (const name of ['one', 'two']) await done(run('user.add', { name, role: 'operator' }));
  await done(run('user.set', { name: 'two', role: 'user', lines: ['33123456791'] }));
  assert.equal(access.user('two')?.customer, 'beta');
});

test('a customer that is gone is added again only where it is said to be the same', async () => {
  const { run, store } = await open();
  store.history.add('zoo');
  const refused = await run('customer.add', { name: 'zoo' });
  assert.ok(!refused.ok && refused.status === 1);
  assert.match(refused.error, /^calls of an earlier customer zoo are kept.* --again\)$/);
  assert.deepEqual(await done(run('customer.add', { name: 'zoo', again: true })), {
    name: 'zoo',
    title: '',
  });
});

test('customers and tokens are added, changed, listed and removed', async () => {
  const { run, access, clock } = await open();
  const zoo = { name: 'zoo', title: 'Le zoo' };
  assert.deepEqual(await done(run('customer.add', zoo)), zoo);
  assert.deepEqual(await done(run('customer.set', { ...zoo, title: '' })), { ...zoo, title: '' });
  assert.deepEqual(await done(run('customer.list', {})), [
    { name: 'acme', title: '', lines: 2, users: 0 },
    { name: 'beta', title: '', lines: 1, users: 0 },
    { name: 'default', title: '', lines: 0, users: 0 },
    { name: 'zoo', title: '', lines: 0, users: 0 },
  ]);
  assert.deepEqual(await done(run('customer.remove', { name: 'zoo' })), { name: 'zoo' });

  const args = { name: 'CRM', role: 'user', lines: ['33123456791'] };
  const made = await done(run('token.add', args));
  const [token] = access.tokens();
  const shown = {
    id: token?.id,
    name: 'CRM',
    role: 'user',
    customer: 'beta',
    lines: ['33123456791'],
    createdAt: new Date(clock.now).toISOString(),
  };
  assert.partialDeepStrictEqual(made, { token: shown });
  const { secret }: { secret: string } = Object(made);
  assert.equal(access.tokenOf(secret)?.id, token?.id);
  assert.deepEqual(await done(run('token.list', {})), [shown]);
  const wide = { id: token?.id, name: 'ERP', role: 'manager', customer: 'acme', lines: [] };
  const { createdAt } = shown;
  assert.deepEqual(await done(run('token.set', wide)), { ...wide, createdAt });
  assert.deepEqual(await done(run('token.remove', { id: token?.id })), {
    id: token?.id,
    name: 'ERP',
  });
  assert.equal(access.tokenOf(secret), undefined);
});

test('a sign-in link is made where pages are served, with their URL around it', async () => {
  const { run, access, clock } = await open({ signInUrl: (secret) => `http://x/#link=${secret}` });
  await done(run('user.add', { name: 'admin', role: 'operator' }));
  const link = await done(run('user.link', { name: 'admin' }));
  assert.partialDeepStrictEqual(link, {
    name: 'admin',
    expiresAt: new Date(clock.now + 600_000).toISOString(),
  });
  const { url }: { url: string } = Object(link);
  const [, secret = ''] = /^http:\/\/x\/#link=([\w-]{43})$/.exec(url) ?? [];
  assert.equal((await access.signInByLink(secret, '192.0.2.1')).ok, true);
  const missing = await run('user.link', { name: 'nobody' });
  assert.partialDeepStrictEqual(missing, { ok: false, status: 1 });

  const elsewhere = await open();
  const refused = await elsewhere.run('user.link', { name: 'admin' });
  assert.partialDeepStrictEqual(refused, { ok: false, status: 1 });
});

test('wrong arguments are told with status 2, what cannot be now with status 1, and neither changes anything', async () => {
  const { run, store } = await open({ signInUrl: (secret) => secret });
  await done(run('user.add', { name: 'admin', role: 'operator' }));
  store.writes.length = 0;
  type Name = Parameters<typeof run>[0];
  const table: [name: Name, args: Arguments, status: 1 | 2, says: RegExp][] = [
    ['user.add', {}, 2, /name must be a text/],
    ['user.add', { name: 7 }, 2, /name must be a text/],
    ['user.add', { name: 'Eve', role: 'operator' }, 2, /lower-case/],
    ['user.add', { name: 'eve' }, 2, /role is missing/],
    ['user.add', { name: 'eve', role: {} }, 2, /role must be a text/],
    ['user.add', { name: 'eve', role: 'operator', password: 1 }, 2, /password must be a text/],
    ['user.add', { name: 'eve', role: 'operator', password: 'short' }, 2, /at least 10/],
    ['user.add', { name: 'eve', role: 'user', lines: '33123456781' }, 2, /must be a list/],
    [
      'user.add',
      { name: 'eve', role: 'user', lines: [33123456781] },
      2,
      /lines, number 1: it must be a text/,
    ],
    [
      'user.add',
      { name: 'eve', role: 'user', lines: ['33123456781', 'nonsense'] },
      2,
      /lines, number 2: a telephone number/,
    ],
    ['user.add', { name: 'eve', role: 'user', lines: Array(1001).fill('1') }, 2, /at most 1000/],
    ['user.add', { name: 'eve', role: 'user', lines: ['33123456799'] }, 1, /no line 33123456799/],
    ['user.add', { name: 'eve', role: 'user' }, 2, /customer/],
    ['user.add', { name: 'eve', role: 'manager', customer: 'gone' }, 1, /no customer gone/],
    ['user.add', { name: 'admin', role: 'operator' }, 1, /exists already/],
    ['user.set', { name: 'eve', role: 'operator' }, 1, /no user eve/],
    ['user.set', { name: 'admin', role: 'manager', customer: 'acme' }, 1, /last operator/],
    ['user.remove', { name: 'admin' }, 1, /last operator/],
    ['user.remove', { name: '__proto__' }, 1, /no user/],
    ['user.link', {}, 2, /name must be a text/],
    ['customer.add', { name: 'a b' }, 2, /lower-case/],
    ['customer.add', { name: 'acme', title: 'x' }, 1, /exists already/],
    ['customer.add', { name: 'zoo', title: 'a\nb' }, 2, /title/],
    ['customer.set', { name: 'zoo', title: 'x' }, 1, /no customer zoo/],
    ['customer.remove', { name: 'acme' }, 1, /still in use/],
    ['customer.remove', { name: 'default' }, 1, /stays/],
    ['token.add', { name: '', role: 'operator' }, 2, /named by 1 to 64/],
    ['token.add', { name: 'CRM' }, 2, /role is missing/],
    ['token.set', { id: 'x', name: 'CRM' }, 1, /no token/],
    ['token.remove', {}, 2, /id must be a text/],
    ['token.remove', { id: '000000000000' }, 1, /no token with the id 000000000000/],
  ];
  for (const [name, args, status, says] of table) {
    const reply = await run(name, args);
    const title = `${name} ${JSON.stringify(args).slice(0, 80)}`;
    assert.ok(!reply.ok, title);
    assert.match(reply.error, says, title);
    assert.equal(reply.status, status, title);
  }
  assert.deepEqual(store.writes, []);
});
