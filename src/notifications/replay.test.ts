import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { at, leftIn, ONE_TRY, outboxWith, receiver, SECOND } from './outbox-test-kit.ts';
import { event, HandClock, LINE, number } from './test-kit.ts';

const OTHER = number('33123456790');
const TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;

const callrefs = (count: number) => Array.from({ length: count }, (_, i) => `call-${i}`);

/** A receiver that refuses all until it is mended, and an outbox in which all of these calls are parked. */
async function parked(calls: readonly string[], lag = false, around: readonly string[] = []) {
  let status = 404;
  const server = await receiver((_target, response) => {
    response.writeHead(status).end();
  });
  const clock = new HandClock();
  const box = await outboxWith({ ...ONE_TRY, clock, line: at(server.origin) });
  // Long calls that begin before and end behind the others.
  for (const callref of around) box.happen(event('SETUP', { callref }));
  for (const callref of calls) {
    box.happen(...TYPES.map((type) => event(type, { callref })));
    clock.advance(SECOND);
  }
  for (const callref of around) {
    box.happen(event('CONNECT', { callref }), event('RELEASE', { callref }));
  }
  assert.equal(await box.outbox.flush(10 * SECOND), true);
  assert.equal(box.store.summary.filter((row) => !row.includes(' parked ')).length, 0);
  status = 200;
  server.requests.length = 0;
  if (lag) {
    box.store.lag = () => turn();
    box.store.lookLag = () => turn();
  }
  return {
    ...box,
    server,
    clock,
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** That each of these calls was sent whole, once, and in order; nothing else is looked at. */
function assertInOrder(requests: readonly string[], calls: readonly string[]): void {
  for (const callref of calls) {
    assert.deepEqual(
      requests.filter((request) => request.startsWith(`/${callref}/`)),
      TYPES.map((type) => `/${callref}/${type} 1`),
    );
  }
}

describe('a replay', () => {
  it('sends all that is parked of a line, each call in order, and nothing of another line', async () => {
    const calls = callrefs(250);
    await using box = await parked(calls, true);
    const other = box.outbox.prepare([event('SETUP', { callref: 'other', account: OTHER })]);
    box.store.commit(other);
    box.store.rows.get(other[0]!.seq)!.state = 'parked';
    const answer = await box.outbox.replay({ line: LINE, state: 'parked' }, 10_000);
    assert.deepEqual(answer, { count: 750, more: false, next: 0 });
    assert.equal(await box.outbox.flush(20 * SECOND), true);
    assert.equal(box.server.requests.length, 750);
    assertInOrder(box.server.requests, calls);
    assert.equal(box.store.row('other-1').state, 'parked');
    assert.equal(leftIn(box.outbox), 0);
  });

  it('sends at most so many, says that there are more, and goes on with those', async () => {
    const calls = callrefs(100);
    await using box = await parked(calls);
    const answers = [];
    for (const most of [1, 0, 7, 200, 92]) {
      const { count, more } = await box.outbox.replay({ state: 'parked' }, most);
      answers.push({ count, more });
      assert.equal(await box.outbox.flush(10 * SECOND), true);
    }
    assert.deepEqual(answers, [
      { count: 1, more: true },
      { count: 0, more: true },
      { count: 7, more: true },
      { count: 200, more: true },
      { count: 92, more: false },
    ]);
    assert.equal(box.server.requests.length, 300);
    assertInOrder(box.server.requests, calls);
  });

  it('in parts misses nothing, also where long calls lie around many short ones', async () => {
    const short = callrefs(100);
    const long = callrefs(200).map((callref) => `long-${callref}`);
    await using box = await parked(short, false, long);
    let sent = 0;
    for (let from = 0, more = true; more;) {
      const part = await box.outbox.replay({ state: 'parked' }, 210, from);
      sent += part.count;
      ({ more, next: from } = part);
      assert.equal(await box.outbox.flush(10 * SECOND), true);
    }
    assert.equal(sent, 900);
    assertInOrder(box.server.requests, [...short, ...long]);
    assert.equal(leftIn(box.outbox), 0);
  });

  it('of delivered ones goes on behind the part before, and sends none of that again', async () => {
    await using box = await parked(callrefs(20));
    await box.outbox.replay({ state: 'parked' }, 1000);
    assert.equal(await box.outbox.flush(10 * SECOND), true);
    box.server.requests.length = 0;
    let sent = 0;
    for (let from = 0, more = true; more;) {
      const part = await box.outbox.replay({ state: 'delivered' }, 7, from);
      assert.equal(await box.outbox.flush(10 * SECOND), true);
      sent += part.count;
      ({ more, next: from } = part);
    }
    assert.equal(sent, 60);
    assert.equal(new Set(box.server.requests).size, 60);
    assert.equal(box.server.requests.length, 60);
  });

  it('of a time takes whole calls that were parked in it, and no others', async () => {
    await using box = await parked(callrefs(9));
    // The second event of call-3 is where the time begins, the first of call-6 where it ends.
    const { rows } = box.store;
    const from = rows.get(11)!.notification.createdAt;
    Object.assign(rows.get(10)!.notification, { createdAt: from - 1 });
    const to = rows.get(19)!.notification.createdAt;
    const answer = await box.outbox.replay({ state: 'parked', from, to }, 10_000);
    assert.deepEqual(answer, { count: 9, more: false, next: 0 });
    assert.equal(await box.outbox.flush(10 * SECOND), true);
    assert.equal(box.server.requests.length, 9);
    assertInOrder(box.server.requests, ['call-3', 'call-4', 'call-5']);
  });

  it('of delivered ones sends them again in order, but none that was delivered since it began', async () => {
    await using server = await receiver();
    await using box = await outboxWith({ line: at(server.origin) });
    const calls = callrefs(150);
    const live = callrefs(300).slice(150);
    for (const callref of calls) {
      box.happen(...TYPES.map((type) => event(type, { callref })));
    }
    assert.equal(await box.outbox.flush(10 * SECOND), true);
    server.requests.length = 0;
    box.store.lag = () => turn();
    const replay = box.outbox.replay({ state: 'delivered', line: LINE }, 10_000);
    for (const callref of live) {
      box.happen(...TYPES.map((type) => event(type, { callref })));
      await turn();
    }
    assert.deepEqual(await replay, { count: 450, more: false, next: 0 });
    assert.equal(await box.outbox.flush(10 * SECOND), true);
    assert.equal(server.requests.length, 900);
    assertInOrder(server.requests, [...calls, ...live]);
  });

  it('of all that ended sends both kinds, and leaves alone what waits', async () => {
    const clock = new HandClock();
    await using server = await receiver((target, response, attempt) => {
      response.statusCode = attempt === 1 && /^\/(bad|waits)/.test(target) ? 404 : 200;
      response.end();
    });
    const policy = { windowMs: SECOND, retryMs: [SECOND] };
    await using box = await outboxWith({ clock, policy, line: at(server.origin) });
    box.happen(event('SETUP', { callref: 'bad' }), event('SETUP', { callref: 'good' }));
    await box.store.recorded(2);
    box.store.rows.get(1)!.state = 'parked';
    await using again = await outboxWith({
      clock,
      policy,
      store: box.store,
      line: at(server.origin),
    });
    again.happen(event('SETUP', { callref: 'waits' }));
    await again.store.recorded(3);
    assert.deepEqual(await again.outbox.replay({ state: 'ended' }, 10), {
      count: 2,
      more: false,
      next: 0,
    });
    await again.store.recorded(5);
    assert.equal(again.store.row('waits-1').attempts.length, 1);
    assert.equal(again.store.row('good-1').attempts.length, 2);
    assert.equal(again.store.row('bad-1').attempts.length, 2);
  });

  it('twice at once sends each one once', async () => {
    const calls = callrefs(120);
    await using box = await parked(calls, true);
    const replays = [0, 1, 2].map(() => box.outbox.replay({ state: 'parked' }, 10_000));
    const resends = calls.map((callref) => box.outbox.resend(box.store.row(`${callref}-2`)));
    const counts = (await Promise.all(replays)).map(({ count }) => count);
    const resent = (await Promise.all(resends)).filter(({ ok }) => ok).length;
    assert.equal(await box.outbox.flush(20 * SECOND), true);
    assert.equal(box.server.requests.length, 360);
    assertInOrder(box.server.requests, calls);
    const replayed = counts.reduce((sum, count) => sum + count, 0);
    assert.ok(
      replayed <= 360 && replayed + 3 * resent >= 360,
      `${counts.join()}, ${resent} resent`,
    );
  });

  it('ends when the outbox is stopped, and says that there is more; the next start sends what waits', async () => {
    const calls = callrefs(200);
    await using box = await parked(calls, true);
    const replay = box.outbox.replay({ state: 'parked' }, 10_000);
    while (box.store.row('call-0-1').state === 'parked') await turn();
    const stopped = box.outbox.stop();
    const { count, more } = await replay;
    assert.ok(count > 0 && count < 600 && more, `${count} ${more}`);
    await stopped;
    const sent = box.server.requests.length;
    await using after = await outboxWith({
      ...ONE_TRY,
      store: box.store,
      line: at(box.server.origin),
    });
    assert.equal(await after.outbox.flush(10 * SECOND), true);
    assert.ok(box.server.requests.length >= count && box.server.requests.length <= count + sent);
  });

  it('rejects where the store fails, and holds nothing up', async () => {
    await using box = await parked(callrefs(3));
    const requeue = box.store.requeueNotifications.bind(box.store);
    box.store.requeueNotifications = () => Promise.reject(new Error('disk'));
    await assert.rejects(box.outbox.replay({ state: 'parked' }, 10), /disk/);
    box.store.requeueNotifications = requeue;
    box.happen(event('SETUP', { callref: 'new' }), event('RELEASE', { callref: 'new' }));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(box.server.requests, ['/new/SETUP 1', '/new/RELEASE 1']);
    assert.equal(leftIn(box.outbox), 0);
    assert.deepEqual(await box.outbox.replay({ state: 'parked' }, 10), {
      count: 9,
      more: false,
      next: 0,
    });
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assertInOrder(box.server.requests, callrefs(3));
  });
});

describe('a resend of one', () => {
  it('that somebody else had delivered since it was shown as parked does not repeat it', async () => {
    await using box = await parked(['call-0']);
    const shown = box.store.row('call-0-1');
    await box.outbox.resend(shown);
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    const answer = await box.outbox.resend(shown);
    assert.equal(answer.ok ? '' : answer.code, 'pending');
    assert.equal(box.server.requests.length, 3);
  });

  it('that was delivered leaves what is parked behind it where it is', async () => {
    await using server = await receiver((target, response) => {
      response.writeHead(target.endsWith('SETUP') ? 200 : 404).end();
    });
    await using box = await outboxWith({ ...ONE_TRY, line: at(server.origin) });
    box.happen(...TYPES.map((type) => event(type)));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    await box.outbox.resend(box.store.row('call-0001-1'));
    assert.equal(await box.outbox.flush(5 * SECOND), true);
    assert.deepEqual(box.store.summary, [
      'call-0001-1 delivered 2',
      'call-0001-2 parked 1',
      'call-0001-3 parked 0',
    ]);
  });
});
