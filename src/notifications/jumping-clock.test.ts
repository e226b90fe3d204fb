import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { at, leftIn, outboxWith, SECOND } from './outbox-test-kit.ts';
import type { SendRequest, SendResult } from './send.ts';
import { MemoryStore } from './memory-store.ts';
import { event, HandClock, seededRandom } from './test-kit.ts';

const DAY = 24 * 3600 * SECOND;
const POLICY = { retryMs: [SECOND, 3 * SECOND, 10 * SECOND], windowMs: 60 * SECOND };
/** Calls whose SETUP never arrives. */
const NEVER = new Set([7, 16]);
const WAITS = [1, 3, 10, 10, 10, 10, 10, 6];

async function settle(): Promise<void> {
  for (let turns = 12; turns > 0; turns--) await turn();
}

describe('a clock that somebody sets back and forth by days', () => {
  for (const windowOfLine of [500, 12]) {
    const where = windowOfLine === 12 ? 'of which a part waits on disk' : 'in memory';
    it(`loses nothing, skips no try, and changes no wait between the tries, for calls ${where}`, async () => {
      const random = seededRandom(777);
      const clock = new HandClock();
      const store = new MemoryStore();
      const tries = new Map<string, number[]>();
      const delivered: string[] = [];
      // Some answer at once, some at their third try, some never: by the call's number.
      async function send({ id, attempt }: SendRequest): Promise<SendResult> {
        const call = Number(id.split('-')[1]);
        const arrives = !NEVER.has(call) && (call % 3 !== 1 || attempt >= 3);
        tries.set(id, [...(tries.get(id) ?? []), clock.elapsed()]);
        if (arrives) delivered.push(id);
        const how = arrives
          ? ({ status: 200, failure: null, error: null } as const)
          : ({ status: 404, failure: 'status', error: 'no' } as const);
        return { at: clock.now(), ms: 1, address: null, answer: null, sent: true, ...how };
      }
      await using box = await outboxWith({
        clock,
        store,
        send,
        policy: POLICY,
        limits: { windowOfLine, atFirst: 50, perLine: 50 },
        line: at('http://crm'),
      });
      const calls = 30;
      for (let second = 0; second < 400; second++) {
        if (second < calls) box.happen(event('SETUP', { callref: `call-${second}` }));
        if (second >= 20 && second < calls + 20) {
          const callref = `call-${second - 20}`;
          box.happen(event('CONNECT', { callref }), event('RELEASE', { callref }));
        }
        await settle();
        if (random() < 0.3) clock.jump((random() - 0.5) * 20 * DAY);
        await settle();
        clock.advance(SECOND);
      }
      await settle();
      assert.equal(leftIn(box.outbox), 0);
      assert.equal(store.reads.length > 0, windowOfLine === 12, `${store.reads.length} readings`);
      assert.equal(store.summary.length, calls * 3);
      for (let call = 0; call < calls; call++) {
        const ids = [1, 2, 3].map((n) => `call-${call}-${n}`);
        const states = ids.map((id) => store.row(id).state);
        if (NEVER.has(call)) {
          assert.deepEqual(states, ['parked', 'parked', 'parked']);
          assert.deepEqual(waitsOf(tries.get(ids[0]!)!), WAITS);
          assert.equal(tries.has(ids[1]!), false);
          continue;
        }
        assert.deepEqual(states, ['delivered', 'delivered', 'delivered']);
        assert.deepEqual(
          delivered.filter((id) => id.startsWith(`call-${call}-`)),
          ids,
        );
        for (const id of ids) {
          assert.deepEqual(waitsOf(tries.get(id)!), call % 3 === 1 ? [1, 3] : [], id);
        }
      }
    });
  }
});

function waitsOf(moments: readonly number[]): number[] {
  return moments.slice(1).map((moment, i) => (moment - moments[i]!) / SECOND);
}
