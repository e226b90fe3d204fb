import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outboxWith, SECOND } from './outbox-test-kit.ts';
import type { OutboxLimits } from './outbox.ts';
import { event, HandClock, number, OK, rawReceiver } from './test-kit.ts';
import type { RawReceiver } from './test-kit.ts';

const TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;
const CALLS = 3;

/** How each of a hundred receivers behaves, by its number. */
function kindOf(i: number): 'hangs' | 'refuses' | 'trickles' | 'good' {
  return (
    [0, 1, 2].includes(i % 10) ? (['hangs', 'refuses', 'trickles'] as const)[i % 10] : 'good'
  )!;
}

/**
 * A hundred lines, each with a receiver of its own: 10 hang, 10 refuse the connection, 10 send their headers
 * and then no more. The clock stands still, so the bad ones are bad for as long as the test lasts.
 */
async function hundred(limits?: Partial<OutboxLimits>) {
  const clock = new HandClock();
  let bad = false;
  const receivers: RawReceiver[] = [];
  for (let i = 0; i < 100; i++) {
    const kind = kindOf(i);
    receivers.push(
      await rawReceiver((socket) => {
        if (!bad || kind === 'good') socket.write(OK);
        else if (kind === 'trickles') socket.write('HTTP/1.1 200 OK\r\n\r\nx');
        else if (kind === 'refuses') socket.resetAndDestroy();
      }),
    );
  }
  const lines = receivers.map((_, i) => number(String(33_120_000_000 + i)));
  const box = await outboxWith({
    clock,
    line: {},
    ...(limits && { limits }),
    lineOf: (account) => {
      const { port } = receivers[Number(account) - 33_120_000_000]!;
      return { notificationUrl: `http://127.0.0.1:${port}/_CALLREF_/_N_TYPE_` };
    },
  });
  return {
    ...box,
    receivers,
    lines,
    clock,
    /** From now on the bad ones are bad. */
    spoil: () => void (bad = true),
    /** CALLS calls of every line, or of the good ones alone, an event of each in turn. */
    live(wave: string, only?: 'good'): void {
      for (let call = 0; call < CALLS; call++) {
        for (const type of TYPES) {
          for (const [i, account] of lines.entries()) {
            if (only && kindOf(i) !== only) continue;
            box.happen(event(type, { callref: `${wave}-${call}-${account}`, account }));
          }
        }
      }
    },
    /** Fails unless every good receiver gets all of the wave, in order within each call, and each once. */
    async goodHaveAll(wave: string): Promise<void> {
      for (const [i, receiver] of receivers.entries()) {
        if (kindOf(i) !== 'good') continue;
        const of = (prefix: string) =>
          receiver.heads
            .map((head) => head.split(' ')[1]!)
            .filter((target) => target.startsWith(`/${prefix}-`));
        while (of(wave).length < CALLS * 3) await receiver.received(receiver.heads.length + 1);
        for (let call = 0; call < CALLS; call++) {
          const callref = `${wave}-${call}-${lines[i]!}`;
          assert.deepEqual(
            of(`${wave}-${call}`),
            TYPES.map((type) => `/${callref}/${type}`),
          );
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
    },
  };
}

describe('a hundred receivers, of which 10 hang, 10 refuse and 10 trickle', () => {
  it('hold no good one up: these get all, in order, while the bad ones are as they are', async () => {
    await using box = await hundred();
    box.spoil();
    box.live('a');
    await box.goodHaveAll('a');
    // Nobody has given the bad ones up: they are in flight, or wait for their turn or their next try.
    const { store, outbox } = box;
    const bad = () => store.summary.filter((row) => row.includes(' pending ')).length;
    await store.signal.until(() => bad() === 30 * CALLS * 3, 'the good are on record');
    assert.ok(outbox.depths.inFlight >= 20, `${outbox.depths.inFlight} in flight`);
    for (const [i, { heads }] of box.receivers.entries()) {
      if (kindOf(i) !== 'good') assert.ok(heads.length <= CALLS, `${heads.length}`);
    }
  });

  it('hold no good one up that goes on while they go bad', async () => {
    await using box = await hundred();
    box.live('a');
    assert.equal(await box.outbox.flush(10 * SECOND), true);
    box.spoil();
    for (const wave of ['b', 'c', 'd']) {
      box.live(wave);
      await box.goodHaveAll(wave);
      box.clock.advance(1500);
    }
  });

  it('leave a good one its places though they have all that are for unknown ones', async () => {
    await using box = await hundred({ total: 40, unproven: 12 });
    box.live('a', 'good');
    assert.equal(await box.outbox.flush(10 * SECOND), true);
    box.spoil();
    for (const wave of ['b', 'c']) {
      box.live(wave);
      await box.goodHaveAll(wave);
    }
    assert.ok(box.outbox.depths.inFlight >= 12);
  });
});
