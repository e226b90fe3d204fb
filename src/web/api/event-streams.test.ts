import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../access/principal.ts';
import { EventStreams } from './event-streams.ts';
import {
  ours,
  theirs,
  manager,
  readerOf,
  connect,
  stream,
  happen,
  sizeIs,
  within,
  turn,
} from './event-streams-test-kit.ts';

test('a fresh reader learns where to resume from, then what happens', async (t) => {
  const live = stream();
  const reader = await connect(t, new EventStreams(live));
  assert.match(String(reader.response.headers['content-type']), /^text\/event-stream/);
  assert.equal(reader.response.headers['cache-control'], 'no-store');
  assert.match(await reader.until(/event: ready\n/), /^: .*\nretry: 2000\n\n/);
  assert.match(await reader.until(/ready\nid: .*\ndata/), /event: ready\nid: e-0\n/);
  happen(live, ours);
  const text = await reader.until(/event: line\n[^]*\n\n/);
  assert.match(text, /event: line\nid: e-1\ndata: {"line":"33123456789","change":"changed"}\n\n$/);
});

test("nobody is told of another customer's line, neither now nor when he resumes", async (t) => {
  const live = stream();
  const streams = new EventStreams(live);
  happen(live, theirs);
  const reader = await connect(t, streams, { after: 'e-0' });
  await reader.until(/ready/);
  happen(live, theirs);
  happen(live, ours);
  const text = await reader.until(/event: line\n/);
  assert.ok(!text.includes(theirs));
});

test('who comes back gets what he missed, and only that', async (t) => {
  const live = stream();
  for (let i = 0; i < 5; i++) happen(live, ours);
  const reader = await connect(t, new EventStreams(live), { after: 'e-3' });
  const text = await reader.until(/ready/);
  assert.deepEqual(
    [...text.matchAll(/^id: (.*)$/gm)].map((m) => m[1]),
    ['e-4', 'e-5', 'e-5'],
  );
});

test('who comes back too late is told to read all again', async (t) => {
  const live = stream(3);
  for (let i = 0; i < 9; i++) happen(live, ours);
  const streams = new EventStreams(live);
  for (const after of ['e-2', 'other-8', 'nonsense', 'e-10', '']) {
    const reader = await connect(t, streams, { after });
    const text = await reader.until(/ready/);
    assert.match(text, /event: reset\nid: e-9\n/, after);
  }
});

const as = (name: string) => ({ reader: readerOf(manager(name)) });

test('a stream too many is refused, of one reader and of all', async (t) => {
  const streams = new EventStreams(stream(), within({ total: 3, each: 2 }));
  const first = await connect(t, streams, as('a'));
  await connect(t, streams, as('a'));
  assert.throws(() => streams.checkRoom(manager('a')), { status: 429, code: 'too-many-streams' });
  streams.checkRoom(manager('b'));
  await connect(t, streams, as('b'));
  assert.throws(() => streams.checkRoom(manager('c')), { status: 503, code: 'too-many-streams' });
  first.response.destroy();
  await sizeIs(streams, 2);
  streams.checkRoom(manager('a'));
});

const of = (id: string, customer: string): Principal => ({ ...manager(customer), id });

test('one customer leaves room for the others, and for the operator', async (t) => {
  const streams = new EventStreams(stream(), within({ total: 4, ofCustomer: 2, each: 2 }));
  const first = await connect(t, streams, { reader: readerOf(of('anna', 'a')) });
  await connect(t, streams, { reader: readerOf({ ...of('crm', 'a'), kind: 'token' }) });
  assert.throws(() => streams.checkRoom(of('arno', 'a')), {
    status: 429,
    code: 'too-many-streams',
    message: /customer a has 2 event streams/,
  });
  streams.checkRoom(of('bela', 'b'));
  const operator: Principal = { ...of('olga', ''), role: 'operator' };
  await connect(t, streams, { reader: readerOf(operator) });
  await connect(t, streams, { reader: readerOf({ ...operator, id: 'omar' }) });
  first.response.destroy();
  await sizeIs(streams, 3);
  streams.checkRoom({ ...operator, id: 'oona' });
  streams.checkRoom(of('arno', 'a'));
});

test('a stream ends when its reader is told to go, and at a keep-alive when he is nobody any more', async (t) => {
  const streams = new EventStreams(stream(), within({ keepAliveMs: 10 }));
  const gone = await connect(t, streams, {
    reader: { ...readerOf(manager('a')), session: 'gone' },
  });
  let now: Principal | undefined = manager('a');
  const expiring = await connect(t, streams, {
    reader: { principal: manager('a'), session: 'kept', renewed: () => now },
  });
  await expiring.until(/: keep-alive\n\n/);
  streams.end(({ session }) => session === 'gone');
  await gone.closed;
  await sizeIs(streams, 1);
  now = undefined;
  await expiring.closed;
  await sizeIs(streams, 0);
});

test('rights that change count from the next keep-alive on', async (t) => {
  const live = stream();
  let now = manager('a');
  const streams = new EventStreams(live, within({ keepAliveMs: 10 }));
  const reader = await connect(t, streams, {
    reader: { principal: now, session: 'kept', renewed: () => now },
  });
  await reader.until(/ready/);
  now = manager('b');
  const heard = reader.text().length;
  while (!reader.text().slice(heard).includes('keep-alive')) await turn();
  happen(live, ours);
  happen(live, theirs);
  assert.doesNotMatch(await reader.until(/event: line/), new RegExp(`"line":"${ours}"`));
});
