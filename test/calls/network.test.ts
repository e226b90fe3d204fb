// A bad network between the server and its peers: packets are lost, repeated, and change places. What
// the customer is told stays one SETUP, one CONNECT, one RELEASE.

import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { assertTargets, line, mobile, openHouse, password } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal } from '../kit/register.ts';
import { startSipp } from '../kit/sipp.ts';
import { byStart, startUdpRelay, type Plan } from '../kit/udp-proxy.ts';

interface Weather {
  readonly title: string;
  readonly toServer?: Plan;
  readonly toPeer?: Plan;
}

/** Several plans in one: the first that has something to say about a packet decides. */
function all(...plans: Plan[]): Plan {
  return (n, start) => {
    const fates = plans.map((plan) => plan(n, start));
    return fates.find((fate) => fate !== 'pass') ?? 'pass';
  };
}

/** A call from the outside to a telephone that is behind a relay with this weather. */
async function callBehind(t: TestContext, weather: Weather): Promise<void> {
  const house = await openHouse(t);
  const phone = await startSipp(t, { scenario: 'uas-answer', caller: line });
  await phone.waitUntilReady();
  const relay = await startUdpRelay(t, {
    server: house.server.sip,
    peer: phone.address,
    ...(weather.toServer ? { toServer: weather.toServer } : {}),
    ...(weather.toPeer ? { toPeer: weather.toPeer } : {}),
  });
  const contact = `sip:${line}@${relay.serverSide}`;
  await registerTerminal(t, { server: house.server.sip, number: line, password, contact });
  const caller = await house.callFromOutside({
    scenario: 'uac-call',
    pauseMs: 300,
  });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
}

for (const weather of [
  {
    title: 'the first INVITE and its first answers are lost on the way to and from the telephone',
    toPeer: byStart(/^INVITE/, 'drop', 1),
    toServer: all(byStart(/^SIP\/2\.0 180/, 'drop', 1), byStart(/^SIP\/2\.0 200/, 'drop', 1)),
  },
  {
    title: 'the ACK and the BYE to the telephone are lost once',
    toPeer: all(byStart(/^ACK/, 'drop', 1), byStart(/^BYE/, 'drop', 1)),
  },
  {
    title: 'every packet to and from the telephone comes twice',
    toPeer: () => 'twice',
    toServer: () => 'twice',
  },
  {
    title: 'the 180 of the telephone comes behind its 200',
    toServer: byStart(/^SIP\/2\.0 180/, 'late', 1),
  },
] satisfies Weather[]) {
  test(weather.title, async (t) => {
    if (!requirePeer(t, 'sipp')) return;
    await callBehind(t, weather);
  });
}

test('the caller is behind a network that loses and repeats: still one call', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  // The relay is the outside peer here, so it must exist before the server.
  const relay = await startUdpRelay(t, {
    toServer: all(
      byStart(/^INVITE/, 'twice'),
      byStart(/^ACK/, 'drop', 1),
      byStart(/^BYE/, 'drop', 1),
    ),
    toPeer: byStart(/^SIP\/2\.0 200/, 'twice'),
  });
  const house = await openHouse(t, { outsideAddress: relay.serverSide });
  relay.server = house.server.sip;
  const phone = await house.telephone(line, { scenario: 'uas-answer' });
  const caller = await startSipp(t, {
    scenario: 'uac-call',
    remote: relay.peerSide,
    caller: mobile,
    dial: line,
    contact: relay.serverSide,
    rport: true,
    pauseMs: 300,
  });
  await Promise.all([caller.succeeds(), phone.succeeds()]);
  await house.settled(1);
  assertTargets(house.receiver, house.expected(mobile, line, 'SETUP', 'CONNECT', 'RELEASE'));
});
