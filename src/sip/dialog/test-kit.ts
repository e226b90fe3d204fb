// For this room's tests only: an endpoint and a raw socket that talks to it, with the time in the test's hand.
// What the socket understands is the peer's (../test-peer.ts).

import assert from 'node:assert/strict';
import { SipEndpoint } from '../endpoint.ts';
import { ManualTimers } from '../manual-timers.ts';
import { Peer } from '../test-peer.ts';

/** The endpoint and the socket of one test. */
export class Pair {
  readonly timers: ManualTimers;
  readonly endpoint: SipEndpoint;
  readonly peer: Peer;
  /** What the endpoint told its user, in order, as each test file words it. */
  readonly told: string[];

  private constructor(timers: ManualTimers, endpoint: SipEndpoint, peer: Peer, told: string[]) {
    this.timers = timers;
    this.endpoint = endpoint;
    this.peer = peer;
    this.told = told;
  }

  static async open(): Promise<Pair> {
    const timers = new ManualTimers();
    const told: string[] = [];
    const endpoint = await SipEndpoint.open({
      host: '127.0.0.1',
      port: 0,
      timers,
      product: 'Carillon/test',
      onDropped() {},
      onFault: (error) => told.push(`fault ${String(error)}`),
    });
    return new Pair(timers, endpoint, await Peer.open('127.0.0.9'), told);
  }

  /** Where the endpoint listens. */
  get to(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.endpoint.port };
  }

  /** Whatever a test did, time must clear it away; fails where something is left. */
  async close(): Promise<void> {
    this.timers.advance(200_000);
    const left = { ...this.endpoint.sizes, timers: this.timers.waiting };
    this.peer.close();
    await this.endpoint.close();
    assert.deepEqual(left, { dialogs: 0, transactions: 0, timers: 0 });
    assert.deepEqual(
      this.told.filter((each) => each.startsWith('fault')),
      [],
    );
  }
}
