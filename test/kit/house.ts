// A whole house for a call's story: the server with two lines, a customer's server that receives the
// notifications, and the address from which the outside calls. Telephones are added by each test.

import assert from 'node:assert/strict';
import type { Owner } from './child.ts';
import { holdPort } from './ports.ts';
import { startReceiver, type Answer, type Receiver } from './receiver.ts';
import { registerTerminal } from './register.ts';
import { startServer, type Server } from './server.ts';
import { startSipp, type Sipp, type SippOptions } from './sipp.ts';
import { HANG_MS, until } from './until.ts';

export const line = '33123456789';
export const otherLine = '33123456790';
export const password = 'a-line-password';
export const mobile = '33612345678';

export interface HouseOptions {
  /** Further arguments of `serve`. */
  readonly args?: readonly string[];
  readonly answer?: Answer;
  /** Template behind the receiver's address; by default that of the guide's worked example. */
  readonly template?: string;
  /** `HOST:PORT` of the outside peer where it exists already; by default a free one. */
  readonly outsideAddress?: string;
  /** No outside peer. */
  readonly closed?: boolean;
}

const guideTemplate = '/notification.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_';

export interface House {
  readonly server: Server;
  readonly receiver: Receiver;
  /** `HOST:PORT` of the outside peer. */
  readonly outside: string;
  /** A telephone of a line: SIPp with a uas scenario, registered. */
  telephone(number: string, options: Omit<SippOptions, 'remote'>): Promise<Sipp>;
  /** A caller from the outside peer's address. */
  callFromOutside(options: SippOptions & { from?: string }): Promise<Sipp>;
  /** A line's telephone that dials. */
  callFromLine(number: string, options: SippOptions): Promise<Sipp>;
  /** The outside as a called party, at the outside peer's address. */
  outsideTelephone(options: Omit<SippOptions, 'remote'>): Promise<Sipp>;
  /** The guide's three requests, in order, for one call. */
  expected(caller: string, callee: string, ...types: string[]): string[];
  /** Waits until every call of the list is released and its notifications have ended. */
  settled(calls: number): Promise<Record<string, unknown>[]>;
  /** Waits until so many notifications are noted as delivered. */
  delivered(count: number): Promise<void>;
}

export async function openHouse(owner: Owner, options: HouseOptions = {}): Promise<House> {
  const outside = options.outsideAddress ?? (await freeAddress());
  const receiver = await startReceiver(owner, options.answer ? { answer: options.answer } : {});
  const peer = options.closed ? [] : ['--outside', `sip:${outside}`];
  const server = await startServer(owner, {
    args: [...peer, '--notify-allow', '127.0.0.0/8', ...(options.args ?? [])],
  });
  const url = receiver.url + (options.template ?? guideTemplate);
  for (const number of [line, otherLine]) {
    await server.addLine(number, password, '--notification-url', url);
  }
  return {
    server,
    receiver,
    outside,
    async telephone(number, sipp) {
      const phone = await startSipp(owner, { caller: number, ...sipp });
      await phone.waitUntilReady();
      await registerTerminal(owner, {
        server: server.sip,
        number,
        password,
        contact: contactOf(number, phone.address, sipp.transport),
      });
      return phone;
    },
    callFromOutside: (sipp) =>
      startSipp(owner, { remote: server.sip, local: outside, caller: mobile, dial: line, ...sipp }),
    callFromLine: (number, sipp) =>
      startSipp(owner, {
        remote: server.sip,
        caller: number,
        password,
        ...sipp,
        fill: { CHALLENGE: '401', ...sipp.fill },
      }),
    async outsideTelephone(sipp) {
      const phone = await startSipp(owner, { local: outside, ...sipp });
      return phone.waitUntilReady();
    },
    expected: (caller, callee, ...types) => expectedTargets(line, caller, callee, types),
    async delivered(count) {
      await until(
        async () => {
          const rows = await server.json('notification', 'list');
          return rows.filter((row) => row['state'] === 'delivered').length >= count || undefined;
        },
        HANG_MS,
        () => `${count} notifications to be delivered`,
      );
    },
    async settled(calls) {
      const list = await until(
        async () => {
          const rows = await server.json('call', 'list');
          return rows.length === calls && rows.every((r) => r['state'] === 'RELEASE')
            ? rows
            : undefined;
        },
        HANG_MS,
        () => `${calls} calls to be over`,
      );
      await until(
        async () => {
          const rows = await server.json('notification', 'list');
          return rows.every((row) => row['state'] !== 'pending') || undefined;
        },
        HANG_MS,
        () => 'the notifications to be delivered',
      );
      return list;
    },
  };
}

async function freeAddress(): Promise<string> {
  const held = await holdPort();
  await held.handOver();
  return held.address;
}

function contactOf(number: string, address: string, transport = 'udp'): string {
  return transport === 'tcp'
    ? `sip:${number}@${address};transport=tcp`
    : `sip:${number}@${address}`;
}

/** What the guide's template makes of each event of one line's call. */
export function expectedTargets(
  account: string,
  caller: string,
  callee: string,
  types: readonly string[],
): string[] {
  return types.map(
    (type) => `/notification.php?account=${account}&caller=${caller}&callee=${callee}&type=${type}`,
  );
}

/** Asserts what a receiver got, exactly and in order. */
export function assertTargets(receiver: Receiver, expected: readonly string[]): void {
  assert.deepEqual(receiver.targets(), expected);
}
