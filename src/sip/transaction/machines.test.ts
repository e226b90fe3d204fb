// The four machines alone, driven by hand: what they send and when (RFC 3261, 17; RFC 6026).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualTimers } from '../manual-timers.ts';
import { responseTo } from '../message/message.ts';
import type { SipResponse, SipRequest } from '../message/message.ts';
import { request } from '../message/samples.ts';
import { parseMessage } from '../message/parse.ts';
import type { TransportName } from '../transport/hop.ts';
import { ClientTransaction } from './client.ts';
import { cancelFor, InviteClientTransaction } from './invite-client.ts';
import { InviteServerTransaction } from './invite-server.ts';
import { ServerTransaction } from './server.ts';

function parsed(method: string): SipRequest {
  const result = parseMessage(request(`${method} sip:a@b SIP/2.0`, { Route: '<sip:p;lr>' }));
  assert.ok(result.kind === 'message' && result.message.kind === 'request');
  return result.message;
}

class Scene {
  readonly timers = new ManualTimers();
  readonly start = this.timers.now();
  /** `<ms> <start line>` of everything sent. */
  readonly sent: string[] = [];
  readonly texts: string[] = [];
  readonly told: string[] = [];
  over = 0;
  broken = false;
  readonly to: { transport: TransportName; host: string; port: number };

  constructor(transport: TransportName) {
    this.to = { transport, host: '127.0.0.1', port: 5060 };
  }

  readonly context = {
    timers: this.timers,
    send: (text: string, _to: unknown, onError?: (error: Error) => void): void => {
      this.texts.push(text);
      this.sent.push(`${this.timers.now() - this.start} ${text.slice(0, text.indexOf('\r\n'))}`);
      if (this.broken) onError?.(new Error('no way'));
    },
    ended: (): void => {
      this.over++;
    },
  };
  readonly handlers = {
    onResponse: (response: SipResponse): void => void this.told.push(String(response.status)),
    onFailure: (failure: string): void => void this.told.push(failure),
  };

  /** The moments at which something was sent, milliseconds. */
  get moments(): number[] {
    return this.sent.map((each) => Number.parseInt(each, 10));
  }

  inviteClient(): InviteClientTransaction {
    const made = new InviteClientTransaction(
      parsed('INVITE'),
      this.to,
      this.handlers,
      this.context,
    );
    made.start();
    return made;
  }
  client(): ClientTransaction {
    const made = new ClientTransaction(parsed('BYE'), this.to, this.handlers, this.context);
    made.start();
    return made;
  }
  inviteServer(): InviteServerTransaction {
    return new InviteServerTransaction(parsed('INVITE'), this.to, this.to, this.context);
  }
  server(): ServerTransaction {
    return new ServerTransaction(parsed('BYE'), this.to, this.to, this.context);
  }
}

const respond = (made: { request: SipRequest }, status: number): SipResponse =>
  responseTo(made.request, status, undefined, 'remote');

