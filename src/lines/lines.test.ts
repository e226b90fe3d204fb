import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { ha1 } from '../digest/ha1.ts';
import { Lines } from './lines.ts';
import type { LineChange, LineChanges } from './lines.ts';
import { presentLine } from './present-line.ts';
import { errorOf, FakeStore, lineOf, RULES, turn } from './test-kit.ts';

const NUMBER = '33123456789';
const OTHER = '33123456790';

async function load(store = new FakeStore()) {
  const logged: string[] = [];
  const lines = await Lines.load(store, RULES, { error: (_, text) => logged.push(text) });
  return { lines, store, logged };
}

test('a line is added with its defaults and its password as HA1 only', async () => {
  const { lines, store } = await load();
  const result = await lines.add({ number: NUMBER, password: 'long enough' });
  assert.deepEqual(result, {
    ok: true,
    warnings: [],
    line: {
      number: NUMBER,
      title: '',
      short: '',
      offer: '',
      notificationUrl: '',
      sourceIp: '',
      sourceIpMatch: 'whole',
      buzzeeUrl: '',
      customer: 'default',
      api: true,
      autoAnswer: false,
      origins: [],
      deliveryTimeoutS: 0,
      deliveryWindowS: 0,
      deliveryRetryS: [],
      deliveryMode: '',
      ha1Md5: ha1('MD5', NUMBER, 'carillon', 'long enough'),
      ha1Sha256: ha1('SHA-256', NUMBER, 'carillon', 'long enough'),
    },
  });
  assert.deepEqual(store.kept.get(NUMBER), lines.byNumber(NUMBER));
  assert.ok(!JSON.stringify([...store.kept.values()]).includes('long enough'));
});

test('all settings are kept, found by number and by short number, and loaded again', async () => {
  const { lines, store } = await load();
  const settings = {
    title: 'Réception ☎',
    short: '21',
    offer: 'standard',
    notificationUrl: 'http://host/?a=_ACCOUNT_',
    sourceIp: '10\\.0\\.0\\.1|10\\.0\\.0\\.2',
    sourceIpMatch: 'search',
    buzzeeUrl: 'https://buzzee.example:8443/x?y=z',
    customer: 'acme-paris',
  } as const;
  const typed = { api: 'off', autoAnswer: 'on', origins: 'HTTPS://b.example http://a:80/' };
  const input = { number: NUMBER, password: 'sandbox', ...settings, ...typed };
  const added = lineOf(await lines.add(input));
  const kept = { api: false, autoAnswer: true, origins: ['https://b.example', 'http://a'] };
  assert.deepEqual({ ...added, ...settings, ...kept }, added);
  const again = (await load(store)).lines;
  assert.deepEqual(again.byNumber(NUMBER), added);
  assert.deepEqual(again.byShort('acme-paris', '21'), added);
  assert.equal(again.byShort('default', '21'), undefined);
  assert.deepEqual(again.all(), [added]);
});

