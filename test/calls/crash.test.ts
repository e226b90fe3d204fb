// A server that is killed or stopped in mid-call: each call ends once, on the wire and in its events.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { assertTargets, line, mobile, openHouse } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { HANG_MS, until } from '../kit/until.ts';

test('killed in mid-call: the next start hangs up on both sides and releases the call once', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-hungup' });
  await phone.waitForMessage((m) => m.start.startsWith('ACK'), HANG_MS, 'the ACK');
  await house.receiver.waitForCount(2);
  // A delivery is noted some 20 ms after it; killed before, it would rightly be repeated.
  await house.delivered(2);
  await house.server.kill9();
  await house.server.start();
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'server-stopped');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
  await house.server.restart();
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('killed between RELEASE and the answer to a BYE: the next start hangs up again, the call is released once', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-deaf' });
  const caller = await house.callFromOutside({ scenario: 'uac-call' });
  await phone.waitForMessage((m) => m.method === 'BYE', HANG_MS, 'the BYE that it ignores');
  await caller.succeeds();
  assert.equal(openSessions(house.server.dataDir), 1);
  await house.server.kill9();
  await house.server.start();
  await phone.succeeds();
  await until(
    () => openSessions(house.server.dataDir) === 0,
    HANG_MS,
    () => 'the session to be forgotten',
  );
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'normal');
  // Deliveries may repeat: nothing waited for their notes before the kill.
  const types = (await house.server.json('notification', 'list')).map((row) => row['type']);
  assert.deepEqual(new Set(types), new Set(['SETUP', 'CONNECT', 'RELEASE']));
  assert.equal(types.length, 3);
});

test('killed while it rings: the next start silences the telephone and answers the caller', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-ring-cancel' });
  const caller = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '480' } });
  await caller.waitForMessage((m) => m.status === 180, HANG_MS, 'ringing');
  await house.receiver.waitForCount(1);
  await house.delivered(1);
  await house.server.kill9();
  await house.server.start();
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

test('killed before a notification was delivered: the next start delivers it, in order', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  let closed = true;
  const house = await openHouse(t, { answer: () => (closed ? { hangUp: true } : undefined) });
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-call' });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.receiver.waitForCount(1);
  await house.server.kill9();
  closed = false;
  const before = house.receiver.targets().length;
  await house.server.start();
  await house.settled(1);
  assert.deepEqual(
    house.receiver.targets().slice(before),
    house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'),
  );
});

test('stopped in mid-call: after its grace both sides are hung up on, all is delivered, exit status 0', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-hungup', timeoutSeconds: 30 });
  await phone.waitForMessage((m) => m.start.startsWith('ACK'), HANG_MS, 'the ACK');
  assert.equal(await house.server.stop(), 0);
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('a server that is stopping takes no new call, lets the running one end, and then ends', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t);
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 1500 });
  await phone.waitForMessage((m) => m.start.startsWith('ACK'), HANG_MS, 'the ACK');
  const stopped = house.server.stop();
  const fill = { STATUS: '503', CHALLENGE: '503' };
  await until(
    async () => (await fetch(`${house.server.http}/healthz`)).status === 503 || undefined,
    HANG_MS,
    () => 'the server to be stopping',
  );
  const late = await house.callFromLine(line, { scenario: 'uac-expect', dial: mobile, fill });
  await late.succeeds();
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  assert.equal(await stopped, 0);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

/** How many sessions the disk holds something of, to end them on the wire. */
function openSessions(dataDir: string): number {
  using db = new DatabaseSync(join(dataDir, 'carillon.db'), { readOnly: true, timeout: 5_000 });
  return Number(db.prepare('SELECT count(*) AS n FROM open_sessions').get()?.['n']);
}
