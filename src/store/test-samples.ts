// For tests only: a store in a temporary directory, and calls, notifications, lines to put into it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Identity } from './open-database.ts';
import { openSqliteStore, type StoreTuning } from './sqlite-store.ts';
import type { Binding, Notification, Store } from './store.ts';

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
    url: 'http://user:secret@www.exemple.tld/?type=SETUP',
    createdAt: 1000,
  };
}

/** Records the SETUP of a call without notification; the session stays open. */
export function begin(store: Store, call: CallIdentity): Promise<void> {
  return store.recordCalls([setup(call)], [], call.dref, 'wire');
}