test('a text of control characters, too long or in a wrong form is refused and changes nothing', async () => {
  const { lines, store } = await load();
  await lines.add({ number: NUMBER, password: 'long enough', title: 'before' });
  const before = lines.byNumber(NUMBER);
  const refused: [LineChanges, RegExp][] = [
    [{ password: '' }, /password is empty/],
    [{ password: 'x'.repeat(129) }, /129 characters: write at most 128/],
    [{ password: 'tab\there' }, /password holds a line break or another control character/],
    [{ title: 'x'.repeat(65) }, /the title has 65 characters: write at most 64/],
    [{ title: 'esc \u001b[2J' }, /title holds/],
    [{ title: 'half \ud83d' }, /title holds/],
    [{ offer: 'x'.repeat(65) }, /the offer has 65/],
    [{ offer: 'a\nb' }, /offer holds/],
    [{ short: '1' }, /a short number has 2 to 6 digits/],
    [{ notificationUrl: 'ftp://x' }, /the template must begin with http/],
    [{ sourceIp: 'x'.repeat(513) }, /pattern of source addresses has 513 characters/],
    [{ sourceIpMatch: 'partly' }, /write whole .* or search/],
    [{ buzzeeUrl: 'ftp://host/' }, /write it as http:/],
    [{ buzzeeUrl: 'host/path' }, /write it as http:/],
    [{ buzzeeUrl: 'http:/host' }, /write it as http:/],
    [{ buzzeeUrl: ' http://host/' }, /write it as http:/],
    [{ buzzeeUrl: `http://h/${'x'.repeat(2048)}` }, /write at most 2048/],
    [{ customer: 'Acme' }, /lower-case letters, digits and dashes/],
    [{ customer: 'x'.repeat(33) }, /1 to 32/],
    [{ api: 'yes' }, /the API is either on or off: write one of these two/],
    [{ autoAnswer: 'ON' }, /automatic answer is either on or off/],
    [{ origins: '*' }, /"\*" is refused/],
    [{ origins: 'https://a.example\thttps://b.example' }, /origins holds a line break/],
    [{ title: 'first is right', offer: 'x'.repeat(65) }, /the offer/],
  ];
  for (const [changes, error] of refused) {
    assert.match(errorOf(await lines.set(NUMBER, changes)), error, JSON.stringify(changes));
  }
  const untyped: object[] = [
    { api: true },
    { origins: ['http://a'] },
    { title: 7 },
    { color: 'blue' },
    { number: OTHER },
    { title: null },
  ];
  for (const changes of untyped) {
    errorOf(await lines.set(NUMBER, changes));
  }
  assert.equal(lines.byNumber(NUMBER), before);
  assert.equal(store.kept.get(NUMBER), before);
});

test('texts at their limit are taken', async () => {
  const { lines } = await load();
  const changes = {
    password: 'é'.repeat(128),
    title: '☎'.repeat(63) + '😀',
    offer: 'x'.repeat(64),
    sourceIp: 'x'.repeat(512),
    customer: 'a'.repeat(32),
  };
  assert.deepEqual((await lines.add({ number: NUMBER, ...changes })).ok, true);
});

test('a doubtful setting is kept with a warning', async () => {
  const { lines } = await load();
  await lines.add({ number: NUMBER, password: 'long enough' });
  const doubtful: [LineChanges, RegExp][] = [
    [{ password: 'seven77' }, /shorter than 8 characters/],
    [{ notificationUrl: 'http://host/' }, /no keyword in it/],
    [{ sourceIp: 'a)|(.*' }, /not valid .* Digest/],
    [{ sourceIp: '(?=10)' }, /not valid .* Digest/],
    [{ sourceIp: 'x{1000}'.repeat(70) }, /not valid \(it repeats more than 1000 times\)/],
  ];
  for (const [changes, warning] of doubtful) {
    const result = await lines.set(NUMBER, changes);
    assert.ok(result.ok);
    assert.equal(result.warnings.length, 1, JSON.stringify(changes));
    assert.match(result.warnings[0]?.text ?? '', warning);
  }
  assert.equal(lines.byNumber(NUMBER)?.sourceIp, 'x{1000}'.repeat(70));
  const valid = await lines.set(NUMBER, {
    sourceIp: '10\\.0\\.0\\.[1-9]{1,2}',
    password: '8 chars!',
  });
  assert.ok(valid.ok);
  assert.deepEqual(valid.warnings, []);
});

