// A disk that is full or fails, and that is there again later: what cannot be kept is refused and was
// not acknowledged before, and the server goes on when it can. What the server does not do yet is a todo.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { assertTargets, line, mobile, openHouse, password, type House } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal } from '../kit/register.ts';
import { until } from '../kit/until.ts';
import { DISK_KINDS, type BreakableDisk, type DiskKind } from './broken-disk.ts';

for (const kind of DISK_KINDS) {
  test(`${kind.name}: calls, registrations and makecall are refused, nothing rings; later all works again`, async (t) => {
    const place = await openPlace(t, kind);
    if (!place) return;
    const { house, disk } = place;
    await using _ = disk;
    await house.server.run('line', 'set', line, '--source-ip', '127\\.0\\.0\\.1');
    const phone = await house.telephone(line, { scenario: 'uas-answer' });
    disk.breakIt();

    const refused = await house.callFromOutside({
      scenario: 'uac-expect',
      fill: { STATUS: '503' },
    });
    await refused.succeeds();
    await assert.rejects(
      registerTerminal(t, {
        server: house.server.sip,
        number: line,
        password,
        contact: '127.0.0.1:9',
      }),
      /got: SIP\/2\.0 5\d\d/,
    );
    const makecall = `${house.server.http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}`;
    const answer = await fetch(makecall);
    assert.equal(answer.status, 503, await answer.text());
    const setting = await house.server.cli('line', 'set', line, '--title', 'Office');
    assert.equal(setting.code, 1);
    assert.match(setting.stderr, /nothing of this could be written/);
    assert.deepEqual(await house.server.json('call', 'list'), []);

    disk.mend();
    const caller = await house.callFromOutside({ scenario: 'uac-call' });
    // The telephone takes one call: it was not called before.
    await Promise.all([caller.succeeds(), phone.succeeds()]);
    const [call] = await house.settled(1);
    assert.equal(call?.['cause'], 'normal');
    const told = house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE');
    assertTargets(house.receiver, told);
    await house.server.restart();
    await house.settled(1);
    assertTargets(house.receiver, told);
  });
}

test('broken while it rings: the caller is not answered, and the next start releases the call once', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  const phone = await house.telephone(line, { scenario: 'uas-answer', pauseMs: 2_000 });
  const caller = await house.callFromOutside({
    scenario: 'uac-expect',
    fill: { STATUS: '500' },
  });
  await house.delivered(1);
  disk.breakIt();
  // The telephone was picked up in vain: it is hung up on.
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  disk.mend();
  await house.server.restart();
  const [call] = await house.settled(1);
  assert.equal(call?.['connectAt'], null);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

test('broken while two talk: the next start releases the call once', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  await talkWhileItBreaks(house, disk);
  await house.server.restart();
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('a server does not start on a full disk, says so, and has lost nothing when there is room', async (t) => {
  const place = await openPlace(t, DISK_KINDS[0]);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  await house.telephone(line, { scenario: 'uas-final' });
  const caller = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '486' } });
  await caller.succeeds();
  await house.settled(1);
  await house.server.stop();
  disk.breakIt();
  await assert.rejects(house.server.start(), /ended \(1\).*disk is full/s);
  disk.mend();
  await house.server.start();
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'busy');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

// What follows does not hold yet.

test(
  '/healthz answers 503 while nothing can be written, and 200 again when it can',
  { todo: '/healthz only reads the store, so that it answers 200 while every call is refused' },
  async (t) => {
    const place = await openPlace(t);
    if (!place) return;
    const { house, disk } = place;
    await using _ = disk;
    const isHealthy = async (status: number): Promise<boolean> =>
      (await fetch(`${house.server.http}/healthz`)).status === status;
    assert.ok(await isHealthy(200));
    disk.breakIt();
    const refused = await house.callFromOutside({
      scenario: 'uac-expect',
      fill: { STATUS: '503' },
    });
    await refused.succeeds();
    await until(() => isHealthy(503), 5_000, '/healthz to answer 503');
    disk.mend();
    await until(() => isHealthy(200), 10_000, '/healthz to answer 200 again');
  },
);

test(
  'a call that ends while nothing can be written is released when it can, without a restart',
  {
    todo: 'the RELEASE that could not be kept is not tried again: it comes with the next start only',
  },
  async (t) => {
    const place = await openPlace(t);
    if (!place) return;
    const { house, disk } = place;
    await using _ = disk;
    await talkWhileItBreaks(house, disk);
    await house.receiver.waitForCount(3, 5_000);
    const [call] = await house.settled(1);
    assert.equal(call?.['cause'], 'normal');
    assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
  },
);

test(
  'a delivery that could not be noted is noted when it can be, and is not repeated',
  {
    todo: 'the note is not tried again: the delivery is repeated at the next start, behind RELEASE',
  },
  async (t) => {
    const place = await openPlace(t);
    if (!place) return;
    const { house, disk } = place;
    await using _ = disk;
    // Nobody is registered: SETUP and RELEASE are kept at once, then sent one after the other. The note
    // of the first meets the broken disk.
    house.receiver.answer = (_, n) => {
      if (n === 1) disk.breakIt();
      return n === 1 ? {} : { afterMs: 500 };
    };
    const caller = await house.callFromOutside({
      scenario: 'uac-expect',
      fill: { STATUS: '480' },
    });
    await caller.succeeds();
    await house.server.process.waitForOutput(/"level":"error"/, 5_000);
    await house.receiver.waitForCount(2);
    disk.mend();
    await house.delivered(1);
    await house.server.restart();
    await house.settled(1);
    assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
  },
);

interface Place {
  readonly house: House;
  readonly disk: BreakableDisk;
}

/** A house whose disk can be broken; undefined, and the test marked as skipped, where it cannot. */
async function openPlace(t: TestContext, kind?: DiskKind): Promise<Place | undefined> {
  if (!requirePeer(t, 'sipp')) return undefined;
  const chosen = kind ?? DISK_KINDS.find((each) => each.unavailable() === undefined);
  const reason = chosen ? chosen.unavailable() : 'no way to break a disk here';
  if (!chosen || reason !== undefined) {
    t.skip(reason);
    return undefined;
  }
  const house = await openHouse(t);
  return { house, disk: await chosen.prepare(house.server) };
}

/** A call that is answered, meets the broken disk, and is hung up before the disk is mended. */
async function talkWhileItBreaks(house: House, disk: BreakableDisk): Promise<void> {
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await house.callFromOutside({ scenario: 'uac-call', pauseMs: 2_000 });
  await house.delivered(2);
  disk.breakIt();
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  disk.mend();
}
