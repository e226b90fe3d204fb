// What is kept on disk of a session that ends, and until when; and what the next start makes of it.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { answer, header } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import type { CallIdentity } from './call-event.ts';
import { cancelOf, IncomingStage, ok } from './incoming-test-kit.ts';
import { OTHER, PlacedStage, sdp } from './placed-test-kit.ts';
import { from, NUMBER, openWires, short } from './test-kit.ts';
import type { Address, Stage } from './test-kit.ts';
import { readWireText } from './wire-state.ts';

/** What is kept of the one session: a waiting caller, INVITEs, and dialogues by their other side's tag. */
function kept(stage: Stage): { caller: boolean; ringing: number; dialogs: string[] } | undefined {
  assert.ok(stage.kept.size <= 1);
  const [text] = stage.kept.values();
  if (text === undefined) return undefined;
  const state = readWireText(text)!;
  return {
    caller: state.caller !== undefined,
    ringing: state.ringing.length,
    dialogs: state.dialogs.map(({ remoteTag }) => remoteTag),
  };
}

/** A server behind one that was killed: what it kept is all that this one knows of the session. */
async function startAgain(stage: Stage, calls: readonly CallIdentity[] = []): Promise<void> {
  const sessions = [...stage.kept].map(([dref, wire]) => ({ dref, calls, wire }));
  stage.startAgain();
  stage.events = [];
  stage.forgotten = 0;
  await stage.calls.recover(sessions);
}

function numberOf(request: string): number {
  return Number.parseInt(header(request, 'CSeq'), 10);
}