test('an empty text clears a setting and an absent one leaves it', async () => {
  const { lines } = await load();
  const set = {
    title: 'T',
    short: '21',
    offer: 'O',
    notificationUrl: 'http://host/?a=_ACCOUNT_',
    sourceIp: 'x',
    sourceIpMatch: 'search',
    buzzeeUrl: 'http://host/',
    customer: 'acme',
    api: 'off',
    autoAnswer: 'on',
    origins: 'http://crm.example',
  };
  const added = lineOf(await lines.add({ number: NUMBER, password: 'long enough', ...set }));
  assert.deepEqual(lineOf(await lines.set(NUMBER, {})), added);
  const names = Object.keys(set);
  const cleared = lineOf(await lines.set(NUMBER, Object.fromEntries(names.map((n) => [n, '']))));
  assert.deepEqual(cleared, {
    ...added,
    title: '',
    short: '',
    offer: '',
    notificationUrl: '',
    sourceIp: '',
    sourceIpMatch: 'whole',
    buzzeeUrl: '',
    customer: 'default',
    api: true,
    autoAnswer: false,
    origins: [],
    deliveryTimeoutS: 0,
    deliveryWindowS: 0,
    deliveryRetryS: [],
    deliveryMode: '',
  });
  assert.equal(lines.byShort('acme', '21'), undefined);
});

test('a number that exists, does not exist or is none is refused with what to do', async () => {
  const { lines } = await load();
  await lines.add({ number: NUMBER, password: 'long enough' });
  const twice = await lines.add({ number: NUMBER, password: 'another one' });
  assert.match(errorOf(twice), /exists already: change it with carillon line set 33123456789/);
  assert.match(errorOf(await lines.set(OTHER, { title: 'T' })), /there is no line 33123456790/);
  assert.match(errorOf(await lines.remove(OTHER)), /there is no line 33123456790/);
  assert.match(errorOf(await lines.add({ number: '12', password: 'x' })), /12 is no number: write/);
  assert.match(errorOf(await lines.set('12', {})), /12 is no number/);
});

test('a short number belongs to one line of a customer, and is free again when given up', async () => {
  const { lines } = await load();
  await lines.add({ number: NUMBER, password: 'long enough', short: '21' });
  const second = { number: OTHER, password: 'long enough', short: '21' };
  assert.match(errorOf(await lines.add(second)), /21 is already that of line 33123456789/);
  lineOf(await lines.add({ ...second, customer: 'acme' }));
  assert.match(errorOf(await lines.set(OTHER, { customer: '' })), /already that of line/);
  assert.equal(lines.byShort('acme', '21')?.number, OTHER);
  lineOf(await lines.set(NUMBER, { short: '21' }));
  lineOf(await lines.set(NUMBER, { short: '22' }));
  lineOf(await lines.set(OTHER, { customer: '' }));
  assert.equal(lines.byShort('default', '21')?.number, OTHER);
  lineOf(await lines.remove(OTHER));
  assert.equal(lines.byShort('default', '21'), undefined);
  assert.equal(lines.byNumber(OTHER), undefined);
});

test('of changes made at the same time only one gets the number and one the short number', async () => {
  const { lines, store } = await load();
  store.holds = true;
  const same = [1, 2, 3].map(() => lines.add({ number: NUMBER, password: 'long enough' }));
  const shorts = ['33100000001', '33100000002', '33100000003'].map((number) =>
    lines.add({ number, password: 'long enough', short: '21' }),
  );
  const all = Promise.all([...same, ...shorts]);
  for (let commits = 0; commits < 2; commits += 1) {
    await turn();
    assert.equal(store.held.length, 1);
    store.held.pop()?.();
  }
  const results = await all;
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, false, false, true, false, false],
  );
  assert.equal(store.kept.size, 2);
});

test('a change is visible only when it is on disk', async () => {
  const { lines, store } = await load();
  const told: string[] = [];
  lines.onChange(({ kind }) => told.push(kind));
  store.holds = true;
  const adding = lines.add({ number: NUMBER, password: 'long enough' });
  await turn();
  assert.equal(store.held.length, 1);
  assert.equal(lines.byNumber(NUMBER), undefined);
  assert.deepEqual(told, []);
  store.held.pop()?.();
  await adding;
  assert.equal(lines.byNumber(NUMBER)?.number, NUMBER);
  assert.deepEqual(told, ['added']);
});