test('INVITE client, UDP: timer A doubles from 500 ms until timer B ends it after 32 s', () => {
  const scene = new Scene('udp');
  scene.inviteClient();
  scene.timers.advance(31_999);
  assert.deepEqual(scene.moments, [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  assert.deepEqual(scene.told, []);
  scene.timers.advance(1);
  assert.deepEqual(scene.told, ['timeout']);
  assert.equal(scene.over, 1);
  assert.equal(scene.timers.waiting, 0);
});

test('INVITE client, TCP: sent once; timer B all the same', () => {
  const scene = new Scene('tcp');
  scene.inviteClient();
  scene.timers.advance(32_000);
  assert.deepEqual(scene.moments, [0]);
  assert.deepEqual(scene.told, ['timeout']);
});

test('INVITE client: a provisional response stops A and B for good', () => {
  const scene = new Scene('udp');
  const client = scene.inviteClient();
  client.onResponse(respond(client, 100));
  assert.ok(client.proceeding);
  assert.equal(scene.timers.waiting, 0);
  scene.timers.advance(600_000);
  assert.deepEqual(scene.moments, [0]);
  assert.deepEqual(scene.told, ['100']);
});

test('INVITE client, UDP: a failure is acknowledged with the same branch, each time, for 32 s (D)', () => {
  const scene = new Scene('udp');
  const client = scene.inviteClient();
  client.onResponse(respond(client, 486));
  client.onResponse(respond(client, 486));
  const acks = scene.texts.slice(1);
  assert.equal(acks.length, 2);
  assert.equal(acks[0], acks[1]);
  assert.match(
    acks[0]!,
    /^ACK sip:a@b SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:5070;branch=z9hG4bKsample\r\n/,
  );
  assert.match(acks[0]!, /\r\nRoute: <sip:p;lr>\r\n/);
  assert.match(acks[0]!, /\r\nTo: <sip:user@example\.com>;tag=remote\r\n/);
  assert.match(acks[0]!, /\r\nCSeq: 1 ACK\r\n/);
  assert.deepEqual(scene.told, ['486']);
  scene.timers.advance(31_999);
  assert.equal(scene.over, 0);
  scene.timers.advance(1);
  assert.equal(scene.over, 1);
  client.onResponse(respond(client, 486));
  assert.equal(scene.texts.length, 3);
});

test('INVITE client, TCP: over as soon as the failure is acknowledged', () => {
  const scene = new Scene('tcp');
  const client = scene.inviteClient();
  client.onResponse(respond(client, 603));
  assert.equal(scene.texts.length, 2);
  assert.equal(scene.over, 1);
  assert.equal(scene.timers.waiting, 0);
});

test('INVITE client: every 2xx is handed up for 64*T1 (M), failures and 1xx behind it are not', () => {
  const scene = new Scene('udp');
  const client = scene.inviteClient();
  for (const status of [180, 200, 200, 486, 180, 202]) client.onResponse(respond(client, status));
  assert.deepEqual(scene.told, ['180', '200', '200', '202']);
  assert.equal(scene.texts.length, 1);
  scene.timers.advance(31_999);
  assert.equal(scene.over, 0);
  scene.timers.advance(1);
  assert.equal(scene.over, 1);
});

test('a send that fails at once ends a client transaction and leaves no timer', () => {
  for (const kind of ['inviteClient', 'client'] as const) {
    for (const transport of ['udp', 'tcp'] as const) {
      const scene = new Scene(transport);
      scene.broken = true;
      scene[kind]();
      assert.deepEqual(scene.told, ['transport']);
      assert.equal(scene.over, 1);
      assert.equal(scene.timers.waiting, 0);
      const later = new Scene('udp');
      later[kind]();
      later.broken = true;
      later.timers.advance(40_000);
      assert.deepEqual(later.moments, [0, 500]);
      assert.equal(later.timers.waiting, 0);
    }
  }
});

test('a CANCEL repeats branch, Request-URI, From, To, Call-ID, Route and the CSeq number', () => {
  const scene = new Scene('udp');
  const client = scene.inviteClient();
  const cancel = cancelFor(client.request, 'SIP;cause=200;text="Call completed elsewhere"');
  const same = ['via', 'route', 'from', 'to', 'call-id'];
  for (const name of same) assert.deepEqual(cancel.all(name), client.request.all(name), name);
  assert.equal(cancel.uri, client.request.uri);
  assert.deepEqual(cancel.cseq, { number: 1, method: 'CANCEL' });
  assert.equal(cancel.get('reason'), 'SIP;cause=200;text="Call completed elsewhere"');
});

test('client, UDP: timer E doubles to T2 at most, timer F ends it after 32 s', () => {
  const scene = new Scene('udp');
  scene.client();
  scene.timers.advance(32_000);
  assert.deepEqual(
    scene.moments,
    [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
  );
  assert.deepEqual(scene.told, ['timeout']);
  assert.equal(scene.timers.waiting, 0);
});

test('client, UDP: behind a provisional response it is every T2, and F still ends it', () => {
  const scene = new Scene('udp');
  const client = scene.client();
  client.onResponse(responseTo(parsed('BYE'), 100));
  scene.timers.advance(9000);
  assert.deepEqual(scene.moments, [0, 500, 4500, 8500]);
  scene.timers.advance(23_000);
  assert.deepEqual(scene.told, ['100', 'timeout']);
});

test('client: one final response is handed up, repetitions are absorbed for T4 (K), none over TCP', () => {
  const scene = new Scene('udp');
  const client = scene.client();
  client.onResponse(responseTo(parsed('BYE'), 200));
  client.onResponse(responseTo(parsed('BYE'), 481));
  assert.deepEqual(scene.told, ['200']);
  scene.timers.advance(4999);
  assert.equal(scene.over, 0);
  scene.timers.advance(1);
  assert.equal(scene.over, 1);
  assert.equal(scene.timers.waiting, 0);
  const tcp = new Scene('tcp');
  tcp.client().onResponse(responseTo(parsed('BYE'), 200));
  assert.equal(tcp.over, 1);
  assert.deepEqual(tcp.moments, [0]);
});

test('INVITE server, UDP: a failure is repeated by G up to T2 until H gives up after 32 s', () => {
  const scene = new Scene('udp');
  const server = scene.inviteServer();
  server.respond(respond(server, 486));
  scene.timers.advance(32_000);
  assert.deepEqual(
    scene.moments,
    [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
  );
  assert.equal(scene.over, 1);
  assert.equal(scene.timers.waiting, 0);
});

test('INVITE server, UDP: its ACK stops G; further ACKs are absorbed for T4 (I)', () => {
  const scene = new Scene('udp');
  const server = scene.inviteServer();
  server.respond(respond(server, 486));
  scene.timers.advance(600);
  assert.equal(server.onAck(), true);
  assert.equal(server.onAck(), true);
  server.onRetransmission();
  scene.timers.advance(4999);
  assert.deepEqual(scene.moments, [0, 500]);
  assert.equal(scene.over, 0);
  scene.timers.advance(1);
  assert.equal(scene.over, 1);
  assert.equal(scene.timers.waiting, 0);
});

test('INVITE server, TCP: a failure is sent once; H waits for its ACK; I is 0', () => {
  const scene = new Scene('tcp');
  const server = scene.inviteServer();
  server.respond(respond(server, 486));
  scene.timers.advance(10_000);
  assert.deepEqual(scene.moments, [0]);
  assert.equal(server.onAck(), true);
  assert.equal(scene.over, 1);
});

test('INVITE server: a repeated INVITE gets the last response; behind a 2xx it is absorbed for L', () => {
  const scene = new Scene('udp');
  const server = scene.inviteServer();
  server.onRetransmission();
  assert.equal(scene.sent.length, 0);
  server.respond(respond(server, 100));
  server.respond(respond(server, 180));
  server.onRetransmission();
  assert.match(scene.sent.at(-1)!, /180/);
  assert.equal(scene.sent.length, 3);
  server.respond(respond(server, 200));
  server.respond(respond(server, 486));
  server.onRetransmission();
  assert.equal(scene.sent.length, 4);
  assert.equal(server.onAck(), false, 'the ACK of a 2xx is not for the transaction');
  scene.timers.advance(31_999);
  assert.equal(scene.over, 0);
  scene.timers.advance(1);
  assert.equal(scene.over, 1);
});

test('server: a repeated request gets the answer again for 64*T1 (J); over TCP it is over at once', () => {
  const scene = new Scene('udp');
  const server = scene.server();
  server.onRetransmission();
  assert.equal(scene.sent.length, 0);
  server.respond(respond(server, 200));
  server.respond(respond(server, 500));
  server.onRetransmission();
  assert.deepEqual(scene.sent, ['0 SIP/2.0 200 OK', '0 SIP/2.0 200 OK']);
  scene.timers.advance(31_999);
  assert.equal(scene.over, 0);
  scene.timers.advance(1);
  assert.equal(scene.over, 1);
  const tcp = new Scene('tcp');
  const once = tcp.server();
  once.respond(respond(once, 200));
  assert.equal(tcp.over, 1);
});
