// For tests only: a store in a temporary directory, and calls, notifications, lines to put into it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Identity } from './open-database.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { StoreTuning } from './store-tuning.ts';
import type { Attempt, Binding, Notification, Store } from './store.ts';

export const IDENTITY: Identity = { kind: 'server', realm: 'carillon' };

/** Digits as the brand that the contracts want. */
export function e164(digits: string): E164 {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return digits as E164;
}

export const LINE_A = e164('33123456789');
export const LINE_B = e164('33123456790');

/** A directory that is gone after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-store-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A store that is closed after the test. */
export async function storeIn(
  t: TestContext,
  directory: string,
  tuning?: StoreTuning,
): Promise<Store> {
  const store = await openSqliteStore(directory, IDENTITY, tuning);
  t.after(() => store.close());
  return store;
}

export function sampleLine(number: E164 = LINE_A): Line {
  return {
    number,
    title: 'Réception',
    short: number.slice(-3),
    offer: 'standard',
    notificationUrl: 'http://www.exemple.tld/?caller=_CALLER_',
    sourceIp: '10\\.0\\.0\\.1',
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
    ha1Md5: 'a'.repeat(32),
    ha1Sha256: 'b'.repeat(64),
  };
}

export function sampleBinding(contact: string, line: E164 = LINE_A): Binding {
  return {
    line,
    contact,
    transport: 'udp',
    sourceHost: '127.0.0.21',
    sourcePort: 5060,
    behindNat: true,
    callId: 'registration-1',
    cseq: 7,
    expiresAt: 1_700_000_060_000,
    registeredAt: 1_700_000_000_000,
    userAgent: 'baresip',
    instance: '',
  };
}

/** A call of `account`; its ids are made from `name`. */
export function sampleCall(name: string, account: E164 = LINE_A): CallIdentity {
  return {
    callref: `callref-${name}`,
    dref: Buffer.from(name.padEnd(16).slice(-16)).toString('hex'),
    drefReplace: '',
    sessionId: '',
    isAcd: false,
    redirectingNumber: '',
    account,
    caller: '33612345678',
    callee: account,
    sipCallId: `${name}@127.0.0.1`,
  };
}

export function setup(call: CallIdentity, at = 1000): CallEvent {
  return { type: 'SETUP', at, call };
}

export function connect(call: CallIdentity, at = 2000): CallEvent {
  return { type: 'CONNECT', at, call };
}

export function release(call: CallIdentity, at = 3000): CallEvent {
  return { type: 'RELEASE', at, call, cause: 'normal' };
}

export function sampleNotification(seq: number, call: CallIdentity): Notification {
  return {
    seq,
    id: `${call.callref}-${seq}`,
    callref: call.callref,
    account: call.account,
    type: 'SETUP',
    destination: 0,
    url: 'http://user:secret@www.exemple.tld/?type=SETUP',
    contentType: '',
    body: '',
    createdAt: 1000,
  };
}

export const DELIVERED: Attempt = {
  at: 9000,
  ms: 12,
  status: 200,
  error: null,
  failure: null,
  address: '192.0.2.1:80',
  answer: 'OK',
};

export const TIMED_OUT: Attempt = {
  at: 1000,
  ms: 5000,
  status: null,
  error: 'no answer within 5 s',
  failure: 'timeout',
  address: null,
  answer: null,
};

/** The time between two calls of `fillCalls`. */
export const FILL_STEP_MS = 60_000;

/**
 * Writes `count` calls that are over, one a minute, the first at 0: of 1,000 lines 33120000000 and up, a
 * hundred for each of the customers c0 to c9, with 5,000 parties 33600000000 and up. Half of them are
 * incoming, a third is not answered; those of c7 are all incoming and all answered.
 */
export function fillCalls(db: DatabaseSync, count: number): void {
  db.prepare(`
    INSERT INTO calls (callref, dref, dref_replace, session_id, is_acd, redirecting_number,
      sip_call_id, account, customer, caller, callee, state, setup_at, connect_at, release_at, cause)
    WITH RECURSIVE
      n (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < ? - 1),
      mixed (k, line, party) AS (SELECT k, k * 7919 % 1000, k * 104729 % 5000 FROM n),
      made AS (
        SELECT k, line % 10 AS c, 33120000000 + line AS account, 33600000000 + party AS other,
          line % 10 = 7 OR (k / 1000 + k / 10) % 2 = 0 AS incoming,
          line % 10 = 7 OR (k / 1000 + k / 10) % 3 > 0 AS answered
        FROM mixed)
    SELECT 'callref-' || k, printf('%032x', k), '', '', 0, '', k || '@127.0.0.1', account, 'c' || c,
      iif(incoming, other, account), iif(incoming, account, other), 'RELEASE', k * 60000,
      iif(answered, k * 60000 + 5000, NULL), k * 60000 + 9000,
      iif(answered, 'normal', 'no-answer') FROM made`).run(count);
}

/** Records the SETUP of a call without notification; the session stays open. */
export function begin(store: Store, call: CallIdentity): Promise<void> {
  return store.recordCalls([setup(call)], [], call.dref, 'wire');
}

/** Numbers below `below`, always the same ones of a seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}
