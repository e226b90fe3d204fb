import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInput } from './access.ts';
import { presentUser } from './present.ts';
import type { Reach } from './principal.ts';
import { done, e164, openAccess, PASSWORD, refusedAs } from './test-kit.ts';

const ACME1 = '33123456781';
const ACME2 = '33123456782';
const BETA1 = '33123456791';

const manager = (): Reach => ({ role: 'manager', customer: 'acme', lines: [] });
const user = (): Reach => ({ role: 'user', customer: 'acme', lines: [e164(ACME1)] });

test('a user is made, kept with a hash only, shown, changed in what is named, and there after a restart', async () => {
  const { access, store, again, clock } = await openAccess();
  const made = done(
    await access.putUser('alice', {
      role: 'user',
      customer: 'acme',
      lines: [ACME1, ACME1],
      password: PASSWORD,
    }),
  );
  assert.equal(made.isNew, true);
  const kept = store.usersKept.get('alice');
  assert.match(kept?.passwordHash ?? '', /^\$argon2id\$/);
  assert.ok(!JSON.stringify(kept).includes(PASSWORD));
  assert.deepEqual(presentUser(made.user), {
    name: 'alice',
    role: 'user',
    customer: 'acme',
    lines: [ACME1],
    hasPassword: true,
    createdAt: new Date(clock.now).toISOString(),
  });
  clock.now += 1000;
  const changed = done(await access.putUser('alice', { lines: [ACME2, ACME1] }));
  assert.deepEqual(changed, { ok: true, isNew: false, user: { ...kept, lines: [ACME2, ACME1] } });
  const promoted = done(await access.putUser('alice', { role: 'manager' }));
  assert.deepEqual(promoted.user, { ...kept, role: 'manager', lines: [] });
  const back = await again();
  assert.deepEqual(back.users(), [promoted.user]);
  assert.deepEqual(back.user('alice'), promoted.user);
  assert.equal(back.user('bob'), undefined);
});

test('a reach that does not hold together is refused and changes nothing', async () => {
  const { access, store } = await openAccess();
  const many = Array.from({ length: 1001 }, () => ACME1);
  const table: [input: UserInput, code: string, field: string][] = [
    [{}, 'role-missing', 'role'],
    [{ customer: 'acme' }, 'role-missing', 'role'],
    [{ role: 'king' }, 'role-unknown', 'role'],
    [{ role: 'constructor' }, 'role-unknown', 'role'],
    [{ role: 'manager' }, 'customer-missing', 'customer'],
    [{ role: 'manager', customer: '' }, 'customer-missing', 'customer'],
    [{ role: 'manager', customer: 'gone' }, 'customer-unknown', 'customer'],
    [{ role: 'manager', customer: 'x'.repeat(1e6) }, 'customer-unknown', 'customer'],
    [{ role: 'manager', customer: 'acme', lines: [ACME1] }, 'lines-not-for-role', 'lines'],
    [{ role: 'operator', customer: 'acme' }, 'customer-not-for-role', 'customer'],
    [{ role: 'operator', lines: [ACME1] }, 'lines-not-for-role', 'lines'],
    [{ role: 'user', lines: [ACME1] }, 'customer-missing', 'customer'],
    [{ role: 'user', customer: 'acme' }, 'lines-missing', 'lines'],
    [{ role: 'user', customer: 'acme', lines: [] }, 'lines-missing', 'lines'],
    [{ role: 'user', customer: 'acme', lines: many }, 'lines-many', 'lines'],
    [{ role: 'user', customer: 'acme', lines: [ACME1, BETA1] }, 'line-unknown', 'lines'],
    [{ role: 'user', customer: 'acme', lines: ['33999999999'] }, 'line-unknown', 'lines'],
    [{ role: 'user', customer: 'acme', lines: ['x'.repeat(1e6)] }, 'line-unknown', 'lines'],
    [
      { role: 'user', customer: 'acme', lines: [ACME1], password: 'short' },
      'too-short',
      'password',
    ],
    [{ role: 'manager', customer: 'acme', password: '' }, 'too-short', 'password'],
  ];
  for (const [input, code, field] of table) {
    const refused = await access.putUser('alice', input);
    assert.ok(!refused.ok, code);
    assert.deepEqual([refused.code, refused.field], [code, field]);
    assert.ok(refused.error.length < 300, 'the sentence repeats what was sent');
  }
  // Tokens have the same reach, and the same checks.
  assert.equal(
    refusedAs(
      await access.addToken({ name: 'CRM', role: 'user', customer: 'acme', lines: [BETA1] }),
    ),
    'line-unknown',
  );
  // Nobody learns whether another customer's line exists.
  const texts = await Promise.all(
    [BETA1, '33123456799'].map(async (number) => {
      const refused = await access.putUser('eve', {
        role: 'user',
        customer: 'acme',
        lines: [number],
      });
      return refused.ok ? '' : refused.error.replace(number, 'N');
    }),
  );
  assert.equal(texts[0], texts[1]);
  assert.deepEqual(store.writes, []);
});

test('names of users have a form', async () => {
  const { access, store } = await openAccess();
  const input = { role: 'operator' } as const;
  for (const name of [
    '',
    'Alice',
    'a b',
    'a/b',
    'élise',
    'a\u0000',
    'a\n',
    'x'.repeat(65),
    'x'.repeat(1e7),
  ]) {
    assert.equal(refusedAs(await access.putUser(name, input)), 'name-form');
    assert.equal(refusedAs(await access.removeUser(name)), 'not-found');
    assert.equal(refusedAs(access.makeSignInLink(name)), 'not-found');
  }
  for (const name of ['a', '__proto__', 'constructor', 'a.b_c@d+e-f', 'x'.repeat(64)]) {
    done(await access.putUser(name, input));
    assert.equal(access.user(name)?.name, name);
  }
  assert.equal(store.usersKept.size, 5);
  assert.equal(access.user('toString'), undefined);
});

