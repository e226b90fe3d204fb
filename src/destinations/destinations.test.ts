import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_DESTINATIONS } from './destinations.ts';
import type { DestinationChange, DestinationResult } from './destinations.ts';
import { FakeStore, NOBODY, ONE, open, TWO } from './test-kit.ts';

const URL_ONE = 'https://one.example/?c=_CALLREF_';

function done(result: DestinationResult) {
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.destination;
}

function codeOf(result: DestinationResult): string {
  assert.ok(!result.ok, 'this had to be refused');
  return result.code;
}

test('a destination is added, changed and removed, on disk and in memory', async (t) => {
  const { destinations, store, clock } = await open(t);
  const added = done(await destinations.add(ONE, { url: URL_ONE, title: 'CRM' }));
  assert.deepEqual(added, {
    id: 2,
    line: ONE,
    title: 'CRM',
    url: URL_ONE,
    format: 'get',
    enabled: true,
    direction: 'any',
    types: ['SETUP', 'CONNECT', 'RELEASE'],
    numbers: [],
    createdAt: clock.now,
  });
  const other = done(await destinations.add(ONE, { url: URL_ONE }));
  const changed = done(await destinations.set(2, { enabled: false }));
  assert.deepEqual(changed, { ...added, enabled: false });
  assert.deepEqual(destinations.ofLine(ONE), [changed, other]);
  assert.deepEqual([...store.destinations.values()], [changed, other]);
  assert.deepEqual(done(await destinations.remove(2)), changed);
  assert.deepEqual(destinations.ofLine(ONE), [other]);
  assert.deepEqual([...store.destinations.keys()], [3]);
  assert.equal(destinations.byId(2), undefined);
});

test('a restart finds what was kept, and no id is given twice', async (t) => {
  const { destinations, store, dataDir } = await open(t);
  for (const line of [TWO, ONE]) done(await destinations.add(line, { url: URL_ONE }));
  done(await destinations.remove(3));
  const again = await open(t, { store, dataDir });
  assert.deepEqual(
    again.destinations.all().map(({ id, line }) => [id, line]),
    [[2, TWO]],
  );
  assert.equal(done(await again.destinations.add(ONE, { url: URL_ONE })).id, 4);
  assert.deepEqual(
    again.destinations.all().map(({ id }) => id),
    [4, 2],
  );
});

test('wrong input changes nothing, and is told before what else is wrong', async (t) => {
  const { destinations, store } = await open(t);
  assert.equal(codeOf(await destinations.add(ONE, {})), 'template-empty');
  assert.equal(codeOf(await destinations.add(NOBODY, { url: 'x' })), 'template-scheme');
  assert.equal(codeOf(await destinations.add(NOBODY, { url: URL_ONE })), 'no-such-line');
  assert.equal(codeOf(await destinations.set(7, { title: 'x' })), 'no-such-destination');
  assert.equal(codeOf(await destinations.remove(7)), 'no-such-destination');
  assert.equal(store.destinations.size, 0);
  assert.equal(done(await destinations.add(ONE, { url: URL_ONE })).id, 2);
});

test('a line has ten at most, also where they are added all at once', async (t) => {
  const { destinations } = await open(t);
  const results = await Promise.all(
    Array.from({ length: MOST_DESTINATIONS + 2 }, () => destinations.add(ONE, { url: URL_ONE })),
  );
  assert.equal(results.filter(({ ok }) => ok).length, MOST_DESTINATIONS);
  assert.equal(codeOf(results.at(-1)!), 'too-many-destinations');
  done(await destinations.add(TWO, { url: URL_ONE }));
  done(await destinations.remove(5));
  done(await destinations.add(ONE, { url: URL_ONE }));
});

test('who may not change the line any more when his turn comes finds it gone', async (t) => {
  const { destinations } = await open(t);
  done(await destinations.add(ONE, { url: URL_ONE }));
  const asked: string[] = [];
  const may = ({ customer }: { customer: string }) => {
    asked.push(customer);
    return false;
  };
  assert.equal(codeOf(await destinations.add(ONE, { url: URL_ONE }, may)), 'no-such-line');
  assert.equal(codeOf(await destinations.set(2, {}, { may })), 'no-such-destination');
  assert.equal(codeOf(await destinations.remove(2, { may })), 'no-such-destination');
  assert.equal(codeOf(await destinations.remove(2, { line: TWO })), 'no-such-destination');
  assert.deepEqual(asked, ['acme', 'acme', 'acme']);
  done(await destinations.set(2, {}, { line: ONE, may: () => true }));
});

test('a removed line takes its destinations along, and each is told of', async (t) => {
  const { destinations, lines } = await open(t);
  const told: string[] = [];
  destinations.onChange(({ kind, destination }) => told.push(`${kind} ${destination.id}`));
  for (const line of [ONE, TWO, ONE]) done(await destinations.add(line, { url: URL_ONE }));
  done(await destinations.set(3, { title: 'x' }));
  lines.remove(ONE);
  assert.deepEqual(destinations.ofLine(ONE), []);
  assert.deepEqual(
    destinations.all().map(({ id }) => id),
    [3],
  );
  assert.deepEqual(told, ['added 2', 'added 3', 'added 4', 'changed 3', 'removed 2', 'removed 4']);
});

test('a line that is removed while its destination is being added has none', async (t) => {
  for (const fault of [undefined, new Error('FOREIGN KEY constraint failed')]) {
    const { destinations, lines, store } = await open(t);
    store.before = async () => {
      lines.remove(ONE);
      store.fault = fault;
    };
    assert.equal(codeOf(await destinations.add(ONE, { url: URL_ONE })), 'no-such-line');
    assert.deepEqual(destinations.all(), []);
  }
});

test('what could not be kept is not shown, and holds up nothing', async (t) => {
  const { destinations, store } = await open(t);
  store.fault = new Error('the disk is full');
  await assert.rejects(destinations.add(ONE, { url: URL_ONE }), /the disk is full/);
  assert.deepEqual(destinations.all(), []);
  store.fault = undefined;
  done(await destinations.add(ONE, { url: URL_ONE }));
});

test('a listener that fails is logged, and the others are told', async (t) => {
  const { destinations, logged } = await open(t, { store: new FakeStore() });
  const told: DestinationChange[] = [];
  destinations.onChange(() => {
    throw new Error('no');
  });
  const end = destinations.onChange((change) => told.push(change));
  done(await destinations.add(ONE, { url: URL_ONE }));
  end();
  done(await destinations.add(ONE, { url: URL_ONE }));
  assert.equal(told.length, 1);
  assert.equal(logged.length, 2);
});
