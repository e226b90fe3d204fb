import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  happenAtLength,
  turn,
  deafResponse,
} from './event-streams-test-kit.ts';

test('a reader who does not read has little waiting for him, is cut off, and the others are not', async (t) => {
  const live = stream(1000);
  const streams = new EventStreams(live, within({ keepAliveMs: 50 }));
  const deaf = deafResponse();
  streams.open(deaf, readerOf(manager('a')), undefined);
  const quick = await connect(t, streams);
  await quick.until(/ready/);
  for (let i = 0; i < 100; i++) happenAtLength(live);
  assert.ok(deaf.writableLength < 200_000, `${deaf.writableLength} bytes wait`);
  await sizeIs(streams, 1);
  happen(live, ours);
  await quick.until(/"line":"33123456789"/);
});

test('who comes back from far and does not read is cut off, with as little waiting for him', async () => {
  const live = stream(10_000);
  for (let i = 0; i < 10_000; i++) happen(live, ours);
  const streams = new EventStreams(live, within({ keepAliveMs: 20 }));
  const deaf = deafResponse();
  streams.open(deaf, readerOf(manager('a')), 'e-0');
  for (let i = 0; i < 50; i++) await turn();
  assert.ok(deaf.writableLength < 100_000, `${deaf.writableLength} bytes wait`);
  await sizeIs(streams, 0);
});

test('who comes back from far has it in slices: meanwhile others have their turn', async (t) => {
  const live = stream(10_000);
  for (let i = 0; i < 9000; i++) happen(live, i % 3 === 0 ? ours : theirs);
  let looks = 0;
  let most = 0;
  const source = {
    follow: (after: string | undefined, onNews: () => void) => {
      const follower = live.follow(after, onNews);
      return {
        get id() {
          return follower.id;
        },
        next: () => {
          looks += 1;
          return follower.next();
        },
        end: () => follower.end(),
      };
    },
  };
  const streams = new EventStreams(source, within({ slice: 100 }));
  const perTurn = (): void => {
    most = Math.max(most, looks);
    looks = 0;
    if (streams.size > 0 || most === 0) setImmediate(perTurn);
  };
  perTurn();
  const reader = await connect(t, streams, { after: 'e-0' });
  // It happens while the old is still being told, and comes behind it.
  happen(live, ours);
  const text = await reader.until(/event: ready/);
  assert.equal([...text.matchAll(/^event: line$/gm)].length, 3001);
  assert.match(text, /event: line\nid: e-9001\n[^]*event: ready\nid: e-9001\n/);
  assert.ok(most >= 100 && most <= 201, `${most} events were looked at in one turn`);
  reader.response.destroy();
  await sizeIs(streams, 0);
});

test('an event is written once for all who hear it', async (t) => {
  const live = stream();
  const streams = new EventStreams(live);
  const readers = await Promise.all([1, 2, 3].map(() => connect(t, streams)));
  await Promise.all(readers.map(({ until }) => until(/ready/)));
  let writings = 0;
  const data = { line: ours, change: 'changed', toJSON: () => (writings += 1) } as const;
  live.publish({ type: 'line', line: ours, customer: 'a', data });
  const texts = await Promise.all(readers.map(({ until }) => until(/event: line\n[^]*\n\n/)));
  for (const text of texts) assert.match(text, /event: line\nid: e-1\ndata: 1\n\n$/);
  assert.equal(writings, 1);
});

test('who hears little is told where the stream stands, so that he resumes from there', async (t) => {
  const live = stream(100);
  const streams = new EventStreams(live, within({ passedOver: 10 }));
  const reader = await connect(t, streams);
  await reader.until(/ready/);
  for (let i = 0; i < 25; i++) happen(live, theirs);
  const text = await reader.until(/id: e-20\n/);
  assert.deepEqual(
    [...text.matchAll(/^event: ready\nid: (.*)$/gm)].map((m) => m[1]),
    ['e-0', 'e-10', 'e-20'],
  );
  // And what is left, with the next keep-alive; then nothing, since nothing moved.
  const slow = await connect(t, new EventStreams(live, within({ keepAliveMs: 10 })));
  await slow.until(/ready/);
  happen(live, theirs);
  await slow.until(/: keep-alive\n\nevent: ready\nid: e-26\ndata: {}\n\n/);
  const moved = slow.text().length;
  await slow.until(/e-26[^]*: keep-alive\n\n: keep-alive\n\n/);
  assert.ok(!slow.text().slice(moved).includes('id:'));
});