test('making and changing can be told apart', async () => {
  const { access } = await openAccess();
  const input = { role: 'manager', customer: 'acme' };
  assert.equal(refusedAs(await access.putUser('max', input, { only: 'existing' })), 'not-found');
  done(await access.putUser('max', input, { only: 'new' }));
  assert.equal(refusedAs(await access.putUser('max', input, { only: 'new' })), 'exists');
  // Two at once: one has it.
  const both = await Promise.all([1, 2].map(() => access.putUser('eve', input, { only: 'new' })));
  assert.equal(both.filter(({ ok }) => ok).length, 1);
});

test('the last operator can neither go nor become less', async () => {
  const { access } = await openAccess();
  done(await access.putUser('one', { role: 'operator' }));
  done(await access.putUser('max', { role: 'manager', customer: 'acme' }));
  const less = { role: 'manager', customer: 'acme' };
  assert.equal(refusedAs(await access.removeUser('one')), 'last-operator');
  assert.equal(refusedAs(await access.putUser('one', less)), 'last-operator');
  done(await access.putUser('one', { password: PASSWORD }));
  done(await access.putUser('two', { role: 'operator' }));
  // Both leave at once: one stays.
  const left = await Promise.all([access.removeUser('one'), access.putUser('two', less)]);
  assert.deepEqual(
    left.map(({ ok }) => ok),
    [true, false],
  );
  done(await access.removeUser('max'));
});

test('nobody gives more than he has, also where the check before was of another moment', async () => {
  const { access } = await openAccess();
  const by = manager;
  done(await access.putUser('root', { role: 'operator' }));
  done(await access.putUser('max', { role: 'manager', customer: 'acme' }, { by }));
  done(await access.putUser('bea', { role: 'manager', customer: 'beta' }));
  const refused: [string, UserInput, string][] = [
    ['new', { role: 'operator' }, 'forbidden'],
    ['new', { role: 'manager', customer: 'beta' }, 'forbidden'],
    ['max', { role: 'operator' }, 'forbidden'],
    ['max', { customer: 'beta' }, 'forbidden'],
    // Of somebody else's user he learns that the name is taken, and no more.
    ['root', { password: PASSWORD }, 'name-taken'],
    ['root', { role: 'manager', customer: 'acme' }, 'name-taken'],
    ['bea', { customer: 'acme' }, 'name-taken'],
  ];
  for (const [name, input, code] of refused) {
    assert.equal(refusedAs(await access.putUser(name, input, { by })), code, name);
    assert.ok(!(await access.putUser(name, input, { by: user })).ok, name);
  }
  for (const name of ['root', 'bea']) {
    assert.equal(refusedAs(await access.removeUser(name, by)), 'forbidden');
  }
  // He was the manager's when the request began, and is an operator when its turn has come.
  const [promoted, changed] = await Promise.all([
    access.putUser('max', { role: 'operator', customer: '' }),
    access.putUser('max', { password: PASSWORD }, { by }),
  ]);
  done(promoted);
  assert.equal(refusedAs(changed), 'name-taken');

  const own = { name: 'own', role: 'user', customer: 'acme', lines: [ACME1] };
  const { token } = done(await access.addToken(own, { by: user }));
  const wide = { ...own, lines: [ACME1, ACME2] };
  assert.equal(refusedAs(await access.addToken(wide, { by: user })), 'forbidden');
  assert.equal(refusedAs(await access.setToken(token.id, wide, { by: user })), 'forbidden');
  done(await access.setToken(token.id, wide, { by: manager }));
  assert.equal(
    refusedAs(await access.setToken(token.id, { name: 'x' }, { by: user })),
    'forbidden',
  );
  assert.equal(refusedAs(await access.removeToken(token.id, user)), 'forbidden');
  done(await access.removeToken(token.id, manager));
});

test('who loses his rights while his changes wait changes nothing', async () => {
  const { access, store } = await openAccess();
  const input = { role: 'manager', customer: 'acme' };
  const token = { name: 'CRM', ...input };
  done(await access.putUser('max', input));
  const { id } = done(await access.addToken(token)).token;
  done(await access.putCustomer('zoo', {}));
  const isManager = manager();
  const isOperator: Reach = { role: 'operator', customer: '', lines: [] };
  for (const [before, later] of [
    [isManager, undefined],
    [isManager, { ...isManager, customer: 'beta' }],
    [isOperator, isManager],
    [isOperator, undefined],
  ] as const) {
    let who: Reach | undefined = before;
    const by = (): Reach | undefined => who;
    store.writes.length = 0;
    const wide = later === isManager ? { role: 'manager', customer: 'beta' } : input;
    const waiting = Promise.all([
      access.putUser('eve', { ...wide, password: PASSWORD }, { by }),
      access.addToken({ ...token, ...wide }, { by }),
      ...(later === isManager
        ? []
        : [
            access.putUser('max', { password: PASSWORD }, { by }),
            access.setToken(id, { name: 'ERP' }, { by }),
            access.removeToken(id, by),
            access.removeUser('max', by),
          ]),
      ...(before === isOperator
        ? [access.putCustomer('new', {}, { by }), access.removeCustomer('zoo', by)]
        : []),
    ]);
    who = later;
    for (const outcome of await waiting) {
      assert.match(refusedAs(outcome), /^(forbidden|name-taken)$/);
    }
    assert.deepEqual(store.writes, []);
  }
});
