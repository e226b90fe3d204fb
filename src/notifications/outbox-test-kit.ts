// For the tests of the outbox only: an outbox with its sender, over a store in memory, and a real HTTP
// server for it to notify. The smaller pieces are test-kit.ts's.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { CallEvent } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Notification } from '../store/store.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { DEFAULT_DELIVERY } from './delivery-policy.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { Log } from './log.ts';
import type { Destination } from './destination.ts';
import { createOutbox } from './outbox.ts';
import type { Outbox, OutboxLimits, OutboxOptions, Resent } from './outbox.ts';
import { createSender } from './send.ts';
import type { SendRequest, SendResult } from './send.ts';
import { MemoryStore } from './memory-store.ts';
import type { HandClock } from './test-kit.ts';
import { lineWith, portOf, Signal, silent, loopbackPolicy } from './test-kit.ts';

type Handler = (target: string, response: ServerResponse, attempt: number) => void;
const ok: Handler = (_target, response) => void response.end('OK');

/** A real HTTP server that keeps each request as `<target> <number of the try>`. */
export async function receiver(handle: Handler = ok) {
  const requests: string[] = [];
  const signal = new Signal();
  const server = createServer((request, response) => {
    const attempt = Number(request.headers['webhook-attempt']);
    requests.push(`${request.url} ${attempt}`);
    handle(request.url ?? '', response, attempt);
    signal.changed();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    received: (count: number) => signal.until(() => requests.length >= count, `${count} requests`),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A receiver that refuses all until it is told to accept. */
export async function mending() {
  const state = { status: 404 };
  const server = await receiver((_target, response) => {
    response.statusCode = state.status;
    response.end();
  });
  return Object.assign(server, { mend: () => void (state.status = 200) });
}

interface Setup {
  readonly store?: MemoryStore;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: Partial<OutboxLimits>;
  readonly policy?: Partial<DeliveryPolicy>;
  readonly onAttempt?: OutboxOptions['onAttempt'];
  readonly onParkedBehind?: OutboxOptions['onParkedBehind'];
  readonly destinations?: readonly Destination[];
  readonly send?: OutboxOptions['send'];
  readonly random?: () => number;
  readonly line: Partial<Line>;
  /** What differs from `line` by account. */
  readonly lineOf?: (account: E164) => Partial<Line>;
}

export async function outboxWith(setup: Setup) {
  const {
    store = new MemoryStore(),
    clock = systemClock,
    log = silent,
    limits,
    policy,
    onAttempt,
    onParkedBehind,
    destinations = [],
    line,
  } = setup;
  const sender = createSender({ policy: loopbackPolicy, clock, version: '0' });
  const outbox = createOutbox({
    store,
    clock,
    lineOf: (account) => lineWith({ ...line, ...setup.lineOf?.(account), number: account }),
    destinationsOf: () => destinations,
    send: setup.send ?? sender.send,
    log,
    // In the middle of its range the jitter is none.
    random: setup.random ?? (() => 0.5),
    policyOf: () => ({ ...DEFAULT_DELIVERY, ...policy }),
    ...(limits && { limits }),
    ...(onAttempt && { onAttempt }),
    ...(onParkedBehind && { onParkedBehind }),
  });
  await outbox.start();
  return {
    outbox,
    store,
    sender,
    /** Commits and enqueues, as the server's journal does. */
    happen(...events: CallEvent[]): Notification[] {
      const notifications = outbox.prepare(events);
      store.commit(notifications);
      outbox.enqueue(notifications, events);
      return notifications;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([outbox.stop(), sender.close()]);
    },
  };
}

/** What an outbox has in memory that must be gone when nothing waits. */
export function leftIn({ depths }: Outbox): number {
  const { inMemory, inFlight, waitingForRetry, lines, chains, parkedChains, openCalls } = depths;
  return inMemory + inFlight + waitingForRetry + lines + chains + parkedChains + openCalls;
}

export const at = (origin: string) => ({ notificationUrl: `${origin}/_CALLREF_/_N_TYPE_` });
export const SECOND = 1000;

/** One try and no more, so that a failure parks at once. */
export const ONE_TRY = { policy: { windowMs: 0 } };

export const RESENT: Resent = { ok: true };

/** What came of each resend: `ok`, or why not. */
export const codes = (answers: readonly Resent[]) =>
  answers.map((answer) => (answer.ok ? 'ok' : answer.code));

export const count = <T>(all: readonly T[], one: T) => all.filter((each) => each === one).length;

/** What a try may lead to, by its name. */
const RESULTS = {
  arrived: { status: 200, failure: null, sent: true },
  failed: { status: 404, failure: 'status', sent: true },
  refused: { status: null, failure: 'refused', sent: false },
  cutOff: { status: null, failure: 'bad-answer', sent: true },
} as const;
type Named = keyof typeof RESULTS;

/** A sender that makes no requests: it notes the second of each try, and answers as the test says. */
export function scripted(
  clock: HandClock,
  answer: (request: SendRequest) => Named | Partial<SendResult>,
) {
  const tries: string[] = [];
  const began = clock.elapsed();
  async function send(request: SendRequest): Promise<SendResult> {
    const { id, attempt } = request;
    tries.push(`${(clock.elapsed() - began) / SECOND} ${id} ${attempt}`);
    const said = answer(request);
    const result = typeof said === 'string' ? RESULTS[said] : { ...RESULTS.failed, ...said };
    const error = result.failure === null ? null : 'It failed.';
    return { at: clock.now(), ms: 1, error, address: null, answer: null, ...result };
  }
  return { tries, send };
}

/** Moves on second by second, so that what follows from a try is done before the next one is due. */
export async function pass(clock: HandClock, seconds: number, step = SECOND): Promise<void> {
  for (let passed = 0; passed < seconds * SECOND; passed += step) {
    for (let turns = 6; turns > 0; turns--) await turn();
    clock.advance(step);
  }
  for (let turns = 6; turns > 0; turns--) await turn();
}
