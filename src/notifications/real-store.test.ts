// The outbox over the store that it has in the server, with its threads: what a store in memory cannot show.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CallEvent } from '../calls/call-event.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { DEFAULT_DELIVERY } from './delivery-policy.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import { createOutbox } from './outbox.ts';
import type { Outbox, OutboxLimits } from './outbox.ts';
import { at, leftIn, SECOND } from './outbox-test-kit.ts';
import type { SendRequest, SendResult } from './send.ts';
import { event, lineWith, number, seededRandom, silent } from './test-kit.ts';

const TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;
const IDENTITY = { kind: 'server', realm: 'carillon' } as const;

interface Setup {
  readonly send: (request: SendRequest) => Promise<SendResult>;
  readonly policy?: Partial<DeliveryPolicy>;
  readonly limits?: Partial<OutboxLimits>;
}

async function started(store: Store, { send, policy, limits }: Setup): Promise<Outbox> {
  const outbox = createOutbox({
    store,
    send,
    lineOf: (account) => lineWith({ ...at('http://crm'), number: account }),
    log: silent,
    policyOf: () => ({ ...DEFAULT_DELIVERY, ...policy }),
    ...(limits && { limits }),
  });
  await outbox.start();
  return outbox;
}

/** As the server's journal does. */
async function happen(store: Store, outbox: Outbox, one: CallEvent): Promise<void> {
  const events = [one];
  const notifications = outbox.prepare(events);
  const wire = one.type === 'RELEASE' ? undefined : 'wire';
  await store.recordCalls(events, notifications, one.call.dref, wire);
  outbox.enqueue(notifications, events);
}

const call = (i: number) => ({
  callref: `call-${i}`,
  dref: String(i).padStart(32, '0'),
  account: number(String(33_120_000_000 + (i % 7))),
});

const arrived = { status: 200, failure: null, error: null } as const;
const failed = { status: 404, failure: 'status', error: 'no' } as const;
const result = (how: typeof arrived | typeof failed): SendResult => ({
  at: Date.now(),
  ms: 1,
  address: '192.0.2.1:80',
  answer: 'a',
  sent: true,
  ...how,
});

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-outbox-'));
  try {
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('the outbox over the real store', () => {
  it('delivers each event once and each call in order, whatever parks, is resent and replayed', async () => {
    await inDirectory(async (directory) => {
      const random = seededRandom(4242);
      let failing = 0.3;
      const delivered: string[] = [];
      async function send({ id }: SendRequest): Promise<SendResult> {
        await turn();
        if (random() < failing) return result(failed);
        delivered.push(id);
        return result(arrived);
      }
      const store = await openSqliteStore(directory, IDENTITY);
      const limits = { windowOfLine: 8, atFirst: 8, perLine: 4 };
      const outbox = await started(store, { send, policy: { windowMs: 0 }, limits });
      const known: string[] = [];
      let resends = 0;
      async function live(i: number): Promise<void> {
        for (const [n, type] of TYPES.entries()) {
          await happen(store, outbox, event(type, call(i)));
          known.push(`call-${i}-${n + 1}`);
          const row = await store.getNotification(known[Math.floor(random() * known.length)]!);
          if (row?.state === 'parked' && (await outbox.resend(row)).ok) resends++;
          if (random() < 0.02) await outbox.replay({ state: 'parked' }, 20);
        }
      }
      const calls = 400;
      for (let i = 0; i < calls; i += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, place) => live(i + place)));
      }
      failing = 0;
      assert.equal(await outbox.flush(20 * SECOND), true);
      const { count, more } = await outbox.replay({ state: 'parked' }, 10_000);
      assert.equal(await outbox.flush(20 * SECOND), true);
      assert.ok(resends > 20 && count > 20 && !more, `${resends} resends, ${count} replayed`);
      assert.equal(leftIn(outbox), 0);
      assert.equal(delivered.length, calls * 3);
      for (let i = 0; i < calls; i++) {
        assert.deepEqual(
          delivered.filter((id) => id.startsWith(`call-${i}-`)),
          [1, 2, 3].map((n) => `call-${i}-${n}`),
        );
      }
      await outbox.stop();
      await store.close();
    });
  });

  it('goes on after a restart where it was: what parked, what was begun, what is open', async () => {
    await inDirectory(async (directory) => {
      const sent: string[] = [];
      const policy = { windowMs: 0, atMostOnce: true };
      {
        const store = await openSqliteStore(directory, IDENTITY);
        const send = async ({ id }: SendRequest) =>
          id.startsWith('call-2') ? new Promise<SendResult>(() => {}) : result(failed);
        const outbox = await started(store, { send, policy });
        await happen(store, outbox, event('SETUP', call(1)));
        await happen(store, outbox, event('SETUP', call(2)));
        await happen(store, outbox, event('CONNECT', call(2)));
        while ((await store.getNotification('call-1-1'))?.state !== 'parked') await turn();
        while (!(await store.pendingNotifications(call(2).account, 0, 1))[0]?.claimed) await turn();
        void outbox.stop();
        await store.close();
      }
      const store = await openSqliteStore(directory, IDENTITY);
      const send = async ({ id }: SendRequest) => {
        sent.push(id);
        return result(arrived);
      };
      const outbox = await started(store, { send, policy });
      for (const i of [1, 2]) await happen(store, outbox, event('RELEASE', call(i)));
      assert.equal(await outbox.flush(5 * SECOND), true);
      assert.equal(sent.length, 0);
      const rows = await store.listNotifications({ limit: 9 });
      assert.deepEqual(
        rows.map(({ id, state, attempts }) => `${id} ${state} ${attempts[0]?.failure}`),
        [
          'call-1-1 parked status',
          'call-2-1 parked unknown-outcome',
          'call-2-2 parked undefined',
          'call-1-3 parked undefined',
          'call-2-3 parked undefined',
        ],
      );
      assert.deepEqual(await outbox.replay({ state: 'parked' }, 9), {
        count: 5,
        more: false,
        next: 0,
      });
      assert.equal(await outbox.flush(5 * SECOND), true);
      assert.deepEqual(
        sent.filter((id) => id.startsWith('call-2')),
        ['call-2-1', 'call-2-2', 'call-2-3'],
      );
      assert.equal(sent.length, 5);
      assert.equal(leftIn(outbox), 0);
      await outbox.stop();
      await store.close();
    });
  });
});
