// A disk that is full or fails, and that is there again later: what cannot be kept is refused and was
// not acknowledged before, and the server goes on by itself when it can.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { registeredBaresip } from '../kit/baresip.ts';
import { assertTargets, line, mobile, openHouse, password, type House } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal } from '../kit/register.ts';
import { HANG_MS, until } from '../kit/until.ts';
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
    await untilHealthy(house);
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

test('broken while it rings: the caller is not answered, and the call is released when the disk is mended', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  const registrar = house.server.sip;
  await using phone = await registeredBaresip(t, {
    user: line,
    password,
    registrar,
    answerMode: 'manual',
  });
  const caller = await house.callFromOutside({
    scenario: 'uac-expect',
    fill: { STATUS: '500' },
  });
  await phone.waitFor('CALL_INCOMING');
  await house.delivered(1);
  disk.breakIt();
  // It is picked up in vain, and hung up on.
  await phone.accept();
  await phone.waitFor('CALL_CLOSED');
  await caller.succeeds();
  disk.mend();
  const [call] = await house.settled(1);
  assert.equal(call?.['connectAt'], null);
  assert.equal(call['cause'], 'failed');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
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

test('/healthz says 503 and why while nothing can be written, and 200 again when it can, by itself', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  assert.deepEqual(await health(house), { status: 200, text: 'OK' });
  disk.breakIt();
  const first = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '503' } });
  await first.succeeds();
  const { status, text } = await health(house);
  assert.equal(status, 503);
  assert.match(text, /^New calls are refused, since nothing can be kept: .*(full|disk)/);
  // The second is refused at the door: nothing was tried for it.
  const second = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '503' } });
  await second.succeeds();
  for (const caller of [first, second]) {
    const refusal = caller.messages().find((m) => m.status === 503);
    assert.equal(refusal?.header('retry-after'), '10');
  }
  disk.mend();
  await untilHealthy(house);
  await house.server.process.waitForOutput(/can be kept again/, HANG_MS);
  // A line at each change, whatever came in between; and the fault of the first call, with its callref.
  const log = house.server.process.stderr.split('\n').filter((text) => text.includes('"level":'));
  assert.equal(log.filter((text) => /nothing can be kept/.test(text)).length, 1, log.join('\n'));
  assert.equal(log.filter((text) => /can be kept again/.test(text)).length, 1, log.join('\n'));
  assert.equal(log.filter((text) => /"level":"error"/.test(text)).length, 2, log.join('\n'));
});

test('calls that end while nothing can be written are released when it can, without a restart', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  await talkWhileItBreaks(t, house, disk);
  await house.receiver.waitForCount(3);
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'normal');
  const told = house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE');
  assertTargets(house.receiver, told);
  await house.server.restart();
  await house.settled(1);
  assertTargets(house.receiver, told);
});

test('killed while the disk is full: the next start releases the call that ended meanwhile, once', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  await talkWhileItBreaks(t, house, disk, { thenMend: false });
  await house.server.kill9();
  disk.mend();
  await house.server.start();
  const [call] = await house.settled(1);
  assert.equal(call?.['cause'], 'server-stopped');
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});

test('stopped while the disk is full: it ends, and in order', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  await talkWhileItBreaks(t, house, disk, { thenMend: false });
  assert.equal(await house.server.stop(), 0);
});

test('a delivery that could not be noted is noted when it can be, and is not repeated', async (t) => {
  const place = await openPlace(t);
  if (!place) return;
  const { house, disk } = place;
  await using _ = disk;
  // Nobody is registered: SETUP and RELEASE are kept at once, then sent one after the other. The note
  // of the first meets the broken disk.
  house.receiver.answer = (_, n) => {
    if (n === 1) disk.breakIt();
    return {};
  };
  const caller = await house.callFromOutside({ scenario: 'uac-expect', fill: { STATUS: '480' } });
  await caller.succeeds();
  await house.receiver.waitForCount(2);
  await house.server.process.waitForOutput(/nothing can be kept/, HANG_MS);
  disk.mend();
  await house.delivered(2);
  await house.server.restart();
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'RELEASE'));
});

interface Place {
  readonly house: House;
  readonly disk: BreakableDisk;
}

/** A house whose disk can be broken; undefined, and the test marked as skipped, where it cannot. */
async function openPlace(t: TestContext, kind?: DiskKind): Promise<Place | undefined> {
  if (!requirePeer(t, 'sipp', 'baresip')) return undefined;
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
async function talkWhileItBreaks(
  t: TestContext,
  house: House,
  disk: BreakableDisk,
  { thenMend = true } = {},
): Promise<void> {
  const registrar = house.server.sip;
  await using phone = await registeredBaresip(t, { user: line, password, registrar });
  const caller = await house.callFromOutside({ scenario: 'uac-hungup' });
  await house.delivered(2);
  disk.breakIt();
  await phone.hangup();
  await caller.succeeds();
  if (thenMend) disk.mend();
}

async function health(house: House): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${house.server.http}/healthz`);
  return { status: answer.status, text: await answer.text() };
}

async function untilHealthy(house: House): Promise<void> {
  const isHealthy = async (): Promise<boolean> => (await health(house)).status === 200;
  await until(isHealthy, HANG_MS, '/healthz to answer 200 again');
}
