// The README's first minute: the sandbox, `simulate`, and what they print, as a stranger does it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePeer } from './kit/peer.ts';
import { registerTerminal } from './kit/register.ts';
import { startServer } from './kit/server.ts';
import { startSipp } from './kit/sipp.ts';

const line = '33123456789';
const mobile = '33612345678';

test('a simulated call is answered, and the receiver shows the three requests of the guide', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  await server.process.waitForOutput(/printed below/, 2000);
  assert.match(server.process.stdout, /npx carillon simulate 33612345678 33123456789/);
  assert.match(server.process.stdout, /npx carillon notification list/);
  const before = Date.now();
  const printed = await server.run('simulate', mobile, line);
  const took = Date.now() - before;
  const callref = /^callref=([\w-]{8,40}) result=answered\n$/.exec(printed)?.[1];
  assert.ok(callref, printed);
  // How much longer is the machine's matter.
  assert.ok(took > 2900, `answered after 1 s and hung up after 2 s, but took ${took} ms`);
  for (const type of ['SETUP', 'CONNECT', 'RELEASE']) {
    await server.process.waitForOutput(
      new RegExp(
        `GET /notification\\.php\\?account=${line}&caller=${mobile}&callee=${line}&type=${type}\n`,
      ),
      3000,
    );
  }
  const rows = await server.json('notification', 'list', '--call', callref);
  assert.deepEqual(
    rows.map((row) => [row['type'], row['state'], row['account']]),
    [
      ['SETUP', 'delivered', line],
      ['CONNECT', 'delivered', line],
      ['RELEASE', 'delivered', line],
    ],
  );
});

test('every outcome that can be asked for comes, with exit status 0', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const quick = ['--answer-after', '0.1', '--talk', '0.1'];
  const outcomes: [string[], string][] = [
    [[mobile, line, ...quick], 'answered'],
    [[mobile, line, '--busy'], 'busy'],
    [[line, '33123456790', ...quick], 'answered'],
    [[line, '0612345678', ...quick], 'answered'],
    [[line, '33612345600'], 'busy'],
    [[line, '33612345602'], 'not-found'],
    [['anonymous', line, ...quick], 'answered'],
    [[mobile, line, '--no-answer'], 'no-answer'],
  ];
  const results = await Promise.all(outcomes.map(([args]) => server.cli('simulate', ...args)));
  results.forEach(({ code, stdout, stderr }, i) => {
    assert.match(
      stdout,
      new RegExp(`result=${outcomes[i]![1]}\n`),
      `${outcomes[i]![0].join(' ')}: ${stderr}`,
    );
    assert.equal(code, 0);
  });
  const wrong = await server.cli('simulate', '33611111111', '33622222222');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /is a line/);
});

test('a simulated telephone keeps silent while a real one is registered', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const server = await startServer(t, { args: ['--sandbox'] });
  const phone = await startSipp(t, { scenario: 'uas-hangup', caller: line, pauseMs: 50 });
  await phone.waitUntilReady();
  const wanted = { server: server.sip, number: line, password: 'sandbox' };
  await registerTerminal(t, { ...wanted, contact: phone.address });
  const printed = await server.run('simulate', mobile, line);
  assert.match(printed, /result=answered/);
  await phone.succeeds();
  // Gone again, the simulated one takes over.
  await registerTerminal(t, { ...wanted, contact: phone.address, expires: 0 });
  assert.match(await server.run('simulate', mobile, line), /result=answered/);
});

test('a restarted sandbox works on, also on other ports', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  await server.kill9();
  server.http = '';
  await server.start();
  const printed = await server.run(
    'simulate',
    mobile,
    line,
    '--answer-after',
    '0.1',
    '--talk',
    '0.1',
  );
  assert.match(printed, /result=answered/);
  await server.process.waitForOutput(/type=RELEASE\n/, 3000);
});