test('a change that the store could not keep rejects, changes nothing, and the next one works', async () => {
  const { lines, store } = await load();
  await lines.add({ number: NUMBER, password: 'long enough', short: '21' });
  store.fault = new Error('the disk is full');
  await assert.rejects(lines.set(NUMBER, { short: '22' }), /the disk is full/);
  await assert.rejects(lines.remove(NUMBER), /the disk is full/);
  assert.equal(lines.byShort('default', '21')?.number, NUMBER);
  assert.equal(lines.byShort('default', '22'), undefined);
  store.fault = undefined;
  lineOf(await lines.set(NUMBER, { short: '22' }));
});

test('more than 1000 waiting changes are refused', async () => {
  const { lines, store } = await load();
  store.holds = true;
  const waiting = Array.from({ length: 1000 }, () => lines.remove(OTHER));
  assert.match(errorOf(await lines.remove(OTHER)), /1000 changes of lines wait already/);
  await Promise.all(waiting);
  assert.match(errorOf(await lines.remove(OTHER)), /there is no line/);
});

test('listeners are told each change, one that throws is logged and harms nobody', async () => {
  const { lines, logged } = await load();
  const told: LineChange[] = [];
  lines.onChange(() => {
    throw new Error('listener');
  });
  const stop = lines.onChange((change) => told.push(change));
  const first = lineOf(await lines.add({ number: NUMBER, password: 'long enough' }));
  const second = lineOf(await lines.set(NUMBER, { title: 'T' }));
  await lines.set(NUMBER, { title: 'x'.repeat(65) });
  await lines.remove(NUMBER);
  assert.deepEqual(told, [
    { kind: 'added', line: first },
    { kind: 'changed', line: second, before: first },
    { kind: 'removed', line: second },
  ]);
  assert.equal(logged.length, 3);
  stop();
  await lines.add({ number: NUMBER, password: 'long enough' });
  assert.equal(told.length, 3);
});

test('all lines are given by number', async () => {
  const { lines } = await load();
  for (const number of ['33300000000', '33100000000', '33200000000']) {
    await lines.add({ number, password: 'long enough' });
  }
  assert.deepEqual(
    lines.all().map(({ number }) => number),
    ['33100000000', '33200000000', '33300000000'],
  );
});

test('a line is shown without HA1 and with the user-info of its URLs masked', async () => {
  const { lines } = await load();
  const notificationUrl = 'http://me:secret@host/?a=_ACCOUNT_';
  const urls = { notificationUrl, buzzeeUrl: 'http://me:secret@buzzee/' };
  const added = await lines.add({ number: NUMBER, password: 'long enough', ...urls });
  const shown = presentLine(lineOf(added), (url) => url.replace('me:secret', '***'));
  assert.deepEqual(shown, {
    number: NUMBER,
    title: '',
    short: '',
    offer: '',
    notificationUrl: 'http://***@host/?a=_ACCOUNT_',
    sourceIp: '',
    sourceIpMatch: 'whole',
    buzzeeUrl: 'http://***@buzzee/',
    customer: 'default',
    api: true,
    autoAnswer: false,
    origins: [],
    deliveryTimeoutS: 0,
    deliveryWindowS: 0,
    deliveryRetryS: [],
    deliveryMode: '',
  });
  const fixed = ['number', 'title', 'short', 'offer', 'notificationUrl', 'sourceIp'];
  assert.deepEqual(Object.keys(shown).slice(0, 6), fixed);
});

test('a change that was allowed for one customer does not reach a line that moved while it waited', async () => {
  const { lines } = await load();
  await lines.add({ number: NUMBER, password: 'long enough', customer: 'acme' });
  const moved = lines.set(NUMBER, { customer: 'beta' });
  const late = lines.set(NUMBER, { notificationUrl: 'http://acme.example/?c=_CALLREF_' }, 'acme');
  assert.ok((await moved).ok);
  const refused = await late;
  assert.equal(refused.ok ? '' : refused.code, 'no-such-line');
  assert.equal(lines.byNumber(NUMBER)?.notificationUrl, '');
});