describe('calls from the outside', () => {
  let stage: IncomingStage;
  let caller: Peer;
  let phones: Peer[];
  let to: Address;

  beforeEach(async () => {
    stage = new IncomingStage(await openWires());
    ({ outside: caller, phones, to } = stage);
  });

  afterEach(() => stage.close());

  /** A call that was answered, and that the caller has hung up; the telephone's BYE has no answer. */
  async function hungUp(): Promise<string> {
    const { got } = await stage.talking();
    caller.send(stage.fromCaller('BYE', got, 2), to);
    await caller.next('SIP/2.0 200');
    return phones[0]!.next('BYE');
  }

  test('who is hung up on is kept until he answers his BYE, who hung up is not', async () => {
    const bye = await hungUp();
    assert.deepEqual(kept(stage), { caller: false, ringing: 0, dialogs: ['p0'] });
    assert.equal(stage.calls.size, 0);
    phones[0]!.send(answer(bye, '481 No'), to);
    await stage.quiet();
    assert.equal(kept(stage), undefined);
    assert.equal(stage.forgotten, 1);
  });

  test('a telephone that never answers its BYE is given up after 32 s', async () => {
    await hungUp();
    stage.timers.advance(31_999);
    await stage.quiet();
    assert.deepEqual(kept(stage)?.dialogs, ['p0']);
    stage.timers.advance(1);
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('the caller who has not acknowledged yet is kept until he answers his BYE as well', async () => {
    const [, invite, other] = await stage.ringing();
    phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
    const got = await caller.next('SIP/2.0 200');
    phones[1]!.send(answer(other, '487 Request Terminated', 'p1'), to);
    phones[0]!.send(from(phones[0]!, 'BYE', invite, 'p0'), to);
    await stage.quiet();
    caller.send(stage.fromCaller('ACK', got, 1), to);
    const bye = await caller.next('BYE');
    assert.deepEqual(kept(stage), { caller: false, ringing: 0, dialogs: ['caller'] });
    caller.send(answer(bye, '200 OK'), to);
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('both sides hang up while RELEASE is being committed: nobody is left, nothing stays', async () => {
    const { got, invite } = await stage.talking();
    stage.held = true;
    caller.send(stage.fromCaller('BYE', got, 2), to);
    await stage.quiet();
    phones[0]!.send(from(phones[0]!, 'BYE', invite, 'p0'), to);
    await stage.quiet();
    stage.waiting.shift()!.resolve();
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('who gives up and what rings are kept until the last telephone is silent', async () => {
    const [text, first, second] = await stage.ringing();
    phones[0]!.send(answer(first, '486 Busy Here', 'p0'), to);
    await stage.quiet();
    stage.held = true;
    caller.send(cancelOf(text), to);
    await stage.quiet();
    stage.waiting.shift()!.resolve();
    await caller.next('SIP/2.0 487');
    const cancel = await phones[1]!.next('CANCEL');
    assert.deepEqual(kept(stage), { caller: true, ringing: 1, dialogs: [] });
    phones[1]!.send(answer(cancel, '200 OK', 'p1'), to);
    await stage.quiet();
    assert.equal(kept(stage)?.ringing, 1);
    phones[1]!.send(answer(second, '487 Request Terminated', 'p1'), to);
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('a telephone that answered too late is kept until it answers its BYE', async () => {
    const [text, first, second] = await stage.ringing();
    stage.held = true;
    caller.send(cancelOf(text), to);
    await stage.quiet();
    phones[0]!.send(ok(first, phones[0]!, 'p0'), to);
    const bye = await phones[0]!.next('BYE');
    stage.waiting.shift()!.resolve();
    await phones[1]!.next('CANCEL');
    phones[1]!.send(answer(second, '487 Request Terminated', 'p1'), to);
    await stage.quiet();
    assert.equal(kept(stage)?.caller, true);
    phones[0]!.send(answer(bye, '200 OK'), to);
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('a second telephone that was picked up and has not answered its BYE is among those to be hung up', async () => {
    const [, first, second] = await stage.ringing();
    phones[0]!.send(ok(first, phones[0]!, 'p0'), to);
    const got = await caller.next('SIP/2.0 200');
    phones[1]!.send(answer(await phones[1]!.next('CANCEL'), '481 No', 'p1'), to);
    caller.send(stage.fromCaller('ACK', got, 1), to);
    await stage.quiet();
    stage.held = true;
    caller.send(stage.fromCaller('BYE', got, 2), to);
    await stage.quiet();
    stage.waiting.shift()!.resolve();
    const bye = await phones[0]!.next('BYE');
    assert.deepEqual(kept(stage), { caller: false, ringing: 1, dialogs: ['p0'] });
    phones[0]!.send(answer(bye, '200 OK'), to);
    await stage.quiet();
    assert.equal(kept(stage)?.ringing, 1, 'its INVITE has no final answer yet');
    phones[1]!.send(ok(second, phones[1]!, 'p1'), to);
    assert.deepEqual(short((await stage.quiet())[2]!), ['ACK', 'BYE']);
    assert.equal(kept(stage), undefined);
  });

  test('a call of which nothing was sent is not kept, and costs no forgetting', async () => {
    stage.registered.set(NUMBER, []);
    caller.send(stage.inviteText(), to);
    await caller.next('SIP/2.0 480');
    stage.registered.set(NUMBER, phones);
    stage.held = true;
    caller.send(stage.inviteText(), to);
    await stage.quiet();
    stage.waiting.shift()!.reject(new Error('disk full'));
    await caller.next('SIP/2.0 503');
    assert.deepEqual([kept(stage), stage.forgotten], [undefined, 0]);
  });

  describe('the next start', () => {
    test('killed between RELEASE and BYE: hung up once more, no second RELEASE, nothing kept for a third time', async () => {
      const lost = await hungUp();
      await startAgain(stage);
      const bye = await phones[0]!.next('BYE');
      assert.ok(numberOf(bye) > numberOf(lost), 'it is the BYE of the new server');
      assert.deepEqual(short((await stage.quiet())[0]!), [], 'the caller hung up by himself');
      assert.deepEqual([kept(stage), stage.events, stage.forgotten], [undefined, [], 1]);
      phones[0]!.send(answer(bye, '481 No'), to);
      await stage.quiet();
    });

    test('killed before RELEASE: that is kept with what is left, which is forgotten when both answered', async () => {
      const { got } = await stage.talking();
      const [[dref, text]] = [...stage.kept] as [[string, string]];
      caller.send(stage.fromCaller('BYE', got, 2), to);
      phones[0]!.send(answer(await phones[0]!.next('BYE'), '200 OK'), to);
      await stage.quiet();
      stage.kept.set(dref, text);
      const calls = [{ callref: 'callref1', account: NUMBER } as CallIdentity]; // oxlint-disable-line typescript/no-unsafe-type-assertion
      await startAgain(stage, calls);
      assert.deepEqual(stage.events, ['RELEASE server-stopped']);
      assert.deepEqual(kept(stage)?.dialogs, ['caller', 'p0']);
      const cancelled = phones[1]!.next('CANCEL');
      const [toCaller, toPhone] = [await caller.next('BYE'), await phones[0]!.next('BYE')];
      caller.send(answer(toCaller, '481 No'), to);
      await stage.quiet();
      assert.deepEqual(kept(stage)?.dialogs, ['caller', 'p0']);
      phones[0]!.send(answer(toPhone, '481 No'), to);
      await stage.quiet();
      // Kept since CONNECT: the INVITE of the other telephone, which knows it no more.
      assert.equal(kept(stage)?.ringing, 1);
      phones[1]!.send(answer(await cancelled, '481 No', 'p1'), to);
      stage.timers.advance(32_000);
      await stage.quiet();
      assert.equal(kept(stage), undefined);
    });

    test('killed before the caller heard that it is over: he is told, the telephones are silenced', async () => {
      const [text, first, second] = await stage.ringing();
      caller.send(cancelOf(text), to);
      await caller.next('SIP/2.0 487');
      await stage.quiet();
      await startAgain(stage);
      assert.equal(header(await caller.next('SIP/2.0 480'), 'Call-ID'), header(text, 'Call-ID'));
      for (const [i, invite] of [first, second].entries()) {
        assert.match(header(await phones[i]!.next('CANCEL'), 'Reason'), /Server restarted/);
        phones[i]!.send(answer(invite, '487 Request Terminated', `p${i}`), to);
      }
      await stage.quiet();
      assert.deepEqual([kept(stage), stage.events], [undefined, []]);
    });

    test('damaged text is forgotten at once, and a fault of ours keeps no session for ever', async () => {
      stage.kept.set('a', 'damaged').set('b', '{"ringing":[],"dialogs":[null]}');
      await startAgain(stage);
      await stage.quiet();
      assert.deepEqual([stage.kept.size, stage.faults.length], [0, 1]);
    });
  });

  describe('a server that stops', () => {
    test('waits for the answer to a BYE, and forgets the session', async () => {
      await stage.talking();
      const stopped = stage.calls.stop(0);
      for (const each of [caller, phones[0]!]) {
        assert.deepEqual(kept(stage)?.dialogs, ['caller', 'p0']);
        each.send(answer(await each.next('BYE'), '200 OK'), to);
      }
      await stopped;
      assert.equal(kept(stage), undefined);
    });

    test('does not wait for a telephone that never answers: what is kept is for the next start', async (t) => {
      await hungUp();
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const stopped = stage.calls.stop(10_000);
      let isOver = false;
      void stopped.then(() => {
        isOver = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(1_999);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isOver, false);
      t.mock.timers.tick(1);
      await stopped;
      t.mock.timers.reset();
      assert.deepEqual(kept(stage)?.dialogs, ['p0']);
    });
  });
});

describe('calls that software places', () => {
  let stage: PlacedStage;
  let trunk: Peer;
  let phones: Peer[];
  let to: Address;

  beforeEach(async () => {
    stage = new PlacedStage(await openWires());
    ({ outside: trunk, phones, to } = stage);
  });

  afterEach(() => stage.close());

  test('both parties are kept until each has answered his BYE', async () => {
    await stage.talking();
    const stopped = stage.calls.stop(0);
    for (const each of [phones[0]!, trunk]) {
      assert.deepEqual(kept(stage), { caller: false, ringing: 0, dialogs: ['f', 's'] });
      await stage.answerByes(each);
    }
    await stopped;
    assert.equal(kept(stage), undefined);
  });

  test('the callee is busy: the first party is kept until he answers his BYE', async () => {
    await stage.pickedUp();
    stage.say(trunk, await trunk.next('INVITE'), '486 Busy Here', 's');
    const bye = await phones[0]!.next('BYE');
    assert.deepEqual(kept(stage), { caller: false, ringing: 0, dialogs: ['f'] });
    phones[0]!.send(answer(bye, '200 OK'), to);
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('the first party hangs up while the callee rings: his INVITE is kept until it is over', async () => {
    const { first } = await stage.pickedUp();
    const second = await trunk.next('INVITE');
    stage.say(trunk, second, '180 Ringing', 's');
    await stage.quiet();
    phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
    await trunk.next('CANCEL');
    assert.deepEqual(kept(stage), { caller: false, ringing: 1, dialogs: [] });
    stage.say(trunk, second, '487 Request Terminated', 's');
    await stage.quiet();
    assert.equal(kept(stage), undefined);
  });

  test('he hangs up before the callee is asked: nothing is left, and nothing to forget', async () => {
    stage.registered.set(OTHER.number, [phones[1]!]);
    const first = await stage.placed(OTHER.number);
    stage.held = true;
    stage.say(phones[0]!, first, '200 OK', 'f', sdp(5000));
    await phones[0]!.next('ACK');
    phones[0]!.send(from(phones[0]!, 'BYE', first, 'f'), to);
    await stage.quiet();
    stage.held = false;
    stage.waiting.shift()!.resolve();
    await stage.quiet();
    assert.deepEqual([kept(stage), stage.forgotten], [undefined, 0]);
  });
});
